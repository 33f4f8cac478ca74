package messagingtest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"faultline/labs/labtest"
	"faultline/labs/messaging/messagingapi"
)

// What the history says of calls that ended without a message.
const (
	sent     = "ok"
	closed   = "closed"
	canceled = "gave up"
)

// soon is more than a call takes that has nothing to wait for: each scheduling
// point of its locks may take up to 0.4 ms.
const soon = time.Second

// settle is enough for every goroutine to get to where it waits, and short enough
// for a case that runs in real time.
const settle = 20 * time.Millisecond

// waited is longer than a call usually takes that has nothing to wait for.
const waited = 100 * time.Microsecond

// say is how the history puts the end of a call.
func say(msg string, err error) string {
	switch {
	case err == nil:
		return msg
	case errors.Is(err, messagingapi.ErrClosed):
		return closed
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		return canceled
	}
	return "error: " + err.Error()
}

// A box is a mailbox whose operations are recorded.
type box struct {
	t        *labtest.T
	mailbox  messagingapi.Mailbox
	capacity int
	calls    *calls
}

func (s Solution) box(t *labtest.T, capacity int) box {
	t.Step("a mailbox for %s", many(capacity, "message", "messages"))
	b := box{t, s.NewMailbox(capacity), capacity, newCalls()}
	t.Cleanup(func() { t.Within(soon, "Close", b.mailbox.Close) }) // a mailbox may have a goroutine of its own
	return b
}

// send sends for a client, gives up after patience, and says how it ended.
func (b box) send(client, msg string, patience time.Duration) (result string) {
	ctx, cancel := b.t.Patient(patience)
	defer cancel()
	b.calls.begin(client, "Send "+msg)
	b.t.Op(client, "Send "+msg, func() string {
		result = say(sent, b.mailbox.Send(ctx, []byte(msg)))
		return result
	})
	b.calls.endSend(client, msg, result)
	return result
}

// receive receives for a client, gives up after patience, and says how it ended
// or which message it got.
func (b box) receive(client string, patience time.Duration) (result string) {
	ctx, cancel := b.t.Patient(patience)
	defer cancel()
	b.calls.begin(client, "Receive")
	b.t.Op(client, "Receive", func() string {
		msg, err := b.mailbox.Receive(ctx)
		result = say(received(msg), err)
		return result
	})
	before := b.calls.endReceive(client, result)
	b.t.Check(before == "", labtest.Finding{
		Property: "no two receivers get the same message",
		Expected: result + " is received once", Actual: fmt.Sprintf("%s and %s both received it", before, client),
	})
	return result
}

func (b box) close(client string) {
	b.t.Op(client, "Close", func() string { b.mailbox.Close(); return sent })
}

// join waits until everything beside the scenario has ended.
func (b box) join(d time.Duration, what string) {
	if !b.t.Ended(d) {
		b.late(d, what)
	}
}

// late fails because something has not ended in time.
func (b box) late(d time.Duration, what string) {
	b.t.Late(labtest.Finding{
		Expected: fmt.Sprintf("%s within %v of virtual time", what, d), Actual: b.calls.account(b.capacity)})
}

// want fails unless a call that has nothing to wait for ends as wanted.
func (b box) want(what, result string, call func() string) {
	b.t.Step("%s: must give %q", what, result)
	var got string
	b.t.Within(soon, what, func() { got = call() })
	b.t.Check(got == result, labtest.Finding{
		Expected: fmt.Sprintf("%s gives %q", what, result), Actual: fmt.Sprintf("it gave %q", got),
	})
}

func (s Solution) fifo(t *labtest.T) {
	rng := t.Rand("messages")
	b := s.box(t, 1+rng.IntN(4))
	n := t.Size("messages", 10+rng.IntN(10))
	t.Step("one client sends %s, another receives them", many(n, "message", "messages"))
	t.Go(func() {
		for i := range n {
			b.send("sender", fmt.Sprintf("m%d", i+1), 0)
		}
	})
	for i := range n {
		var got string
		t.Within(soon, "Receive", func() { got = b.receive("receiver", 0) })
		want := fmt.Sprintf("m%d", i+1)
		t.Check(got == want, labtest.Finding{
			Expected: fmt.Sprintf("Receive number %d gives %s", i+1, want), Actual: "it gave " + got,
		})
	}
}

