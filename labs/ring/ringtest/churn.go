package ringtest

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"faultline/labs/labtest"
	"faultline/labs/ring/ringapi"
)

// grown makes a ring with these members.
func (s Solution) grown(t *labtest.T, c crew, ids []ringapi.ID) *circle {
	o := s.circle(t, c)
	o.begins(ids[0])
	if len(ids) > 1 {
		o.joins(ids[0], ids[1:]...)
	}
	o.repaired()
	return o
}

// drawnCircle makes a ring of up to so many members with drawn ids. They join in any order.
func (s Solution) drawnCircle(t *labtest.T, c crew, least, most int) (*circle, *rand.Rand) {
	rnd := t.Rand("ring")
	ids := evenly(t, max(least, t.Size("members", least+rnd.IntN(most-least+1))), c.Bits)
	rnd.Shuffle(len(ids), func(i, j int) { ids[i], ids[j] = ids[j], ids[i] })
	return s.grown(t, c, ids), rnd
}

func (s Solution) lectureGrows(t *labtest.T) {
	o := s.circle(t, crew{Bits: 6, R: 2})
	o.begins(20)
	o.joins(20, 4, 58, 35, 8, 44, 15, 32)
	o.repaired()
	o.everywhere()
	o.joins(8, 50)
	o.repaired()
	o.everywhere()
	o.leave(15)
	o.repaired()
	o.everywhere()
	o.fail(58)
	o.repaired()
	o.everywhere()
}

func (s Solution) small(t *labtest.T) {
	for _, ids := range [][]ringapi.ID{{9, 3}, {0, 15}, {15, 0}, {7, 8}} {
		o := s.circle(t, crew{Bits: 4, R: 2})
		o.begins(ids[0])
		o.repaired()
		o.everywhere()
		o.joins(ids[0], ids[1])
		o.repaired()
		o.everywhere()
		o.fail(ids[0])
		o.repaired()
		o.everywhere()
		o.again(ids[0], ids[1])
		o.repaired()
		o.joins(ids[1], 11)
		o.repaired()
		o.everywhere()
		o.leave(ids[1])
		o.repaired()
		o.leave(11)
		o.repaired()
		o.everywhere()
		o.net.Close()
	}
}

// joinTogether has many join in one arc, and some elsewhere.
func (s Solution) joinTogether(t *labtest.T) {
	const bits = 10
	o, rnd := s.drawnCircle(t, crew{Bits: bits, R: 2 + int(t.Seed()%2)}, 2, 6)
	for range 2 {
		old := o.living()
		first := old[rnd.IntN(len(old))]
		var ids []ringapi.ID
		for d := range ringapi.ID(t.Size("joiners", 3+rnd.IntN(4))) {
			id := (first + 1 + d + ringapi.ID(rnd.IntN(2))*(d%2)*40) % (1 << bits)
			if !slices.Contains(old, id) && !slices.Contains(ids, id) {
				ids = append(ids, id)
			}
		}
		rnd.Shuffle(len(ids), func(i, j int) { ids[i], ids[j] = ids[j], ids[i] })
		if len(ids) == 0 {
			continue
		}
		o.joinAtOnce(old[rnd.IntN(len(old))], ids...)
		o.repaired()
	}
}

// crashes has as many members in a row crash as may.
func (s Solution) crashes(t *labtest.T) {
	r := 2 + int(t.Seed()%3)
	o, rnd := s.drawnCircle(t, crew{Bits: 12, R: r}, 2*r+2, 12)
	for range t.Size("times", 3) {
		ids := o.living()
		if len(ids) <= r+1 {
			return
		}
		o.fail(row(ids, rnd, 1+rnd.IntN(r-1))...)
		if rnd.IntN(2) == 0 {
			o.t.Sleep(time.Duration(rnd.IntN(100)) * stabilize / 100)
			ids = o.living()
			o.joins(ids[rnd.IntN(len(ids))], fresh(o.taken(), rnd, o.crew.Bits))
		}
		o.repaired()
	}
}

// row draws members that follow each other.
func row(ids []ringapi.ID, rnd *rand.Rand, n int) []ringapi.ID {
	return from(ids, rnd.IntN(len(ids)), n)
}

// from returns the n members from the first on.
func from(ids []ringapi.ID, first, n int) (list []ringapi.ID) {
	for d := range n {
		list = append(list, next(ids, first, d))
	}
	return list
}

