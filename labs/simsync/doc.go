// Package simsync is a drop-in for package sync whose locks are seeded
// scheduling points. The grader compiles a solution with its import of "sync"
// redirected to here; students never import it themselves.
//
// # Why
//
// The virtual machine runs one goroutine at a time, first come first served,
// and an uncontended lock does not make a goroutine step aside. A program that
// checks under a lock, releases it and acts under the lock again would never be
// interrupted in between, and its bug would never show: of 200 seeds, stock Go
// found such a bug in none, and locks that step aside now and then found it in
// 54. So before a goroutine takes a lock, and when it has released one, a hash of
// (seed, lock, how often that was done) may let others go first: for an instant, or
// for a while of virtual time in which messages arrive.
//
// The locks wait on channels, not in the runtime. In a testing/synctest bubble a
// goroutine that waits for a sync.Mutex keeps the clock from moving; one that
// waits here does not.
//
// # What is no point
//
// Channel operations and statements could be points too. That was measured, over the
// 53 mechanical mutants of lab 1's reference in which a lock is not taken, a deferred
// call comes at once, or a goroutine is none. With locks as points the suite catches
// 26 of them; with channel operations besides, each of which steps aside at 20 in
// 1000, the same 26; with every statement at 5 in 1000, 27; at 50 in 1000, 28, and the
// suite takes a third longer. Of the nine missing locks that it does not catch, the
// race detector, which needs no luck with the order, finds eight in one run of each
// case ("make race-1"); the ninth is where a connection ends, when nobody else is
// there. So locks are the points here, and what is left out between them is the
// detector's.
package simsync
