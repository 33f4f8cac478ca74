// Package shrink looks for the smallest run that still shows what a failing run
// showed.
//
// A run has faults, sizes (how many operations, clients and files its scenario
// has) and surroundings that can be made calm: latencies, and locks that step
// aside. Shrink leaves out faults by delta debugging (Zeller and Hildebrandt 2002,
// the algorithm ddmin), then makes the sizes smaller, then calms the
// surroundings, then rounds the times of the faults, and all that again until
// nothing more helps. Each step is a run: a candidate counts only if it fails in
// the same way.
//
// It is pure logic. What a run is and what "the same way" means, the caller says
// with a Try.
//
// # What is promised
//
// The result fails in the same way. The same first run and budget of runs and events give the
// same result, however many runs go on at once: candidates have an order, and the
// first of them that fails is taken, not the one that is over first. Where no
// budget has ended the search, the result is 1-minimal: it passes, or fails in
// another way, without any one of its faults, with any size one less, and with
// anything more made calm.
//
// # Why not only subsets of faults
//
// A fault is seldom what confuses a reader. The thirty operations before it are,
// and the jitter that makes each line of the trace come at an odd time. So these go
// too.
package shrink
