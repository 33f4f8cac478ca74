package ringtest

import (
	"fmt"
	"slices"
	"time"

	"faultline/labrpc"
	"faultline/labs/labtest"
	"faultline/labs/ring/ringapi"
)

// lectureFingers is the lecture's finger table.
func (s Solution) lectureFingers(t *labtest.T) {
	o := s.overlay(t, floor{Bits: 7, IDs: []ringapi.ID{20, 32, 45, 80, 96, 112}, Table: ringapi.Fingers, Near: 1})
	t.Step("the fingers of n80: 81, 82, 84, 88 and 96 lead to n96, 112 to n112, 144 - 128 = 16 to n20")
	o.knows(3, o.whyFar(3), ringapi.Member{ID: 96, Node: "n96"}, ringapi.Member{ID: 112, Node: "n112"}, ringapi.Member{ID: 20, Node: "n20"})
	o.allowBits()
	for id := range ringapi.ID(128) {
		o.find(3, id, both()[id%2], patience)
	}
	o.leave()
}

func (s Solution) lectureLookups(t *labtest.T) {
	s.lectureFingers(t)
	for _, table := range tables() {
		o := s.overlay(t, floor{Bits: 6, IDs: lecture(), Table: table, Near: 1})
		o.allowBits()
		t.Step("n4 looks for 37, which belongs to n44; then everybody for every id")
		for i := range o.members {
			for id := range ringapi.ID(64) {
				o.find(i, (id+37)%64, both()[(int(id)+i)%2], patience)
			}
		}
		o.leave()
	}
}

// leave ends a ring before another one begins.
func (o *overlay) leave() {
	for _, p := range o.peers {
		o.t.Within(time.Second, "Close", p.Close)
	}
	o.net.Close()
}

// knows checks that a member knows others; why says what they are to it.
func (o *overlay) knows(i int, why func(ringapi.Member) string, want ...ringapi.Member) {
	got := o.peers[i].Neighbours()
	for _, m := range want {
		if slices.Contains(got, m) {
			continue
		}
		o.t.Fail(labtest.Finding{
			Property: "a peer knows its neighbours and the others that its table needs",
			Expected: fmt.Sprintf("%s knows %s, %s (%s, near %d; %s)",
				o.members[i].Node, m.Node, why(m), o.floor.Table, o.floor.Near, o),
			Actual: "its Neighbours are " + names(got),
		})
	}
}

func names(members []ringapi.Member) (text string) {
	for i, m := range members {
		if i > 0 {
			text += " "
		}
		text += m.Node
	}
	if text == "" {
		return "none"
	}
	return text
}

func (s Solution) edges(t *labtest.T) {
	for _, ids := range [][]ringapi.ID{{9}, {0}, {15}, {3, 12}, {0, 15}, {7, 8}, {0, 1, 15}, {2, 6, 10, 14}, {0, 4, 8, 9, 15}} {
		for _, table := range tables() {
			o := s.overlay(t, floor{Bits: 4, IDs: ids, Table: table, Near: 1})
			o.allowBits()
			for id := range ringapi.ID(16) {
				for i := range o.members {
					o.find(i, id, both()[(int(id)+i)%2], patience)
					o.silent(i, id)
					t.Sleep(time.Millisecond) // whoever brought the result hears so after Lookup has returned
				}
			}
			o.leave()
		}
	}
}

// silent checks that the last lookup sent nothing if it had to ask nobody. Of the
// farthest neighbour downwards a peer does not know where its ids begin.
func (o *overlay) silent(i int, id ringapi.ID) {
	owner, known := o.owner(id), false
	for d := 1 - o.below(); d <= o.floor.Near; d++ {
		known = known || o.next(i, d) == owner
	}
	_, messages := o.traffic()
	if !known || messages == 0 {
		return
	}
	o.t.Fail(labtest.Finding{
		Property: "a lookup sends nothing if the owner is near and the peer can know it",
		Expected: fmt.Sprintf("%s knows without asking that %d belongs to %s: %s (%s; %s)",
			o.members[i].Node, id, owner.Node, o.around(i), o.floor.Table, o),
		Actual: fmt.Sprintf("%d messages were sent: %s", messages, o.wayNow()),
	})
}

// around says of which ids a member knows the owner, for it knows its nearest.
func (o *overlay) around(i int) string {
	last, first := o.next(i, -o.below()), o.next(i, o.floor.Near)
	if 1+o.below()+o.floor.Near > len(o.members) {
		return "its nearest neighbours are all that there are"
	}
	return fmt.Sprintf("it knows everybody from %s, the farthest of its nearest downwards, to %s, "+
		"so it knows the owner of every id above %d up to %d", last.Node, first.Node, last.ID, first.ID)
}

