package messagingtest

import (
	"bytes"
	"fmt"
	"slices"
	"time"

	"faultline/labrpc"
	"faultline/labs"
	"faultline/labs/labtest"
	"faultline/labs/messaging/messagingapi"
)

func (s Solution) endToEndCases() []labtest.Case {
	return []labtest.Case{{
		Case: labs.Case{Stage: "D", Name: "whole", Kind: labs.Budget, Points: 2, Seeds: 4,
			Title: "files of every size arrive whole, and cost little more than their bytes",
			Ref:   "Saltzer, Reed and Clark 1984: careful file transfer"},
		Run: s.wholeFiles,
	}, {
		Case: labs.Case{Stage: "D", Name: "hop-checks", Kind: labs.Scripted, Points: 1, Seeds: 3,
			Title: "a file arrives right where the checks of the hops let a wrong one pass",
			Ref:   "Saltzer, Reed and Clark 1984, §2: the checks below cannot replace the one at the ends"},
		Run: s.hopChecks,
	}, {
		Case: labs.Case{Stage: "D", Name: "flipped", Kind: labs.Random, Points: 2, Seeds: 30,
			Title:      "bits that flip on the way are never handed out",
			Ref:        "Saltzer, Reed and Clark 1984, §2.1: end-to-end check and retry",
			Situations: []string{"a message to the sink was damaged"}},
		Run: s.flipped,
	}, {
		Case: labs.Case{Stage: "D", Name: "control", Kind: labs.Random, Points: 2, Seeds: 30,
			Title: "neither end believes a damaged message, whatever it seems to say",
			Ref:   "the end-to-end argument holds for control messages, too",
			Situations: []string{"a message to the sink was damaged",
				"a message to the source was damaged"}},
		Run: s.control,
	}, {
		Case: labs.Case{Stage: "D", Name: "only-damaged", Kind: labs.Budget, Points: 2, Seeds: 4,
			Title: "only the damaged part is sent again",
			Ref:   "Saltzer, Reed and Clark 1984, §2.3: performance aspects"},
		Run: s.onlyDamaged,
	}, {
		Case: labs.Case{Stage: "D", Name: "relay-crash", Kind: labs.Scripted, Points: 2, Seeds: 4,
			Title: "a transfer survives the crash of a relay, and a lost confirmation is given again",
			Ref:   "the contract: Path and SendFile"},
		Run: s.relayCrash,
	}, {
		Case: labs.Case{Stage: "D", Name: "two-files", Kind: labs.Scripted, Points: 1, Seeds: 4,
			Title: "late answers about one file say nothing about the next",
			Ref:   "reliable messages: an answer names what it answers"},
		Run: s.twoFiles,
	}, {
		Case: labs.Case{Stage: "D", Name: "storm", Kind: labs.Random, Points: 2, Seeds: 40,
			Title: "every file arrives once, in order and right, whatever the relays do",
			Ref:   "Saltzer, Reed and Clark 1984",
			Situations: []string{"a message to the sink was damaged",
				"a message to the source was damaged", "a relay crashed"}},
		Run: s.relayStorm,
	}, {
		Case: labs.Case{Stage: "D", Name: "close", Kind: labs.Scripted, Points: 1, Seeds: 5,
			Title: "Close ends every waiting call",
			Ref:   "the contract: Close"},
		Run: s.closeTransfer,
	}}
}

// wholeFiles has sizes around the most that fits into a message. Where a block
// ends is the solution's affair, so one of many sizes is just a block, or half of
// one; each seed has a quarter of them.
func (s Solution) wholeFiles(t *labtest.T) {
	x := s.transfer(t, labrpc.Faults{})
	x.deliver(x.file(bigFile))
	there, back := x.source.spent(), x.sink.spent()
	size := there.bytes + back.bytes
	t.Check(size <= bigFile*5/4, labtest.Finding{
		Expected: fmt.Sprintf("at most %d bytes in both directions for a file of %d: a quarter more", bigFile*5/4, bigFile),
		Actual:   fmt.Sprintf("%d bytes in %d messages", size, there.messages+back.messages),
	})
	sizes := []int{0, 1, 2}
	for _, most := range []int{messagingapi.MaxMessage / 2, messagingapi.MaxMessage, 2 * messagingapi.MaxMessage} {
		for n := most - 56; n <= most+1; n++ {
			if n%4 == int(t.Seed()%4) && (!t.Real() || n%16 == 0) {
				sizes = append(sizes, n)
			}
		}
	}
	if t.Seed()%4 == 0 { // the numbers of its parts do not fit into a message
		sizes = append(sizes, 300*messagingapi.MaxMessage)
	}
	for _, n := range sizes {
		x.deliver(x.file(n))
	}
}

