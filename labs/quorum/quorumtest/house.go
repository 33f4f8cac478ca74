package quorumtest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
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

	mu       sync.Mutex
	replicas map[string]quorumapi.Replica // that are up
	messages int                          // that were handed to the network
	rules    []func(labrpc.Message) labrpc.Action
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
	h := &house{t: t, solution: s, floor: f, replicas: map[string]quorumapi.Replica{}, origins: origins{}}
	h.net = t.Network(labrpc.Config{Faults: f.Faults})
	h.net.Tap(func(labrpc.Message) {
		h.mu.Lock()
		defer h.mu.Unlock()
		h.messages++
	})
	h.net.Intercept(h.intercept)
	t.Cleanup(h.close)
	return h
}

// open makes a house with replicas that live in memory.
func (s Solution) open(t *labtest.T, f floor) *house {
	h := s.house(t, f)
	t.Step("replicas %s, R = %d, W = %d", and(h.floor.Names), h.floor.R, h.floor.W)
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
	p, err := h.net.Node(name).Start()
	if err != nil {
		panic(err) // a fault of the suite
	}
	return p
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
	h.t.Step("%s: crash, for good", and(names))
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

// rule adds to what the network does to messages. It is asked about each with the
// lock of the house held.
func (h *house) rule(f func(labrpc.Message) labrpc.Action) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.rules = append(h.rules, f)
}

// noRules ends all rules.
func (h *house) noRules() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.rules = nil
}

func (h *house) intercept(m labrpc.Message) (a labrpc.Action) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, u := range h.users {
		a.Drop = a.Drop || u.misses(m)
	}
	for _, f := range h.rules {
		a = a.And(f(m))
	}
	return a
}

// A user is a client of the solution, in a process of its own.
type user struct {
	quorumapi.Client
	h       *house
	name    string
	process *labrpc.Process
	make    quorumapi.NewClient
	reaches []string // nil is all
	alone   string   // the only replica that it knows; "" for all of the house
}

// user starts a client: client-1, client-2 …
func (h *house) user(n int, make quorumapi.NewClient) *user {
	u := &user{h: h, name: fmt.Sprintf("client-%d", n), make: make}
	h.add(u)
	return u
}

func (h *house) add(u *user) {
	u.start()
	h.mu.Lock()
	h.users = append(h.users, u)
	h.mu.Unlock()
	h.t.Cleanup(func() { h.t.Within(closing, "Close of "+u.name, u.Close) })
}

func (u *user) start() {
	u.process = u.h.process(u.name)
	f := u.h.floor
	cfg := quorumapi.Config{Replicas: slices.Clone(f.Names), R: f.R, W: f.W, Timeout: timeout, Repair: f.Repair}
	if u.alone != "" {
		cfg.Replicas, cfg.R, cfg.W = []string{u.alone}, 1, 1
	}
	u.Client = u.make(u.process, cfg)
}

// voter is a client with quorums of R and W.
func (h *house) voter(n int) *user { return h.user(n, h.solution.NewClient) }

// register is a client with atomic registers.
func (h *house) register(n int) *user { return h.user(n, quorumapi.NewClient(h.solution.NewRegister)) }

// restart has the client's node crash, and the client start again.
func (u *user) restart() {
	u.h.t.Step("%s crashes and starts again", u.name)
	u.h.net.Node(u.name).Crash()
	u.h.t.Within(closing, "Close of "+u.name, u.Close)
	u.h.net.Node(u.name).Restart()
	u.start()
}

// to lets the client exchange messages with these replicas only; with no names, with
// all of them.
func (u *user) to(names ...string) *user {
	if names == nil {
		u.h.t.Step("%s reaches all replicas", u.name)
	} else {
		u.h.t.Step("%s reaches %s only", u.name, and(names))
	}
	u.h.mu.Lock()
	defer u.h.mu.Unlock()
	u.reaches = names
	return u
}

// misses reports whether a message is one between the client and a replica that it
// does not reach.
func (u *user) misses(m labrpc.Message) bool {
	if u.reaches == nil || m.From != u.name && m.To != u.name {
		return false
	}
	return !slices.Contains(u.reaches, m.From) && !slices.Contains(u.reaches, m.To)
}

// What an operation can end with, beside "ok" and, for a Get, the value.
const (
	ok     = "ok"
	noKey  = "no key"
	maybe  = "maybe"
	gaveUp = "gave up"
	closed = "closed"
)

