package quorumtest

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"
	"time"

	"faultline/labrpc"
	"faultline/labs/labtest"
	"faultline/labs/quorum/quorumapi"
)

// The times of stage D. A message takes from 1 to 3ms.
const (
	hedgeAfter  = 10 * time.Millisecond
	longTimeout = 100 * time.Millisecond
	mostLatency = 4 * hedgeAfter // of 999 of 1,000 Gets
	slowness    = 60 * time.Millisecond
)

// A service is a house with hedged clients, and a clock.
type service struct {
	*house
	users []*user

	measures sync.Mutex
	took     []time.Duration // each Get of the present measurement
	asked    map[string]int  // requests to each replica in it
	messages int
}

// service makes five replicas, of which a Get waits for two and a Put for four.
func (s Solution) service(t *labtest.T, faults labrpc.Faults) *service {
	faults.Latency = labrpc.Range{Min: time.Millisecond, Max: 3 * time.Millisecond}
	v := &service{house: s.open(t, floor{N: 5, R: 2, W: 4, Faults: faults})}
	v.net.Tap(func(m labrpc.Message) {
		v.measures.Lock()
		defer v.measures.Unlock()
		v.messages++
		if !m.Reply && v.asked != nil {
			v.asked[m.To]++
		}
	})
	for i := range t.Size("clients", 3) {
		v.users = append(v.users, v.hedged(i+1))
	}
	v.users[0].puts("x a")
	t.Sleep(longTimeout)
	return v
}

// hedged is a client with hedged Gets.
func (h *house) hedged(n int) *user {
	u := h.user(n, func(p *labrpc.Process, cfg quorumapi.Config) quorumapi.Client {
		cfg.Timeout = longTimeout
		return h.solution.NewHedged(p, quorumapi.HedgedConfig{Config: cfg, HedgeAfter: hedgeAfter})
	})
	u.hedged = true
	return u
}

// fewest is how many Gets of a client show how often it asks whom.
const fewest = 50

// measure has each client get x so many times, one after the other.
func (v *service) measure(what string, each int) {
	v.t.Step("%s get x %s each, %s", labtest.Count(len(v.users), "client"), labtest.Times(each), what)
	v.measures.Lock()
	v.took, v.asked, v.messages = nil, map[string]int{}, 0
	v.measures.Unlock()
	for _, u := range v.users {
		v.t.Go(func() {
			for range each {
				began := v.t.Since()
				got, err := u.Get(v.t.Context(patience), "x") // without a line in the trace
				took := v.t.Since() - began
				v.t.Check(err == nil && string(got) == "a", labtest.Finding{
					Expected: fmt.Sprintf(`Get x of %s gives "a"`, u.name), Actual: fmt.Sprintf("it gave %q, error %v", got, err)})
				v.measures.Lock()
				v.took = append(v.took, took)
				v.measures.Unlock()
				v.t.Sleep(time.Millisecond)
			}
		})
	}
	v.t.Join(time.Minute, "every Get")
	v.t.Sleep(2 * longTimeout) // late answers
	slices.Sort(v.took)
}

// percentile is the latency that so many of 1,000 Gets do not exceed.
func percentile(sorted []time.Duration, of1000 int) time.Duration {
	i := int(math.Ceil(float64(len(sorted)*of1000)/1000)) - 1
	return sorted[max(i, 0)]
}

// plot draws the distribution of latencies into the story: a line for each band, which
// is twice as wide as the one before. The bars come first, so that they begin at one place
// in any font.
func (v *service) plot() {
	v.t.Step("latency: %v", v.distribution())
	width := 0
	bands := map[int]int{}
	for _, d := range v.took {
		b := 0
		for 2*time.Millisecond<<b < d {
			b++
		}
		bands[b]++
		width = max(width, bands[b])
	}
	for b := range 12 {
		if n := bands[b]; n > 0 {
			bar := strings.Repeat("#", max(1, n*40/width))
			v.t.Step("%s %s up to %v", bar, labtest.Count(n, "Get"), 2*time.Millisecond<<b)
		}
	}
}

// distribution is the latency in a few numbers.
func (v *service) distribution() string {
	round := func(of1000 int) time.Duration { return percentile(v.took, of1000).Round(100 * time.Microsecond) }
	return fmt.Sprintf("median %v, 99th percentile %v, 99.9th %v, slowest %v", round(500), round(990), round(999), round(1000))
}

// quick checks the agreement on latency.
func (v *service) quick() {
	v.t.Check(percentile(v.took, 999) <= mostLatency, labtest.Finding{
		Property: "999 of 1,000 Gets take at most 4×HedgeAfter",
		Expected: fmt.Sprintf("a 99.9th percentile of at most %v, for %d Gets", mostLatency, len(v.took)),
		Actual:   v.distribution()})
}

// cheap checks the budget of messages.
func (v *service) cheap() {
	gets, n := len(v.took), len(v.users)
	most := 2*v.floor.R*gets + gets/5 + 20*n
	v.t.Check(v.messages <= most, labtest.Finding{
		Property: "a hedge is an exception: one in ten Gets, and ten in reserve",
		Expected: fmt.Sprintf("%d Gets (of %d clients) send at most %d messages: 2R each, a fifth of one each, and 20 for each client",
			gets, n, most),
		Actual: fmt.Sprintf("%d messages passed the network", v.messages)})
}

