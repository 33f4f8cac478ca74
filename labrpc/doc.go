// Package labrpc is a simulated network: nodes in one process exchange packets
// that are lost, copied, delayed, reordered and damaged, by a seed or by a plan.
//
// A [Network] has nodes. A [Node] opens a [net.PacketConn], the standard
// library's type, so that what was built on it also runs over UDP. Nodes crash,
// restart in a next incarnation, and pause. Links are cut and healed. A
// [Faults] value says how often what happens; a [Plan] says exactly what.
//
// # What is promised
//
// It is an honest network: it does what real ones do, and nothing that they
// could not do.
//
//   - A packet that arrives was sent, by the node that it says it is from. It
//     is whole, unless a Corrupt fault flipped one bit of it.
//   - Without faults, cuts, crashes and full buffers, each packet arrives once.
//   - Every delivery takes at least [MinLatency], also from a node to itself.
//   - WriteTo takes no time and keeps no reference to its bytes.
//   - Events reach the trace in the order in which they took effect.
//
// # What is not
//
// Nothing else. Packets of a link overtake each other, unless Faults.FIFO is
// set. A connection holds 256 packets that nobody has read and drops the rest.
// A damaged packet is delivered as it is: there is no checksum. A node that is
// down, paused, cut off or slow looks the same from outside.
//
// # Why no caller is told of a loss
//
// Because no network can. The sender of a lost packet knows as much as the
// sender of one whose answer is late: nothing. A simulator that returned an
// error for a packet it dropped would let students build systems that work only
// on it. So WriteTo fails for what its caller can know alone: a closed
// connection, a deadline that passed, a packet that is too long, an address
// that is none.
//
// # Why every delivery takes time
//
// With a latency of zero, two nodes could exchange messages for ever within one
// instant of a virtual clock: a client that retries at once would never let the
// timeout come that ends it.
//
// # Why fates are hashes
//
// The fate of a packet is a function of the seed, its link, and its number on
// that link, with an own salt for each question: is it lost, how late is it,
// which bit is flipped. If fates were the next draws of one random stream,
// taking a single fault out of a run would shift the draws of all packets after
// it, and the rest would be another run. With hashes the others stay where they
// were. So a grader can take faults out one by one until only those are left
// that a failure needs.
//
// # Why a plan is text
//
// [Network.Happened] returns the faults of a run, and [Plan.String] writes them
// one on a line. A student can read that, cut lines, change a time, and run it
// again: the plan is the counter-example.
//
// # Time
//
// The network reads the clock with time.Now and waits with timers, so it keeps
// whatever time its process has: the real one, that of a testing/synctest
// bubble, or a virtual machine's. It sees no difference. Make the network in
// the bubble in which it is used.
package labrpc
