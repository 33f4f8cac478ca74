package ringtest

import (
	"fmt"
	"slices"

	"faultline/labs/labtest"
	"faultline/labs/ring/ringapi"
)

// next is the d-th of some members upwards from the i-th.
func next(ids []ringapi.ID, i, d int) ringapi.ID {
	return ids[((i+d)%len(ids)+len(ids))%len(ids)]
}

// owner is the first of some members at or after an id.
func owner(ids []ringapi.ID, id ringapi.ID) ringapi.ID {
	for _, m := range ids {
		if m >= id {
			return m
		}
	}
	return ids[0]
}

// successors are what a member of a repaired ring knows.
func (o *circle) successors(ids []ringapi.ID, i int) (list []ringapi.ID) {
	for d := 1; d <= min(o.crew.R, len(ids)-1); d++ {
		list = append(list, next(ids, i, d))
	}
	return list
}

// A fault of a ring: what is not as it should be.
type wrong struct{ property, expected, actual string }

// check returns the first thing that is wrong in a ring of these members.
func (o *circle) check(ids []ringapi.ID) *wrong {
	for _, f := range []func([]ringapi.ID) *wrong{o.cycle, o.lists, o.predecessors} {
		if w := f(ids); w != nil {
			return w
		}
	}
	return nil
}

// cycle follows the first successors.
func (o *circle) cycle(ids []ringapi.ID) *wrong {
	at, way, seen := ids[0], node(ids[0]), map[ringapi.ID]bool{}
	for i := range ids {
		seen[at] = true
		got := o.node(at).Successors()
		to := at
		if len(got) > 0 {
			to = got[0].ID
		}
		want := next(ids, i, 1)
		if to == want {
			at, way = to, way+" "+node(to)
			continue
		}
		expected := fmt.Sprintf("the successor of %s is %s, with members at %s", node(at), node(want), list(ids))
		actual := fmt.Sprintf("it is %s", node(to))
		switch {
		case !slices.Contains(ids, to):
			actual += ", which is not among them"
		case to == at:
			actual = node(at) + " takes itself for alone"
		case seen[to]:
			actual += fmt.Sprintf(": whoever follows the successors goes %s %s, and round again without %s", way, node(to), node(want))
		default:
			actual += fmt.Sprintf(": it passes over %s, which is alive", node(want))
		}
		return &wrong{"the first successors are one cycle through all living members, in the order of their ids", expected, actual}
	}
	return nil
}

// lists compares the lists of successors.
func (o *circle) lists(ids []ringapi.ID) *wrong {
	for i, id := range ids {
		var got []ringapi.ID
		for _, m := range o.node(id).Successors() {
			got = append(got, m.ID)
			if m.Node != node(m.ID) {
				return &wrong{"a member is known by its id and its name", "n4 has the id 4", fmt.Sprintf("%+v", m)}
			}
		}
		if want := o.successors(ids, i); !slices.Equal(got, want) {
			return &wrong{"the successor lists are right",
				fmt.Sprintf("the list of %s has %s: %s, with members at %s",
					node(id), labtest.Count(len(want), "successor"), orNone(want), list(ids)),
				fmt.Sprintf("it has %d: %s", len(got), orNone(got))}
		}
	}
	return nil
}

func orNone(ids []ringapi.ID) string {
	if len(ids) == 0 {
		return "none"
	}
	return nodes(ids)
}

// predecessors compares the predecessors.
func (o *circle) predecessors(ids []ringapi.ID) *wrong {
	for i, id := range ids {
		m, known := o.node(id).Predecessor()
		if want := next(ids, i, -1); !known || m.ID != want {
			actual := "it is " + m.Node
			switch {
			case !known:
				actual = "it knows none"
			case !slices.Contains(ids, m.ID):
				actual += ", which is dead"
			}
			return &wrong{"each member has the right predecessor",
				fmt.Sprintf("the predecessor of %s is %s, with members at %s", node(id), node(want), list(ids)), actual}
		}
	}
	return nil
}

// repaired waits until the ring is right.
func (o *circle) repaired() {
	ids := o.living()
	o.t.Step("%d rounds to repair a ring of %d", o.bound()/stabilize, len(ids))
	o.becomes(func() *wrong {
		if w := o.check(ids); w != nil {
			return w
		}
		return o.lookups(ids)
	})
}

// everywhere has every member look up every id, until all of them are right.
func (o *circle) everywhere() {
	ids := o.living()
	o.t.Step("everybody looks up every id")
	o.becomes(func() *wrong {
		for _, from := range ids {
			for id := range ringapi.ID(1) << o.crew.Bits {
				if w := o.lookup(ids, from, id); w != nil {
					return w
				}
			}
		}
		return nil
	})
}

// becomes waits until nothing is wrong any more, as long as the repair of a ring may take.
func (o *circle) becomes(right func() *wrong) {
	bound := o.bound()
	var w *wrong
	for end := o.t.Since() + bound; ; o.t.Sleep(stabilize / 2) {
		began := o.t.Since()
		if w = right(); w == nil {
			return
		}
		if began > end { // a look that began before may have seen the ring as it was before
			break
		}
	}
	o.t.Fail(labtest.Finding{Property: w.property,
		Expected: fmt.Sprintf("%d rounds after the last change %s", bound/stabilize, w.expected), Actual: w.actual})
}

// lookups has every member look up the ids of some others, and what is next to them.
func (o *circle) lookups(ids []ringapi.ID) *wrong {
	for i, from := range ids {
		target := next(ids, i, 1+i%len(ids))
		for _, id := range []ringapi.ID{target, (target + 1) % (1 << o.crew.Bits)} {
			if w := o.lookup(ids, from, id); w != nil {
				return w
			}
		}
	}
	return nil
}

// lookup has a member look up an id, and returns what is wrong with what it finds.
func (o *circle) lookup(ids []ringapi.ID, from, id ringapi.ID) *wrong {
	want := node(owner(ids, id))
	got := o.ask(from, id, patience)
	if got == want {
		return nil
	}
	return &wrong{"a lookup finds the first member at or after the id",
		fmt.Sprintf("%s finds that %d belongs to %s, with members at %s", node(from), id, want, list(ids)), "it gives " + got}
}

// finds fails unless a member finds the owner of an id among ids.
func (o *circle) finds(ids []ringapi.ID, from, id ringapi.ID) {
	if w := o.lookup(ids, from, id); w != nil {
		o.t.Fail(labtest.Finding{Property: w.property, Expected: w.expected, Actual: w.actual})
	}
}
