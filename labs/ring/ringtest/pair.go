package ringtest

import (
	"fmt"
	"slices"
	"strings"

	"faultline/labs/labtest"
	"faultline/labs/ring/ringapi"
)

// A pair is a ring of the solution and the model of it.
type pair struct {
	t     *labtest.T
	ring  ringapi.Ring
	model *model
}

func (s Solution) pair(t *labtest.T, bits int) *pair {
	t.Step("an empty ring of %d ids", 1<<bits)
	return &pair{t: t, ring: s.NewRing(bits), model: newModel(bits)}
}

// add adds a node and checks what the ring says has to be moved.
func (p *pair) add(node string, places ...ringapi.ID) {
	if p.model.places[node] == nil {
		p.t.Step("Add %s at %s", node, list(places))
	} else {
		p.t.Step("Add %s at %s, which is on the ring already: it stays where it is", node, list(places))
	}
	add := func() []ringapi.Move {
		mine := slices.Clone(places)
		defer clear(mine) // Add keeps no reference to it
		return p.ring.Add(node, mine...)
	}
	p.change("Add of "+node, add, func() {
		if p.model.places[node] == nil {
			p.model.places[node] = places
		}
	})
}

// remove removes a node and checks what the ring says has to be moved.
func (p *pair) remove(node string) {
	p.t.Step("Remove %s", node)
	p.change("Remove of "+node, func() []ringapi.Move { return p.ring.Remove(node) }, func() {
		delete(p.model.places, node)
	})
}

// change has ring and model change. It compares who owns and holds what first, as moves
// follow from that, and then holds the moves against the owners before and after.
func (p *pair) change(what string, real func() []ringapi.Move, inModel func()) {
	before := p.model.owners()
	moves := real()
	inModel()
	p.owners()
	p.held()
	after := p.model.owners()
	told := make([]string, len(after)) // for each id what the moves say of it
	for _, m := range moves {
		p.valid(what, m.Range)
		for _, id := range ids(m.Range, p.model.size()) {
			if told[id] != "" {
				p.t.Fail(labtest.Finding{
					Property: "an id whose owner changes is in one move",
					Expected: what + " says at most once what becomes of id " + p.id(id),
					Actual:   fmt.Sprintf("it is in two ranges: %s", show(moves)),
				})
			}
			told[id] = quote(m.From) + " to " + quote(m.To)
		}
	}
	for id, was := range before {
		want := ""
		if was != after[id] {
			want = quote(was) + " to " + quote(after[id])
		}
		if told[id] != want { // as below: what is not wrong is not put into words, since there is much of it
			p.t.Fail(labtest.Finding{
				Property: "what moves is exactly what has another owner than before",
				Expected: fmt.Sprintf("%s moves id %s %s%s", what, p.id(ringapi.ID(id)), orNot(want), p.model.tie(ringapi.ID(id))),
				Actual:   fmt.Sprintf("it moves it %s: %s", orNot(told[id]), show(moves)),
			})
		}
	}
}

// ranges is a number of ranges.
func ranges(n int) string {
	switch n {
	case 0:
		return "no range"
	case 1:
		return "one range"
	}
	return fmt.Sprintf("%d ranges", n)
}

func orNot(move string) string {
	if move == "" {
		return "nowhere"
	}
	return "from " + move
}

func quote(name string) string {
	if name == "" {
		return "nobody"
	}
	return name
}

// show lists moves, the first of them.
func show(moves []ringapi.Move) string {
	var parts []string
	for _, m := range moves[:min(6, len(moves))] {
		parts = append(parts, fmt.Sprintf("%v from %s to %s", m.Range, quote(m.From), quote(m.To)))
	}
	if more := len(moves) - len(parts); more > 0 {
		parts = append(parts, fmt.Sprintf("and %d more", more))
	}
	if parts == nil {
		return "no moves"
	}
	return strings.Join(parts, ", ")
}

// id is an id with the ring that it is on.
func (p *pair) id(id ringapi.ID) string {
	return fmt.Sprintf("%d of the ring with %v", id, p.model)
}

// valid fails if a range has ends that are no ids.
func (p *pair) valid(what string, r ringapi.Range) {
	if r.First >= p.model.size() || r.Last >= p.model.size() {
		p.t.Fail(labtest.Finding{
			Property: "an id is from 0 to 2^Bits - 1",
			Expected: fmt.Sprintf("ends of ranges up to %d", p.model.size()-1), Actual: fmt.Sprintf("%s gives %v", what, r),
		})
	}
}

// owners compares the owner of each id.
func (p *pair) owners() {
	for id, want := range p.model.owners() {
		got := p.ring.Owner(ringapi.ID(id))
		if got != want {
			p.t.Fail(labtest.Finding{
				Property: "the owner of an id is the first node at or after it",
				Expected: fmt.Sprintf("id %s belongs to %s%s", p.id(ringapi.ID(id)), quote(want), p.model.tie(ringapi.ID(id))),
				Actual:   "Owner says " + quote(got),
			})
		}
	}
}

// held compares what each node holds with the owners.
func (p *pair) held() {
	owners := p.model.owners()
	for _, node := range p.model.names() {
		held := p.ring.Held(node)
		times := make([]int, len(owners))
		for _, r := range held {
			p.valid("Held of "+node, r)
			for _, id := range ids(r, p.model.size()) {
				times[id]++
			}
		}
		for id, n := range times {
			want := 0
			if owners[id] == node {
				want = 1
			}
			if n != want {
				p.t.Fail(labtest.Finding{
					Property: "a node holds the ids that it owns, each in one range",
					Expected: fmt.Sprintf("id %s belongs to %s, so it is in %s of Held(%q)%s",
						p.id(ringapi.ID(id)), owners[id], ranges(want), node, p.model.tie(ringapi.ID(id))),
					Actual: fmt.Sprintf("it is in %s: %v", ranges(n), held),
				})
			}
		}
	}
}

// replicas compares the nodes that keep copies of an id.
func (p *pair) replicas(id ringapi.ID, r int) {
	want, got := p.model.replicas(id, r), p.ring.Replicas(id, r)
	if !slices.Equal(got, want) {
		p.t.Fail(labtest.Finding{
			Property: "the replicas of an id are the next different nodes on the way up",
			Expected: fmt.Sprintf("Replicas(%d, %d) on the ring with %v: %v%s", id, r, p.model, want, p.model.tie(id)),
			Actual:   fmt.Sprint(got),
		})
	}
}
