package ringtest

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"faultline/labrpc"
	"faultline/labs/labtest"
	"faultline/labs/ring/ringapi"
)

func (s Solution) dead(t *labtest.T) {
	rnd := t.Rand("ring")
	o := s.overlay(t, floor{Bits: 16, IDs: evenly(t, t.Size("peers", 20+rnd.IntN(60)), 16), Table: tables()[t.Seed()%2], Near: 3})
	dead := o.kill(t.Rand("dead"))
	for i := range t.Size("lookups", 24) {
		rnd := t.Rand(fmt.Sprintf("lookup %d", i))
		from, id := rnd.IntN(len(o.members)), ringapi.ID(rnd.Uint64N(1<<16))
		if dead[o.members[from].Node] || dead[o.owner(id).Node] {
			continue
		}
		o.find(from, id, both()[i%2], patience)
		requests, _ := o.traffic()
		for _, m := range requests {
			if dead[m.To] {
				t.Reach("a dead node was asked")
			}
		}
	}
}

// kill has every fourth node crash, and no three in a row.
func (o *overlay) kill(rnd *rand.Rand) map[string]bool {
	dead := map[string]bool{}
	n := len(o.members)
	for i, m := range o.members {
		row := 1
		for _, d := range []int{1, 2, -1, -2} {
			if dead[o.members[(i+d+n)%n].Node] {
				row++
			}
		}
		if row < 3 && len(dead) < n/4 && rnd.IntN(4) == 0 {
			dead[m.Node] = true
			o.net.Node(m.Node).Crash()
		}
	}
	if len(dead) > 0 {
		o.t.Step("of %s, these crash: %s", labtest.Count(n, "node"), strings.Join(slices.Sorted(maps.Keys(dead)), " "))
	}
	return dead
}

func (s Solution) oneLoss(t *labtest.T) {
	o := s.overlay(t, floor{Bits: 6, IDs: lecture(), Table: tables()[t.Seed()%2], Near: 1})
	for _, mode := range both() {
		o.find(0, 37, mode, patience)
		t.Sleep(patience) // for the last answer
		_, messages := o.traffic()
		t.Step("n4 looks for 37 again and again, %s; each time another one of the %d messages is lost", mode, messages)
		for k := range messages {
			o.lose(k + 1)
			o.find(0, 37, mode, patience)
			t.Sleep(patience)
		}
	}
}

// lose has a message of the next lookup lost.
func (o *overlay) lose(k int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.lost = k
}

func (s Solution) storm(t *labtest.T) {
	rnd := t.Rand("ring")
	limit := labrpc.Faults{Loss: 0.15, Duplicate: 0.2, Corrupt: 0.05, Delay: 0.15,
		DelayBy: labrpc.Range{Min: time.Millisecond, Max: 2 * timeout}}
	o := s.overlay(t, floor{Bits: 12, IDs: evenly(t, t.Size("peers", 50+rnd.IntN(15)), 12), // who knows 4×H must ask, too
		Table: tables()[rnd.IntN(2)], Near: 1 + rnd.IntN(2), Faults: labrpc.Draw(t.Seed(), limit)})
	lookups := t.Size("lookups", 5)
	for client := range t.Size("clients", 4) {
		from := t.Rand(fmt.Sprintf("client %d", client/2)).IntN(len(o.members)) // two clients at each of two peers
		t.Go(func() {
			for i := range lookups {
				rnd := t.Rand(fmt.Sprintf("lookup %d of client %d", i, client))
				id := ringapi.ID(rnd.Uint64N(1 << 12))
				o.mu.Lock()
				o.asked = append(o.asked, id)
				o.mu.Unlock()
				got, want := o.ask(from, id, both()[rnd.IntN(2)], 0), o.owner(id).Node
				t.Check(got == want, labtest.Finding{
					Property: "a lookup finds the first member at or after the id",
					Expected: fmt.Sprintf("%s finds that %d belongs to %s (%s)", o.members[from].Node, id, want, o),
					Actual:   "it gives " + got + o.instead(got, id)})
			}
		})
	}
	t.Outlast(20*time.Second, "a packet", func() { t.Join(20*time.Second, "every lookup") })
}

// instead says which lookup an answer may be to that is wrong for an id.
func (o *overlay) instead(got string, id ringapi.ID) string {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, other := range o.asked {
		if other != id && o.owner(other).Node == got {
			return fmt.Sprintf(", which is right for %d: that was looked up as well", other)
		}
	}
	return ""
}

func (s Solution) closePeer(t *labtest.T) {
	var ids []ringapi.ID
	for id := ringapi.ID(10); id < 250; id += 4 {
		ids = append(ids, id)
	}
	for i, mode := range both() {
		o := s.overlay(t, floor{Bits: 8, IDs: ids, Table: tables()[t.Seed()%2], Near: 1})
		t.Step("all but n10 crash")
		for _, m := range o.members[1:] {
			o.net.Node(m.Node).Crash()
		}
		now, then, end := "is closed", "was closed", o.peers[0].Close
		if (int(t.Seed())+i)%2 == 0 {
			now, then, end = "crashes, too", "crashed", o.net.Node("n10").Crash
		}
		far := o.stranger()
		t.Within(2*time.Second, "Lookup with a context of 1s", func() {
			o.ends("a context that ends", "the context's error", o.ask(0, far, mode, time.Second))
		})
		t.Go(func() { o.ends("n10 "+then, "closed", o.ask(0, far, mode, 0)) })
		t.Sleep(3 * timeout)
		t.Step("n10 %s", now)
		t.Within(time.Second, "Close", end)
		t.Join(timeout, fmt.Sprintf("Lookup of %d, %s, which waited when n10 %s,", far, mode, then))
		t.Within(time.Second, "Close", o.peers[0].Close)
		o.net.Node("n10").Restart() // it does nothing to a node that is up
		t.Restarts(o.net.Node("n10"), "Close closes the process")
		t.Within(time.Second, "Lookup after that", func() {
			o.ends("n10 "+then+", before it began", "closed", o.ask(0, far, mode, 0))
		})
		o.leave()
	}
}

// stranger returns the id of a member that the first peer does not know, so that it must
// ask who owns it. On a ring of 60 it knows at most 4×H and the nearest, which are 34.
func (o *overlay) stranger() ringapi.ID {
	known := o.peers[0].Neighbours()
	for d := range o.members {
		if m := o.next(0, len(o.members)/2+d); m != o.members[0] && !slices.Contains(known, m) {
			return m.ID
		}
	}
	o.t.Fail(labtest.Finding{
		Property: "a peer knows its neighbours on both sides of the end of the ring, and few others",
		Expected: fmt.Sprintf("n10 does not know each of the %d members", len(o.members)), Actual: "it does"})
	return 0
}

// ends checks how a lookup ended that cannot succeed.
func (o *overlay) ends(why, want, got string) {
	o.t.Check(got == want, labtest.Finding{
		Property: "a lookup that cannot succeed ends with its context or its peer",
		Expected: fmt.Sprintf("Lookup gives %q after %s", want, why), Actual: fmt.Sprintf("%q", got)})
}
