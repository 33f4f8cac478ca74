package messagingtest

import (
	"fmt"

	"faultline/labs/labtest"
)

// wakeUp makes several callers wait and then gives all of them what they wait
// for at once. A mailbox that wakes one of them for several changes leaves the
// others asleep.
func (s Solution) wakeUp(t *labtest.T) {
	n := t.Size("callers", 4)
	b := s.box(t, n)
	t.Step("%s, then %s at once", many(n, "receiver waits", "receivers wait"), many(n, "message is sent", "messages are sent"))
	for i := range n {
		t.Go(func() { b.receive(fmt.Sprintf("receiver-%d", i+1), 0) })
	}
	t.Sleep(settle)
	for i := range n {
		msg := fmt.Sprintf("m%d", i+1)
		b.want("Send of "+msg, sent, func() string { return b.send("sender", msg, 0) })
	}
	b.join(soon, "every Receive returns, with a message for each receiver,")
	t.Step("%s the mailbox, %s, then all is received at once", many(n, "message fills", "messages fill"),
		many(n, "sender waits", "senders wait"))
	for i := range 2 * n {
		t.Go(func() { b.send(fmt.Sprintf("sender-%d", i+1), fmt.Sprintf("x%d", i+1), 0) })
	}
	t.Sleep(settle)
	if !t.Returns(soon, func() {
		for range 2 * n {
			b.receive("receiver", 0)
		}
	}) {
		b.late(soon, "Receive returns for each message that was sent,")
	}
	b.join(soon, "every Send returns, with room for each sender,")
	s.wakeUpBehind(t)
}

// wakeUpBehind has a waiter in front that gives up at the moment when its turn
// comes, or before that: the turn belongs to the next.
func (s Solution) wakeUpBehind(t *labtest.T) {
	b := s.box(t, 1)
	t.Step("two receivers wait; the first gives up just as a message is sent")
	first := make(chan string, 1)
	t.Go(func() { first <- b.receive("impatient", settle) })
	t.Go(func() { b.receive("patient", 0) })
	t.Sleep(settle)
	b.want("Send of m1", sent, func() string { return b.send("sender", "m1", 0) })
	if <-first == "m1" {
		b.want("Send of m2", sent, func() string { return b.send("sender", "m2", 0) })
	}
	b.join(soon, "the Receive that is left returns, with a message for it,")
	t.Step("the mailbox is full and two senders wait; the first gives up, then a message is received")
	b.want("Send of m3", sent, func() string { return b.send("sender", "m3", 0) })
	t.Go(func() { first <- b.send("impatient", "x1", settle/2) })
	t.Go(func() { b.send("patient", "x2", 0) })
	t.Sleep(settle)
	b.want("Receive", "m3", func() string { return b.receive("receiver", 0) })
	if <-first == sent {
		b.want("Receive", "x1", func() string { return b.receive("receiver", 0) })
	}
	b.join(soon, "the Send that is left returns, with room for it,")
}
