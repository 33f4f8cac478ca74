package quorumtest

import (
	"errors"
	"fmt"
	"math/bits"
	"slices"
	"sync"
	"time"

	"faultline/labrpc"
	"faultline/labs/labtest"
	"faultline/labs/quorum/quorumapi"
)

// share reports whether every set of a members shares one with every set of b, out of
// n: it looks at all of them.
func share(n, a, b int) bool {
	for x := range 1 << n {
		for y := range 1 << n {
			if bits.OnesCount(uint(x)) == a && bits.OnesCount(uint(y)) == b && x&y == 0 {
				return false
			}
		}
	}
	return true
}

func (s Solution) promises(t *labtest.T) {
	t.Step("Promises(n, r, w) for all n up to 6, against a list of all sets of r and of w replicas")
	for n := 1; n <= 6; n++ {
		for r := 0; r <= n+1; r++ {
			for w := 0; w <= n+1; w++ {
				got, err := s.Promises(n, r, w)
				call := fmt.Sprintf("Promises(%d, %d, %d)", n, r, w)
				if r < 1 || r > n || w < 1 || w > n {
					t.Check(errors.Is(err, quorumapi.ErrConfig), labtest.Finding{
						Expected: call + " gives ErrConfig", Actual: fmt.Sprintf("it gave %v, %v", got, err)})
					continue
				}
				ordered := share(n, w, w)
				want := quorumapi.Promise{Ordered: ordered, Fresh: ordered && share(n, r, w), GetFailures: n - r, PutFailures: n - w}
				t.Check(err == nil && got == want, labtest.Finding{
					Expected: fmt.Sprintf("%s gives %q: every two sets of %d share a replica: %v; one of %d and one of %d: %v",
						call, want, w, ordered, r, w, share(n, r, w)),
					Actual: fmt.Sprintf("it gave %q, error %v", got, err)})
			}
		}
	}
}

// lecture is the example of the lecture, with every two replicas that a Get may hear.
func (s Solution) lecture(t *labtest.T) {
	h := s.open(t, floor{Names: []string{"N1", "N2", "N4"}})
	writer, reader := h.voter(1), h.voter(2)
	writer.puts("x a")
	t.Sleep(settled)
	t.Step("the next put fails on N4")
	writer.to("N1", "N2")
	writer.puts("x b")
	for _, pair := range h.pairs() {
		h.late(pair[0], reader.name, timeout/5)
		t.Step("%s answers last", pair[0])
		reader.gets("x", pair, "b")
		h.rules.Clear()
	}
	writer.to("N2", "N4")
	writer.puts("x c")
	reader.gets("x", []string{"N1", "N4"}, "c")
}

// stale puts at W of three replicas and gets from R others, as far as there are others.
// Each seed is another configuration.
func (s Solution) stale(t *labtest.T) {
	r, w := 1+int(t.Seed()%3), 1+int(t.Seed()/3%3)
	h := s.open(t, floor{R: r, W: w})
	writer, reader := h.voter(1), h.voter(2)
	writer.puts("x old")
	t.Sleep(settled)
	writer.to(h.floor.Names[:w]...).puts("x new")
	reader.to(h.floor.Names[3-r:]...)
	got := reader.within("Get x")
	t.Step("%s Get x gives %q", reader.name, got)
	t.Check(got == "new" || r+w <= 3, labtest.Finding{
		Expected: fmt.Sprintf("with R+W = %d > 3 the Get hears a replica that has the new value, and returns it", r+w),
		Actual:   fmt.Sprintf("it gave %q", got)})
	promise, err := s.Promises(3, r, w)
	t.Check(err == nil && (got == "new" || !promise.Fresh), labtest.Finding{
		Expected: fmt.Sprintf("Promises(3, %d, %d) says that Gets may be stale: this one was", r, w),
		Actual:   fmt.Sprintf("it says %q", promise)})
}

