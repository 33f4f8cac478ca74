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

func (s Solution) order(t *labtest.T) {
	bits := 3 + t.Rand("ring").IntN(4)
	first, second := s.pair(t, bits), s.pair(t, bits)
	rnd := t.Rand("nodes")
	nodes := map[string][]ringapi.ID{}
	names := []string{"a", "b", "c", "d", "e", "f"}[:t.Size("nodes", 6)]
	for _, name := range names {
		for range 1 + rnd.IntN(4) {
			nodes[name] = append(nodes[name], first.place(rnd))
		}
	}
	t.Step("one ring")
	for _, name := range names {
		first.add(name, nodes[name]...)
	}
	t.Step("the other ring, in another order, where somebody came and went")
	rnd.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
	for i, name := range names {
		second.add(name, nodes[name]...)
		if i == len(names)/2 {
			second.add("g", nodes["a"]...)
			second.remove("a")
			second.remove("g")
		}
	}
	second.add("a", nodes["a"]...)
	for id := range first.model.size() {
		one, other := first.ring.Replicas(id, 6), second.ring.Replicas(id, 6)
		if slices.Equal(one, other) && first.ring.Owner(id) == second.ring.Owner(id) {
			continue
		}
		t.Fail(labtest.Finding{
			Expected: fmt.Sprintf("two rings with %v say the same of id %d", first.model, id),
			Actual: fmt.Sprintf("one has owner %s and replicas %v, the other %s and %v",
				first.ring.Owner(id), one, second.ring.Owner(id), other),
		})
	}
}
