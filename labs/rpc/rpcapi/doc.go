// Package rpcapi is the contract of lab 2: what a solution offers, and what its
// bytes look like. Read it beside the handout.
//
// Stage A turns values into bytes and back: see [MaxDepth] and the tags beside
// it. Stage B writes programs: for an interface, described by a [Service], the
// code of both sides of its calls. Stage C is a [Client] and a [Server] that
// exchange [Packet] values over a network which loses, copies, delays and damages
// them; each call is executed at most once. In stage D both of them crash,
// restart and give up.
//
// # Why the bytes are given
//
// A program that reads a message did not write it. It may have been written by
// another implementation, be damaged, or be made to do harm. Because the format
// is fixed, a solution can be held against bytes that are not its own.
package rpcapi
