// Package labtest is the harness of the labs: it runs the cases of a suite
// against a solution and keeps the record.
//
// A suite is a table of [Case] values over a factory of solutions. A case's
// body reads as a scenario. Its verbs are methods of [T]; each writes a line of
// the story, and the network writes its own events, so a case keeps no record
// itself:
//
//	func (s Solution) lostAck(t *labtest.T) {
//		w := s.wire(t, setup{})
//		w.drop(receiverNode, 1)
//		w.reader(1, 0)
//		w.deliver("m1", patience)
//	}
//
// A run is a function of (solution, case, seed, plan). In the virtual machine
// [Serve] takes these from the grader and gives back the verdict and the trace.
// Under go test, [Run] does the same in real time, for an editor's run button
// and a debugger; its results promise nothing. In a bubble of testing/synctest,
// where time is virtual, it looks for data races and searches many seeds.
//
// # Messages
//
// [T.Network] makes the network of the run, whose faults the seed draws or the plan
// lists. What a case wants to happen for sure it says with [Rules].
//
// # Disks
//
// [T.Volume] and [T.Log] tie a disk to a node of the network: it crashes when
// the node does, and the seed or the plan decides what that leaves. [Explore]
// needs no network: it crashes one component at each point of a workload, in every
// way that its recovery can tell apart.
//
// # What is checked unasked
//
// At the end of every case: clients that never came back, goroutines of the
// solution that outlive their Close, and the history of operations, if the case
// named a model. The grader checks histories outside the machine, where the
// solution cannot reach.
//
// # What a finding says
//
// A [Finding] is for someone who wrote the bug. Property, Expected and Actual are in
// the lab's words. About names the key, node or connection that it is about, and
// does more than it seems: of ten thousand events, a report and a diagram then show
// the forty that have to do with it.
//
// # Small scenarios
//
// A failure is explained by the smallest run that shows it. So a case asks
// [T.Size] how many operations and clients it is to have, and must be fair with
// any number that it gets: a bound that holds for a hundred messages on average
// need not hold for three. "grader selftest --explain" tries that on the reference.
//
// # Solutions that write programs
//
// A case may have two parts. In the first, [Case.Derive], the solution writes
// source code, which [T.Emit] takes out of the machine. The grader compiles it
// with what the suite adds, its [Driver], and [Case.Run] finds it by [T.Program] in
// another guest. A seed that draws what the code is to be draws it for both parts
// and for the driver: see [Rand].
//
// # Why a T of its own
//
// Package testing brings wall-clock time, flags and exit codes that student code
// could forge. Nothing here is decided by an exit code: only an outcome that the
// harness sent counts.
package labtest
