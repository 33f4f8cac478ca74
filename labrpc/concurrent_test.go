package labrpc_test

import (
	"strconv"
	"sync"
	"testing"
	"time"

	"faultline/labrpc"
	"faultline/labs/trace"
)

// TestTheTraceIsInOrderWhateverGoroutinesDo uses a network from many
// goroutines at once, in real time, for the race detector too.
func TestTheTraceIsInOrderWhateverGoroutinesDo(t *testing.T) {
	// Without a lock: the network calls Trace from one goroutine at a time, and
	// not after Close.
	var events []trace.Event
	faults := wild
	faults.Timed = nil
	n := labrpc.New(labrpc.Config{Faults: faults, Trace: func(e trace.Event) { events = append(events, e) }})
	names := []string{"a", "b", "c", "d"}
	n.Tap(func(labrpc.Message) {})
	var senders, readers sync.WaitGroup
	for _, name := range names {
		c, err := n.Node(name).Listen()
		if err != nil {
			t.Fatal(err)
		}
		readers.Go(func() {
			for buf := make([]byte, 100); ; {
				if _, _, err := c.ReadFrom(buf); err != nil {
					return
				}
			}
		})
		senders.Go(func() {
			for i := range 200 {
				c.WriteTo([]byte(strconv.Itoa(i)), labrpc.Addr(names[i%4])) // fails once the node is dead
				c.SetWriteDeadline(time.Now().Add(time.Hour))
			}
		})
	}
	senders.Go(func() {
		for range 50 {
			n.Node("b").Pause()
			n.Cut(names[:1], names[2:])
			n.Node("b").Resume()
			n.Heal()
		}
		n.Node("d").Crash()
		n.Node("d").Restart()
	})
	senders.Wait()
	n.Close()
	readers.Wait()

	var last time.Duration
	sent := make(map[string]int)
	for _, e := range events {
		if e.At < last {
			t.Fatalf("%q comes after an event of %v", e, last)
		}
		last = e.At
		link := e.Node + " -> " + e.Peer
		switch e.Kind {
		case trace.Send:
			if sent[link]++; sent[link] != e.N {
				t.Fatalf("%q is number %d of its link", e, sent[link])
			}
		case trace.Deliver, trace.Drop, trace.Delay, trace.Duplicate, trace.Corrupt:
			if e.N > sent[link] {
				t.Fatalf("%q comes before its send", e)
			}
		}
	}
}
