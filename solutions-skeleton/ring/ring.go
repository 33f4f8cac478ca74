// Package ring is a solution of lab 4.
package ring

import (
	"faultline/labs"
	"faultline/labs/ring/ringapi"
)

// ring is a sorted list of places. A place that several nodes have is in the list
// once for each of them, and the first is the owner's.
type ring struct {
	// Your code here (A).
}

// NewRing returns a ring of 2^bits ids without nodes.
func NewRing(bits int) ringapi.Ring {
	panic(labs.TODO("A"))
}

// Add implements ringapi.Ring.
func (r *ring) Add(node string, places ...ringapi.ID) []ringapi.Move {
	panic(labs.TODO("A"))
}

// Remove implements ringapi.Ring.
func (r *ring) Remove(node string) []ringapi.Move {
	panic(labs.TODO("A"))
}

// Owner implements ringapi.Ring.
func (r *ring) Owner(id ringapi.ID) string {
	panic(labs.TODO("A"))
}

// Held implements ringapi.Ring.
func (r *ring) Held(node string) (held []ringapi.Range) {
	panic(labs.TODO("A"))
}

// Replicas implements ringapi.Ring.
func (r *ring) Replicas(id ringapi.ID, n int) (nodes []string) {
	panic(labs.TODO("A"))
}
