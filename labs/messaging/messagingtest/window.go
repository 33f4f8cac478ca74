package messagingtest

import (
	"fmt"
	"time"

	"faultline/labrpc"
	"faultline/labs/labtest"
	"faultline/labs/messaging/messagingapi"
)

// all sends messages m1 to mn, as fast as the sender takes them, beside the
// scenario.
func (w *wire) all(n int) {
	w.t.Step("%d messages are sent as fast as the sender takes them", n)
	w.t.Go(func() {
		for i := range n {
			w.send(fmt.Sprintf("m%d", i+1), 0)
		}
	})
}

// atMost fails if the sender sent more than a number of data packets.
func (w *wire) atMost(limit int, why string) {
	data, _ := w.counts()
	w.t.Check(data <= limit, labtest.Finding{
		Expected: fmt.Sprintf("at most %d data packets: %s", limit, why), Actual: fmt.Sprintf("%d data packets", data),
	})
}

// pipeline has a round trip of 100 ms. Window 16 can bring 160 messages across in
// ten round trips; stop and wait needs 160.
func (s Solution) pipeline(t *labtest.T) {
	const n, window, round = 160, 16, 100 * time.Millisecond
	w := s.wire(t, setup{Window: true,
		Options: messagingapi.Options{Window: window, Buffer: window, Timeout: 300 * time.Millisecond},
		Faults:  labrpc.Faults{Latency: labrpc.Range{Min: round / 2}},
	})
	w.reader(n, 0)
	w.all(n)
	w.finish(2 * time.Minute)
	best := n / window * round
	took := t.Since()
	t.Check(took <= best*3/2, labtest.Finding{
		Expected: fmt.Sprintf("%d messages take at most %v: a window of %d each round trip of %v, and half as much again",
			n, best*3/2, window, round),
		Actual: fmt.Sprintf("they took %v", took.Round(time.Millisecond)),
	})
}

func (s Solution) gap(t *labtest.T) {
	w := s.wire(t, setup{Window: true})
	w.drop(senderNode, 1, 3)
	w.reader(8, 0)
	w.all(8)
	w.finish(patience)
	w.flush(patience)
}

// oldWindow loses every ack of a full window, so that all of it is sent again
// when the receiver expects the next. There are just twice as many numbers as
// the window has.
func (s Solution) oldWindow(t *labtest.T) {
	w := s.wire(t, setup{Window: true, Options: messagingapi.Options{SeqBits: 3, Window: 4, Buffer: 4}})
	t.Step("nothing gets from the receiver to the sender for half a second")
	w.net.CutOneWay([]string{receiverNode}, []string{senderNode})
	w.reader(12, 0)
	w.all(12)
	t.Sleep(500 * time.Millisecond)
	t.Step("the network is whole again")
	w.net.Heal()
	w.finish(patience)
}

// flowControl has a reader much slower than the network. A sender that heeds the
// receiver's window sends each message about once.
func (s Solution) flowControl(t *labtest.T) {
	const n, buffer = 40, 4
	w := s.wire(t, setup{Window: true, Options: messagingapi.Options{Window: 16, Buffer: buffer}})
	t.Step("the reader takes a message every 20 ms")
	w.reader(n, 20*time.Millisecond)
	w.all(n)
	w.finish(2 * time.Minute)
	// Before the first ack a sender may fill its own window; after that each
	// message goes out once, and one probe of a closed window for each.
	w.atMost(16+2*n, "the window that the sender starts with, then each message and a probe for it")
}

// lostUpdate closes the receiver's window and loses what opens it again.
func (s Solution) lostUpdate(t *labtest.T) {
	const n = 8
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
	const n = 50
	w.reader(n, 0)
	w.all(n)
	w.finish(2 * patience)
	w.reach()
	t.Reach("the numbers wrapped")
}

// adapts has a round trip much longer than the first timeout, then one that
// varies by a factor of four. A sender that does not learn sends everything
// several times.
func (s Solution) adapts(t *labtest.T) {
	const n = 80
	latencies := []labrpc.Range{
		{Min: 200 * time.Millisecond},
		{Min: 50 * time.Millisecond, Max: 200 * time.Millisecond},
	}
	w := s.wire(t, setup{Window: true, Options: messagingapi.Options{Window: 8, Buffer: 8, Timeout: 100 * time.Millisecond},
		Faults: labrpc.Faults{Latency: latencies[t.Rand("latency").IntN(len(latencies))]}})
	w.reader(n, 0)
	w.all(n)
	w.finish(2 * time.Minute)
	w.flush(patience)
	w.atMost(n+n/2, "nothing is lost, so only the first windows may be sent twice")
}

// outage cuts a busy wire for a minute.
func (s Solution) outage(t *labtest.T) {
	const n, dark = 60, time.Minute
	w := s.wire(t, setup{Window: true})
	w.reader(n, 20*time.Millisecond)
	w.all(n)
	t.Sleep(500 * time.Millisecond)
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
	t.Step("the network is whole again: the rest must arrive within 8 s")
	w.net.Heal()
	w.finish(8 * time.Second)
}

func (s Solution) windowStorm(t *labtest.T) {
	w := s.wire(t, setup{Window: true, Faults: stormFaults(t), Options: messagingapi.Options{
		SeqBits: 16, First: 65520, Window: 8, Buffer: 6}})
	w.stream(40)
	w.finish(4 * patience)
	w.reach()
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
	w := s.wire(t, setup{Window: true, Options: messagingapi.Options{Window: 2, Buffer: 2}})
	w.net.Cut([]string{senderNode}, []string{receiverNode})
	t.Step("the network is cut; a Receive, two Sends beyond the window and a Flush wait")
	results := newTally()
	w.call(results, "Receive", func() string { return w.receive(0) })
	for i := range 4 {
		w.call(results, "Send", func() string { return w.send(fmt.Sprintf("m%d", i+1), 0) })
	}
	t.Sleep(soon)
	w.call(results, "Flush", func() string {
		ctx, cancel := patient(0)
		defer cancel()
		return say(sent, w.sender.Flush(ctx))
	})
	t.Sleep(time.Second)
	t.Step("both ends are closed, twice")
	for range 2 {
		w.within("Close of the sender", w.sender.Close)
		w.within("Close of the receiver", w.receiver.Close)
	}
	t.Join(soon, "every call that waited when its end was closed")
	for _, want := range []struct {
		call  string
		waits int
	}{{"Receive", 1}, {"Send", 2}, {"Flush", 1}} {
		got := results.n[want.call+" "+closed]
		t.Check(got == want.waits, labtest.Finding{
			Expected: fmt.Sprintf("%d waiting %s gives %q", want.waits, want.call, closed), Actual: fmt.Sprintf("%d did", got),
		})
	}
	t.Check(say(sent, w.sender.Flush(t.Context(soon))) == closed, labtest.Finding{
		Expected: "Flush after Close gives \"closed\"", Actual: "it does not"})
}

// call runs a call beside the scenario and counts how it ended.
func (w *wire) call(results *tally, what string, f func() string) {
	w.t.Go(func() { results.add(what + " " + f()) })
}
