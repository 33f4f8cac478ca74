package rpctest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"faultline/labrpc"
	"faultline/labs/labtest"
	"faultline/labs/rpc/rpcapi"
)

func (s Solution) calm(t *labtest.T) {
	h := s.house(t, setup{})
	h.serve()
	c := h.client(1, 1)
	n := t.Size("calls", 10)
	for i := range n {
		h.echo(c, 1, fmt.Sprintf("a%d", i+1))
	}
	h.forgotten()
	h.t.Sleep(5 * timeout) // one Ack, and not one after the other
	// Two packets to learn the server's incarnation, two for each call, one Ack.
	limit := 2 + 2*n + 1
	t.Check(h.sent() <= limit, labtest.Finding{
		Expected: fmt.Sprintf("at most %d packets for %d calls: the reply acknowledges the call, the next call the reply", limit, n),
		Actual:   fmt.Sprintf("%d packets: %s", h.sent(), h.spent()),
	})
}

// forgotten waits until an idle client has said that it has its replies.
func (h *house) forgotten() {
	h.t.Step("no call is under way: the server must soon remember nothing")
	h.t.Sleep(2*timeout + settle)
	h.remembers(0)
}

func (h *house) remembers(most int) {
	got := h.server.Remembered()
	h.t.Check(got <= most, labtest.Finding{
		Expected: fmt.Sprintf("the server remembers at most %d replies: the client has the others, and says so with its next call "+
			"or, when it is idle, with one Ack", most),
		Actual: fmt.Sprintf("it remembers %d; so far there were %s", got, h.spent()),
	})
}

func (s Solution) lostReply(t *labtest.T) {
	h := s.house(t, setup{})
	h.serve()
	c := h.client(1, 1)
	h.lose(rpcapi.Reply, 1, 1)
	h.lose(rpcapi.Reply, 2, 3)
	for _, args := range []string{"a1", "a2", "a3"} {
		h.echo(c, 1, args)
		h.times(args, 1, "")
	}
}

func (s Solution) lateCopies(t *labtest.T) {
	h := s.house(t, setup{})
	h.serve()
	c := h.client(1, 1)
	h.again(rpcapi.Call, 1, 5*time.Millisecond, 300*time.Millisecond, 30*time.Second)
	h.again(rpcapi.Reply, 1, 3*time.Millisecond)
	n := t.Size("calls", 300)
	for i := range n {
		args := fmt.Sprintf("a%d", i+1)
		got := h.call(c, 1, "echo", args, patience)
		t.Check(got == answer(args, 1), labtest.Finding{
			Expected: fmt.Sprintf("the call %s gives %q", args, answer(args, 1)), Actual: fmt.Sprintf("it gives %q", got),
		})
	}
	t.Step("the last copy of call 1 comes after %d calls and half a minute", n)
	t.Sleep(31 * time.Second)
	h.times("a1", 1, "")
	h.echo(c, 1, "after")
}

func (s Solution) apart(t *labtest.T) {
	h := s.house(t, setup{})
	h.serve()
	a, b := h.client(1, 1), h.client(2, 1)
	h.echo(a, 1, "a1")
	h.lose(rpcapi.Reply, 1, 1)
	h.echo(b, 2, "b1")
	h.echo(b, 2, "b2")
	h.echo(b, 2, "b3")
	h.echo(a, 1, "a2")
	h.echo(a, 1, "a3")
	for _, args := range []string{"a1", "a2", "a3", "b1", "b2", "b3"} {
		h.times(args, 1, "")
	}
}

func (s Solution) inProgress(t *labtest.T) {
	h := s.house(t, setup{})
	h.serve()
	c := h.client(1, 1)
	h.again(rpcapi.Call, 1, time.Millisecond, 20*time.Millisecond, 200*time.Millisecond)
	h.want(c, 1, "slow", "400ms:x", answer("400ms:x", 1), patience)
	h.times("400ms:x", 1, "")
}

// failures has a handler fail that would succeed the second time.
func (s Solution) failures(t *labtest.T) {
	h := s.house(t, setup{})
	h.fail = func(args string) error {
		if args == "pay" && h.executions(args) == 1 {
			return errors.New("no money")
		}
		return nil
	}
	h.serve()
	c := h.client(1, 1)
	h.lose(rpcapi.Reply, 1, 2)
	h.want(c, 1, "echo", "pay", remote+"no money", patience)
	h.times("pay", 1, "")
	h.echo(c, 1, "a2")
}