// fresh draws an id that no member has.
func fresh(ids []ringapi.ID, rnd *rand.Rand, bits int) ringapi.ID {
	for {
		if id := ringapi.ID(rnd.Uint64N(1 << bits)); !slices.Contains(ids, id) {
			return id
		}
	}
}

// oneByOne has those that follow one member crash one after the other, until none is
// left of those that it knew at first.
func (s Solution) oneByOne(t *labtest.T) {
	o := s.grown(t, crew{Bits: 8, R: 3}, []ringapi.ID{10, 40, 70, 100, 130, 160, 190, 220, 250})
	for _, id := range []ringapi.ID{40, 70, 100, 130, 160} {
		o.fail(id)
		o.repaired()
	}
	o.everywhere()
	o.joins(10, 20, 30)
	o.repaired()
	o.fail(20, 30)
	o.repaired()
	o.everywhere()
}

// leaving checks that who leaves is not missed for a moment.
func (s Solution) leaving(t *labtest.T) {
	r := 2 + int(t.Seed()%2)
	o, rnd := s.drawnCircle(t, crew{Bits: 10, R: r}, r+3, 10)
	for range 2 {
		ids := o.living()
		if len(ids) < 3 {
			return
		}
		i := rnd.IntN(len(ids))
		o.leave(ids[i])
		before, after := next(ids, i, -1), next(ids, i, 1)
		got, pred := o.node(before).Successors(), ringapi.Member{}
		pred, _ = o.node(after).Predecessor()
		t.Check(len(got) > 0 && got[0].ID == after && pred.ID == before, labtest.Finding{
			Property: "when a member has left, its neighbours have each other",
			Expected: fmt.Sprintf("after the Leave of %s, %s is the successor of %s, and %s its predecessor",
				node(ids[i]), node(after), node(before), node(before)),
			Actual: fmt.Sprintf("%s has the successors %s, and %s has the predecessor %s", node(before), names(got), node(after), orNobody(pred))})
		began := t.Since()
		o.finds(o.living(), before, ids[i])
		t.Check(t.Real() || t.Since()-began < timeout, labtest.Finding{
			Property: "nobody waits for a member that has left",
			Expected: fmt.Sprintf("%s finds the new owner of %d in less than a Timeout, %v", node(before), ids[i], timeout),
			Actual:   fmt.Sprintf("it took %v", t.Since()-began)})
		o.repaired()
	}
}

func orNobody(m ringapi.Member) string {
	if m.Node == "" {
		return "nobody"
	}
	return m.Node
}

// comesBack has members crash and join again with the same id.
func (s Solution) comesBack(t *labtest.T) {
	o, rnd := s.drawnCircle(t, crew{Bits: 10, R: 2 + int(t.Seed()%2)}, 4, 9)
	for range 2 {
		ids := o.living()
		i := rnd.IntN(len(ids))
		via := next(ids, i, 1+rnd.IntN(len(ids)-1))
		o.fail(ids[i])
		o.t.Sleep(time.Duration(rnd.IntN(4)) * stabilize / 2)
		if rnd.IntN(2) == 0 {
			o.joins(via, fresh(o.taken(), rnd, o.crew.Bits))
		}
		o.again(ids[i], via)
		o.repaired()
	}
}

func (s Solution) growth(t *labtest.T) {
	const bits = 8
	ids := evenly(t, t.Size("members", 20), bits)
	rnd := t.Rand("order")
	rnd.Shuffle(len(ids), func(i, j int) { ids[i], ids[j] = ids[j], ids[i] })
	o := s.grown(t, crew{Bits: bits, R: 2}, ids)
	rounds := len(ids) + 2*bits
	t.Step("%d more rounds to repair the fingers", rounds)
	t.Sleep(time.Duration(rounds) * stabilize)
	ids = o.living()
	most := time.Duration(hops(len(ids))) * 2 * time.Millisecond
	for i := range t.Size("lookups", 100) {
		rnd := t.Rand(fmt.Sprintf("lookup %d", i))
		from, id := ids[rnd.IntN(len(ids))], ringapi.ID(rnd.Uint64N(1<<bits))
		began := t.Since()
		o.finds(ids, from, id)
		took := t.Since() - began
		t.Check(t.Real() || took <= most+time.Millisecond, labtest.Finding{
			Expected: fmt.Sprintf("%s finds the owner of %d in %d round trips of 2ms, on a ring of %d", node(from), id, hops(len(ids)), len(ids)),
			Actual:   fmt.Sprintf("it takes as long as %d", (took+time.Millisecond)/(2*time.Millisecond))})
	}
}

