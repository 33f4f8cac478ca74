package messagingtest

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"faultline/labrpc"
	"faultline/labs/labtest"
)

// A sighting is what was seen of a message, or of the receiver's acks.
type sighting struct {
	times  int           // that it was given to the network
	packet []byte        // the last time
	at     time.Duration // the last time
	result string        // of its Send; "" while that waits
}

func (s *sighting) note(m labrpc.Message) {
	s.times++
	s.packet, s.at = m.Packet, m.At
}

// when says how often and when the packet was sent.
func (s *sighting) when() string {
	if s.times == 1 {
		return fmt.Sprintf("once, at %v", s.at.Round(time.Millisecond))
	}
	return fmt.Sprintf("%d times, the last time at %v", s.times, s.at.Round(time.Millisecond))
}

// sighting returns what was seen of a message. The lock is held.
func (w *wire) sighting(msg string) *sighting {
	s := w.seen[msg]
	if s == nil {
		s = &sighting{}
		w.seen[msg] = s
	}
	return s
}

// lastSeen says what was seen of a message: of what the sender did with it, and of
// what the receiver has said last. The lock is held.
func (w *wire) lastSeen(msg string) string {
	s := w.sighting(msg)
	text := "the sender never gave it to the network"
	if s.times > 0 {
		text = fmt.Sprintf("the sender sent %s %s", describe(s.packet), s.when())
	}
	if s.result == "" {
		text += ", and its Send still waits"
	} else {
		text += fmt.Sprintf(", and its Send gave %q", s.result)
	}
	if w.ack.times == 0 {
		return text + "; the receiver has sent nothing"
	}
	return fmt.Sprintf("%s; the receiver's last answer was %s, at %v", text, describe(w.ack.packet), w.ack.at.Round(time.Millisecond))
}

// late fails because something has not happened within a bound: the next message
// has not come, or all have, and a Send does not know.
func (w *wire) late(bound time.Duration) {
	w.mu.Lock()
	f := labtest.Finding{Expected: fmt.Sprintf("every call returns within %v of virtual time", bound)}
	next := len(w.got)
	if w.gaps {
		next = len(w.sent) - 1
	}
	waits := func(msg string) bool { return w.sighting(msg).result == "" }
	if next < len(w.sent) {
		msg := w.sent[next]
		f.Expected = fmt.Sprintf("%s gets from the sender to the receiver within %v of virtual time", short(msg), bound)
		f.Actual = "it has not come: " + w.lastSeen(msg)
	} else if i := slices.IndexFunc(w.sent, waits); i >= 0 {
		msg := w.sent[i]
		f.Expected = fmt.Sprintf("Send of %s returns within %v of virtual time: the message has been received", short(msg), bound)
		f.Actual = "the sender does not know: " + w.lastSeen(msg)
	} else if len(w.sent) > 0 {
		f.Actual = "they do not, though every message has come: " + w.lastSeen(w.sent[len(w.sent)-1])
	}
	w.mu.Unlock()
	w.t.Late(f)
}

// deliver sends a message that must get through within bound.
func (w *wire) deliver(msg string, bound time.Duration) {
	w.t.Step("Send %s: must be delivered within %v", short(msg), bound)
	result := ""
	if !w.t.Returns(bound, func() { result = w.send(msg, 0) }) {
		w.late(bound)
	}
	w.t.Check(result == sent, labtest.Finding{
		Expected: fmt.Sprintf("Send of %s gives %q", short(msg), sent), Actual: fmt.Sprintf("it gave %q", result)})
}

// flush waits until all that was sent is acknowledged.
func (w *wire) flush(bound time.Duration) {
	w.t.Step("Flush: must return within %v", bound)
	result := ""
	if !w.t.Returns(bound, func() {
		ctx, cancel := w.t.Patient(0)
		defer cancel()
		w.t.Op(senderNode, "Flush", func() string { result = say(sent, w.sender.Flush(ctx)); return result })
	}) {
		w.mu.Lock()
		last := w.sent[len(w.sent)-1]
		f := labtest.Finding{
			Expected: fmt.Sprintf("Flush returns within %v of virtual time: what was sent, up to %s, has been received",
				bound, short(last)),
			Actual: "it still waits; of " + short(last) + ": " + w.lastSeen(last)}
		w.mu.Unlock()
		w.t.Late(f)
	}
	w.t.Check(result == sent, labtest.Finding{
		Expected: fmt.Sprintf("Flush gives %q: everything can be acknowledged", sent), Actual: fmt.Sprintf("it gave %q", result)})
}

// finish waits for what is under way and compares what came with what was sent.
func (w *wire) finish(bound time.Duration) {
	if !w.t.Ended(bound) {
		w.late(bound)
	}
	w.same(w.sent)
}

// inTurn has three clients send while nothing gets through. The first has more to send:
// each of its Sends begins when the one before has returned, and the others wait already.
func (w *wire) inTurn() {
	w.t.Step("nothing gets from the sender to the receiver; client a sends a1 to a6, one after another, " +
		"and while it waits b sends b1, then c sends c1")
	w.net.CutOneWay([]string{senderNode}, []string{receiverNode})
	w.reader(8, 0)
	for i, n := range []int{6, 1, 1} {
		w.t.Go(func() {
			for k := range n {
				w.send(fmt.Sprintf("%c%d", 'a'+i, k+1), 0)
			}
		})
		w.t.Sleep(settle)
	}
	w.t.Step("the network is whole again: the messages must arrive in the order in which their Sends began")
	w.net.Heal()
	w.finish(patience)
}

// outlast waits until a storm is over or has lasted long enough. In the calm
// that follows, what is left must arrive.
func (w *wire) outlast() { w.t.Outlast(patience, "a packet", func() { w.finish(patience) }) }

// same fails unless exactly the wanted messages came so far, in that order.
func (w *wire) same(want []string) {
	w.mu.Lock()
	got := slices.Clone(w.got)
	w.mu.Unlock()
	for i := range max(len(want), len(got)) {
		switch {
		case i >= len(got):
			w.wrong("a message was lost", i, want, got)
		case i >= len(want) || want[i] != got[i]:
			what := "the wrong message came"
			if slices.Contains(got[:i], got[i]) {
				what = "a message came twice"
			}
			w.wrong(what, i, want, got)
		}
	}
}

func (w *wire) wrong(what string, i int, want, got []string) {
	came := around(got, i)
	w.t.Fail(labtest.Finding{Expected: "received: " + around(want, i), Actual: what + ", received: " + came + kept(came)})
}

// around shows a list of messages near place i.
func around(list []string, i int) string {
	from, to := max(0, i-4), min(len(list), i+4)
	var words []string
	for _, m := range list[min(from, to):to] {
		words = append(words, short(m))
	}
	s := strings.Join(words, " ")
	if from > 0 {
		s = fmt.Sprintf("(%d more) ", from) + s
	}
	if rest := len(list) - to; rest > 0 {
		s += fmt.Sprintf(" (%d more)", rest)
	}
	return s
}
