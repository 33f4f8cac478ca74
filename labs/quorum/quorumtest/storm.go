package quorumtest

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"faultline/labrpc"
	"faultline/labs/labtest"
)

// budget counts messages on a calm network.
func (s Solution) budget(t *labtest.T, make func(*house) *user, perGet int) {
	n := 3 + 2*int(t.Seed()%2)
	h := s.open(t, floor{N: n})
	c := make(h)
	c.puts("x a")
	t.Sleep(settled)
	operations := t.Size("operations", 10)
	for _, o := range []struct {
		name string
		most int
	}{{"Put x b", 4 * n}, {"Get x", perGet * n}} {
		c.costs(o.name, operations, o.most)
	}
}

func (s Solution) voterBudget(t *labtest.T) {
	s.budget(t, func(h *house) *user { return h.voter(1) }, 2)
}

func (s Solution) registerBudget(t *labtest.T) {
	s.budget(t, func(h *house) *user { return h.register(1) }, 4)
}

// ends closes clients while they wait.
func (s Solution) ends(t *labtest.T) {
	h := s.open(t, floor{})
	c := h.voter(1)
	c.puts("x a")
	t.Sleep(settled)
	c.to("N1")
	t.Step("%s has two operations under way when it is closed", c.name)
	c.waits("Get x", closed)
	c.waits("Put x b", closed, maybe)
	t.Sleep(3 * timeout)
	t.Within(closing, "Close", c.Close)
	t.Join(timeout, "each operation that waited")
	t.Within(closing, "Close once more", c.Close)
	c.waits("Get x", closed)
	t.Join(timeout, "a Get of a client that is closed")
	h.ended(c.name, "client")
}

// waits carries out an operation beside the scenario, which has it end with Close.
func (u *user) waits(operation string, results ...string) {
	u.h.t.Go(func() {
		got := u.call(operation, 0)
		u.h.t.Check(slices.Contains(results, got), labtest.Finding{
			Expected: fmt.Sprintf("%s of a client that is closed gives one of %q", operation, results),
			Actual:   fmt.Sprintf("it gave %q", got)})
	})
}

// values puts any bytes, and writes into what it gave and got.
func (s Solution) values(t *labtest.T) {
	h := s.open(t, floor{})
	c := h.voter(1)
	for i, want := range []string{"", "\x00a", "a b\n\xff"} {
		key := string([]byte{'k', 0, byte(i)})[:i] // also the empty key
		t.Step("Put and Get %q under the key %q", want, key)
		given := []byte(want)
		t.Within(patience, "Put", func() {
			err := c.Put(t.Context(patience), key, given)
			t.Check(err == nil, labtest.Finding{Expected: "Put succeeds", Actual: fmt.Sprintf("it gave %q", err)})
		})
		clear(given) // the caller goes on to use it
		for range 2 {
			t.Within(patience, "Get", func() {
				got, err := c.Get(t.Context(patience), key)
				t.Check(err == nil && string(got) == want, labtest.Finding{
					Property: "a value comes back as it was, and belongs to the caller",
					Expected: fmt.Sprintf("Get gives %q, although the caller wrote into what was given and got", want),
					Actual:   fmt.Sprintf("it gave %q, error %v", got, err)})
				clear(got)
			})
		}
	}
	c.want("Get nothing", noKey)
}

// weather is what the network does in a storm, drawn for each seed.
func weather(t *labtest.T) labrpc.Faults {
	return labrpc.Draw(t.Seed(), labrpc.Faults{Loss: 0.15, Duplicate: 0.2, Delay: 0.2,
		Latency: labrpc.Range{Min: time.Millisecond, Max: 15 * time.Millisecond},
		DelayBy: labrpc.Range{Min: 5 * time.Millisecond, Max: 400 * time.Millisecond}})
}

// putGivenUp is a situation of storms: a Put of which its client does not know what
// became of it. Whether the client says so is for too-few to find.
const putGivenUp = "a Put was given up"

// A storm is clients that do all they can at once.
type storm struct {
	*house
	users      []*user
	keys       int
	record     *record // nil if the history is judged
	operations int
}