// hopChecks shows first that the hops are not enough.
func (s Solution) hopChecks(t *labtest.T) {
	r := newRoute(t, labrpc.Faults{})
	flips := newFlipper(t)
	memory := func(p passage) string {
		if p.relay == relay1 && p.toSink && p.n%7 == 3 && p.n < 60 {
			return flips.flip(p.msg)
		}
		return ""
	}
	file := randomFile(t, bigFile, 0)
	r.memorize(memory)
	t.Step("the suite sends a file of %d bytes itself, with the checksums of the hops alone", len(file))
	got := r.naive(file)
	wrong := 0
	for i := range file {
		if got[i] != file[i] {
			wrong++
		}
	}
	checks, _, _ := r.tally()
	if wrong == 0 {
		panic("the naive transfer was right") // a fault of the suite
	}
	t.Step("each of %d checksums of hops was right, and %d bytes of the file are wrong", checks, wrong)
	t.Step("now your ends send it, and the memory of relay-1 does the same")
	r.memorize(memory)
	s.ends(r).deliver(file)
}

// flipped damages messages to the sink.
func (s Solution) flipped(t *labtest.T) {
	x := s.transfer(t, labrpc.Faults{})
	rng := t.Rand("files")
	percent := 5 + rng.IntN(35)
	t.Step("the memory of a relay damages %d of 100 messages to the sink", percent)
	relay := []string{relay1, relay2}[rng.IntN(2)]
	x.memorize(func(p passage) string {
		if p.relay == relay && p.toSink && x.flipper.chance(percent) {
			return x.flipper.headOrAny(p.msg, 16)
		}
		return ""
	})
	for range t.Size("files", 4) {
		x.deliver(x.file(t.Size("bytes", rng.IntN(20<<10))))
	}
	x.reach()
}

// control damages the first messages of each transfer in both directions, most of
// them where a message says what it is. A confirmation comes early for an empty
// file, and for the others an answer that is none may look like one.
func (s Solution) control(t *labtest.T) {
	x := s.transfer(t, labrpc.Faults{})
	t.Step("for each file, relays damage the first two messages to the sink and the first four to the source")
	memory := func(p passage) string {
		if p.toSink && (p.relay != relay1 || p.n > 2) || !p.toSink && (p.relay != relay2 || p.n > 4) {
			return ""
		}
		return x.flipper.headOrAny(p.msg, 3)
	}
	rng := t.Rand("files")
	for i := range t.Size("files", 6) {
		x.memorize(memory)
		x.deliver(x.file(t.Size("bytes", i*rng.IntN(800))))
	}
	x.reach()
}

// onlyDamaged counts what a calm transfer costs, and holds the next against it.
func (s Solution) onlyDamaged(t *labtest.T) {
	x := s.transfer(t, labrpc.Faults{})
	x.deliver(x.file(bigFile))
	calm := x.source.spent()
	places := t.Rand("places").Perm(calm.messages * 3 / 4)
	hits := places[:[]int{1, 4, 8, 12}[t.Seed()%4]]
	t.Step("the first file cost %d bytes; now %d messages of the next are damaged", calm.bytes, len(hits))
	x.memorize(func(p passage) string {
		if p.relay != relay1 || !p.toSink || !slices.Contains(hits, p.n-5) {
			return ""
		}
		if what := x.flipper.pair(p.msg); what != "" && p.n%4 != 0 {
			return what
		}
		return x.flipper.flip(p.msg)
	})
	x.deliver(x.file(bigFile))
	const spare = 3
	limit := calm.bytes + (len(hits)+spare)*messagingapi.MaxMessage
	cost := x.source.spent().bytes - calm.bytes
	t.Check(cost <= limit, labtest.Finding{
		Expected: fmt.Sprintf("the sender sends at most %d bytes: %d as before, %d messages again, and %d to spare",
			limit, calm.bytes, len(hits), spare),
		Actual: fmt.Sprintf("it sent %d: what had arrived whole came again, too", cost),
	})
}

