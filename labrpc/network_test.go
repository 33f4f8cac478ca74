package labrpc_test

import (
	"errors"
	"net"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"faultline/labrpc"
	"faultline/labs/trace"
)

// A lab is a network in a bubble, with its trace.
type lab struct {
	*labrpc.Network
	t      *testing.T
	mu     sync.Mutex
	events []trace.Event
}

// bubble runs f with a network in a bubble of virtual time.
func bubble(t *testing.T, cfg labrpc.Config, f func(l *lab)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		l := &lab{t: t}
		cfg.Trace = func(e trace.Event) {
			l.mu.Lock()
			defer l.mu.Unlock()
			l.events = append(l.events, e)
		}
		l.Network = labrpc.New(cfg)
		f(l)
		l.Close()
	})
}

func (l *lab) listen(name string) net.PacketConn {
	l.t.Helper()
	c, err := l.Node(name).Listen()
	if err != nil {
		l.t.Fatal(err)
	}
	return c
}

// lines are the events so far that keep accepts, as text. The plan's lines are
// not among them: Happened has those.
func (l *lab) lines(keep func(trace.Event) bool) []string {
	synctest.Wait()
	l.mu.Lock()
	defer l.mu.Unlock()
	var list []string
	for _, e := range l.events {
		if e.Kind != trace.Fault && (keep == nil || keep(e)) {
			list = append(list, e.String())
		}
	}
	return list
}

// fates are the events of messages other than sends, without spaces and times:
// "deliver a->b#1 hello".
func (l *lab) fates() []string {
	var list []string
	ofMessages := func(e trace.Event) bool { return e.Peer != "" && e.Kind != trace.Send }
	for _, line := range l.lines(ofMessages) {
		e, err := trace.Parse(line)
		if err != nil {
			l.t.Fatal(err)
		}
		list = append(list, string(e.Kind)+" "+e.Node+"->"+e.Peer+"#"+strconv.Itoa(e.N)+" "+e.Text)
	}
	return list
}

func send(t *testing.T, c net.PacketConn, to string, packets ...string) {
	t.Helper()
	for _, p := range packets {
		if _, err := c.WriteTo([]byte(p), labrpc.Addr(to)); err != nil {
			t.Fatal(err)
		}
	}
}

// within returns what a connection gets in the next span of time.
func within(t *testing.T, c net.PacketConn, d time.Duration) []string {
	t.Helper()
	if err := c.SetReadDeadline(time.Now().Add(d)); err != nil {
		t.Fatal(err)
	}
	var got []string
	buf := make([]byte, 2000)
	for {
		n, _, err := c.ReadFrom(buf)
		if errors.Is(err, os.ErrDeadlineExceeded) {
			return got
		}
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, string(buf[:n]))
	}
}

func equal(t *testing.T, what string, got, want []string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s:\n  %s\nwant\n  %s", what, strings.Join(got, "\n  "), strings.Join(want, "\n  "))
	}
}

func describe(p []byte) string { return string(p) }

func plan(t *testing.T, text string) *labrpc.Plan {
	t.Helper()
	p, err := labrpc.ParsePlan(text)
	if err != nil {
		t.Fatal(err)
	}
	return &p
}

// TestPlannedFaults sends three messages from a to b at once under each plan.
func TestPlannedFaults(t *testing.T) {
	tests := []struct {
		title string
		plan  string
		got   []string
		fates []string
	}{{
		title: "without faults each message arrives once, in this order",
		got:   []string{"one", "two", "six"},
		fates: []string{"deliver a->b#1 one", "deliver a->b#2 two", "deliver a->b#3 six"},
	}, {
		title: "a dropped message never arrives",
		plan:  "drop a -> b #2",
		got:   []string{"one", "six"},
		fates: []string{"drop a->b#2 lost", "deliver a->b#1 one", "deliver a->b#3 six"},
	}, {
		title: "a duplicated message arrives once more, later",
		plan:  "duplicate a -> b #1 after 20ms",
		got:   []string{"one", "two", "six", "one"},
		fates: []string{"duplicate a->b#1 after 20ms", "deliver a->b#1 one", "deliver a->b#2 two",
			"deliver a->b#3 six", "deliver a->b#1 one"},
	}, {
		title: "a delayed message is overtaken",
		plan:  "delay a -> b #1 by 20ms",
		got:   []string{"two", "six", "one"},
		fates: []string{"delay a->b#1 by 20ms", "deliver a->b#2 two", "deliver a->b#3 six", "deliver a->b#1 one"},
	}, {
		title: "a corrupted message has one other bit, counted from the low end of each byte",
		plan:  "corrupt a -> b #3 bit 17",
		got:   []string{"one", "two", "siz"},
		fates: []string{"corrupt a->b#3 bit 17", "deliver a->b#1 one", "deliver a->b#2 two",
			"deliver a->b#3 six, damaged"},
	}, {
		title: "a bit beyond the end of the packet wraps",
		plan:  "corrupt a -> b #3 bit 41",
		got:   []string{"one", "two", "siz"},
		fates: []string{"corrupt a->b#3 bit 17", "deliver a->b#1 one", "deliver a->b#2 two",
			"deliver a->b#3 six, damaged"},
	}, {
		title: "faults of one message combine, and its second copy is whole",
		plan:  "delay a -> b #3 by 5ms\ncorrupt a -> b #3 bit 17\nduplicate a -> b #3 after 5ms",
		got:   []string{"one", "two", "siz", "six"},
		fates: []string{"delay a->b#3 by 5ms", "corrupt a->b#3 bit 17", "duplicate a->b#3 after 5ms",
			"deliver a->b#1 one", "deliver a->b#2 two", "deliver a->b#3 six, damaged", "deliver a->b#3 six"},
	}, {
		title: "a drop leaves nothing for the other faults",
		plan:  "duplicate a -> b #2 after 5ms\ndrop a -> b #2",
		got:   []string{"one", "six"},
		fates: []string{"drop a->b#2 lost", "deliver a->b#1 one", "deliver a->b#3 six"},
	}, {
		title: "faults of the other direction and of later messages do not matter",
		plan:  "drop b -> a #1\ndrop a -> b #4",
		got:   []string{"one", "two", "six"},
		fates: []string{"deliver a->b#1 one", "deliver a->b#2 two", "deliver a->b#3 six"},
	}}
	for _, tt := range tests {
		t.Run(tt.title, func(t *testing.T) {
			cfg := labrpc.Config{Plan: plan(t, tt.plan), Describe: describe}
			bubble(t, cfg, func(l *lab) {
				a, b := l.listen("a"), l.listen("b")
				send(t, a, "b", "one", "two", "six")
				equal(t, "received", within(t, b, time.Second), tt.got)
				equal(t, "fates", l.fates(), tt.fates)
			})
		})
	}
}