func (s Solution) fullWaits(t *labtest.T) {
	b := s.box(t, 1+t.Rand("capacity").IntN(4))
	waits := func(what string, call func() string) (ended func() bool) {
		t.Step("%s: must wait", what)
		var done atomic.Bool
		var result string
		if t.Returns(settle, func() { result = call(); done.Store(true) }) {
			t.Fail(labtest.Finding{Expected: what + " waits", Actual: fmt.Sprintf("it gave %q at once", result)})
		}
		return done.Load
	}
	got := waits("Receive from the empty mailbox", func() string { return b.receive("receiver", 0) })
	b.want("Send of m0", sent, func() string { return b.send("sender", "m0", 0) })
	t.Eventually(soon, "the Receive that waited, now that m0 is there,", got)
	for i := 1; i <= b.capacity; i++ {
		msg := fmt.Sprintf("m%d", i)
		b.want("Send of "+msg, sent, func() string { return b.send("sender", msg, 0) })
	}
	done := waits(fmt.Sprintf("Send of late to the mailbox that holds %d of %d messages", b.capacity, b.capacity),
		func() string { return b.send("sender", "late", 0) })
	b.want("Receive", "m1", func() string { return b.receive("receiver", 0) })
	t.Eventually(soon, "the Send of late that waited for room, now that m1 has been received,", done)
	for i := 2; i <= b.capacity; i++ {
		b.want("Receive", fmt.Sprintf("m%d", i), func() string { return b.receive("receiver", 0) })
	}
	b.want("Receive", "late", func() string { return b.receive("receiver", 0) })
}

// linearizable has up to six clients use one mailbox; the last sender closes it.
func (s Solution) linearizable(t *labtest.T) {
	rng := t.Rand("workload")
	b := s.box(t, 1+rng.IntN(3))
	senders, receivers, each := 2+rng.IntN(2), 2+rng.IntN(2), 3+rng.IntN(3)
	senders, receivers, each = t.Size("senders", senders), t.Size("receivers", receivers), t.Size("messages", each)
	t.Step("%s %s each, %s until the mailbox is closed", many(senders, "client sends", "clients send"),
		many(each, "message", "messages"), many(receivers, "client receives", "clients receive"))
	var done atomic.Int32
	lazy := 1 + rng.IntN(1500) // µs that a receiver pauses at most
	for i := range senders {
		client := fmt.Sprintf("sender-%d", i+1)
		t.Go(func() {
			pause := t.Rand(client)
			for k := range each {
				t.Sleep(time.Duration(pause.IntN(300)) * time.Microsecond)
				began := t.Since()
				b.send(client, fmt.Sprintf("%c%d", 'a'+i, k+1), 0)
				b.reachIf(t.Since()-began > waited, "a sender waited for room")
			}
			if done.Add(1) == int32(senders) {
				b.close(client)
			}
		})
	}
	for i := range receivers {
		client := fmt.Sprintf("receiver-%d", i+1)
		t.Go(func() { b.drain(client, lazy) })
	}
	b.join(time.Minute, "every call returns")
	b.calls.received(t)
	t.Judge("mailbox", fmt.Sprintf("capacity=%d", b.capacity))
}

// drain receives for a client until the mailbox is closed.
func (b box) drain(client string, lazy int) {
	pause := b.t.Rand(client)
	for {
		b.t.Sleep(time.Duration(pause.IntN(lazy)) * time.Microsecond)
		began := b.t.Since()
		msg := b.receive(client, 0)
		b.reachIf(b.t.Since()-began > waited, "a receiver waited for a message")
		if msg == closed {
			return
		}
	}
}

func (b box) reachIf(reached bool, situation string) {
	if reached {
		b.t.Reach(situation)
	}
}

// wholeMessages lets each sender fill one buffer again and again: a mailbox that
// keeps the buffer instead of a copy hands out what was written later.
func (s Solution) wholeMessages(t *labtest.T) {
	rng := t.Rand("workload")
	b := s.box(t, 2+rng.IntN(3))
	const most = 5
	senders, each := t.Size("senders", 3), t.Size("messages", most)
	t.Step("%s %s each, every one from the same buffer of its own", many(senders, "client sends", "clients send"),
		many(each, "message", "messages"))
	for i := range senders {
		t.Go(func() {
			buffer := make([]byte, 32)
			for k := range each {
				copy(buffer, bytes.Repeat([]byte{byte('a' + i*most + k)}, len(buffer)))
				b.t.Op(fmt.Sprintf("sender-%d", i+1), fmt.Sprintf("Send 32 x %q", buffer[0]), func() string {
					return say(sent, b.mailbox.Send(context.Background(), buffer))
				})
			}
		})
	}
	got := map[byte]bool{}
	for range senders * each {
		var msg []byte
		t.Within(soon, "Receive", func() { msg, _ = b.mailbox.Receive(context.Background()) })
		t.Note("received %q", msg)
		whole := len(msg) == 32 && bytes.Equal(msg, bytes.Repeat(msg[:1], len(msg)))
		t.Check(whole, labtest.Finding{
			Expected: "a message of 32 equal bytes, as it was sent", Actual: fmt.Sprintf("%q", msg),
		})
		t.Check(!got[msg[0]], labtest.Finding{
			Expected: fmt.Sprintf("the message 32 x %q is received once", msg[0]),
			Actual:   "it was received twice (does Send keep the caller's buffer?)",
		})
		got[msg[0]] = true
	}
}

