package messagingtest

import (
	"fmt"
	"slices"
	"time"

	"faultline/labrpc"
	"faultline/labs/labtest"
	"faultline/labs/messaging/messagingapi"
)

// all sends messages m1 to mn, as fast as the sender takes them, beside the
// scenario. In place of those with the given numbers it sends empty messages.
func (w *wire) all(n int, empty ...int) {
	w.t.Step("%s as fast as the sender takes them", many(n, "message is sent", "messages are sent"))
	w.t.Go(func() {
		for i := range n {
			msg := fmt.Sprintf("m%d", i+1)
			if slices.Contains(empty, i+1) {
				msg = ""
			}
			w.send(msg, 0)
		}
	})
}

// atMost fails if the sender sent more than a number of data packets.
func (w *wire) atMost(limit int, why string) {
	data, _ := w.counts()
	if data > limit {
		w.t.Fail(labtest.Finding{
			Expected: fmt.Sprintf("at most %d data packets: %s", limit, why),
			Actual:   fmt.Sprintf("%d data packets; %s", data, w.mostSent()),
		})
	}
}

// mostSent names the message that was sent most often.
func (w *wire) mostSent() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	most, again := "", 0
	for _, msg := range w.sent {
		if w.sighting(msg).times > 1 {
			again++
		}
		if most == "" || w.sighting(msg).times > w.sighting(most).times {
			most = msg
		}
	}
	return fmt.Sprintf("%s sent more than once, %s most of all: %s", many(again, "message was", "messages were"),
		short(most), w.sighting(most).when())
}

// pipeline has a round trip of 100 ms. Window 16 can bring 160 messages across in
// ten round trips; stop and wait needs 160.
func (s Solution) pipeline(t *labtest.T) {
	const window, round = 16, 100 * time.Millisecond
	n := t.Size("messages", 160)
	w := s.wire(t, setup{Window: true,
		Options: messagingapi.Options{Window: window, Buffer: window, Timeout: 300 * time.Millisecond},
		Faults:  labrpc.Faults{Latency: labrpc.Range{Min: round / 2}},
	})
	w.reader(n, 0)
	w.all(n)
	w.finish(2 * time.Minute)
	best := time.Duration((n+window-1)/window) * round
	took := t.Since()
	t.Check(took <= best*5/2, labtest.Finding{ // who tells of little room now and then has a smaller window then
		Expected: fmt.Sprintf("%d messages take at most %v, where a full window of %d each round trip of %v takes %v",
			n, best*5/2, window, round, best),
		Actual: fmt.Sprintf("they took %v", took.Round(time.Millisecond)),
	})
}

// gap has the fourth message, which is empty, wait for the third.
func (s Solution) gap(t *labtest.T) {
	w := s.wire(t, setup{Window: true})
	w.drop(senderNode, 1, 3)
	n := t.Size("messages", 8)
	w.reader(n, 0)
	w.all(n, 4)
	w.finish(patience)
	w.flush(patience)
	w.inTurn()
}

// oldWindow loses every ack of a full window, so that all of it is sent again
// when the receiver expects the next. There are just twice as many numbers as
// the window has.
func (s Solution) oldWindow(t *labtest.T) {
	w := s.wire(t, setup{Window: true, Options: messagingapi.Options{SeqBits: 3, Window: 4, Buffer: 4}})
	t.Step("nothing gets from the receiver to the sender for half a second")
	w.net.CutOneWay([]string{receiverNode}, []string{senderNode})
	n := t.Size("messages", 12)
	w.reader(n, 0)
	w.all(n)
	t.Sleep(500 * time.Millisecond)
	t.Step("the network is whole again")
	w.net.Heal()
	w.finish(patience)
}