// share checks how often a replica was asked, beside what it should have been: from a
// part of 1/least of the average of all to twice that.
func (v *service) share(name string, least int) {
	total := 0
	for _, n := range v.asked {
		total += n
	}
	average := total / v.floor.N
	v.t.Check(v.asked[name]*least >= average && v.asked[name] <= 2*average, labtest.Finding{
		Property: "a replica that answers in time gets its share of the Gets",
		Expected: fmt.Sprintf("%s is asked from %d to %d times: the average of %d replicas is %d",
			name, average/least, 2*average, v.floor.N, average),
		Actual: fmt.Sprintf("it was asked %d times", v.asked[name])})
}

// tail has one answer in 100 or so come late.
func (s Solution) tail(t *labtest.T) {
	v := s.service(t, labrpc.Faults{Delay: 0.005, DelayBy: labrpc.Range{Min: slowness, Max: slowness}})
	v.measure("while one message in 200 takes 60ms longer", t.Size("gets", 400))
	v.plot()
	v.quick()
	v.cheap()
}

// stalled has one replica stop, or become slow, in the middle.
func (s Solution) stalled(t *labtest.T) {
	v := s.service(t, labrpc.Faults{})
	name := v.floor.Names[t.Rand("replica").IntN(v.floor.N)]
	v.measure("while all is well", 20)
	if t.Seed()%2 == 0 {
		t.Step("from now on %s is silent", name)
		v.net.Node(name).Pause()
	} else {
		t.Step("from now on the answers of %s take %v longer", name, slowness)
		v.sluggish(name)
	}
	v.measure("without "+name, t.Size("gets", 250))
	v.plot()
	v.quick()
	v.cheap()
}

// sluggish makes the answers of replicas late.
func (v *service) sluggish(names ...string) {
	v.rules.Add(func(m labrpc.Message) (a labrpc.Action) {
		if m.Reply && slices.Contains(names, m.From) {
			a.Delay = slowness
		}
		return a
	})
}

// overload has all replicas be slow: then hedges are no help, and only make it worse.
func (s Solution) overload(t *labtest.T) {
	v := s.service(t, labrpc.Faults{})
	t.Step("from now on the answers of all replicas take %v longer", slowness)
	v.sluggish(v.floor.Names...)
	v.measure("with nobody to ask who is quicker", t.Size("gets", 100))
	v.plot()
	v.cheap()
	t.Step("three of five replicas crash: whoever has no hedge left must ask the others after Timeout")
	v.crash("N1", "N3", "N4")
	for _, u := range v.users {
		t.Within(4*longTimeout, "Get x of "+u.name, func() { u.want("Get x", "a") })
	}
	v.crash("N2")
	for _, u := range v.users {
		u.blocked("Get x", "four of five replicas have crashed, and R = 2")
	}
	t.Step("each client has two Gets under way when it is closed")
	for _, u := range v.users {
		u.waits("Get x", closed)
		u.waits("Get x", closed)
	}
	t.Sleep(3 * longTimeout)
	for _, u := range v.users {
		t.Within(closing, "Close of "+u.name, u.Close)
	}
	t.Join(longTimeout, "each Get whose client was closed")
}

// spread counts who is asked while all is well.
func (s Solution) spread(t *labtest.T) {
	v := s.service(t, labrpc.Faults{})
	v.measure("while all is well", max(fewest, t.Size("gets", 100)))
	v.cheap()
	for _, name := range v.floor.Names {
		v.share(name, 2)
	}
}

// back has a replica be silent for a while.
func (s Solution) back(t *labtest.T) {
	v := s.service(t, labrpc.Faults{})
	name := v.floor.Names[t.Rand("replica").IntN(v.floor.N)]
	t.Step("%s is silent", name)
	v.net.Node(name).Pause()
	v.measure("without "+name, 40)
	t.Step("%s is back", name)
	v.net.Node(name).Resume()
	v.measure("and it has time to be noticed", 300)
	v.measure("with "+name, max(fewest, t.Size("gets", 100)))
	v.share(name, 3)
}

// hedgedStorm is a storm of hedged clients, which must be fresh like any other.
func (s Solution) hedgedStorm(t *labtest.T) {
	faults := weather(t)
	faults.DelayBy = labrpc.Range{Min: hedgeAfter, Max: 2 * longTimeout}
	h := s.open(t, floor{N: 5, R: 2, W: 4, Faults: faults})
	st := storm{house: h, keys: 2, record: &record{t: t}, operations: 10}
	for i := range t.Size("clients", 4) {
		st.users = append(st.users, h.hedged(i+1))
	}
	st.run()
	st.calm()
}

// hedgedTwice has the only replicas that answer in time be such that have missed a Put.
func (s Solution) hedgedTwice(t *labtest.T) {
	h := s.open(t, floor{N: 5, R: 2, W: 4})
	writer := h.voter(1)
	writer.puts("x a")
	t.Sleep(settled)
	for i, name := range h.floor.Names {
		value := fmt.Sprintf("b%d", i)
		writer.to(slices.DeleteFunc(slices.Clone(h.floor.Names), func(n string) bool { return n == name })...)
		writer.puts("x " + value)
		u := h.hedged(2 + i)
		t.Step("the answers of all but %s, which has missed that Put, take %v longer", name, 3*hedgeAfter)
		h.rules.Add(func(m labrpc.Message) (a labrpc.Action) {
			if m.Reply && m.From != name {
				a.Delay = 3 * hedgeAfter
			}
			return a
		})
		for range 5 {
			u.want("Get x", value)
		}
		h.rules.Clear()
	}
}
