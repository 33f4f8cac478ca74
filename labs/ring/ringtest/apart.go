package ringtest

import (
	"fmt"
	"math/rand/v2"
	"time"

	"faultline/labrpc"
	"faultline/labs/labtest"
	"faultline/labs/ring/ringapi"
)

// twoRings lets a partition make two rings of one.
func (s Solution) twoRings(t *labtest.T) {
	o, rnd := s.drawnCircle(t, crew{Bits: 10, R: 3}, 4, 10)
	parts := sides(o.living(), o.crew.R, rnd)
	var names [2][]string
	for i, part := range parts {
		for _, id := range part {
			names[i] = append(names[i], node(id))
		}
	}
	t.Step("%s and %s do not hear each other", nodes(parts[0]), nodes(parts[1]))
	o.net.Cut(names[0], names[1])
	t.Step("up to 20 rounds, in which each becomes a ring if it can")
	for end := t.Since() + 20*stabilize; t.Since() < end && (o.check(parts[0]) != nil || o.check(parts[1]) != nil); {
		t.Sleep(stabilize / 2) // nobody promises that: for either, more than r-1 members are gone
	}
	t.Sleep(time.Duration(rnd.IntN(10)) * stabilize)
	t.Step("they hear each other again: two rings must become one")
	o.net.Heal()
	o.repaired()
}

// sides draws two sides of members, so that nobody has all its successors on the other
// one.
func sides(ids []ringapi.ID, r int, rnd *rand.Rand) (parts [2][]ringapi.ID) {
	side := make([]int, len(ids))
	for longest := r; longest >= r; {
		longest = 0
		for i := range side {
			side[i] = rnd.IntN(2)
		}
		for i := range side {
			n := 1
			for n < len(side) && side[(i+n)%len(side)] == side[i] {
				n++
			}
			longest = max(longest, n)
		}
	}
	for i, id := range ids {
		parts[side[i]] = append(parts[side[i]], id)
	}
	return parts
}

func churnWeather(t *labtest.T) labrpc.Faults {
	return labrpc.Draw(t.Seed(), labrpc.Faults{Loss: 0.1, Duplicate: 0.15, Delay: 0.1,
		DelayBy: labrpc.Range{Min: 5 * time.Millisecond, Max: 6 * timeout}})
}

func (s Solution) churnStorm(t *labtest.T) {
	r := 3
	o := s.circle(t, crew{Bits: 10, R: r, Faults: churnWeather(t)})
	rnd := t.Rand("ring")
	ids := evenly(t, t.Size("members", 4+rnd.IntN(4)), o.crew.Bits)
	o.begins(ids[0])
	if len(ids) > 1 {
		o.joins(ids[0], ids[1:]...)
	}
	for i := range t.Size("changes", 4) {
		rnd := t.Rand(fmt.Sprintf("change %d", i))
		t.Sleep(time.Duration(rnd.IntN(600)) * time.Millisecond)
		ids := o.living()
		switch {
		case rnd.IntN(2) == 0 || len(ids) <= r || !o.comesRight(10*stabilize):
			o.joins(ids[rnd.IntN(len(ids))], fresh(o.taken(), rnd, o.crew.Bits))
		case rnd.IntN(2) == 0:
			o.fail(row(ids, rnd, 1+rnd.IntN(r-1))...)
		default:
			o.leaveOrFail(ids[rnd.IntN(len(ids))])
		}
	}
	t.Step("the network does nothing wrong any more")
	t.ReachFaults("a packet")
	o.net.Calm()
	o.repaired()
}

// comesRight waits until the ring is right, and reports whether it is. In a storm, nodes
// that live take each other for dead, and if the only one fails who still knows of two
// parts, they stay apart: nobody can do anything about that.
func (o *circle) comesRight(d time.Duration) bool {
	for end := o.t.Since() + d; o.t.Since() < end; o.t.Sleep(stabilize / 4) {
		if ids := o.living(); o.check(ids) == nil && o.lookups(ids) == nil {
			return true
		}
	}
	return false
}

// leaveOrFail has a member leave in a storm, where nobody may hear it.
func (o *circle) leaveOrFail(id ringapi.ID) {
	o.t.Step("%s leaves", node(id))
	n := o.node(id)
	o.gone(id)
	o.t.Within(2*patience, "Leave of "+node(id)+" with a context of 1s", func() {
		ctx, cancel := o.t.Patient(time.Second)
		defer cancel()
		_ = n.Leave(ctx)
	})
}