func (s Solution) workers(t *labtest.T) {
	const workers, calls = 3, 12
	h := s.house(t, setup{Workers: workers})
	h.serve()
	c := h.client(1, 1)
	h.echo(c, 1, "first")
	t.Step("%d calls of 100 ms at once", calls)
	begin := t.Since()
	results := &notes{}
	var all []string
	for i := range calls {
		args := fmt.Sprintf("100ms:%d", i)
		all = append(all, args)
		t.Go(func() { results.add(args, h.call(c, 1, "slow", args, 0)) })
	}
	t.Sleep(50 * time.Millisecond)
	there := h.arrived("100ms:")
	h.join(patience, results, all...)
	for _, args := range all {
		t.Check(results.of(args) == answer(args, 1), labtest.Finding{
			Expected: fmt.Sprintf("%s gives %q", args, answer(args, 1)), Actual: fmt.Sprintf("it gives %q", results.of(args))})
		h.times(args, 1, "")
	}
	h.mu.Lock()
	most := h.most
	h.mu.Unlock()
	t.Check(most == workers, labtest.Finding{
		Expected: fmt.Sprintf("%d workers execute %d calls at once, while there are so many", workers, workers),
		Actual:   fmt.Sprintf("they execute up to %d at once; after 50ms the client had sent %d of %d calls", most, there, calls),
	})
	t.Check(t.Since()-begin < 2*time.Second, labtest.Finding{
		Expected: "less than 2 s for 12 calls of 100 ms by 3 workers", Actual: fmt.Sprintf("%v", t.Since()-begin),
	})
	h.inTurn(c)
}

// inTurn keeps all workers but one busy for longer than it takes to execute the calls
// that then come one after another.
func (h *house) inTurn(c rpcapi.Client) {
	h.t.Step("two calls keep two workers busy; calls q1 to q5 come %v after one another, and the third takes 100 ms for each", settle)
	for _, args := range []string{"1s:long1", "1s:long2"} {
		h.t.Go(func() { h.call(c, 1, "slow", args, 0) })
	}
	h.t.Sleep(settle)
	results := &notes{}
	var want []string
	for i := range 5 {
		args := fmt.Sprintf("100ms:q%d", i+1)
		want = append(want, args)
		h.t.Go(func() { results.add(args, h.call(c, 1, "slow", args, 0)) })
		h.t.Sleep(settle)
	}
	h.join(patience, results, want...)
	for _, args := range want {
		h.times(args, 1, "")
	}
	got := slices.Clone(want)
	h.mu.Lock()
	slices.SortStableFunc(got, func(a, b string) int { return cmp.Compare(h.began[a][0], h.began[b][0]) })
	h.mu.Unlock()
	h.t.Check(slices.Equal(got, want), labtest.Finding{
		Property: "calls wait for a worker in the order in which they came",
		Expected: "executed in this order: " + strings.Join(want, ", "), Actual: "in this: " + strings.Join(got, ", ")})
}

// arrived is how many calls were sent whose arguments begin so.
func (h *house) arrived(prefix string) (n int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for args := range h.log.calls {
		if strings.HasPrefix(args, prefix) {
			n++
		}
	}
	return n
}

// notes are what several goroutines write down.
type notes struct {
	mu sync.Mutex
	m  map[string]string
}

func (n *notes) add(key, value string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.m == nil {
		n.m = map[string]string{}
	}
	n.m[key] = value
}

func (n *notes) of(key string) string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.m[key]
}

func (s Solution) remembered(t *labtest.T) {
	h := s.house(t, setup{})
	h.serve()
	c := h.client(1, 1)
	n := t.Size("calls", 60)
	t.Step("%d calls one after another: each acknowledges the reply before it", n)
	h.lose(rpcapi.Reply, 7, 1)
	for i := range n {
		args := fmt.Sprintf("a%d", i+1)
		got := h.call(c, 1, "echo", args, patience)
		t.Check(got == answer(args, 1), labtest.Finding{
			Expected: fmt.Sprintf("the call %s gives %q", args, answer(args, 1)), Actual: fmt.Sprintf("it gives %q", got)})
		h.remembers(2)
	}
	h.forgotten()
}