// relayCrash crashes a relay in the middle of a file, then the relay that has the
// confirmation, then both.
func (s Solution) relayCrash(t *labtest.T) {
	x := s.transfer(t, labrpc.Faults{})
	relay := []string{relay1, relay2}[t.Seed()%2]
	big := x.file(bigFile)
	result := ""
	t.Go(func() { result = x.send(big, 0) })
	t.Sleep(time.Duration(5+t.Seed()%4) * time.Millisecond)
	x.outage(relay, "in the middle of the file", soon)
	x.join(10*time.Second, "SendFile, once the relay is back,")
	x.confirmed(result)
	x.arrived(big)
	x.loseConfirmation(x.file(3000))
	x.giveUp()
}

// outage crashes a relay for a while.
func (x *transfer) outage(relay, when string, d time.Duration) {
	x.t.Step("%s crashes %s, and is back after %v", relay, when, d)
	x.crash(relay)
	x.t.Sleep(d)
	x.restart(relay)
}

// loseConfirmation crashes the relay next to the sink as soon as the file is
// there: what confirms it is on its way at the earliest.
func (x *transfer) loseConfirmation(file []byte) {
	result := ""
	x.t.Go(func() {
		got, _ := x.receive(0)
		x.equal(got, file, "as it was sent")
		x.outage(relay2, "when the file has been received", soon)
	})
	x.t.Go(func() { result = x.send(file, 0) })
	x.join(patience, "SendFile, whose confirmation was lost and whose file has been received,")
	x.confirmed(result)
	x.t.Step("the file must not come a second time")
	more, again := x.receive(soon)
	if again == sent {
		again = fmt.Sprintf("a file of %d bytes", len(more))
		if bytes.Equal(more, file) {
			again += ", the same once more: it was sent again, as its confirmation was lost"
		}
	}
	x.t.Check(again == canceled, labtest.Finding{
		Expected: fmt.Sprintf("ReceiveFile with a context of one second gives %q: there is no other file", canceled),
		Actual:   "it gave " + again,
	})
}

// giveUp has a SendFile give up when the receiver has heard of its file. The file
// may come or not, but not after the next.
func (x *transfer) giveUp() {
	x.t.Step("4 ms after a SendFile began both relays crash; with one second of patience it must say that it gave up")
	result := ""
	lost := x.file(2000)
	x.t.Go(func() {
		if !x.t.Real() { // where a moment of load would be enough for the whole file
			x.t.Sleep(4 * time.Millisecond)
		}
		x.crash(relay1)
		x.crash(relay2)
	})
	x.t.Within(2*time.Second, "SendFile with a context of one second", func() { result = x.send(lost, time.Second) })
	x.t.Check(result == canceled, labtest.Finding{
		Expected: fmt.Sprintf("SendFile gives %q: no confirmation has come", canceled),
		Actual:   fmt.Sprintf("it gave %q", result)})
	x.t.Step("its caller has written over the file; the relays are back, and another file is sent")
	x.restart(relay1)
	x.restart(relay2)
	next := x.file(2500)
	x.t.Within(patience, "SendFile", func() { result = x.send(next, 0) })
	x.confirmed(result)
	got, _ := x.receive(soon)
	if bytes.Equal(got, lost) {
		got, _ = x.receive(soon)
	}
	x.equal(got, next, "after the one that was given up, or alone")
}

// twoFiles delivers every answer late. Who asks again meanwhile gets more than
// one confirmation, and all but the first come when the next file is under way.
// The second file has the size of the first, and the third is the second again.
func (s Solution) twoFiles(t *labtest.T) {
	x := s.transfer(t, labrpc.Faults{})
	late := 1500 * time.Millisecond
	if t.Real() {
		late /= 5
	}
	t.Step("relay-1 holds every message to the source for %v", late)
	x.net.Intercept(func(m labrpc.Message) (a labrpc.Action) {
		if m.From == relay1 && m.To == sourceNode {
			a.Delay = late
		}
		return a
	})
	size := t.Size("bytes", 1+t.Rand("files").IntN(3000))
	first := x.file(size)
	x.deliver(first)
	second := x.file(size)
	x.deliver(second)
	t.Step("the same file is sent once more: that is another file")
	x.deliver(second)
	x.atOnce()
}

