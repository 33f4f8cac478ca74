// Package labrpc is a simulated network: nodes in one process exchange messages
// that are lost, copied, delayed, reordered and damaged, by a seed or by a plan.
//
// A [Network] has nodes. Nodes crash, restart in a next incarnation, and pause.
// Links are cut and healed. A [Faults] value says how often what happens; a
// [Plan] says exactly what. A [Node] speaks on one of two layers:
//
//   - Datagrams. It opens a [net.PacketConn], the standard library's type, so
//     that what was built on it also runs over UDP.
//   - Calls. It starts a [Process], which registers methods as with net/rpc and
//     calls those of others, by the name of their node: "KV.Get" at "kv-2".
//
// Requests and answers are messages on the same wire as packets: numbered on
// their link, hit by the same faults, counted, and traced.
//
//	0.500000s  send       client-1 -> kv-1 #4  : KV.Put {Key:"x" Value:"a"} 17 B
//	0.502000s  deliver    client-1 -> kv-1 #4  : KV.Put {Key:"x" Value:"a"} 17 B
//	0.502000s  send       kv-1 -> client-1 #4  : KV.Put reply to #4 {Version:3} 3 B
//	0.502000s  drop       kv-1 -> client-1 #4  : lost
//
// # What is promised
//
// It is an honest network: it does what real ones do, and nothing that they
// could not do. Of packets:
//
//   - A packet that arrives was sent, by the node that it says it is from. It
//     is whole, unless a Corrupt fault flipped one bit of it.
//   - Without faults, cuts, crashes and full buffers, each packet arrives once.
//   - Every delivery takes at least [MinLatency], also from a node to itself.
//   - WriteTo takes no time and keeps no reference to its bytes.
//   - Events reach the trace in the order in which they took effect.
//
// And of calls:
//
//   - A call that returns nil was executed at least once.
//   - A request is executed once for each copy of it that arrives, each in a
//     goroutine of its own. Late answers and second ones are ignored.
//   - What an error leaves open, [MaybeExecuted] says.
//   - Caller and method share no memory: values cross as bytes.
//   - The dead are silent. After a crash or Close of a process its calls return,
//     the contexts of its methods end, and what they reply is not sent.
//
// # What is not
//
// Nothing else. Packets of a link overtake each other, unless Faults.FIFO is
// set. A connection holds 256 packets that nobody has read and drops the rest.
// A damaged packet is delivered as it is: there is no checksum. Messages of calls
// have one, so a damaged one is lost where it arrives. A node that is down,
// paused, cut off or slow looks the same from outside.
//
// Nothing is called twice for the caller, and nothing is remembered for the
// server: to retry, and to execute a retried request only once, is the work of
// those who use it.
//
// # Why no caller is told of a loss
//
// Because no network can. The sender of a lost packet knows as much as the
// sender of one whose answer is late: nothing. A simulator that returned an
// error for a packet it dropped would let students build systems that work only
// on it. So WriteTo fails for what its caller can know alone: a closed
// connection, a deadline that passed, a packet that is too long, an address
// that is none. Likewise a call to a node that is down waits until its context
// ends. Only a living process can answer that it has no such method.
//
// # Why values cross as bytes
//
// If a reply held the server's own map, a client could read it while the server
// writes to it, a crash would not take it away, and a large one would cost as
// much as a small one. So arguments are encoded before Call waits, and a reply
// when its method returns.
//
// The encoding is this network's own and compact. A new encoding/gob encoder for
// each message would write the description of its types each time, and take more
// than five times as long. Both sides are compiled from the same types here; a
// request carries a hash of them, and another method's types are an error.
//
// Bools, integers, floats, strings and time.Time can cross, and arrays, slices,
// maps, structs and pointers of what can. Nil stays nil and empty stays empty.
// Maps are written in the order of their keys, so equal values have equal bytes.
// A time.Time crosses as its instant, in UTC. Two pointers to one variable arrive
// as pointers to two. What would be lost without a word is an error instead, of
// Register for types and of Call for values: unexported fields, channels,
// functions, interfaces, and a chain of more than 1000 pointers, as in a ring.
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