func (s Solution) anyRing(t *labtest.T) {
	rnd := t.Rand("ring")
	m := 5 + rnd.IntN(8)
	ids := evenly(t, t.Size("peers", 2+rnd.IntN(28)), m)
	if rnd.IntN(2) == 0 { // a crowd on one side of the ring, and somebody where it closes
		for i := range ids {
			ids[i] /= 2
		}
		ids = slices.Compact(append(ids, 1<<m-1))
	}
	o := s.overlay(t, floor{Bits: m, IDs: ids, Table: tables()[rnd.IntN(2)], Near: 1 + rnd.IntN(3)})
	o.allowBits()
	for i := range t.Size("lookups", 60) {
		rnd := t.Rand(fmt.Sprintf("lookup %d", i))
		id := ringapi.ID(rnd.Uint64N(1 << m))
		if rnd.IntN(2) == 0 { // next to a member
			id = (o.members[rnd.IntN(len(o.members))].ID + ringapi.ID(rnd.IntN(3)) - 1) % (1 << m)
		}
		from := rnd.IntN(len(o.members))
		o.find(from, id, both()[i%2], patience)
		o.silent(from, id)
		t.Sleep(time.Millisecond) // as in edges
	}
}

func (s Solution) neighbours(t *labtest.T) {
	rnd := t.Rand("ring")
	peers := t.Size("peers", 1+rnd.IntN(150))
	for _, table := range tables() {
		m := 10 + rnd.IntN(6)
		o := s.overlay(t, floor{Bits: m, IDs: evenly(t, peers, m), Table: table, Near: 1 + rnd.IntN(5)})
		for i := range o.members {
			o.knows(i, o.whyNear(i), o.near(i)...)
			o.knows(i, o.whyFar(i), o.far(i)...)
			o.modest(i)
		}
		o.leave()
	}
}

// far returns the members far away that a member has to know: with leaves only one
// of those that would do, if there is only one.
func (o *overlay) far(i int) (list []ringapi.Member) {
	self, m := o.members[i], o.floor.Bits
	for bit := range m {
		if o.floor.Table == ringapi.Fingers {
			if f := o.owner((self.ID + 1<<bit) % (1 << m)); f != self {
				list = append(list, f)
			}
			continue
		}
		others := o.branch(self.ID, bit)
		known := o.peers[i].Neighbours()
		if len(others) > 0 && !slices.ContainsFunc(others, func(m ringapi.Member) bool { return slices.Contains(known, m) }) {
			list = append(list, others[0])
		}
	}
	return list
}

// whyNear says which of the nearest of a member another one is.
func (o *overlay) whyNear(i int) func(ringapi.Member) string {
	return func(m ringapi.Member) string {
		for d := 1; d <= max(o.floor.Near, o.below()); d++ {
			switch m {
			case o.next(i, d):
				return fmt.Sprintf("number %d of the next upwards", d)
			case o.next(i, -d):
				return fmt.Sprintf("number %d of the next downwards", d)
			}
		}
		return "one of its nearest"
	}
}

// whyFar says why a member must know another one that is far away.
func (o *overlay) whyFar(i int) func(ringapi.Member) string {
	self, size := o.members[i].ID, ringapi.ID(1)<<o.floor.Bits
	return func(m ringapi.Member) string {
		for bit := range o.floor.Bits {
			if o.floor.Table == ringapi.Leaves {
				if m.ID>>bit == self>>bit^1 {
					return fmt.Sprintf("or another whose id has the same %d highest bits as its own and another bit after them",
						o.floor.Bits-1-bit)
				}
			} else if place := (self + 1<<bit) % size; o.owner(place) == m {
				return fmt.Sprintf("the first member at or after %d + 2^%d, which is %d on this ring", self, bit, place)
			}
		}
		return "which its table needs"
	}
}

// branch returns the members whose ids are equal to id above a bit and different
// there.
func (o *overlay) branch(id ringapi.ID, bit int) (list []ringapi.Member) {
	for _, m := range o.members {
		if m.ID>>bit == id>>bit^1 {
			list = append(list, m)
		}
	}
	return list
}

