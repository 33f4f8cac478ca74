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
// 54. So before a goroutine takes a lock, a hash of (seed, lock, how often it was
// taken) may let others go first: for an instant, or for a while of virtual time
// in which messages arrive.
//
// The locks wait on channels, not in the runtime. In a testing/synctest bubble a
// goroutine that waits for a sync.Mutex keeps the clock from moving; one that
// waits here does not.
package simsync
