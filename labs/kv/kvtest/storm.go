package kvtest

import (
	"fmt"
	"sync"
	"time"

	"faultline/labrpc"
	"faultline/labs/labtest"
)

// weather is what the network does in a storm, drawn for each seed.
func weather(t *labtest.T) labrpc.Faults {
	return labrpc.Draw(t.Seed(), labrpc.Faults{Loss: 0.25, Duplicate: 0.3, Delay: 0.2,
		Latency: labrpc.Range{Min: time.Millisecond, Max: 20 * time.Millisecond},
		DelayBy: labrpc.Range{Min: 5 * time.Millisecond, Max: 2 * time.Second}})
}

// counter has clients count in one key, each by reading it and setting the next
// number if nobody was faster.
func (s Solution) counter(t *labtest.T) {
	var faults labrpc.Faults // on a calm network all act at the same instant
	if t.Seed()%2 == 0 {
		faults = weather(t)
	}
	h := s.open(t, faults)
	clients, each := 3+t.Rand("clients").IntN(3), 4
	if t.Real() {
		each = 1
	}
	clients, each = t.Size("clients", clients), t.Size("counts", each)
	t.Step("%d clients count in n, each from what it reads, until each has counted %s", clients, labtest.Times(each))
	var mu sync.Mutex
	winner := map[string]string{}
	for i := range clients {
		c := h.client(i + 1)
		t.Go(func() {
			if i%2 == 1 {
				c.call("Get n", 0) // from now on its reads come together with what others set
			}
			for won := 0; won < each; {
				got := c.call("Get n", 0)
				number, version := reading(got)
				t.Check(number == version, labtest.Finding{
					Property: "a Get gives a value, and the version of that value",
					Expected: "n is always set to the number of its version",
					Actual:   fmt.Sprintf("Get n of %s gave %q", c.name, got),
				})
				result := c.call(fmt.Sprintf("CompareAndSet n %d %d", number+1, version), 0)
				if result == otherVersion {
					continue
				}
				won++
				mu.Lock()
				before := winner[result]
				winner[result] = c.name
				mu.Unlock()
				t.Check(result == at(version+1), labtest.Finding{
					Property: "a CompareAndSet looks at the version and sets the value in one step",
					Expected: fmt.Sprintf("a CompareAndSet from version %d that succeeds gives version %d", version, version+1),
					Actual:   fmt.Sprintf("that of %s gave %q: another change came between", c.name, result),
				})
				t.Check(before == "", labtest.Finding{
					Expected: fmt.Sprintf("only one CompareAndSet from version %d succeeds, with version %d", version, version+1),
					Actual:   fmt.Sprintf("that of %s gave %q, and %q had succeeded so before", c.name, result, before),
				})
			}
		})
	}
	t.Join(patience*time.Duration(each), "counting")
	total := clients * each
	h.client(9).want("Get n", fmt.Sprintf("%d, version %d", total, total))
}

// reading takes apart what a Get gave; nothing counts as 0.
func reading(result string) (number, version uint64) {
	fmt.Sscanf(result, "%d, version %d", &number, &version)
	return number, version
}

func (s Solution) linearizable(t *labtest.T) {
	h := s.open(t, weather(t))
	h.storm(h.crew())
	h.calmAfter()
}

// crew is a handful of clients.
func (h *house) crew() (list []*client) {
	for i := range h.t.Size("clients", 3+h.t.Rand("clients").IntN(4)) {
		list = append(list, h.client(i+1))
	}
	return list
}

// storm has clients do all they can, at once, with the patience of a moment.
func (h *house) storm(clients []*client) {
	each := 12
	if h.t.Real() {
		each = 3
	}
	each = h.t.Size("operations", each)
	h.t.Step("%d clients carry out %d operations each, on 3 keys, by chance", len(clients), each)
	for _, c := range clients {
		h.t.Go(func() {
			rng := h.t.Rand(c.name)
			seen := map[string]uint64{} // the version that this client knows
			for i := range each {
				o := operation{key: string("xyz"[rng.IntN(3)]), value: fmt.Sprintf("%s.%d", c.name[len("client-"):], i+1)}
				o.name = []string{"Get", "Get", "Put", "CompareAndSet", "CompareAndSet", "Delete"}[rng.IntN(6)]
				o.old = seen[o.key]
				result := c.call(o.String(), 200*time.Millisecond+time.Duration(rng.IntN(3000))*time.Millisecond)
				if result == maybe {
					h.t.Reach("nobody knows an outcome")
				}
				seen[o.key] = o.leaves(result)
				h.t.Sleep(time.Duration(rng.IntN(40)) * time.Millisecond)
			}
		})
	}
	h.t.Join(2*time.Minute, "the operations of the clients")
	h.t.ReachFaults("a message")
}

// calmAfter ends the storm. What it left behind must be the same for everyone, and
// whoever asks must be answered.
func (h *house) calmAfter() {
	h.t.Step("the network does nothing wrong any more; each key is read, and written and read again")
	h.net.Calm()
	h.t.Sleep(3 * time.Second)
	last := h.client(8)
	for _, key := range []string{"x", "y", "z"} {
		for _, o := range []string{"Get " + key, "Put " + key + " end", "Get " + key} {
			got := last.within(o, 0)
			h.t.Check(got != maybe && got != gaveUp, labtest.Finding{
				Property: "an operation on a calm network is answered",
				Expected: fmt.Sprintf("%s is answered within %v", o, patience), Actual: fmt.Sprintf("it gave %q", got),
			})
		}
	}
	h.t.Judge("kv", "")
}
