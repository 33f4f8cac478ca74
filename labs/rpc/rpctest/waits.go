package rpctest

import (
	"fmt"
	"time"

	"faultline/labrpc"
	"faultline/labs/labtest"
	"faultline/labs/rpc/rpcapi"
)

func (s Solution) lostCall(t *labtest.T) {
	h := s.house(t, setup{})
	h.serve()
	c := h.client(1, 1)
	h.lose(rpcapi.Call, 1, 2)
	h.lose(rpcapi.Call, 3, 1)
	first := true
	h.rule(func(p rpcapi.Packet) (a labrpc.Action) {
		a.Drop = p.ServerIncarnation == 0 && first
		first = first && !a.Drop
		return a
	})
	for _, args := range []string{"a1", "a2", "a3"} {
		h.echo(c, 1, args)
		h.times(args, 1, "")
	}
	t.Check(h.pause("a3") <= 3*timeout, labtest.Finding{
		Expected: fmt.Sprintf("the client waits about Timeout (%v) for an answer before it sends the call a3 again", timeout),
		Actual:   fmt.Sprintf("it waited %v", h.pause("a3").Round(time.Millisecond)),
	})
	h.lose(rpcapi.Call, 4, 7)
	h.echo(c, 1, "a4")
	h.times("a4", 1, "")
	pause := h.pause("a4")
	t.Check(pause <= probe+probe/2, labtest.Finding{
		Expected: fmt.Sprintf("the client waits no longer than Probe (%v) before it sends the call a4 again, however often it has done so", probe),
		Actual:   fmt.Sprintf("it once waited %v: for so long it would not notice that the network is whole again", pause.Round(time.Millisecond)),
	})
	h.justTooLate(c, 4)
}

// justTooLate has replies come in the instant in which a client that waits for Timeout
// at first is about to send the call again. It has made so many calls before.
func (h *house) justTooLate(c rpcapi.Client, before uint32) {
	h.t.Step("the next replies come just when Timeout has passed since their calls: each call must return all the same")
	const late = timeout - 2*time.Millisecond // a packet takes 1 ms
	h.rule(func(p rpcapi.Packet) (a labrpc.Action) {
		if p.Kind == rpcapi.Reply && p.Number > before {
			a.Delay = late + time.Duration(p.Number-before)*50*time.Nanosecond
		}
		return a
	})
	for i := range h.rounds(40) {
		args := fmt.Sprintf("b%d", i+1)
		if !h.t.Returns(patience, func() { h.call(c, 1, "echo", args, 0) }) {
			h.t.Late(labtest.Finding{
				Property: "a call returns when its reply has come",
				Expected: fmt.Sprintf("the call %s returns, though its reply comes just when the client is about to send it again", args),
				Actual:   "it still waits: " + h.account(args),
			})
		}
		h.times(args, 1, "")
	}
}

func (s Solution) slowCall(t *labtest.T) {
	h := s.house(t, setup{})
	h.serve()
	c := h.client(1, 1)
	h.lose(rpcapi.Reply, 1, 1)
	t.Go(func() { h.want(c, 1, "slow", "10s:x", answer("10s:x", 1), 12500*time.Millisecond) })
	h.patient()
	t.Join(patience, "the call")
	h.times("10s:x", 1, "")
	const limit = 40
	t.Check(h.sent() <= limit, labtest.Finding{
		Expected: fmt.Sprintf("at most %d packets for a call of 10 s: a client that has an Ack probes once a second", limit),
		Actual:   fmt.Sprintf("%d packets: %s", h.sent(), h.spent()),
	})
}

// patient lets the first second of a slow call pass. The first copy of the call gets an
// Ack. One more does no harm: a client may let the wait end that it has begun.
func (h *house) patient() {
	const rest = probe - 3*timeout
	h.t.Sleep(2 * timeout)
	h.t.Step("after %v: the client, which soon has an ack, must send the call twice at most in the next %v", 2*timeout, rest)
	before := h.sentBy(clientNode(1), rpcapi.Call)
	h.t.Sleep(rest)
	again := h.sentBy(clientNode(1), rpcapi.Call) - before
	h.t.Check(again <= 2, labtest.Finding{
		Expected: fmt.Sprintf("at most 2 packets \"call\" in %v: the server answers the second of a slow call with an Ack, and a client that "+
			"has one waits for Probe (%v), and not for Timeout (%v), before it sends the call again", rest, probe, timeout),
		Actual: fmt.Sprintf("%d packets; in all, so far, there were %s", again, h.spent()),
	})
}
