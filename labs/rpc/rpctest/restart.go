package rpctest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"faultline/labrpc"
	"faultline/labs/labtest"
	"faultline/labs/rpc/rpcapi"
)

// restart crashes the server and starts its next life.
func (h *house) restart() {
	h.t.Step("the server crashes and restarts")
	h.net.Node(serverNode).Crash()
	h.close("the crashed server", h.server.Close)
	h.net.Node(serverNode).Restart()
	h.setup.Incarnation++
	h.serve()
}

// restartExecuting crashes a server while it executes a call. The next life must execute
// neither that call nor one that its client still sends for the first.
func (s Solution) restartExecuting(t *labtest.T) {
	h := s.house(t, setup{})
	h.serve()
	c := h.client(1, 1)
	h.echo(c, 1, "a1")
	results := &notes{}
	t.Step("client 1 calls slow 10s:x, and after 100 ms the server, which executes it, crashes")
	t.Go(func() { results.add("10s:x", h.call(c, 1, "slow", "10s:x", 0)) })
	t.Sleep(100 * time.Millisecond)
	h.restart()
	t.Step("client 1, which has not heard of that, calls echo a3 for life 1: must give %q", unknown)
	result := h.call(c, 1, "echo", "a3", patience)
	h.times("10s:x", 1, "it was sent for life 1, which has begun it; life 2 knows nothing of it and must not")
	h.times("a3", 0, "it was sent for life 1, which is over")
	h.gives("a3, a call for the life of the server that is over,", unknown, result)
	h.join(patience, results, "10s:x")
	t.Check(results.of("10s:x") == unknown, labtest.Finding{
		Expected: fmt.Sprintf("the call of 10s:x, which the crash interrupted, gives %q", unknown),
		Actual:   fmt.Sprintf("it gives %q", results.of("10s:x")),
	})
	h.echo(c, 1, "a4")
}

func (s Solution) restartExecuted(t *labtest.T) {
	h := s.house(t, setup{})
	h.serve()
	c := h.client(1, 1)
	h.echo(c, 1, "a1")
	h.lose(rpcapi.Reply, 2, 1000)
	h.again(rpcapi.Call, 2, 2*time.Second)
	results := &notes{}
	t.Go(func() { results.add("a2", h.call(c, 1, "echo", "a2", 0)) })
	t.Sleep(20 * time.Millisecond)
	h.restart()
	t.Sleep(2500 * time.Millisecond)
	h.times("a2", 1, "life 1 did, and what comes now is for that life")
	h.join(patience, results, "a2")
	t.Check(results.of("a2") == unknown, labtest.Finding{
		Expected: fmt.Sprintf("the call gives %q: the server that knew is dead", unknown),
		Actual:   fmt.Sprintf("it gives %q", results.of("a2")),
	})
	t.Sleep(3 * time.Second)
	h.times("a2", 1, "")
	h.echo(c, 1, "a3")
}

// firstContact has a first call reach two lives of the server while no answer
// reaches the client. Who executes a call that is for no life executes it twice.
func (s Solution) firstContact(t *labtest.T) {
	h := s.house(t, setup{})
	h.serve()
	c := h.client(1, 1)
	t.Step("nothing gets from the server to the client")
	h.net.CutOneWay([]string{serverNode}, []string{clientNode(1)})
	t.Go(func() { h.want(c, 1, "echo", "a1", answer("a1", 1), patience) })
	t.Sleep(300 * time.Millisecond)
	h.restart()
	t.Sleep(300 * time.Millisecond)
	h.times("a1", 0, "its client has had no answer yet, so the call is for no life of the server (ServerIncarnation 0)")
	t.Step("the network is whole again")
	h.net.Heal()
	t.Join(patience, "the call")
	h.times("a1", 1, "")
}