// atOnce sends two files by two calls at once. The first takes longer than the second
// needs to begin, for its answers come late.
func (x *transfer) atOnce() {
	x.t.Step("two files are sent at once: the second waits for its turn, and both must arrive")
	var files [][]byte
	var results [2]string
	for i := range results {
		file := x.file(100)
		files = append(files, file)
		x.t.Go(func() { results[i] = x.send(file, 0) })
		x.t.Sleep(settle)
	}
	x.join(patience, "each of two SendFiles at once")
	for i, file := range files {
		x.confirmed(results[i])
		x.take(file, fmt.Sprintf("which is number %d of the two that were sent at once", i+1))
	}
}

// relayStorm lets a seed draw what goes wrong.
func (s Solution) relayStorm(t *labtest.T) {
	rng := t.Rand("relays")
	limit := labrpc.Faults{Latency: labrpc.Range{Min: 200 * time.Microsecond, Max: 5 * time.Millisecond}}
	for i := range 4 {
		begin := time.Duration(2+rng.IntN(600)) * time.Millisecond
		limit.Timed = append(limit.Timed, labrpc.Fault{Kind: labrpc.Crash, From: []string{relay1, relay2}[i%2],
			Begin: begin, End: begin + time.Duration(1+rng.IntN(900))*time.Millisecond})
	}
	x := s.transfer(t, labrpc.Draw(t.Seed(), limit))
	percent := map[bool]int{true: rng.IntN(20), false: rng.IntN(20)}
	t.Step("each memory damages %d of 100 messages to the sink and %d of 100 to the source, and relays crash",
		percent[true], percent[false])
	x.memorize(func(p passage) string {
		if x.flipper.chance(percent[p.toSink]) {
			return x.flipper.flip(p.msg)
		}
		return ""
	})
	n := t.Size("files", 6)
	var files [][]byte
	for i := range n {
		files = append(files, randomFile(t, t.Size("bytes", rng.IntN(2000*(1+i))), i))
	}
	t.Step("%s, and received as they come", many(n, "file is sent", "files are sent"))
	t.Go(func() {
		for _, file := range files {
			x.confirmed(x.send(file, 0))
		}
	})
	t.Go(func() {
		for i, file := range files {
			got, _ := x.receive(0)
			x.equal(got, file, fmt.Sprintf("which is f%d", i+1))
		}
	})
	if !t.Ended(patience) {
		t.Step("after %v the relays do nothing wrong any more", patience)
		x.calm()
	}
	x.join(patience, "the SendFile and the ReceiveFile of every file")
	x.reach()
}

// closeTransfer closes both ends while calls wait.
func (s Solution) closeTransfer(t *labtest.T) {
	x := s.transfer(t, labrpc.Faults{})
	x.deliver(x.file(10))
	t.Step("both relays crash; two SendFiles and a ReceiveFile are called")
	x.crash(relay1)
	x.crash(relay2)
	results := newTally()
	file := x.file(3000)
	for range 2 {
		t.Go(func() { results.end("SendFile", x.send(file, 0)) })
	}
	receive := func(what string, d time.Duration) {
		_, result := x.receive(d)
		results.end(what, result)
	}
	t.Go(func() { receive("ReceiveFile", 0) })
	t.Sleep(settle)
	givesUp(t, "SendFile", "two others wait before it", func(p time.Duration) string { return x.send(file, p) })
	t.Step("both ends are closed, twice: whoever waits must be told")
	x.shut()
	x.shut()
	t.Join(soon, "every call that waited when its end was closed")
	results.ended(t, "SendFile", 2, "no confirmation can come, so both wait until the sender is closed")
	results.ended(t, "ReceiveFile", 1, "no file can come, so it waits until the receiver is closed")
	t.Go(func() { results.end("SendFile after Close", x.send(nil, soon)) })
	t.Go(func() { receive("ReceiveFile after Close", soon) })
	t.Join(2*soon, "SendFile and ReceiveFile after Close")
	results.ended(t, "SendFile after Close", 1, "the sender is closed")
	results.ended(t, "ReceiveFile after Close", 1, "the receiver is closed")
}