func (s Solution) closeMailbox(t *labtest.T) {
	b := s.box(t, 3)
	for _, msg := range []string{"m1", "m2", "m3"} {
		b.want("Send of "+msg, sent, func() string { return b.send("sender", msg, 0) })
	}
	t.Step("one more sender waits for room, then the mailbox is closed")
	var waiting string
	t.Go(func() { waiting = b.send("late", "m4", 0) })
	t.Sleep(settle)
	b.want("Close", sent, func() string { b.close("sender"); return sent })
	t.Join(soon, "the Send of m4 that waited when the mailbox was closed")
	t.Check(waiting == closed, labtest.Finding{
		Expected: "the Send of m4 that waited gives \"closed\"", Actual: fmt.Sprintf("it gave %q", waiting),
	})
	b.want("Send after Close", closed, func() string { return b.send("sender", "m5", 0) })
	for _, msg := range []string{"m1", "m2", "m3", closed, closed} {
		b.want("Receive after Close", msg, func() string { return b.receive("receiver", 0) })
	}
	b.want("a second Close", sent, func() string { b.close("sender"); return sent })
	s.closeEmpty(t)
}

// closeEmpty closes a mailbox that receivers wait at, twice at once.
func (s Solution) closeEmpty(t *labtest.T) {
	b := s.box(t, 1)
	t.Step("two receivers wait at an empty mailbox, then two clients close it at once")
	got := make([]string, 2)
	for i := range got {
		t.Go(func() { got[i] = b.receive(fmt.Sprintf("receiver-%d", i+1), 0) })
	}
	t.Sleep(settle)
	for i := range 2 {
		t.Go(func() { b.close(fmt.Sprintf("closer-%d", i+1)) })
	}
	t.Join(soon, "the two Receives that waited when the mailbox was closed")
	for _, r := range got {
		t.Check(r == closed, labtest.Finding{
			Expected: "both Receives give \"closed\"", Actual: fmt.Sprintf("%q", got),
		})
	}
}

// cancel has impatient clients on both sides. What they gave up must not have
// happened, and what they did not must.
func (s Solution) cancel(t *labtest.T) {
	rng := t.Rand("workload")
	b := s.box(t, 1+rng.IntN(2))
	each := t.Size("messages", 6)
	impatient := 100 * time.Microsecond
	b.want("Receive, which gives up after 0.1 ms at the empty mailbox", canceled, func() string { return b.receive("alone", impatient) })
	for i := range b.capacity {
		msg := fmt.Sprintf("m%d", i+1)
		b.want("Send of "+msg, sent, func() string { return b.send("alone", msg, 0) })
	}
	b.want("Send of late, which gives up after 0.1 ms at the full mailbox", canceled, func() string { return b.send("alone", "late", impatient) })
	for i := range b.capacity {
		b.want("Receive", fmt.Sprintf("m%d", i+1), func() string { return b.receive("alone", 0) })
	}
	t.Step("two clients send and two receive, and each call gives up after 0.1 to 0.8 ms")
	var done atomic.Int32
	for i := range 2 {
		client := fmt.Sprintf("sender-%d", i+1)
		t.Go(func() {
			draw := t.Rand(client)
			for k := range each {
				t.Sleep(time.Duration(draw.IntN(600)) * time.Microsecond)
				patience := time.Duration(100+draw.IntN(700)) * time.Microsecond
				result := b.send(client, fmt.Sprintf("%c%d", 'a'+i, k+1), patience)
				b.reachIf(result == canceled, "a Send gave up")
			}
			if done.Add(1) == 2 {
				b.close(client)
			}
		})
	}
	for i := range 2 {
		client := fmt.Sprintf("receiver-%d", i+1)
		t.Go(func() {
			draw := t.Rand(client)
			for {
				t.Sleep(time.Duration(draw.IntN(600)) * time.Microsecond)
				msg := b.receive(client, time.Duration(100+draw.IntN(700))*time.Microsecond)
				if msg == closed {
					return
				}
				b.reachIf(msg == canceled, "a Receive gave up")
			}
		})
	}
	b.join(time.Minute, "every call returns")
	b.calls.received(t)
	t.Judge("mailbox", fmt.Sprintf("capacity=%d", b.capacity))
}