func (s Solution) conclusions(t *labtest.T) {
	h := s.house(t, setup{})
	h.serve()
	c := h.client(1, 1)
	t.Step("nothing gets through, and a call gives up: no server was told to execute it")
	h.net.Cut([]string{serverNode}, []string{clientNode(1)})
	h.gives("a call that never had an answer", notExecuted, h.call(c, 1, "echo", "a1", 300*time.Millisecond))
	h.net.Heal()
	t.Step("calls that are too long, and a call whose context has ended already")
	h.gives("arguments that are too long", notExecuted, h.call(c, 1, "echo", strings.Repeat("x", rpcapi.MaxBody+1), time.Second))
	h.gives("a method that is too long", notExecuted, h.call(c, 1, strings.Repeat("x", rpcapi.MaxMethod+1), "a3", time.Second))
	longest := strings.Repeat("y", rpcapi.MaxBody-len("done "))
	h.want(c, 1, strings.Repeat("m", rpcapi.MaxMethod), longest, answer(longest, 1), patience)
	got := h.call(c, 1, "echo", longest+"z", patience)
	t.Check(strings.HasPrefix(got, remote), labtest.Finding{
		Expected: "a remote error for a result that is too long", Actual: short(got)})
	ended, cancel := context.WithCancel(context.Background())
	cancel()
	_, err := c.Call(ended, "echo", []byte("a2"))
	h.gives("a call whose context had ended", notExecuted, say("a result", err))
	t.Check(errors.Is(err, context.Canceled), labtest.Finding{Expected: "the error is also ctx.Err()", Actual: fmt.Sprint(err)})
	t.Step("nothing gets to the server: the client cannot know that")
	h.net.CutOneWay([]string{clientNode(1)}, []string{serverNode})
	h.unknownAfter(c, "a6")
	h.net.Heal()
	t.Sleep(time.Second)
	for _, args := range []string{"a1", "a2", "a3"} {
		h.times(args, 0, "its client was told that it was not")
	}
	h.longFailure(c)
}

// longFailure has a handler fail with a text that no reply has room for.
func (h *house) longFailure(c rpcapi.Client) {
	const size = rpcapi.MaxBody + 1
	h.t.Step("a handler fails with a text of %d letters e: that must become an error that says so", size)
	h.mu.Lock()
	h.fail = func(string) error { return errors.New(strings.Repeat("e", size)) }
	h.mu.Unlock()
	got := h.call(c, 1, "echo", "a7", patience)
	text, failed := strings.CutPrefix(got, remote)
	h.t.Check(failed && strings.Trim(text, "e") != "", labtest.Finding{
		Expected: "a remote error which says that the text of the handler's error is too long",
		Actual:   fmt.Sprintf("it gives %q", short(got))})
}

func (h *house) gives(what, want, got string) {
	h.t.Check(got == want, labtest.Finding{
		Expected: fmt.Sprintf("%s gives %q", what, want), Actual: fmt.Sprintf("it gives %q", short(got))})
}

// oldReplies plays a server in its fifth life, to which packets of its former
// lives come late.
func (s Solution) oldReplies(t *labtest.T) {
	h := s.house(t, setup{})
	me := h.stranger(serverNode)
	c := h.client(1, 1)
	t.Go(func() { h.want(c, 1, "echo", "a1", "right", patience) })
	me.bind(5)
	call := me.call(5, 1)
	answer := func(kind uint8, life uint32, body string) {
		me.send(clientNode(1), encode(rpcapi.Packet{Kind: kind, Client: 1, ClientIncarnation: 1, ServerIncarnation: life,
			Number: call.Number, Body: []byte(body)}))
	}
	t.Step("a reply and a reject of life 4 come late: the call was for life 5")
	answer(rpcapi.Reply, 4, "wrong: from life 4")
	answer(rpcapi.Reject, 4, "")
	t.Sleep(settle)
	answer(rpcapi.Reply, 5, "right")
	t.Join(patience, "the call")
	answer(rpcapi.Reject, 4, "")
	t.Sleep(settle)
	t.Go(func() { h.want(c, 1, "echo", "a2", "right", patience) })
	t.Step("the next call must be for life 5")
	call = me.call(5, 2)
	answer(rpcapi.Reply, 5, "right")
	t.Join(patience, "the call")
}

// bind tells a client the life of the server that the stranger plays.
func (s stranger) bind(life uint32) {
	p, ok := s.next(patience)
	s.h.t.Check(ok && p.Kind == rpcapi.Call && p.ServerIncarnation == 0, labtest.Finding{
		Expected: "the first call of a client is for no life of the server", Actual: wanted(p)})
	p.Kind, p.ServerIncarnation, p.Done, p.Method, p.Body = rpcapi.Reject, life, 0, "", nil
	s.send(clientNode(p.Client), encode(p))
}

