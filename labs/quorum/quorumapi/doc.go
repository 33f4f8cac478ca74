// Package quorumapi is the contract of lab 5: what a solution offers. Read it beside
// the handout.
//
// Stage A is Gifford's voting: N replicas hold a value, a Put waits for W of them and
// a Get for R, and [Promises] says what that is worth. Stage B makes an atomic
// register of it ([NewRegister]): all clients see one store.
//
// Stage C keeps a replica's values on a disk.Volume, through every crash
// ([OpenReplica]), and brings replicas up to date that have missed something. Stage D
// keeps an agreement on service ([NewHedged]): nearly all Gets are quick, whatever one
// replica does, and that costs few messages.
//
// # Why the messages are not fixed
//
// Both ends are yours. The suite sees the network from outside: who sends to whom,
// and how often. What you say to each other, and under which method names, is up
// to you. So is what a version looks like: nobody sees it but you.
//
// # Why there are names for what is not promised
//
// With R+W ≤ N a Get may be stale, and that is no bug: somebody wanted it fast. A
// system has to say which of the two it is, so [Promise] is a part of the contract.
package quorumapi