// flowControl has a reader much slower than the network. A sender that heeds the
// receiver's window sends each message about once.
func (s Solution) flowControl(t *labtest.T) {
	const buffer = 4
	n := t.Size("messages", 40)
	w := s.wire(t, setup{Window: true, Options: messagingapi.Options{Window: 16, Buffer: buffer}})
	t.Step("the reader takes a message every 20 ms")
	w.reader(n, 20*time.Millisecond)
	w.all(n)
	w.finish(2 * time.Minute)
	// Before the first ack a sender may fill its own window; after that each
	// message goes out once, and one probe of a closed window for each.
	w.atMost(16+2*n, "the window that the sender starts with, then each message and a probe for it")
}

// stalledReader lets the sender probe a closed window until it hardly does any
// more, then takes everything at once.
func (s Solution) stalledReader(t *labtest.T) {
	const buffer = 8
	n := t.Size("messages", 24)
	w := s.wire(t, setup{Window: true, Options: messagingapi.Options{Window: 8, Buffer: buffer}})
	w.all(n)
	t.Step("nobody receives for 20 s")
	t.Sleep(20 * time.Second)
	t.Step("all is received as fast as it comes: the rest must arrive within a second")
	w.reader(n, 0)
	w.finish(time.Second)
}

func (s Solution) restartWindow(t *labtest.T) { s.restarts(t, setup{Window: true}) }

// lostUpdate closes the receiver's window and loses what opens it again.
func (s Solution) lostUpdate(t *labtest.T) {
	n := t.Size("messages", 8)
	w := s.wire(t, setup{Window: true, Options: messagingapi.Options{Buffer: 2}})
	w.all(n)
	t.Sleep(time.Second)
	t.Step("the receiver is full; now nothing gets from it to the sender, and all is received")
	w.net.CutOneWay([]string{receiverNode}, []string{senderNode})
	w.reader(n, 0)
	t.Sleep(time.Second)
	t.Step("the network is whole again")
	w.net.Heal()
	w.finish(patience)
}

// wrap has a number space as small as two windows, on links that keep the order:
// there, a copy of a lap ago cannot come.
func (s Solution) wrap(t *labtest.T) {
	rng := t.Rand("options")
	bits := 2 + rng.IntN(4)
	window := 1 << (bits - 1)
	w := s.wire(t, setup{Window: true,
		Options: messagingapi.Options{SeqBits: bits, First: uint16(rng.IntN(1 << bits)),
			Window: 1 + rng.IntN(window), Buffer: 1 + rng.IntN(window)},
		Faults: labrpc.Draw(t.Seed(), labrpc.Faults{Loss: 0.2, Duplicate: 0.2, FIFO: true,
			Latency: labrpc.Range{Min: time.Millisecond, Max: 20 * time.Millisecond}}),
	})
	n := 50
	if t.Real() {
		n = 20
	}
	n = t.Size("messages", n)
	w.reader(n, 0)
	w.all(n)
	w.outlast()
	t.Reach("the numbers wrapped")
}

// adapts has one of three paths: one whose round trip is much longer than the
// first timeout, one whose round trip varies by a factor of ten, and one that
// loses packets and whose round trip is much shorter than the first timeout.
func (s Solution) adapts(t *labtest.T) {
	window := messagingapi.Options{Window: 8, Buffer: 8, Timeout: 100 * time.Millisecond}
	switch t.Seed() % 3 {
	case 0:
		n := t.Size("messages", 200) // the deviation of a steady path takes a while to vanish
		w := s.path(t, n, window, labrpc.Faults{Latency: labrpc.Range{Min: 200 * time.Millisecond}})
		w.atMost(n+4*window.Window, "nothing is lost, so only the first window may be sent again, until the timeout has grown")
	case 1:
		n := t.Size("messages", 300) // enough for the unlucky among those that repeat what was overtaken
		w := s.path(t, n, window, labrpc.Faults{Latency: labrpc.Range{Min: 10 * time.Millisecond, Max: 100 * time.Millisecond}})
		w.atMost(n+max(n/4, 2*window.Window), "nothing is lost, and the timeout allows for the variance")
	case 2:
		s.lossy(t, window)
	}
}

