package messagingtest

import (
	"bytes"
	"fmt"
	"sync"
	"time"

	"faultline/labrpc"
	"faultline/labs/labtest"
	"faultline/labs/messaging/messagingapi"
)

// bigFile is the size of the files whose costs are counted: 50 full messages.
const bigFile = 50 * messagingapi.MaxMessage

// A transfer is a route with the ends of the solution.
type transfer struct {
	*route
	sender   messagingapi.FileSender
	receiver messagingapi.FileReceiver
	flipper  *flipper

	mu   sync.Mutex
	sent [][]byte // files whose SendFile began, in order
	got  [][]byte // files that were received, in order
}

func (s Solution) transfer(t *labtest.T, faults labrpc.Faults) *transfer {
	return s.ends(newRoute(t, faults))
}

// ends puts the solution at the ends of a route.
func (s Solution) ends(r *route) *transfer {
	r.t.Step("a sender at the source, a receiver at the sink, and two relays between them")
	x := &transfer{route: r, flipper: newFlipper(r.t)}
	x.sender = s.NewFileSender(r.source)
	x.receiver = s.NewFileReceiver(r.sink)
	r.t.Cleanup(func() { x.shut() })
	return x
}

func newFlipper(t *labtest.T) *flipper { return &flipper{rng: t.Rand("memory")} }

// shut closes both ends.
func (x *transfer) shut() {
	x.t.Within(10*time.Second, "Close of the sender", func() { x.sender.Close() })
	x.t.Within(10*time.Second, "Close of the receiver", func() { x.receiver.Close() })
}

// file makes a file of random bytes, another one than those before.
func (x *transfer) file(size int) []byte {
	x.mu.Lock()
	defer x.mu.Unlock()
	return randomFile(x.t, size, len(x.sent))
}

func randomFile(t *labtest.T, size, number int) []byte {
	rng := t.Rand(fmt.Sprintf("file %d", number))
	file := make([]byte, size)
	for i := range file {
		file[i] = byte(rng.Uint32())
	}
	return file
}

// send sends a file, gives up after patience (zero is never), and says how it
// ended.
func (x *transfer) send(file []byte, patience time.Duration) (result string) {
	x.mu.Lock()
	x.sent = append(x.sent, file)
	name := fmt.Sprintf("f%d (%d bytes)", len(x.sent), len(file))
	x.mu.Unlock()
	ctx, cancel := x.t.Patient(patience)
	defer cancel()
	x.t.Op(sourceNode, "SendFile "+name, func() string {
		own := bytes.Clone(file)
		result = say(sent, x.sender.SendFile(ctx, own))
		clear(own) // the caller uses its buffer again
		return result
	})
	return result
}

// receive takes the next file, gives up after patience, and says how it ended.
func (x *transfer) receive(patience time.Duration) (file []byte, result string) {
	ctx, cancel := x.t.Patient(patience)
	defer cancel()
	x.t.Op(sinkNode, "ReceiveFile", func() string {
		var err error
		file, err = x.receiver.ReceiveFile(ctx)
		if result = say(sent, err); err != nil {
			return result
		}
		x.mu.Lock()
		defer x.mu.Unlock()
		x.got = append(x.got, file)
		return fmt.Sprintf("%d bytes", len(file))
	})
	return file, result
}

// confirmed fails unless a SendFile ended well.
func (x *transfer) confirmed(result string) {
	x.t.Check(result == sent, labtest.Finding{
		Expected: fmt.Sprintf("SendFile gives %q", sent), Actual: fmt.Sprintf("it gave %q", result)})
}

// deliver sends a file while nobody receives, and holds SendFile to its promise:
// when it has returned, the file is there, and the relays are not needed any more.
func (x *transfer) deliver(file []byte) {
	result := ""
	if !x.t.Returns(patience, func() { result = x.send(file, 0) }) {
		x.t.Step("after %v the relays do nothing wrong any more", patience)
		x.calm()
		x.join(patience, "SendFile")
	}
	x.confirmed(result)
	x.arrived(file)
}

// join waits until what is under way has ended; what says what that is.
func (x *transfer) join(bound time.Duration, what string) {
	if x.t.Ended(bound) {
		return
	}
	x.mu.Lock()
	files, got := len(x.sent), len(x.got)
	x.mu.Unlock()
	x.t.Late(labtest.Finding{
		Expected: fmt.Sprintf("%s returns within %v of virtual time", what, bound),
		Actual: fmt.Sprintf("f%d is under way, and %s came out so far; %s, and %s",
			files, many(got, "file", "files"), x.source.lately("sender"), x.sink.lately("receiver")),
	})
}

// arrived takes a file that was confirmed, without the relays.
func (x *transfer) arrived(file []byte) {
	for _, relay := range []string{relay1, relay2} {
		x.crash(relay)
	}
	x.take(file, "which has arrived, for SendFile has returned nil (both relays are down now)")
	for _, relay := range []string{relay1, relay2} {
		x.restart(relay)
	}
}

// take receives a file that must have arrived.
func (x *transfer) take(file []byte, why string) {
	var got []byte
	result := ""
	x.t.Within(2*soon, "ReceiveFile", func() { got, result = x.receive(soon) })
	x.t.Check(result == sent, labtest.Finding{
		Expected: fmt.Sprintf("ReceiveFile gives a file of %s, %s", many(len(file), "byte", "bytes"), why),
		Actual:   fmt.Sprintf("it gave %q: the receiver has no file that it has not handed out", result)})
	x.equal(got, file, why)
}

// equal fails unless a file is the one that it should be.
func (x *transfer) equal(got, want []byte, why string) {
	if bytes.Equal(got, want) {
		return
	}
	actual := difference(got, want)
	x.mu.Lock()
	defer x.mu.Unlock()
	for i, earlier := range x.sent {
		if bytes.Equal(got, earlier) {
			actual = fmt.Sprintf("f%d (%d bytes)", i+1, len(earlier))
		}
	}
	x.t.Fail(labtest.Finding{
		Expected: fmt.Sprintf("ReceiveFile gives a file of %s, %s", many(len(want), "byte", "bytes"), why),
		Actual:   "it gave " + actual,
	})
}

// difference says how a file differs from the one that it should be.
func difference(got, want []byte) string {
	wrong, first := 0, -1
	for i := range min(len(got), len(want)) {
		if got[i] != want[i] {
			if wrong++; first < 0 {
				first = i
			}
		}
	}
	switch {
	case wrong == 0:
		return fmt.Sprintf("%d bytes, which are right as far as they go", len(got))
	case wrong == 1:
		return fmt.Sprintf("%d bytes; byte %d is %#02x, not %#02x", len(got), first, got[first], want[first])
	}
	return fmt.Sprintf("%d bytes; %d of them are wrong, the first is byte %d", len(got), wrong, first)
}

// calm ends all that is wrong with the relays.
func (x *transfer) calm() {
	x.reach()
	x.memorize(nil)
	x.net.Intercept(nil)
	x.net.Calm()
}

// reach tells which situations the relays got the run into.
func (x *transfer) reach() {
	_, toSource, toSink := x.tally()
	if toSource > 0 {
		x.t.Reach("a message to the source was damaged")
	}
	if toSink > 0 {
		x.t.Reach("a message to the sink was damaged")
	}
	if len(x.net.Happened()) > 0 {
		x.t.Reach("a relay crashed")
	}
}
