package quorumtest

import (
	"fmt"
	"sync"
	"time"

	"faultline/labrpc"
	"faultline/labs/labtest"
	"faultline/labs/quorum/quorumapi"
)

// The times of every house. A round trip on a calm network takes 2ms.
const (
	timeout  = 50 * time.Millisecond
	settled  = 2 * timeout      // what was sent has arrived
	patience = 40 * timeout     // more than an operation takes that can be carried out
	prompt   = 7 * timeout      // an operation whose replicas answer at once: two phases, each asks within 2×timeout and ends a timeout later
	hopeless = 10 * timeout     // for how long one is tried that cannot be
	closing  = 10 * time.Second // for calls that have nothing to wait for
)

// A floor says what a house consists of. Zero numbers are majorities of three
// replicas, and the network is calm.
type floor struct {
	Names  []string // of the replicas; nil is N1, N2 …
	N      int
	R, W   int
	Repair bool // stage C
	Faults labrpc.Faults
}

// A house is a set of replicas of the solution, their clients, and a network between.
type house struct {
	t        *labtest.T
	solution Solution
	floor    floor
	net      *labrpc.Network
	rules    labtest.Rules

	mu       sync.Mutex
	replicas map[string]quorumapi.Replica // that are up
	messages int                          // that were handed to the network
	requests map[string]int               // of these, by sender
	users    []*user
	origins  origins
}

// house makes a network, and nobody on it.
func (s Solution) house(t *labtest.T, f floor) *house {
	if f.N == 0 {
		f.N = 3
	}
	if f.Names == nil {
		for i := range f.N {
			f.Names = append(f.Names, fmt.Sprintf("N%d", i+1))
		}
	}
	f.N = len(f.Names)
	if f.R == 0 {
		f.R, f.W = f.N/2+1, f.N/2+1
	}
	h := &house{t: t, solution: s, floor: f, replicas: map[string]quorumapi.Replica{}, origins: origins{},
		requests: map[string]int{}}
	h.net = t.Network(labrpc.Config{Faults: f.Faults})
	h.net.Tap(func(m labrpc.Message) {
		h.mu.Lock()
		defer h.mu.Unlock()
		h.messages++
		if !m.Reply {
			h.requests[m.From]++
		}
	})
	h.net.Intercept(h.intercept)
	t.Cleanup(h.close)
	return h
}

// open makes a house with replicas that live in memory.
func (s Solution) open(t *labtest.T, f floor) *house {
	h := s.house(t, f)
	t.Step("replicas %s, R = %d, W = %d", labtest.List(h.floor.Names), h.floor.R, h.floor.W)
	for _, name := range h.floor.Names {
		h.keep(name, s.NewReplica(h.process(name)))
	}
	return h
}

// keep notes which replica runs under a name.
func (h *house) keep(name string, r quorumapi.Replica) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.replicas[name] = r
}

func (h *house) close() {
	for _, name := range h.floor.Names {
		h.mu.Lock()
		r := h.replicas[name]
		h.mu.Unlock()
		if r != nil {
			h.t.Within(closing, "Close of "+name, r.Close)
		}
	}
}

// process starts the process of a node.
func (h *house) process(name string) *labrpc.Process {
	return labtest.Must(h.net.Node(name).Start())
}

// ended checks that Close has ended the process of a node, which is a replica or a client.
func (h *house) ended(name, what string) {
	p, err := h.net.Node(name).Start()
	h.t.Check(err == nil, labtest.Finding{
		Expected: fmt.Sprintf("the process of a %s that is closed has ended", what), Actual: fmt.Sprint(err)})
	p.Close()
}

// crash has replicas crash, for good.
func (h *house) crash(names ...string) {
	h.t.Step("%s: crash, for good", labtest.List(names))
	for _, name := range names {
		h.net.Node(name).Crash()
	}
}

// sent is how many messages the network has been given so far.
func (h *house) sent() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.messages
}

// asked is how many requests a node has sent so far.
func (h *house) asked(name string) int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.requests[name]
}

// intercept asks the rules, and loses what goes between a client and whom it does not reach.
func (h *house) intercept(m labrpc.Message) labrpc.Action {
	a := h.rules.Intercept(m)
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, u := range h.users {
		a.Drop = a.Drop || u.misses(m)
	}
	return a
}

// pairs are all pairs of replicas, in both orders; which comes first depends on the
// seed.
func (h *house) pairs() (list [][]string) {
	for _, a := range h.floor.Names {
		for _, b := range h.floor.Names {
			if a != b {
				list = append(list, []string{a, b})
			}
		}
	}
	first := int(h.t.Seed() % uint64(len(list)))
	return append(list[first:], list[:first]...)
}

// late makes all messages from one node to another later, until the rules are cleared.
func (h *house) late(from, to string, d time.Duration) {
	h.rules.Add(func(m labrpc.Message) labrpc.Action {
		if m.From == from && m.To == to {
			return labrpc.Action{Delay: d}
		}
		return labrpc.Action{}
	})
}
