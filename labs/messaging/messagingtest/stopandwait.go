package messagingtest

import (
	"fmt"
	"strings"
	"time"

	"faultline/labrpc"
	"faultline/labs/labtest"
	"faultline/labs/messaging/messagingapi"
)

// patience is more than a delivery takes on a network that lets anything
// through at all.
const patience = 20 * time.Second

// drop makes the network lose the messages with the given numbers of a link.
func (w *wire) drop(from string, numbers ...int) {
	w.rules.Add(func(m labrpc.Message) (a labrpc.Action) {
		for _, n := range numbers {
			a.Drop = a.Drop || m.From == from && m.N == n
		}
		return a
	})
	for _, n := range numbers {
		w.t.Step("the network loses packet %d of the %s", n, from)
	}
}

// copies makes the network deliver message n of a link once more, after d.
func (w *wire) copies(from string, n int, d time.Duration) {
	w.t.Step("the network delivers packet %d of the %s a second time %v later", n, from, d)
	w.rules.Add(func(m labrpc.Message) (a labrpc.Action) {
		if m.From == from && m.N == n {
			a.Copies = []time.Duration{d}
		}
		return a
	})
}

func (s Solution) calm(t *labtest.T) {
	w := s.wire(t, setup{})
	n := t.Size("messages", 10)
	w.reader(n, 0)
	for i := range n {
		msg := fmt.Sprintf("m%d", i+1)
		if i == n-1 {
			msg = longest(msg)
		}
		w.deliver(msg, patience)
	}
	w.finish(patience)
	data, acks := w.counts()
	t.Check(data == n && acks == n, labtest.Finding{
		Expected: fmt.Sprintf("%d data packets and %d acks for %d messages", n, n, n),
		Actual:   fmt.Sprintf("%d data packets and %d acks", data, acks),
	})
}

func (s Solution) lostData(t *labtest.T) {
	w := s.wire(t, setup{})
	w.drop(senderNode, 1, 2, 4)
	w.reader(3, 0)
	for _, msg := range []string{"m1", "m2", "m3"} {
		w.deliver(msg, patience)
	}
	w.finish(patience)
	w.inTurn()
}

func (s Solution) lostAck(t *labtest.T) {
	w := s.wire(t, setup{})
	w.drop(receiverNode, 1, 3, 4)
	w.reader(3, 0)
	for _, msg := range []string{"m1", "m2", "m3"} {
		w.deliver(msg, patience)
	}
	w.finish(patience)
}

func (s Solution) alternatingBit(t *labtest.T) {
	w := s.wire(t, setup{
		Options: messagingapi.Options{SeqBits: 1, Buffer: 1},
		Faults: labrpc.Draw(t.Seed(), labrpc.Faults{Loss: 0.3, Duplicate: 0.3, Corrupt: 0.1, FIFO: true,
			Latency: labrpc.Range{Min: time.Millisecond, Max: 20 * time.Millisecond}}),
	})
	w.stream(20, "")
	w.outlast()
}

// stream sends n messages of different lengths one after another, while a reader
// receives them. The first one can be given.
func (w *wire) stream(n int, first string) {
	rng := w.t.Rand("messages")
	if w.t.Real() {
		n /= 4
	}
	n = w.t.Size("messages", n)
	w.t.Step("%s, and received as they come", many(n, "message is sent", "messages are sent"))
	w.reader(n, 0)
	w.t.Go(func() {
		for i := range n {
			msg := fmt.Sprintf("m%d", i+1)
			if rng.IntN(3) == 0 {
				msg += " " + strings.Repeat("x", rng.IntN(messagingapi.MaxPayload-len(msg)))
			}
			if i == 0 && first != "" {
				msg = first
			}
			w.send(msg, 0)
		}
	})
}

// longest is a message as long as a message may be.
func longest(name string) string {
	name += " "
	return name + strings.Repeat("x", messagingapi.MaxPayload-len(name))
}

// lateCopies has an ack come late, while a later message is outstanding that the
// network loses. Who takes any ack for the outstanding one's loses m2. Another ack
// comes twice while m3 is under way: who answers it with a packet sends in vain.
func (s Solution) lateCopies(t *labtest.T) {
	w := s.wire(t, setup{Options: messagingapi.Options{SeqBits: 4}})
	w.copies(senderNode, 1, 300*time.Millisecond)
	w.copies(receiverNode, 1, 20*time.Millisecond)
	w.copies(receiverNode, 2, time.Millisecond)
	w.drop(senderNode, 2)
	w.reader(3, 0)
	for _, msg := range []string{"m1", "m2", "m3"} {
		w.deliver(msg, patience)
	}
	t.Sleep(time.Second)
	w.finish(patience)
	w.atMost(4, "three messages, and m2 once more")
}