// call waits for a call, which must be for a life of the server.
func (s stranger) call(life, number uint32) rpcapi.Packet {
	for {
		p, ok := s.next(patience)
		if ok && p.Kind == rpcapi.Call && p.Number < number || p.Kind == rpcapi.Ack {
			continue
		}
		s.h.t.Check(ok && p.Kind == rpcapi.Call && p.ServerIncarnation == life, labtest.Finding{
			Expected: fmt.Sprintf("a call for life %d of the server", life), Actual: wanted(p)})
		return p
	}
}

// cancels has an earlier call go on, so that Done cannot say that the others are
// over.
func (s Solution) cancels(t *labtest.T) {
	h := s.house(t, setup{Workers: 2})
	h.serve()
	c := h.client(1, 1)
	t.Go(func() { h.call(c, 1, "slow", "3s:first", 0) })
	t.Sleep(settle)
	h.lose(rpcapi.Cancel, 2, 1)
	t.Step("a call that takes a minute, with patience for 200 ms, and one behind it that waits for a worker")
	results, begin := &notes{}, t.Since()
	gaveUp := func(method, args string, d time.Duration) {
		t.Go(func() {
			results.add(args, h.call(c, 1, method, args, d))
			results.add(args+" took", fmt.Sprint(t.Since()-begin < time.Second))
		})
	}
	gaveUp("slow", "1m:x", 200*time.Millisecond)
	t.Sleep(20 * time.Millisecond)
	gaveUp("echo", "q", 100*time.Millisecond)
	h.contextEnds("1m:x", 600*time.Millisecond, "the client has given up, and tells the server with a cancel until it has an ack")
	h.join(patience, results, "1m:x", "q")
	for _, name := range []string{"1m:x", "q"} {
		h.gives("the call "+name+" whose context ended", unknown, results.of(name))
		t.Check(results.of(name+" took") == "true", labtest.Finding{
			Expected: "the call " + name + " returns when its context ends", Actual: "it returned more than half a second later"})
	}
	h.echo(c, 1, "a4")
	h.times("q", 0, "it waited for a worker when its client gave up")
	h.silence()
}

// silence counts the packets of two cancels, of which one was lost once, long after
// both were answered. They take three; a few more do no harm.
func (h *house) silence() {
	h.t.Step("the server has acknowledged both cancels: the client must not go on sending them")
	h.t.Sleep(probe)
	got := h.sentBy(clientNode(1), rpcapi.Cancel)
	h.t.Check(got <= 6, labtest.Finding{
		Property: "a cancel is sent until something answers it",
		Expected: "at most 6 packets \"cancel\" for 2 calls: the network lost one of them, and the server answered each of the others",
		Actual:   fmt.Sprintf("the client has sent %d; so far there were %s", got, h.spent()),
	})
}

// contextEnds waits until the context of a call that is being executed ends; why
// says why it must.
func (h *house) contextEnds(name string, bound time.Duration, why string) {
	h.t.Step("the context of %s must end within %v", name, bound)
	ended := func() bool {
		h.mu.Lock()
		defer h.mu.Unlock()
		return h.ended[name] > 0
	}
	for end := h.t.Since() + bound; !ended() && h.t.Since() < end; {
		h.t.Sleep(time.Millisecond)
	}
	if ended() {
		return
	}
	node := clientNode(1)
	h.t.Fail(labtest.Finding{
		Expected: fmt.Sprintf("the context of the handler of %s ends within %v: %s", name, bound, why),
		Actual: fmt.Sprintf("the handler still waits; %s has sent %d packets \"cancel\" and %d \"call\", and the server %d \"ack\"",
			node, h.sentBy(node, rpcapi.Cancel), h.sentBy(node, rpcapi.Call), h.sentBy(serverNode, rpcapi.Ack)),
	})
}

// lateCall has a call arrive after it was cancelled. An earlier call goes on, so
// Done does not say that it is over.
func (s Solution) lateCall(t *labtest.T) {
	h := s.house(t, setup{})
	h.serve()
	c := h.client(1, 1)
	t.Go(func() { h.call(c, 1, "slow", "3s:first", 0) })
	t.Sleep(100 * time.Millisecond)
	t.Step("call 2 is a second late, and gives up before")
	h.some(rpcapi.Call, 2, func(int) labrpc.Action { return labrpc.Action{Delay: time.Second} })
	h.gives("the call that is late", unknown, h.call(c, 1, "echo", "late", 100*time.Millisecond))
	t.Sleep(2 * time.Second)
	h.times("late", 0, "its cancel came before it")
	t.Join(patience, "the first call")
}