// lossy is the third path. A message that is lost waits for the timeout, so this
// shows how long that is. Solutions that are right take 28 to 56 s in all; one that
// waits for six or seven round trips each time takes more than 100 s.
func (s Solution) lossy(t *labtest.T, o messagingapi.Options) {
	n := 1200
	if t.Real() {
		n = 100
	}
	n = t.Size("messages", n)
	o.Timeout = 3 * time.Second
	s.path(t, n, o, labrpc.Faults{Loss: 0.1, Latency: labrpc.Range{Min: 30 * time.Millisecond, Max: 70 * time.Millisecond}})
	const limit = 75 * time.Second
	t.Check(t.Since() < limit, labtest.Finding{
		Expected: fmt.Sprintf("a tenth of %d messages is lost and sent again after a timeout that follows the "+
			"round trip of 60 to 140 ms: all arrive within %v", n, limit),
		Actual: fmt.Sprintf("it took %v", t.Since().Round(time.Millisecond)),
	})
}

// path carries n messages over a path.
func (s Solution) path(t *labtest.T, n int, o messagingapi.Options, f labrpc.Faults) *wire {
	w := s.wire(t, setup{Window: true, Options: o, Faults: f})
	w.reader(n, 0)
	w.all(n)
	w.finish(5 * time.Minute)
	w.flush(patience)
	return w
}

// outage cuts a busy wire for a minute.
func (s Solution) outage(t *labtest.T) {
	const dark = time.Minute
	n := t.Size("messages", 60)
	w := s.wire(t, setup{Window: true})
	w.reader(n, 10*time.Millisecond)
	w.all(n)
	t.Sleep(100 * time.Millisecond)
	t.Step("nothing gets through for %v", dark)
	before, _ := w.counts()
	w.net.Cut([]string{senderNode}, []string{receiverNode})
	t.Sleep(dark)
	during, _ := w.counts()
	during -= before
	// A window of four, each sent again at most every two seconds once the
	// backoff has grown, and about eight times each while it grows.
	limit := 4 * (int(dark/(2*time.Second)) + 8)
	t.Check(during <= limit, labtest.Finding{
		Expected: fmt.Sprintf("at most %d data packets in %v without an answer", limit, dark),
		Actual:   fmt.Sprintf("%d data packets", during),
	})
	t.Step("the network is whole again, but for every eighth data packet: the rest must arrive within 8 s")
	w.net.Heal()
	healed := 0
	w.rules.Add(func(m labrpc.Message) (a labrpc.Action) {
		if m.From == senderNode {
			healed++
		}
		a.Drop = m.From == senderNode && healed%8 == 0
		return a
	})
	w.finish(8 * time.Second)
}

func (s Solution) windowStorm(t *labtest.T) {
	w := s.wire(t, setup{Window: true, Faults: stormFaults(t), Options: messagingapi.Options{
		SeqBits: 16, First: 65520, Window: 8, Buffer: 6}})
	w.stream(40, longest("m1"))
	w.outlast()
	w.flush(patience)
}

// packets loses a tenth of everything. Each loss of data costs one packet more,
// and a lost ack nothing while later ones make up for it.
func (s Solution) packets(t *labtest.T) {
	const n = 150
	w := s.wire(t, setup{Window: true,
		Options: messagingapi.Options{Window: 8, Buffer: 8, SeqBits: 16},
		Faults:  labrpc.Faults{Loss: 0.1, Latency: labrpc.Range{Min: 5 * time.Millisecond, Max: 8 * time.Millisecond}},
	})
	w.reader(n, 0)
	w.all(n)
	w.finish(2 * time.Minute)
	w.flush(patience)
	w.atMost(n*3/2, "a tenth is lost, and only that is sent again")
}

func (s Solution) closeWindow(t *labtest.T) {
	s.closes(t, setup{Window: true, Options: messagingapi.Options{Window: 2, Buffer: 2}}, 3)
}

