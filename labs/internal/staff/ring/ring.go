// Package ring is a solution of lab 4.
package ring

import (
	"cmp"
	"slices"

	"faultline/labs/ring/ringapi"
)

// ring is a sorted list of places. A place that several nodes have is in the list
// once for each of them, and the first is the owner's.
type ring struct {
	//lab:begin A
	top    ringapi.ID // the highest id
	nodes  map[string]bool
	places []place // in the order of compare
	//lab:end
}

// A place is where a node is on the ring.
//
//lab:omit
type place struct {
	id   ringapi.ID
	node string
}

//lab:omit
func compare(a, b place) int {
	return cmp.Or(cmp.Compare(a.id, b.id), cmp.Compare(a.node, b.node))
}

// NewRing returns a ring of 2^bits ids without nodes.
//
//lab:todo A
func NewRing(bits int) ringapi.Ring {
	return &ring{top: 1<<bits - 1, nodes: make(map[string]bool)}
}

// Add implements ringapi.Ring.
//
//lab:todo A
func (r *ring) Add(node string, places ...ringapi.ID) []ringapi.Move {
	if r.nodes[node] {
		return nil
	}
	r.nodes[node] = true
	after := slices.Clone(r.places)
	for _, id := range places {
		after = append(after, place{id, node})
	}
	slices.SortFunc(after, compare)
	return r.become(slices.Compact(after))
}

// Remove implements ringapi.Ring.
//
//lab:todo A
func (r *ring) Remove(node string) []ringapi.Move {
	delete(r.nodes, node)
	isHis := func(p place) bool { return p.node == node }
	return r.become(slices.DeleteFunc(slices.Clone(r.places), isHis))
}

// become gives the ring other places and returns what moves. Between two ids that
// follow each other among the places of before and after, nothing changes: so the
// owners of one id in each such arc say it all.
//
//lab:omit
func (r *ring) become(after []place) (moves []ringapi.Move) {
	before := r.places
	r.places = after
	var ends []ringapi.ID
	for _, p := range slices.Concat(before, after) {
		ends = append(ends, p.id)
	}
	slices.Sort(ends)
	ends = slices.Compact(ends)
	for i, last := range ends {
		from, to := owner(before, last), owner(after, last)
		if from != to {
			arc := r.arc(ends[(i+len(ends)-1)%len(ends)], last)
			moves = append(moves, ringapi.Move{Range: arc, From: from, To: to})
		}
	}
	return moves
}

// arc is the ids after a up to b.
//
//lab:omit
func (r *ring) arc(a, b ringapi.ID) ringapi.Range {
	return ringapi.Range{First: (a + 1) & r.top, Last: b}
}

// Owner implements ringapi.Ring.
//
//lab:todo A
func (r *ring) Owner(id ringapi.ID) string {
	return owner(r.places, id)
}

// owner returns the node of the first place at or after id.
//
//lab:omit
func owner(places []place, id ringapi.ID) string {
	if len(places) == 0 {
		return ""
	}
	return places[search(places, id)].node
}

// search returns the index of the first place at or after id, going round.
//
//lab:omit
func search(places []place, id ringapi.ID) int {
	i, _ := slices.BinarySearchFunc(places, id, func(p place, id ringapi.ID) int { return cmp.Compare(p.id, id) })
	return i % len(places)
}

// Held implements ringapi.Ring.
//
//lab:todo A
func (r *ring) Held(node string) (held []ringapi.Range) {
	for i, p := range r.places {
		if p.node != node || i > 0 && r.places[i-1].id == p.id {
			continue // the second at a place has nothing there
		}
		before := r.places[(i+len(r.places)-1)%len(r.places)]
		held = append(held, r.arc(before.id, p.id))
	}
	return held
}

// Replicas implements ringapi.Ring.
//
//lab:todo A
func (r *ring) Replicas(id ringapi.ID, n int) (nodes []string) {
	if len(r.places) == 0 {
		return nil
	}
	first := search(r.places, id)
	for i := range r.places {
		node := r.places[(first+i)%len(r.places)].node
		if len(nodes) < n && !slices.Contains(nodes, node) {
			nodes = append(nodes, node)
		}
	}
	return nodes
}
