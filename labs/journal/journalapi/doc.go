// Package journalapi is the contract of lab 7: what a solution offers. Read it
// beside the handout.
//
// Stage A is a small file system on a disk.Device, in a layout that is fixed.
//
// Stage B gives it a journal: an operation that has returned is durable, and a
// crash leaves all of an operation or nothing.
//
// Stage C makes that fast: operations that come together share a commit, may be
// delayed until Sync, and data is written once.
//
// Stage D is Fsck, which finds what is wrong with a damaged file system, and
// repairs it.
//
// # Why the layout is fixed and the journal is not
//
// The grader has a checker of its own, which reads your disk and not your program.
// So it must know where everything is, once the file system has been closed. What
// the journal looks like is nobody's business but yours: a closed file system does
// not need it.
package journalapi