// tooFew has operations reach fewer replicas than they need, in several ways.
func (s Solution) tooFew(t *labtest.T) {
	h := s.open(t, floor{})
	c, other := h.voter(1), h.voter(2)
	c.puts("x a")
	t.Sleep(settled)
	c.to("N1")
	c.blocked("Put x b", "one replica has answered, and W = 2")
	c.blocked("Get x", "one replica has answered, and R = 2")
	h.onlyFirst(c, "N1")
	c.to()
	got := c.blocked("Put x b", "its value has reached N1 only, and W = 2")
	t.Check(got == maybe, labtest.Finding{
		Property: "a client does not claim what it cannot know",
		Expected: "the Put that has sent its value, and was given up, gives ErrMaybe", Actual: fmt.Sprintf("it gave %q", got)})
	h.rules.Clear()
	t.Step("nobody knows whether b will stay: a Get may find it or not, but it finds something")
	got = other.to("N1", "N2").promptly("Get x", timeout+timeout/10)
	t.Check(got == "a" || got == "b", labtest.Finding{
		Expected: `Get x gives "a" or "b"`, Actual: fmt.Sprintf("it gave %q", got)})
	h.crash("N2", "N3")
	other.to()
	other.blocked("Put x d", "two of three replicas have crashed, and W = 2")
	other.blocked("Get x", "two of three replicas have crashed, and R = 2")
}

// goesOn has a Put, and then a Get, wait for a replica that comes late.
func (s Solution) goesOn(t *labtest.T) {
	h := s.open(t, floor{})
	c := h.voter(1)
	for _, o := range []struct{ name, result string }{{"Put x a", ok}, {"Get x", "a"}} {
		c.to("N1")
		t.Step("%s %s; after %v it reaches N3, too", c.name, o.name, hopeless)
		got := ""
		t.Go(func() { got = c.call(o.name, 0) })
		t.Sleep(hopeless)
		c.to("N1", "N3")
		t.Join(prompt, o.name+", when two replicas can be reached,")
		t.Check(got == o.result, labtest.Finding{
			Expected: fmt.Sprintf("%s, which was waiting, gives %q", o.name, o.result), Actual: fmt.Sprintf("it gave %q", got)})
	}
	h.voter(2).gets("x", []string{"N2", "N3"}, "a")
}

// alternate has two clients put by turns, over other replicas each time.
func (s Solution) alternate(t *labtest.T) {
	h := s.open(t, floor{})
	first, reader := h.voter(1), h.voter(3)
	first.puts("x a1", "x a2", "x a3", "x a4")
	writers := []*user{first, h.voter(2)} // who starts later: a clock that began with it is behind
	for i, pair := range h.pairs() {
		value := fmt.Sprintf("v%d", i)
		t.Step("%s reaches %s", writers[(i+1)%2].name, labtest.List(pair))
		writers[(i+1)%2].mute(pair...)
		writers[(i+1)%2].puts("x " + value)
		for _, name := range h.floor.Names {
			others := slices.DeleteFunc(slices.Clone(h.floor.Names), func(n string) bool { return n == name })
			reader.mute(others...)
			got := reader.within("Get x")
			t.Check(got == value, labtest.Finding{
				Expected: fmt.Sprintf("Get x of %s, which reaches %s only, gives %s", reader.name, labtest.List(others), h.from("x", value)),
				Actual:   "it gave " + h.from("x", got)})
		}
	}
}

// lateStore has each message of a Put come again, long after another Put.
func (s Solution) lateStore(t *labtest.T) {
	h := s.open(t, floor{})
	c, other := h.voter(1), h.voter(2)
	const lateness = 10 * timeout // of the copies
	c.puts("x a")
	t.Step("all that %s sends for the next Put arrives again %v later", c.name, lateness)
	h.rules.Add(func(m labrpc.Message) (a labrpc.Action) {
		if m.From == c.name {
			a.Copies = []time.Duration{lateness}
		}
		return a
	})
	c.puts("x b")
	h.rules.Clear()
	other.puts("x c")
	t.Sleep(2 * lateness)
	t.Step("it has arrived")
	for _, pair := range h.pairs() {
		other.gets("x", pair, "c")
	}
}

// ties has two Puts at the same time arrive in another order at each replica.
func (s Solution) ties(t *labtest.T) {
	h := s.open(t, floor{Faults: labrpc.Faults{Latency: labrpc.Range{Min: time.Millisecond, Max: 4 * time.Millisecond}}})
	a, b, reader := h.voter(1), h.voter(2), h.voter(3)
	h.late(a.name, "N3", 15*time.Millisecond)
	h.late(b.name, "N1", 15*time.Millisecond)
	keys := []string{"k1", "k2", "k3", "k4", "k5", "k6"}
	t.Step("%s and %s put the same keys at the same time; it is far from the one to N3 and from the other to N1", a.name, b.name)
	for _, key := range keys {
		for _, u := range []*user{a, b} {
			t.Go(func() { u.call("Put "+key+" "+u.name, 0) })
		}
	}
	t.Join(patience, "every Put")
	h.rules.Clear()
	t.Step("%s puts two values at the same time, for the same keys each", a.name)
	for _, key := range keys {
		for _, value := range []string{"one", "two"} {
			t.Go(func() { a.call("Put own-"+key+" "+value, 0) })
		}
	}
	t.Join(patience, "every Put")
	t.Sleep(settled)
	for _, key := range keys {
		h.agreed(reader, key)
		h.agreed(reader, "own-"+key)
	}
}