// storm lets a seed draw all faults at once. Copies come at most 0.4 s late, and
// 65536 numbers last longer than that, though they soon wrap.
func (s Solution) storm(t *labtest.T) {
	w := s.wire(t, setup{Faults: stormFaults(t), Options: messagingapi.Options{SeqBits: 16, First: 65530}})
	w.stream(20, "")
	w.outlast()
}

func stormFaults(t *labtest.T) labrpc.Faults {
	return labrpc.Draw(t.Seed(), labrpc.Faults{
		Loss: 0.3, Duplicate: 0.3, Corrupt: 0.2, Delay: 0.2,
		Latency: labrpc.Range{Min: 500 * time.Microsecond, Max: 40 * time.Millisecond},
		DelayBy: labrpc.Range{Min: 5 * time.Millisecond, Max: 300 * time.Millisecond},
	})
}

// silence loses the acks of a message whose Send gives up. It has arrived, so its
// number is taken: a sender that uses it again loses m2.
func (s Solution) silence(t *labtest.T) {
	w := s.wire(t, setup{})
	w.reader(2, 0)
	t.Step("nothing gets from the receiver to the sender")
	w.net.CutOneWay([]string{receiverNode}, []string{senderNode})
	w.gaveUp("m1")
	t.Step("the network is whole again")
	w.net.Heal()
	w.deliver("m2", patience)
	w.finish(patience)
}

// gaveUp sends a message whose ack cannot arrive.
func (w *wire) gaveUp(msg string) {
	w.t.Step("Send %s with one second of patience: must say that it gave up", msg)
	var result string
	before, _ := w.counts()
	w.t.Within(2*time.Second, "Send with a context of one second", func() { result = w.send(msg, time.Second) })
	w.t.Check(result == canceled, labtest.Finding{
		Expected: fmt.Sprintf("Send gives %q: no ack has come", canceled), Actual: fmt.Sprintf("it gave %q", result)})
	data, _ := w.counts()
	timeout := w.setup.Options.Timeout
	limit := int(time.Second/timeout) + 2
	w.t.Check(data-before <= limit, labtest.Finding{
		Property: "Timeout is how long a sender waits for an ack before it sends the packet again",
		Expected: fmt.Sprintf("at most %d data packets in a second without an ack: Timeout is %v", limit, timeout),
		Actual:   fmt.Sprintf("%d data packets", data-before)})
}

// giveUp loses a message whose Send gives up, so that it may never arrive.
func (s Solution) giveUp(t *labtest.T) {
	w := s.wire(t, setup{})
	w.gaps = true
	t.Step("nothing gets from the sender to the receiver")
	w.net.CutOneWay([]string{senderNode}, []string{receiverNode})
	w.gaveUp("m1")
	t.Step("the network is whole again")
	w.net.Heal()
	t.Go(func() { // m2 is the last to come
		for result := ""; result != "m2" && result != closed; {
			result = w.receive(0)
		}
	})
	w.deliver("m2", patience)
	if !t.Ended(patience) {
		w.late(patience)
	}
	w.mu.Lock()
	got := strings.Join(w.got, " ")
	w.mu.Unlock()
	t.Check(got == "m1 m2" || got == "m2", labtest.Finding{
		Expected: "received: m1 m2, or m2 alone", Actual: "received: " + got + kept(got)})
}

func (s Solution) restart(t *labtest.T) { s.restarts(t, setup{}) }

// restarts begins the numbers of a sender again. What is late from its first life
// must not be taken for its second's, in either direction: a copy of a2 comes
// when the receiver expects the message with that number, and an ack of a1 when
// the sender waits for the ack with that number.
func (s Solution) restarts(t *labtest.T, st setup) {
	w := s.wire(t, st)
	w.copies(senderNode, 2, 1500*time.Millisecond)
	w.copies(receiverNode, 1, 1004*time.Millisecond)
	w.reader(4, 0)
	w.deliver("a1", patience)
	w.deliver("a2", patience)
	t.Sleep(time.Second - t.Since())
	t.Step("the sender crashes and restarts with session 2")
	old := w.sender
	w.net.Node(senderNode).Crash()
	w.within("Close of the crashed sender", old.Close)
	w.net.Node(senderNode).Restart()
	w.setup.Options.Session = 2
	w.drop(senderNode, 3)
	w.sender = w.startSender(w.listen(senderNode))
	w.deliver("b1", patience)
	t.Sleep(time.Second)
	w.deliver("b2", patience)
	w.finish(patience)
}

func (s Solution) noRoom(t *labtest.T) {
	w := s.wire(t, setup{Options: messagingapi.Options{Buffer: 2}})
	t.Step("nobody receives")
	w.deliver("m1", patience)
	w.deliver("m2", patience)
	w.gaveUp("m3")
	w.reader(4, 0)
	w.deliver("m4", patience)
	w.finish(patience)
}

func (s Solution) closeStopAndWait(t *labtest.T) { s.closes(t, setup{}, 4) }
