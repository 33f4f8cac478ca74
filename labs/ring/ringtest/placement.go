package ringtest

import (
	"fmt"
	"math/rand/v2"
	"slices"

	"faultline/labs/labtest"
	"faultline/labs/ring/ringapi"
)

// lecture is the lecture's ring of 64 ids.
func lecture() []ringapi.ID { return []ringapi.ID{4, 8, 15, 20, 32, 35, 44, 58} }

func (s Solution) lectureRing(t *labtest.T) {
	p := s.pair(t, 6)
	for _, id := range lecture() {
		p.add(node(id), id)
	}
	for _, f := range []struct {
		node string
		want ringapi.Range
	}{{"n8", ringapi.Range{First: 5, Last: 8}}, {"n15", ringapi.Range{First: 9, Last: 15}}, {"n4", ringapi.Range{First: 59, Last: 4}}} {
		t.Step("%s holds %v", f.node, f.want)
		var got []ringapi.ID
		for _, r := range p.ring.Held(f.node) {
			got = append(got, ids(r, 64)...)
		}
		slices.Sort(got)
		want := ids(f.want, 64)
		slices.Sort(want)
		t.Check(slices.Equal(got, want), labtest.Finding{
			Expected: fmt.Sprintf("%s holds %v", f.node, f.want), Actual: fmt.Sprint(p.ring.Held(f.node))})
	}
	t.Step("key 14 is kept by the owner and two more")
	p.replicas(14, 3)
	p.add("n50", 50)
	p.remove("n15")
	p.remove("n99")
	s.smallest(t)
	s.largest(t)
}

// smallest is a ring of two ids.
func (s Solution) smallest(t *labtest.T) {
	p := s.pair(t, 1)
	p.remove("nobody")
	p.add("a", 0)
	p.add("b", 1, 1)
	p.remove("a")
	p.remove("b")
}

// largest is the largest ring that there is. Nobody can go through all of its ids.
func (s Solution) largest(t *labtest.T) {
	const half, top = ringapi.ID(1 << 62), ringapi.ID(1<<63 - 1)
	t.Step("on a ring of 2^63 ids a is at 2^62, and b at the highest")
	ring := s.NewRing(63)
	ring.Add("a", half)
	moves := ring.Add("b", top)
	for _, x := range []struct {
		id   ringapi.ID
		want string
	}{{0, "a"}, {half, "a"}, {half + 1, "b"}, {top, "b"}} {
		got := ring.Owner(x.id)
		t.Check(got == x.want, labtest.Finding{
			Expected: fmt.Sprintf("id %d of 2^63 belongs to %s, with a at 2^62 and b at the highest", x.id, x.want), Actual: "Owner says " + quote(got)})
	}
	var moved, held ringapi.ID // how many ids
	for _, m := range moves {
		moved += (m.Last-m.First)&top + 1
	}
	for _, r := range ring.Held("b") {
		held += (r.Last-r.First)&top + 1
	}
	t.Check(moved == top-half && held == top-half, labtest.Finding{
		Expected: fmt.Sprintf("b takes over and holds %d ids, all above 2^62", top-half),
		Actual:   fmt.Sprintf("Add says %v, and Held %v", show(moves), ring.Held("b"))})
}

// node names a node by its only place.
func node(id ringapi.ID) string { return fmt.Sprintf("n%d", id) }

func (s Solution) placement(t *labtest.T) {
	p := s.pair(t, 3+t.Rand("ring").IntN(5))
	p.changes(11, "abcdefgh", 4, func(int) {})
}

func (s Solution) moves(t *labtest.T) {
	p := s.pair(t, 4+t.Rand("ring").IntN(4))
	p.changes(11, "abcdefgh", 5, func(int) {})
	for _, name := range p.model.names() {
		p.remove(name)
	}
}

func (s Solution) collisions(t *labtest.T) {
	p := s.pair(t, 2+t.Rand("ring").IntN(2))
	p.changes(11, "abcdef", 3, func(int) {
		for _, nodes := range p.model.occupied() {
			if len(nodes) > 1 {
				t.Reach("two nodes had the same place")
			}
		}
		p.replicas(0, 4)
	})
}

func (s Solution) replicas(t *labtest.T) {
	p := s.pair(t, 4+t.Rand("ring").IntN(4))
	p.changes(10, "abcdefgh", 5, func(i int) {
		rnd := t.Rand(fmt.Sprintf("replicas %d", i))
		for range 10 {
			p.replicas(p.place(rnd), 1+rnd.IntN(len(p.model.places)+2))
		}
	})
}

// changes draws changes: nodes with these names and up to so many places come and
// go. It calls check after each.
func (p *pair) changes(n int, names string, places int, check func(i int)) {
	names, places = names[:p.t.Size("nodes", len(names))], p.t.Size("places", places)
	for i := range p.t.Size("changes", n) {
		p.drawn(i, names, places)
		check(i)
	}
}

// drawn has a drawn node come if it is not there, and mostly go if it is.
func (p *pair) drawn(i int, names string, most int) {
	rnd := p.t.Rand(fmt.Sprintf("change %d", i))
	name := string(names[rnd.IntN(len(names))])
	if p.model.places[name] != nil && rnd.IntN(6) > 0 {
		p.remove(name)
		return
	}
	places := make([]ringapi.ID, 1+rnd.IntN(most))
	for i := range places {
		places[i] = p.place(rnd)
	}
	p.add(name, places...)
}

// place draws an id: often one of the two where the ring closes.
func (p *pair) place(rnd *rand.Rand) ringapi.ID {
	id := ringapi.ID(rnd.Uint64N(uint64(p.model.size())))
	switch rnd.IntN(10) {
	case 0:
		id = 0
	case 1:
		id = p.model.size() - 1
	}
	return id
}