// modest checks that a peer knows few others, each once, and not itself.
func (o *overlay) modest(i int) {
	got, self := o.peers[i].Neighbours(), o.members[i]
	near, far := len(o.near(i)), 4*o.hops()
	if slices.Contains(got, self) {
		o.t.Fail(labtest.Finding{
			Property: "a peer is none of its own neighbours",
			Expected: fmt.Sprintf("%s is not among the Neighbours of %s (%s)", self.Node, self.Node, o),
			Actual:   fmt.Sprintf("they are %s", names(got[:min(len(got), 12)])),
		})
	}
	o.t.Check(len(got) <= near+far, labtest.Finding{
		Property: "a peer knows few of the others",
		Expected: fmt.Sprintf("%s knows at most %d members: its %d nearest and 4×H others, where H is %d, log2 of %d rounded up, and 2 (%s)",
			self.Node, near+far, near, o.hops(), len(o.members), o),
		Actual: fmt.Sprintf("it knows %d: %s", len(got), names(got[:min(len(got), 12)])),
	})
	for j, m := range got {
		if !slices.Contains(o.members, m) || slices.Contains(got[:j], m) {
			o.t.Fail(labtest.Finding{
				Expected: self.Node + " names each neighbour once, as it is in Members", Actual: fmt.Sprintf("%+v in %s", m, names(got))})
		}
	}
}

func (s Solution) hopBound(t *labtest.T) {
	table := tables()[t.Seed()%2]
	o := s.overlay(t, floor{Bits: 16, IDs: evenly(t, t.Size("peers", 1000), 16), Table: table, Near: 4})
	for i := range t.Size("lookups", 150) {
		rnd := t.Rand(fmt.Sprintf("lookup %d", i))
		mode := both()[i%2]
		o.allowHops(mode)
		o.find(rnd.IntN(len(o.members)), ringapi.ID(rnd.Uint64N(1<<16)), mode, patience)
	}
}

func (s Solution) messages(t *labtest.T) {
	rnd := t.Rand("ring")
	o := s.overlay(t, floor{Bits: 14, IDs: evenly(t, t.Size("peers", 100+rnd.IntN(100)), 14), Table: tables()[t.Seed()%2], Near: 2, Slow: true})
	lookups := 40
	if t.Real() {
		lookups = 4
	}
	for i := range t.Size("lookups", lookups) {
		rnd := t.Rand(fmt.Sprintf("lookup %d", i))
		from, mode := rnd.IntN(len(o.members)), both()[i%2]
		o.allowHops(mode)
		began := t.Since()
		o.find(from, ringapi.ID(rnd.Uint64N(1<<14)), mode, 10*patience)
		took := t.Since() - began
		t.Sleep(5 * slowly) // for the last answer
		requests, messages := o.traffic()
		t.Check(messages == 2*len(requests), labtest.Finding{
			Property: "each request has one answer, and nothing else is sent",
			Expected: fmt.Sprintf("%d messages for %d requests", 2*len(requests), len(requests)), Actual: fmt.Sprint(messages)})
		if mode == ringapi.Iterative {
			o.asksItself(from, requests)
		} else {
			o.passedOn(from, requests, took)
		}
	}
}

// asksItself checks an iterative lookup.
func (o *overlay) asksItself(from int, requests []labrpc.Message) {
	for _, m := range requests {
		o.t.Check(m.From == o.members[from].Node, labtest.Finding{
			Property: "in an iterative lookup the peer that looks up asks everybody itself",
			Expected: "requests from " + o.members[from].Node + " only", Actual: way(requests)})
	}
}

// passedOn checks a recursive lookup.
func (o *overlay) passedOn(from int, requests []labrpc.Message, took time.Duration) {
	if len(requests) == 0 {
		return
	}
	origin, last := o.members[from].Node, len(requests)-1
	for i, m := range requests[:last] {
		o.t.Check(i == 0 || m.From == requests[i-1].To, labtest.Finding{
			Property: "in a recursive lookup whoever gets it passes it on",
			Expected: fmt.Sprintf("the next request is from %s", requests[max(i, 1)-1].To), Actual: way(requests)})
		at := slices.IndexFunc(o.members, func(member ringapi.Member) bool { return member.Node == m.From })
		isNext := func(member ringapi.Member) bool { return member.Node == m.To }
		o.t.Check(slices.ContainsFunc(o.peers[at].Neighbours(), isNext), labtest.Finding{
			Property: "a lookup is passed on to a neighbour",
			Expected: m.From + " passes it on to one of its Neighbours", Actual: "it passes it on to " + m.To})
	}
	o.t.Check(requests[0].From == origin && last > 0 && requests[last].To == origin && requests[last].From == requests[last-1].To,
		labtest.Finding{
			Property: "the last one answers the first",
			Expected: "a request that passes the lookup on, and so on, and one that takes the owner straight to " + origin,
			Actual:   way(requests)})
	fair := time.Duration(len(requests)) * slowly
	o.t.Check(took <= fair+slowly/2, labtest.Finding{
		Property: "a lookup ends when the answer has arrived",
		Expected: fmt.Sprintf("a lookup with %d requests takes %v: a message takes %v", len(requests), fair, slowly),
		Actual: fmt.Sprintf("it took %v, on the way %s (does the answer go back all the way, or does somebody wait for more than it?)",
			took, way(requests))})
}
