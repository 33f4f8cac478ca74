// Package machine builds guests and runs them in the virtual machine.
//
// A guest is a lab's suite and one solution, compiled together to WebAssembly
// (see Builder). It runs in a worker: a process of the grader's own program that
// holds a wazero runtime (see Serve and Pool). The guest has one thread. Its
// clock, its sleep and its randomness are the host's: the clock stands while the
// guest computes and jumps when every goroutine waits. So a run depends on the guest and the request alone.
//
// A guest is initialized once; its memory is then copied, and put back before
// each run. That takes a fraction of a millisecond and gives each run exactly
// the machine that the first one had.
//
// A solution may write a program in the first part of a run (see Program). That
// is compiled into another guest, with the solution and the suite, and the second
// part of the run calls it there. It stands under the same rules as what its
// author wrote.
//
// # Why worker processes
//
// A guest that never returns cannot be interrupted: the checks that would allow it
// make everything several times slower. A process can be killed. Nothing is left of
// such a run, though. So the loops of a solution count their rounds (see package
// submission), and most of what never returns ends itself, with a report; what is
// ended from outside calls itself, goes to a label, or is our fault. A process also
// keeps a fault of the machine itself to the one run that met it.
//
// # What runs outside
//
// Code takes five to ten times the CPU time here that it takes natively. So a suite can
// be compiled for go test as well, in bubbles of testing/synctest and with the same locks
// (see Native): for the race detector, and to look through many seeds for one that
// fails. That is a hint and no verdict. Goroutines take other turns there, and the
// solution may do whatever this process may; a run of that seed in the machine decides.
//
// # Why no exit code counts
//
// The solution shares the guest's memory with the suite, and may end the program
// when it likes. A run passed only if the harness sent its outcome through the
// host function for it.
package machine
