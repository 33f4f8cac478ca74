package ringapi

import "strconv"

// An ID is a place on a ring of 2^m ids: 0 to 2^m - 1. After the highest comes 0.
// For m a ring has Bits, from 1 to 63.
type ID uint64

// A Range is the ids from First to Last, both of them too, on the way up and, if
// Last is below First, through 0: on the ring of 64, {59, 4} is 59 to 63 and 0 to
// 4. If Last is the id before First, it is the whole ring.
type Range struct{ First, Last ID }

// String is the range as the lecture writes it, "[59,4]".
func (r Range) String() string {
	return "[" + strconv.FormatUint(uint64(r.First), 10) + "," + strconv.FormatUint(uint64(r.Last), 10) + "]"
}

// A Move says that the ids of a range had one owner and have another now. A name
// is "" where there is no node: at the begin and at the end of a ring.
type Move struct {
	Range
	From, To string
}

// A Ring says which node owns which id: the first one at or after the id. Nodes are
// known by their names. A node has one place on the ring or several, which are then
// called virtual nodes. Any number of nodes may have the same place: it belongs to
// the one whose name comes first in the order of strings, and the others have
// nothing there unless that one is removed.
//
// What a ring says depends on the nodes that it has and on their places only: not on
// the order in which they came, nor on who was there before, nor on the process
// that asks. Its methods are called by one goroutine at a time.
//
// Add and Remove return what has to be moved: every id whose owner has changed is
// in exactly one Range, every other id in none. The order does not matter, and
// ranges need not be as long as possible.
type Ring interface {
	// Add puts a node on the ring, at one or more places, in any order. A place
	// that is given twice counts once. A node that is on the ring already stays
	// where it is. Add keeps no reference to places, and is never called without any.
	Add(node string, places ...ID) []Move

	// Remove takes a node off the ring, if it is there.
	Remove(node string) []Move

	// Owner returns the node that an id belongs to, "" if the ring is empty.
	Owner(id ID) string

	// Held returns what belongs to a node: each of its ids is in exactly one
	// range. The order does not matter, and ranges need not be as long as possible.
	Held(node string) []Range

	// Replicas returns the first r different nodes that one meets on the way up
	// from id, the owner first, and of several at one place the one that comes
	// first in the order of strings. If the ring has fewer nodes, it returns
	// them all.
	Replicas(id ID, r int) []string
}