// meet has two Puts arrive at one replica at the same instant, and each at one other.
func (s Solution) meet(t *labtest.T) {
	h := s.open(t, floor{})
	a, b, reader := h.voter(1).to("N1", "N2"), h.voter(2).to("N2", "N3"), h.voter(3)
	n := t.Size("keys", 30)
	t.Step("%s and %s put k1, then k2, and so on to k%d, at the same time", a.name, b.name, n)
	for i := range n {
		key := fmt.Sprintf("k%d", i+1)
		for _, u := range []*user{a, b} {
			t.Go(func() { u.call("Put "+key+" "+u.name, 0) })
		}
		t.Join(patience, "every Put")
		h.agreed(reader, key)
	}
}

// agreed checks that a key has the same value whichever replicas a Get hears.
func (h *house) agreed(reader *user, key string) {
	first := h.hears(reader, key, h.pairs()[0])
	for _, pair := range h.pairs() {
		got := h.hears(reader, key, pair)
		h.t.Check(got == first, labtest.Finding{
			Property: "of two Puts at the same time one is the newer, and it is the same for everybody",
			Expected: fmt.Sprintf("Get %s gives %q from any two replicas, as it did from %s", key, first, labtest.List(h.pairs()[0])),
			Actual:   fmt.Sprintf("it gave %q from %s: nobody puts any more, and the value changes", got, labtest.List(pair))})
	}
}

// hears gets a key from two replicas, of which the first answers last.
func (h *house) hears(reader *user, key string, pair []string) string {
	reader.mute(pair...)
	h.late(pair[0], reader.name, 10*time.Millisecond)
	defer h.rules.Clear()
	return reader.within("Get " + key)
}

// reborn has a client forget, in a crash, what it has sent.
func (s Solution) reborn(t *labtest.T) {
	h := s.open(t, floor{})
	c, reader := h.voter(1), h.voter(2)
	c.to("N1", "N2", "N3")
	h.onlyFirst(c, "N1")
	c.blocked("Put x a", "its value has reached N1 only")
	h.rules.Clear()
	c.restart()
	c.to("N2", "N3").puts("x b")
	t.Step("%s gets x from two replicas, and which of them answers first is no matter", reader.name)
	for _, pair := range h.pairs() {
		one, other := h.hears(reader, "x", pair), h.hears(reader, "x", []string{pair[1], pair[0]})
		t.Check(one == other, labtest.Finding{
			Expected: fmt.Sprintf("of the two values that %s have, one is the newer, whoever answers first", labtest.List(pair)),
			Actual:   fmt.Sprintf("Get x gave %q, and then %q when the other one answered first: do both have one version?", one, other)})
	}
}

// asking is the rule that a client is still in the first phase of an operation, as
// long as fewer replicas have answered than it waits for.
type asking struct {
	u        *user
	answered map[string]bool
}

// over notes a message, and reports whether it belongs to a later phase.
func (a asking) over(m labrpc.Message) bool {
	if m.Reply && m.To == a.u.name {
		a.answered[m.From] = true
	}
	return m.From == a.u.name && len(a.answered) >= a.u.h.floor.W
}

// onlyFirst lets pass what a client sends in the first phase of its next operation;
// what follows reaches only some. Reached reports whether it was sent to all of those.
func (h *house) onlyFirst(u *user, some ...string) (reached func() bool) {
	h.t.Step("what %s asks first gets through to all; what it sends when it is answered, to %s only", u.name, labtest.List(some))
	a := asking{u, map[string]bool{}}
	var mu sync.Mutex
	sent := map[string]bool{}
	h.rules.Add(func(m labrpc.Message) (action labrpc.Action) {
		if a.over(m) {
			mu.Lock()
			defer mu.Unlock()
			sent[m.To] = slices.Contains(some, m.To)
			action.Drop = !sent[m.To]
		}
		return action
	})
	return func() bool {
		mu.Lock()
		defer mu.Unlock()
		return !slices.ContainsFunc(some, func(name string) bool { return !sent[name] })
	}
}