// run has each client put and get, and ends the storm.
func (st storm) run() {
	each := st.t.Size("operations", st.operations)
	if st.t.Real() {
		each = min(each, 3)
	}
	st.t.Step("%s carry out %s each, on %d keys, by chance",
		labtest.Count(len(st.users), "client"), labtest.Count(each, "operation"), st.keys)
	for _, u := range st.users {
		st.t.Go(func() {
			for i := range each {
				rng := st.t.Rand(fmt.Sprint(u.name, i))
				key := string(rune('x' + rng.IntN(st.keys)))
				operation := "Get " + key
				if rng.IntN(2) == 0 {
					operation = fmt.Sprintf("Put %s %s.%d", key, u.name[len("client-"):], i+1)
				}
				patience := 100*time.Millisecond + time.Duration(rng.IntN(1500))*time.Millisecond
				if i == each-1 {
					patience = 0 // whatever has happened, this one comes to its end
				}
				pause := time.Duration(rng.IntN(60)) * time.Millisecond
				result := st.call(u, operation, patience)
				if strings.HasPrefix(operation, "Put") && (result == maybe || result == gaveUp) {
					st.t.Reach(putGivenUp)
				}
				st.t.Sleep(pause)
			}
		})
	}
	st.t.Outlast(20*time.Second, "a message", func() {
		st.t.Join(20*time.Second, "the last operation of each client, for which it waits as long as it takes,")
	})
}

func (st storm) call(u *user, operation string, patience time.Duration) string {
	if st.record == nil {
		return u.call(operation, patience)
	}
	return st.record.call(u, operation, patience)
}

// calm ends the storm: now whoever asks must be answered, and all must see the same.
func (st storm) calm() {
	st.t.Step("the network does nothing wrong any more; every client gets each key, and one puts and gets it again")
	st.net.Calm()
	st.rules.Clear()
	st.t.Sleep(settled)
	for i := range st.keys {
		key := string(rune('x' + i))
		for _, u := range st.users {
			st.answered(u, "Get "+key)
		}
		st.answered(st.users[0], "Put "+key+" end")
		for _, u := range st.users {
			st.answered(u, "Get "+key)
		}
	}
}

func (st storm) answered(u *user, operation string) {
	got := ""
	st.t.Within(patience, operation+" of "+u.name, func() { got = st.call(u, operation, patience) })
	st.t.Check(got != maybe && got != gaveUp, labtest.Finding{
		Property: "an operation on a calm network is answered",
		Expected: fmt.Sprintf("%s of %s is answered", operation, u.name), Actual: fmt.Sprintf("it gave %q after %v", got, patience)})
}

// votes is a storm over quorums of several sizes, which must be fresh.
func (s Solution) votes(t *labtest.T) {
	rng := t.Rand("config")
	f := []floor{{N: 3, R: 2, W: 2}, {N: 3, R: 1, W: 3}, {N: 5, R: 3, W: 3}, {N: 5, R: 2, W: 4}, {N: 4, R: 2, W: 3}}[rng.IntN(5)]
	f.Faults = weather(t)
	h := s.open(t, f)
	st := storm{house: h, keys: 2, record: &record{t: t}, operations: 8}
	for i := range t.Size("clients", 4) {
		st.users = append(st.users, h.voter(i+1))
	}
	st.run()
	st.calm()
}

// A record holds each Get against the Puts. Values are put once.
type record struct {
	t *labtest.T

	mu   sync.Mutex
	now  int // counts calls and returns
	puts []put
}

// A put is one that was called.
type put struct {
	key, value, by string
	begun, done    int // done is 0 unless it returned
}

// call carries out an operation.
func (r *record) call(u *user, operation string, patience time.Duration) string {
	var name, key, value string
	fmt.Sscan(operation, &name, &key, &value)
	r.mu.Lock()
	r.now++
	begun, i := r.now, len(r.puts)
	if name == "Put" {
		r.puts = append(r.puts, put{key: key, value: value, by: u.name, begun: begun})
	}
	r.mu.Unlock()
	result := u.call(operation, patience)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.now++
	switch {
	case name == "Put" && result == ok:
		r.puts[i].done = r.now
	case name == "Get" && result != gaveUp && result != closed:
		r.check(u, key, result, begun)
	}
	return result
}

// check fails if a Get that was called at begun gave what is not fresh: there is a Put
// that came after the one of that value, and had returned before the Get was called.
func (r *record) check(u *user, key, value string, begun int) {
	done := 0 // of the Put whose value it is; nothing is there from the beginning
	if value != noKey {
		i := slices.IndexFunc(r.puts, func(p put) bool { return p.key == key && p.value == value })
		r.t.Check(i >= 0, labtest.Finding{
			Property: "a Get returns what somebody has put there",
			Expected: fmt.Sprintf("Get %s of %s gives a value that was put there", key, u.name), Actual: fmt.Sprintf("it gave %q", value)})
		if done = r.puts[i].done; done == 0 {
			return
		}
	}
	for _, p := range r.puts {
		r.t.Check(p.key != key || p.done == 0 || p.done > begun || p.begun < done, labtest.Finding{
			Expected: fmt.Sprintf("Put %s %s of %s had returned before this Get was called: it gives that, or something newer", key, p.value, p.by),
			Actual:   fmt.Sprintf("Get %s of %s gave %q, whose Put had returned before that one was called", key, u.name, value)})
	}
}
