// Package messagingapi is the contract of lab 1: what a solution offers, and
// what a packet looks like on the wire. Read it beside the handout.
//
// Stage A is a bounded [Mailbox] between goroutines of one process. Stages B
// and C are a [Sender] and a [Receiver] that share nothing but a network that
// loses, copies, delays, reorders and damages packets. Stage B keeps one packet
// in flight, stage C a window of them; both have the same interface.
//
// Stage D is a [FileSender] and a [FileReceiver] at the two ends of a [Path]
// through relays, whose hops are reliable and whose memory is not.
//
// Stage E is a [Membership]: sites that find out which of them are up. Beside it
// stands a [General], who cannot be written.
//
// # Why the packet is given
//
// The bytes of a [Packet] are fixed so that a solution can be tested against a
// peer that is not its own, as real protocols are, and so that a trace can say
// what each packet was.
package messagingapi
