// Package points has the scheduling points of a run: where a goroutine may step aside
// for others, by a hash of the run's seed and of the place. Package simsync has them in
// its locks; the harness configures them, and calls Point from networks and disks.
//
// It is no part of simsync, which stands in for package sync in what students write:
// whoever writes sync.Configure there is to be told that there is no such thing.
//
// # Rounds
//
// The machine runs one goroutine at a time, and its clock stands while that computes. A
// loop that polls, or that has lost its end, would keep everybody waiting; the processor
// time after which it is ended from outside differs from machine to machine, and nothing
// is left of such a run, not even the place. So the grader puts a call of [Round] into
// each loop of a solution. Whoever goes round [RoundLimit] times while nothing else
// happens is ended there, with the line of the loop, and with all that led to it. What
// the calls cost could not be told from noise in the time of any suite.
package points
