package quorumtest

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"faultline/labrpc"
	"faultline/labs/labtest"
	"faultline/labs/quorum/quorumapi"
)

// A user is a client of the solution, in a process of its own.
type user struct {
	quorumapi.Client
	h       *house
	name    string
	process *labrpc.Process
	make    quorumapi.NewClient
	reaches []string // nil is all
	hedged  bool     // stage D
	alone   string   // the only replica that it knows; "" for all of the house
	ended   atomic.Bool
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

// Close closes the client: what it has under way may end from now on.
func (u *user) Close() {
	u.ended.Store(true)
	u.Client.Close()
}

func (u *user) start() {
	u.ended.Store(false)
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
		u.h.t.Step("%s reaches %s only", u.name, labtest.List(names))
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
	gaveUp = labtest.GaveUp
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
			return u.failure(ctx, words[0], err)
		}
		return ok
	}
	value, err := u.Get(ctx, words[1])
	if err != nil {
		return u.failure(ctx, words[0], err)
	}
	return string(value)
}

// failure says what an error means, and fails if that is nothing of the contract.
func (u *user) failure(ctx context.Context, name string, err error) string {
	return u.h.t.Ending(name, err, labtest.Over(ctx) || u.ended.Load(), []labtest.Ending{
		{Err: quorumapi.ErrMaybe, Result: maybe, Of: "Put", GivenUp: true},
		{Err: quorumapi.ErrNoKey, Result: noKey, Of: "Get"},
		{Err: quorumapi.ErrClosed, Result: closed, GivenUp: true},
	})
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
	u.h.t.Step("%s Get %s from %s: must give %q", u.name, key, labtest.List(from), value)
	u.mute(from...)
	got := u.within("Get " + key)
	u.h.t.Check(got == value, labtest.Finding{
		Expected: fmt.Sprintf("Get %s of %s, which reaches %s only, gives %s", key, u.name, labtest.List(from), u.h.from(key, value)),
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
	u.h.t.Step("%s puts %s: each must give %q", u.name, labtest.List(values), ok)
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
	before := u.h.asked(u.name)
	u.h.t.Within(patience, operation+" of "+u.name, func() { result = u.call(operation, hopeless) })
	u.patientWith(operation, u.h.asked(u.name)-before)
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

// patientWith checks how many requests a client has sent for an operation that was given
// up. One begins anew when a Put has its version, and one may end with the context. A Get
// before it may still repair, and hedged requests have a budget of their own.
func (u *user) patientWith(operation string, requests int) {
	n := u.h.floor.N
	most := n * int(hopeless/timeout+2)
	if u.h.floor.Repair || u.hedged {
		return
	}
	u.h.t.Check(u.h.t.Real() || requests <= most, labtest.Finding{
		Property: "who has too few answers asks each replica at most once in Timeout",
		Expected: fmt.Sprintf("%s of %s, for %v, sends at most %d requests to %d replicas", operation, u.name, hopeless, most, n),
		Actual:   fmt.Sprintf("it sent %d", requests),
	})
}

// promptly carries out an operation and checks how long it takes after R replicas have
// answered it. How soon it asks them is its own affair.
func (u *user) promptly(operation string, most time.Duration) string {
	var mu sync.Mutex
	answered, at := map[string]bool{}, u.h.t.Since()
	u.h.rules.Add(func(m labrpc.Message) (pass labrpc.Action) {
		mu.Lock()
		defer mu.Unlock()
		if m.Reply && m.To == u.name && !answered[m.From] && len(answered) < u.h.floor.R {
			answered[m.From], at = true, u.h.t.Since()
		}
		return pass
	})
	result := u.within(operation)
	mu.Lock()
	took := u.h.t.Since() - at
	mu.Unlock()
	u.h.t.Check(u.h.t.Real() || took <= most, labtest.Finding{
		Property: "an operation waits for the answers that it needs, and for nobody else",
		Expected: fmt.Sprintf("%s of %s returns within %v after %d replicas have answered", operation, u.name, most, u.h.floor.R),
		Actual:   fmt.Sprintf("it took %v", took),
	})
	return result
}

// costs carries out an operation some times and counts the messages.
func (u *user) costs(operation string, times, most int) {
	before := u.h.sent()
	for range times {
		u.within(operation)
	}
	u.h.t.Sleep(10 * timeout)
	got := u.h.sent() - before
	u.h.t.Check(got <= most*times, labtest.Finding{
		Property: "an operation costs the messages of the contract",
		Expected: fmt.Sprintf("%d times %s with %d replicas take at most %d messages", times, operation, u.h.floor.N, most*times),
		Actual:   fmt.Sprintf("%d messages passed the network", got)})
}