// call carries out an operation, gives up after d (zero is never), and says how it
// ended. The operation is text: "Put x a" or "Get x".
func (u *user) call(operation string, d time.Duration) (result string) {
	ctx, cancel := u.h.t.Patient(d)
	defer cancel()
	u.note(operation)
	u.h.t.Op(u.name, operation, func() string {
		result = u.execute(ctx, strings.Fields(operation))
		return result
	})
	return result
}

func (u *user) execute(ctx context.Context, words []string) string {
	if words[0] == "Put" {
		if err := u.Put(ctx, words[1], []byte(words[2])); err != nil {
			return u.failure(words[0], err)
		}
		return ok
	}
	value, err := u.Get(ctx, words[1])
	if err != nil {
		return u.failure(words[0], err)
	}
	return string(value)
}

// failure says what an error means, and fails if that is nothing of the contract.
func (u *user) failure(name string, err error) string {
	for _, known := range []struct {
		err  error
		text string
		of   string // the operation that may end so; "" is both
	}{
		{quorumapi.ErrMaybe, maybe, "Put"}, {quorumapi.ErrNoKey, noKey, "Get"}, {quorumapi.ErrClosed, closed, ""},
		{context.DeadlineExceeded, gaveUp, ""}, {context.Canceled, gaveUp, ""},
	} {
		if errors.Is(err, known.err) && (known.of == "" || known.of == name) {
			return known.text
		}
	}
	u.h.t.Fail(labtest.Finding{
		Property: "an operation ends with an error of the contract, or with none",
		Expected: name + " gives an error that is (errors.Is) one of those in quorumapi that it may end with, or ctx.Err()",
		Actual:   fmt.Sprintf("it gave %q", err),
	})
	return ""
}

// within carries out an operation that can be carried out, so it must end.
func (u *user) within(operation string) (result string) {
	u.h.t.Within(patience, operation+" of "+u.name, func() { result = u.call(operation, 0) })
	return result
}

// want carries out an operation and checks what it gives.
func (u *user) want(operation, result string) {
	u.h.t.Step("%s %s: must give %q", u.name, operation, result)
	got := u.within(operation)
	key := strings.Fields(operation)[1]
	u.h.t.Check(got == result, labtest.Finding{
		Expected: fmt.Sprintf("%s of %s gives %s", operation, u.name, u.h.from(key, result)),
		Actual:   "it gave " + u.h.from(key, got),
	})
}

// gets has the client get a key from some replicas only, and checks the value.
func (u *user) gets(key string, from []string, value string) {
	u.h.t.Step("%s Get %s from %s: must give %q", u.name, key, and(from), value)
	u.mute(from...)
	got := u.within("Get " + key)
	u.h.t.Check(got == value, labtest.Finding{
		Expected: fmt.Sprintf("Get %s of %s, which reaches %s only, gives %s", key, u.name, and(from), u.h.from(key, value)),
		Actual:   "it gave " + u.h.from(key, got),
	})
}

// mute is to, without a line in the story.
func (u *user) mute(names ...string) {
	u.h.mu.Lock()
	defer u.h.mu.Unlock()
	u.reaches = names
}

// puts carries out Puts that must succeed.
func (u *user) puts(values ...string) {
	u.h.t.Step("%s puts %s: each must give %q", u.name, and(values), ok)
	for _, v := range values {
		got := u.within("Put " + v)
		u.h.t.Check(got == ok, labtest.Finding{
			Expected: fmt.Sprintf("Put %s of %s gives %q", v, u.name, ok), Actual: fmt.Sprintf("it gave %q", got)})
	}
}

// blocked carries out an operation for which too few replicas answer, so it must go on
// until its context ends. What says why.
func (u *user) blocked(operation, why string) (result string) {
	u.h.t.Step("%s %s, for %v: it cannot succeed", u.name, operation, hopeless)
	u.h.t.Within(patience, operation+" of "+u.name, func() { result = u.call(operation, hopeless) })
	want := gaveUp
	if strings.HasPrefix(operation, "Put") && result != gaveUp {
		want = maybe
	}
	u.h.t.Check(result == want, labtest.Finding{
		Expected: fmt.Sprintf("%s of %s ends with its context: %s", operation, u.name, why),
		Actual:   fmt.Sprintf("it gave %q", result),
	})
	return result
}

// and is a list in words: "N1, N2 and N3".
func and(names []string) string {
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " and " + names[last]
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

// late makes all messages from one node to another later, until noRules.
func (h *house) late(from, to string, d time.Duration) {
	h.rule(func(m labrpc.Message) labrpc.Action {
		if m.From == from && m.To == to {
			return labrpc.Action{Delay: d}
		}
		return labrpc.Action{}
	})
}