// storm lets a seed draw all faults at once.
func (s Solution) storm(t *labtest.T) {
	h := s.house(t, setup{Workers: 2, Faults: labrpc.Draw(t.Seed(), labrpc.Faults{
		Loss: 0.3, Duplicate: 0.3, Corrupt: 0.2, Delay: 0.2,
		Latency: labrpc.Range{Min: 500 * time.Microsecond, Max: 30 * time.Millisecond},
		DelayBy: labrpc.Range{Min: 5 * time.Millisecond, Max: 400 * time.Millisecond},
	})})
	h.serve()
	results := &notes{}
	var all []string
	clients, threads, rounds := t.Size("clients", 2), t.Size("goroutines", 2), t.Size("calls", h.rounds(6))
	for id := uint32(1); id <= uint32(clients); id++ {
		c := h.client(id, 1)
		for k := range threads {
			var mine []string
			for i := range rounds {
				mine = append(mine, fmt.Sprintf("%dms:c%d-%d-%d", 10*i, id, k, i))
			}
			all = append(all, mine...)
			t.Go(func() {
				for i, args := range mine {
					results.add(args, h.call(c, id, []string{"echo", "slow"}[i%2], args, 0))
				}
			})
		}
	}
	t.Outlast(patience, "a packet", func() { h.join(patience, results, all...) })
	t.Sleep(500 * time.Millisecond)
	for _, args := range all {
		t.Check(results.of(args) == answer(args, 1), labtest.Finding{
			Expected: fmt.Sprintf("%s gives %q", args, answer(args, 1)), Actual: fmt.Sprintf("it gives %q", results.of(args))})
		h.times(args, 1, "")
	}
}

func (s Solution) giveUp(t *labtest.T) {
	h := s.house(t, setup{})
	h.serve()
	c := h.client(1, 1)
	h.echo(c, 1, "a1")
	t.Step("nothing gets from the server to the client")
	h.net.CutOneWay([]string{serverNode}, []string{clientNode(1)})
	h.unknownAfter(c, "a2")
	h.times("a2", 1, "")
	t.Step("the network is whole again")
	h.net.Heal()
	h.echo(c, 1, "a3")
	h.times("a2", 1, "")
}

// unknownAfter makes a call that must give up and say that nobody knows.
func (h *house) unknownAfter(c rpcapi.Client, args string) {
	h.t.Step("a call with half a second of patience: must give %q", unknown)
	ctx := h.t.Context(500 * time.Millisecond)
	var err error
	h.t.Within(time.Second, "a call with a context of half a second", func() {
		_, err = c.Call(ctx, "echo", []byte(args))
	})
	got := say("a result", err)
	h.t.Check(got == unknown && errors.Is(err, context.DeadlineExceeded), labtest.Finding{
		Expected: "an error that is ErrUnknown and ctx.Err(): the call may have been executed",
		Actual:   fmt.Sprintf("%s (%v)", got, err),
	})
	const most = int(500*time.Millisecond/timeout) + 2
	times := h.transmissions(args)
	h.t.Check(times <= most, labtest.Finding{
		Property: "Timeout is how long a client waits for an answer before it sends a call again",
		Expected: fmt.Sprintf("%s is sent at most %d times in half a second without an answer: Timeout is %v", args, most, timeout),
		Actual:   fmt.Sprintf("it is sent %d times", times),
	})
}

func (s Solution) closes(t *labtest.T) {
	h := s.house(t, setup{})
	h.serve()
	c := h.client(1, 1)
	results := &notes{}
	t.Step("a call that takes a minute, and its client is closed, twice")
	t.Go(func() { results.add("waiting", h.closedCall(c, "1m:x")) })
	t.Sleep(100 * time.Millisecond)
	for range 2 {
		h.close(clientNode(1), c.Close)
	}
	t.Join(time.Second, "the call that waited when its client was closed")
	t.Check(results.of("waiting") == unknown, labtest.Finding{
		Expected: "ErrUnknown and ErrClosed for the call that waited", Actual: results.of("waiting")})
	got := h.closedCall(c, "late")
	t.Check(got == notExecuted, labtest.Finding{
		Expected: "ErrNotExecuted and ErrClosed for a call after Close", Actual: got})
	t.Step("a call is being executed, and the server is closed, twice")
	d := h.client(2, 1)
	t.Go(func() { h.call(d, 2, "slow", "2m:y", 0) })
	t.Sleep(100 * time.Millisecond)
	for range 2 {
		h.close("the server", h.server.Close)
	}
	h.mu.Lock()
	began, ended, busy := len(h.began["2m:y"]), h.ended["2m:y"], h.busy
	h.mu.Unlock()
	t.Check(ended == 1 && busy == 0, labtest.Finding{
		Expected: "Close of the server ends the contexts of the handlers and waits for them",
		Actual: fmt.Sprintf("the call was executed %d times, its context ended %d times, and %s still run",
			began, ended, labtest.Count(busy, "handler"))})
	h.close(clientNode(2), d.Close)
	t.Step("the server and both clients are closed: their nodes can listen again")
	for _, node := range []string{serverNode, clientNode(1), clientNode(2)} {
		h.listen(node).Close()
	}
}

// closedCall makes a call whose client is closed.
func (h *house) closedCall(c rpcapi.Client, args string) string {
	_, err := c.Call(context.Background(), "slow", []byte(args))
	if !errors.Is(err, rpcapi.ErrClosed) {
		return fmt.Sprintf("an error that is not ErrClosed: %v", err)
	}
	return say("", err)
}
