// Package commitapi is the contract of lab 6: what a solution offers, what its
// processes say to each other, and what they write into their logs. Read it beside
// the handout.
//
// A bank has branches. Each is a [Participant] with accounts, on a machine of its
// own. A [Coordinator] carries out transactions over several branches, so that all of
// a transaction happens or nothing, whoever crashes and whichever messages are lost.
//
// Stage A is the protocol without crashes: votes, the decision, locks. Stage B adds
// the logs and what is done with them after a crash. Stage C adds what participants do
// among themselves while the coordinator is away, and says when it may forget. Stage D
// adds transactions that first look: several coordinators carry them out at once, over
// the same accounts, and each is as if it were alone.
//
// # Why messages and records are given
//
// So that everybody, also the program that checks, can read them: a wrong message is
// found when it is sent, and not when the money has gone. What is in them is all that
// the protocol needs. Who sends what when is yours.
//
// # Time
//
// Coordinators and participants of a test have the same Timeout. A round trip on a
// calm network takes less than a tenth of it, and what is to be done at once is done
// within a tenth of it: what a message, a call or a decision asks for. Nobody asks or
// tells the same again before half a Timeout has passed.
package commitapi
