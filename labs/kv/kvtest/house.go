package kvtest

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"faultline/labrpc"
	"faultline/labs/kv/kvapi"
	"faultline/labs/labtest"
)

// The server's node. Those of clients are client-1, client-2 …
const serverNode = "kv-1"

func clientNode(n int) string { return fmt.Sprintf("client-%d", n) }

// patience is more than an operation takes on a network that lets anything through
// at all.
const patience = 20 * time.Second

// promptly is how soon a call returns when its context has ended.
const promptly = 100 * time.Millisecond

// A house is a server of the solution, its clients, and a network between.
type house struct {
	t        *labtest.T
	solution Solution
	net      *labrpc.Network
	server   kvapi.Server
	rules    labtest.Rules

	mu       sync.Mutex
	messages int // that were handed to the network
}

// house makes a network with these faults, and nobody on it.
func (s Solution) house(t *labtest.T, faults labrpc.Faults) *house {
	h := &house{t: t, solution: s}
	h.net = t.Network(labrpc.Config{Faults: faults})
	h.net.Tap(func(labrpc.Message) {
		h.mu.Lock()
		defer h.mu.Unlock()
		h.messages++
	})
	h.net.Intercept(h.rules.Intercept)
	return h
}

// open makes a house with a server that lives in memory.
func (s Solution) open(t *labtest.T, faults labrpc.Faults) *house {
	h := s.house(t, faults)
	t.Step("start %s", serverNode)
	h.server = s.NewServer(h.start(serverNode))
	return h
}

// start starts the process of a node.
func (h *house) start(node string) *labrpc.Process {
	return labtest.Must(h.net.Node(node).Start())
}

// sent is how many messages the network has been given so far.
func (h *house) sent() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.messages
}

// next does something to the next n messages from one node to another.
func (h *house) next(n int, from, to string, action labrpc.Action) {
	h.rules.Add(func(m labrpc.Message) labrpc.Action {
		if m.From != from || m.To != to || n == 0 {
			return labrpc.Action{}
		}
		n--
		return action
	})
}

// lose makes the network lose the next n messages from one node to another.
func (h *house) lose(n int, from, to string) {
	h.t.Step("the network loses the next %d from %s to %s", n, from, to)
	h.next(n, from, to, labrpc.Action{Drop: true})
}

// A block stops all messages from one node to another, or makes them late.
type block struct {
	delay time.Duration // zero: they are lost

	mu      sync.Mutex
	lifted  bool
	stopped int
}

// block begins a block. It goes on until it is lifted.
func (h *house) block(from, to string) *block {
	b := &block{}
	h.rules.Add(func(m labrpc.Message) labrpc.Action {
		b.mu.Lock()
		defer b.mu.Unlock()
		if m.From != from || m.To != to || b.lifted {
			return labrpc.Action{}
		}
		b.stopped++
		return labrpc.Action{Drop: b.delay == 0, Delay: b.delay}
	})
	return b
}

// met reports whether a message has been stopped.
func (b *block) met() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.stopped > 0
}

func (b *block) lift() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.lifted = true
}

// A client is a client of the solution, in a process of its own.
type client struct {
	kvapi.Client
	h       *house
	name    string
	process *labrpc.Process
}

// client starts a client of kv-1.
func (h *house) client(n int) *client {
	c := &client{h: h, name: clientNode(n)}
	c.process = h.start(c.name)
	c.Client = h.solution.NewClient(c.process, serverNode)
	return c
}

// What an operation can end with, beside "version 1" and, for a Get, "a, version 1".
const (
	noKey        = "no key"
	otherVersion = "another version"
	maybe        = "maybe"
	full         = "full"
	gaveUp       = labtest.GaveUp
)

// call carries out an operation, gives up after d (zero is patience), and says how
// it ended. The operation is text: "Put x a", "CompareAndSet x a 1", "Delete x" or
// "Get x".
func (c *client) call(operation string, d time.Duration) (result string) {
	if d == 0 {
		d = patience
	}
	ctx, cancel := c.h.t.Patient(d)
	defer cancel()
	c.h.t.Op(c.name, operation, func() string {
		result = c.execute(ctx, parse(operation))
		return result
	})
	return result
}

func (c *client) execute(ctx context.Context, o operation) string {
	switch o.name {
	case "Get":
		value, version, err := c.Get(ctx, o.key)
		if err == nil {
			return string(value) + ", " + at(version)
		}
		return c.failure(ctx, o, err)
	case "Put":
		version, err := c.Put(ctx, o.key, []byte(o.value))
		return c.result(ctx, o, version, err)
	case "CompareAndSet":
		version, err := c.CompareAndSet(ctx, o.key, []byte(o.value), o.old)
		return c.result(ctx, o, version, err)
	}
	version, err := c.Delete(ctx, o.key)
	return c.result(ctx, o, version, err)
}

func (c *client) result(ctx context.Context, o operation, version uint64, err error) string {
	if err == nil {
		return at(version)
	}
	return c.failure(ctx, o, err)
}

// failure says what an error means, and fails if that is nothing of the contract.
func (c *client) failure(ctx context.Context, o operation, err error) string {
	return c.h.t.Ending(o.name, err, labtest.Over(ctx), []labtest.Ending{
		{Err: kvapi.ErrMaybe, Result: maybe, Of: "Put CompareAndSet Delete", GivenUp: true},
		{Err: kvapi.ErrNoKey, Result: noKey}, {Err: kvapi.ErrVersion, Result: otherVersion}, {Err: kvapi.ErrFull, Result: full},
	})
}

// want fails unless an operation ends as wanted, in good time.
func (c *client) want(operation, result string) {
	c.h.t.Step("%s %s: must give %q", c.name, short(operation), short(result))
	began := c.h.t.Since()
	got := c.within(operation, 0)
	if got != result {
		actual := fmt.Sprintf("it gave %q", short(got))
		if got == maybe || got == gaveUp {
			actual += fmt.Sprintf(" after %v", (c.h.t.Since() - began).Round(time.Millisecond))
		}
		c.h.t.Fail(labtest.Finding{
			Expected: fmt.Sprintf("%s of %s gives %q", short(operation), c.name, short(result)), Actual: actual})
	}
}

// ends fails unless an operation that is given up after d ends as wanted.
func (c *client) ends(operation string, d time.Duration, results ...string) (got string) {
	c.h.t.Step("%s %s, given up after %v", c.name, operation, d)
	got = c.within(operation, d)
	c.h.t.Check(slices.Contains(results, got), labtest.Finding{
		Expected: fmt.Sprintf("%s of %s gives %q", operation, c.name, results[0]), Actual: fmt.Sprintf("it gave %q", got),
	})
	return got
}

// within calls, and fails if the call does not end when its context does.
func (c *client) within(operation string, d time.Duration) (got string) {
	bound := patience + promptly
	if d != 0 && !c.h.t.Real() {
		bound = max(d, 0) + promptly
	}
	c.h.t.Within(bound, short(operation)+" of "+c.name, func() { got = c.call(operation, d) })
	return got
}
