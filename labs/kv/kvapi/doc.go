// Package kvapi is the contract of lab 3: what a solution offers. Read it beside
// the handout.
//
// Stage A is a [Server] that holds versioned values in memory, and a [Client]
// that calls it over a network that loses, copies, delays and reorders messages.
//
// Stage B keeps the server's values on a disk.Volume, through every crash, and
// asks for the tool that makes it possible: the atomic replacement of one file.
//
// Stages C and D are a cluster of such servers, and a directory that knows which
// of them holds which key.
//
// # Why the messages are not fixed
//
// Both ends are yours. The suite sees the network from outside: who sends to whom,
// and how much. What you say to each other, and under which method names, is up
// to you.
package kvapi