// closes has calls give up, and closes both ends while others wait: of four Sends, so
// many.
func (s Solution) closes(t *labtest.T, st setup, waiting int) {
	w := s.wire(t, st)
	givesUp(t, "Receive", "nothing was sent", w.receive)
	w.deliver("m0", patience)
	w.t.Within(patience, "Receive of m0, which an earlier Receive was too early for", func() { w.receive(0) })
	w.flush(patience)
	t.Step("one message arrives that nobody receives")
	w.deliver("m1", patience)
	t.Sleep(settle)
	t.Step("the network is cut; four Sends and then a Flush are called")
	w.net.Cut([]string{senderNode}, []string{receiverNode})
	results := newTally()
	for i := range 4 {
		w.call(results, "Send", func() string { return w.send(fmt.Sprintf("m%d", i+2), 0) })
	}
	t.Sleep(settle)
	w.call(results, "Flush", func() string {
		ctx, cancel := t.Patient(0)
		defer cancel()
		return say(sent, w.sender.Flush(ctx))
	})
	t.Sleep(settle)
	givesUp(t, "Send", "four others wait before it", func(p time.Duration) string { return w.send("m6", p) })
	givesUp(t, "Flush", "nothing can be acknowledged", func(p time.Duration) string { return say(sent, w.sender.Flush(t.Context(p))) })
	t.Step("both ends are closed, twice: whoever waits must be told")
	for range 2 {
		w.within("Close of the sender", w.sender.Close)
		w.within("Close of the receiver", w.receiver.Close)
	}
	t.Join(soon, "every call that waited when its end was closed")
	why := "nothing can be acknowledged, so all wait until the sender is closed"
	if waiting < 4 {
		why = fmt.Sprintf("the window has a place for %d of them, and the others wait until the sender is closed", 4-waiting)
	}
	results.ended(t, "Send", waiting, why)
	results.ended(t, "Flush", 1, "it waits for acks that cannot come, until the sender is closed")
	w.call(results, "Flush after Close", func() string { return say(sent, w.sender.Flush(t.Context(soon))) })
	w.call(results, "Receive after Close", func() string { return w.receive(soon) })
	t.Join(2*soon, "Flush and Receive after Close")
	results.ended(t, "Flush after Close", 1, "the sender is closed")
	results.ended(t, "Receive after Close", 1, "the receiver is closed, though it holds m1")
	s.closesIdle(t, st)
}

// closesIdle closes a receiver of which two Receives wait, and a sender whose window has
// places.
func (s Solution) closesIdle(t *labtest.T, st setup) {
	w := s.wire(t, st)
	results := newTally()
	t.Step("two Receives are called, for which nothing comes")
	for range 2 {
		w.call(results, "Receive", func() string { return w.receive(0) })
	}
	t.Sleep(settle)
	t.Step("both ends are closed")
	w.within("Close of the receiver", w.receiver.Close)
	w.within("Close of the sender", w.sender.Close)
	t.Join(soon, "each of the two Receives that waited when their end was closed")
	results.ended(t, "Receive", 2, "the receiver is closed")
	w.call(results, "Send after Close", func() string { return w.send("m1", soon) })
	t.Join(2*soon, "Send after Close")
	results.ended(t, "Send after Close", 1, "the sender is closed")
}

// givesUp makes a call with a context of half a second, in which it cannot succeed.
func givesUp(t *labtest.T, what, why string, call func(time.Duration) string) {
	const short = soon / 2
	t.Step("%s with %v of patience: must say that it gave up", what, short)
	var result string
	t.Within(2*short, fmt.Sprintf("%s with a context of %v", what, short), func() { result = call(short) })
	t.Check(result == canceled, labtest.Finding{
		Expected: fmt.Sprintf("%s with a context of %v gives %q: %s", what, short, canceled, why),
		Actual:   fmt.Sprintf("it gave %q", result)})
}

// call runs a call beside the scenario and notes how it ended.
func (w *wire) call(results *tally, what string, f func() string) {
	w.t.Go(func() { results.end(what, f()) })
}