// quiet counts what a ring costs in which nothing happens.
func (s Solution) quiet(t *labtest.T) {
	o, _ := s.drawnCircle(t, crew{Bits: 12, R: 3}, 8, 12)
	const rounds, most = 20, 12
	before := o.net.Count("", "").Calls
	t.Sleep(rounds * stabilize)
	calls := o.net.Count("", "").Calls - before
	n := len(o.living())
	t.Check(t.Real() || calls <= most*rounds*n, labtest.Finding{
		Expected: fmt.Sprintf("while nothing changes, %d members start at most %d calls each in a round", n, most),
		Actual:   fmt.Sprintf("in %d rounds there were %d calls, %d for each member and round", rounds, calls, calls/rounds/n)})
}

// lookupsMeanwhile looks up ids while members are dead and nobody knows it yet.
func (s Solution) lookupsMeanwhile(t *labtest.T) {
	r := 2 + int(t.Seed()%2)
	o, rnd := s.drawnCircle(t, crew{Bits: 6, R: r}, 8, 11)
	t.Sleep(time.Duration(len(o.living())+2*o.crew.Bits) * stabilize) // they have their fingers
	for range 2 {
		ids := o.living()
		dead := row(ids, rnd, r-1)
		o.fail(dead...)
		left := o.living()
		for range t.Size("lookups", 6) {
			from, id := left[rnd.IntN(len(left))], ringapi.ID(rnd.Uint64N(1<<o.crew.Bits))
			want := owner(ids, id)
			if slices.Contains(dead, want) {
				continue // its heir may not know of it
			}
			if got := o.ask(from, id, patience); got != node(want) {
				t.Fail(labtest.Finding{
					Expected: fmt.Sprintf("%s finds that %d belongs to %s within %v, though %s just crashed (members at %s)",
						node(from), id, node(want), patience, nodes(dead), list(ids)),
					Actual: "it gives " + got})
			}
		}
		o.repaired()
	}
}

func (s Solution) closeNode(t *labtest.T) {
	o := s.grown(t, crew{Bits: 6, R: 2}, []ringapi.ID{10, 30, 50, 55})
	t.Step("n40 joins through n60, which there is not")
	lonely := o.start(40)
	end := func(what, want string, d time.Duration, f func(time.Duration) error) {
		t.Within(d+timeout, what, func() {
			got := ended(f(d))
			t.Check(got == want, labtest.Finding{
				Property: "what cannot succeed ends with its context or its node",
				Expected: fmt.Sprintf("%s gives %q", what, want), Actual: fmt.Sprintf("%q", got)})
		})
	}
	join := func(d time.Duration) error {
		ctx, cancel := o.t.Patient(d)
		defer cancel()
		return lonely.Join(ctx, "n60")
	}
	end("Join with a context of 1s", "the context's error", time.Second, join)
	lonely.Close()
	t.Step("n30 is closed while it looks for somebody that is not there")
	o.gone(30)
	n := o.all[1]
	o.fail(10, 50, 55)
	t.Go(func() {
		for range 200 { // at last it is alone, and owns everything
			got := o.askNode(n, "n30", 5, 0)
			if got == "closed" {
				return
			}
			t.Check(got != "", labtest.Finding{
				Property: "where there is no way, a Lookup goes on trying",
				Expected: "Lookup of 5 by n30 gives a member when all that n30 knows have crashed, or does not return yet",
				Actual:   "it gives a member without a name, and no error"})
			t.Sleep(timeout / 10)
		}
		t.Fail(labtest.Finding{Expected: "Lookup gives ErrClosed when the node has been closed", Actual: "it goes on finding owners"})
	})
	t.Sleep(3 * timeout)
	t.Within(timeout, "Close", n.Close)
	t.Join(timeout, "the Lookup that was under way")
	t.Within(timeout, "Close", n.Close)
	t.Restarts(o.net.Node("n30"), "Close closes the process")
}