// lostCancels loses every Cancel. The Done of the next call says the same.
func (s Solution) lostCancels(t *labtest.T) {
	h := s.house(t, setup{})
	h.serve()
	c := h.client(1, 1)
	h.lose(rpcapi.Cancel, 1, 1000)
	h.gives("the call", unknown, h.call(c, 1, "slow", "1m:x", 200*time.Millisecond))
	t.Sleep(2 * time.Second)
	h.echo(c, 1, "a2")
	h.contextEnds("1m:x", settle, "call 2 says with its Done that call 1 is over")
}

func (s Solution) orphans(t *labtest.T) {
	h := s.house(t, setup{})
	h.serve()
	c := h.client(1, 1)
	h.again(rpcapi.Call, 1, 2*time.Second)
	h.again(rpcapi.Call, 2, 3*time.Second)
	h.echo(c, 1, "a1")
	t.Go(func() { h.call(c, 1, "slow", "1m:x", 0) })
	t.Sleep(200 * time.Millisecond)
	t.Step("the client crashes and restarts: nobody waits for its calls any more")
	h.net.Node(clientNode(1)).Crash()
	h.close("the crashed client", c.Close)
	h.net.Node(clientNode(1)).Restart()
	c = h.client(1, 2)
	h.echo(c, 1, "b1")
	h.contextEnds("1m:x", settle, "a call of life 2 of the client has come, so nobody waits for this one")
	h.echo(c, 1, "b2")
	t.Step("packets of the first life come late")
	t.Sleep(4 * time.Second)
	h.times("a1", 1, "")
	h.times("1m:x", 1, "")
	h.echo(c, 1, "b3")
	h.forgotten()
}

// lives restarts the server while clients call it through a bad network. What each
// caller concluded must be true.
func (s Solution) lives(t *labtest.T) {
	rng := t.Rand("restarts")
	h := s.house(t, setup{Faults: labrpc.Draw(t.Seed(), labrpc.Faults{
		Loss: 0.2, Duplicate: 0.2, Delay: 0.2,
		Latency: labrpc.Range{Min: 500 * time.Microsecond, Max: 10 * time.Millisecond},
		DelayBy: labrpc.Range{Min: 5 * time.Millisecond, Max: 600 * time.Millisecond},
	})})
	h.serve()
	results := &notes{}
	var all []string
	clients, calls := t.Size("clients", 2), t.Size("calls", h.rounds(10))
	for id := uint32(1); id <= uint32(clients); id++ {
		c := h.client(id, 1)
		pause := t.Rand(clientNode(id))
		var mine []string
		for i := range calls {
			mine = append(mine, fmt.Sprintf("%dms:c%d-%d", 40*(i%3), id, i))
		}
		all = append(all, mine...)
		t.Go(func() {
			for _, args := range mine {
				t.Sleep(time.Duration(pause.IntN(60)) * time.Millisecond)
				results.add(args, h.call(c, id, "slow", args, time.Duration(100+pause.IntN(2000))*time.Millisecond))
			}
		})
	}
	for range t.Size("restarts", 3) {
		t.Sleep(time.Duration(20+rng.IntN(300)) * time.Millisecond)
		h.restart()
	}
	h.join(time.Minute, results, all...)
	t.ReachFaults("a packet")
	h.net.Calm()
	t.Sleep(time.Second)
	for _, args := range all {
		h.true(args, results.of(args))
	}
}

// true holds what a caller concluded against what happened.
func (h *house) true(args, result string) {
	n := h.executions(args)
	var want string
	switch {
	case result == answer(args, 1) && n != 1:
		want = "once, as the caller has its result"
	case result == notExecuted && n != 0:
		want = "never, as the caller was told"
	case result == unknown && n > 1:
		want = "at most once"
	case result != answer(args, 1) && result != notExecuted && result != unknown:
		want = "once, and the call gives its result or says what is known"
	}
	if result == unknown {
		h.t.Reach("a caller could not know")
	}
	h.t.Check(want == "", labtest.Finding{
		Expected: args + " is executed " + want, Actual: fmt.Sprintf("it is executed %d times, and the call gave %q", n, result)})
}
