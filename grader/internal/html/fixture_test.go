package html_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"faultline/grader/internal/html"
	"faultline/grader/internal/result"
	"faultline/grader/internal/suites"
	"faultline/labs"
	"faultline/labs/labtest"
	"faultline/labs/trace"
)

// events reads testdata/NAME.trace: what a replay prints.
func events(t *testing.T, name string) (list []trace.Event) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", name+".trace"))
	if err != nil {
		t.Fatal(err)
	}
	for row := range strings.Lines(string(text)) {
		e, err := trace.Parse(strings.TrimSuffix(row, "\n"))
		if err != nil {
			t.Fatalf("%s: %q: %v", name, row, err)
		}
		list = append(list, e)
	}
	return list
}

// failed is a case that failed with these events.
func failed(name, title string, f labtest.Finding, events []trace.Event) result.Case {
	c := result.Case{ID: "messaging/B/" + name, Name: name, Title: title, Ref: "the source of " + name, Verdict: labs.Fail,
		Reason: "expected " + f.Expected + "; " + f.Actual, MaxPoints: 2, Seeds: 10, Passed: 3}
	c.Failure = &result.Failure{Seed: 4, Hash: "0123456789abcdef0123456789abcdef", Finding: f, Events: events,
		File: "out/messaging-B-" + name + ".plan"}
	var shown []string
	for _, e := range events {
		c.Failure.Virtual = e.At
		switch e.Kind {
		case trace.Fault:
			c.Failure.Plan = append(c.Failure.Plan, e.Text)
		case trace.Step:
			c.Failure.Story = append(c.Failure.Story, fmt.Sprintf("%d %s", e.N, e.Text))
		case trace.Model, trace.Reach, trace.Source:
		default:
			if !labtest.IsDump(e) {
				shown = append(shown, e.String())
			}
		}
	}
	c.Failure.Of = len(shown)
	c.Failure.Trace = shown[max(0, len(shown)-20):]
	if len(shown) > 20 {
		c.Failure.Head = fmt.Sprintf("the last 20 of %d events", len(shown))
	}
	return c
}

// linearizable is the failure of a history that no order explains.
func linearizable(t *testing.T) result.Case {
	history := events(t, "linearizable")
	suite, _ := suites.Find("messaging")
	dispute, found := suite.Models.Dispute(history)
	if !found {
		t.Fatal("the history can be explained")
	}
	return failed("linearizable", "many senders and receivers see one queue", dispute.Finding, history)
}

func lostAck(t *testing.T) result.Case {
	return failed("lost-ack", "a message whose ack was lost is delivered once", labtest.Finding{
		Expected: "received: m1", Actual: "a message came twice, received: m1 m1", Where: "window.go:88",
	}, events(t, "lost-ack"))
}

// kinds has events of every kind, and everything that shrinking can say.
func kinds(t *testing.T) result.Case {
	c := failed("kinds", "every message arrives once and in order, whatever the network does", labtest.Finding{
		Property: "no message comes twice", Expected: "received: m1", Actual: "received: m1 m1",
	}, events(t, "kinds"))
	c.Failure.Shrunk = &result.Shrunk{Faults: 214, Events: 900, Sizes: []labtest.Size{{Name: "messages", N: 40}}}
	c.Failure.Sizes = []labtest.Size{{Name: "messages", N: 2}}
	c.Failure.Calm = []string{labtest.CalmLatency}
	c.Failure.Apart = &result.Apart{Without: c.Failure.Plan[0], Same: 4, Common: c.Failure.Trace[:1],
		Failing: c.Failure.Trace[1:3]}
	c.Failure.Apart.Events = c.Failure.Events[:20]
	c.Failure.Apart.Passing = []string{c.Failure.Events[10].String(), c.Failure.Events[11].String()}
	return c
}

func deadlock() result.Case {
	c := failed("give-up", "a call that gives up has no effect", labtest.Finding{
		Expected: "Receive returns within 1s of virtual time", Actual: "a goroutine of yours waits for a lock that nobody releases",
		Where: "mailbox.go:62",
	}, []trace.Event{{Kind: trace.Step, N: 1, Text: "a mailbox for 2 messages"},
		{At: time.Millisecond, Kind: trace.Call, Node: "alone", N: 1, Text: "Receive"}})
	c.Verdict = labs.Deadlock
	c.Failure.Dump = []string{"goroutine 16, chan receive", "  mailbox.go:62  (*mailbox).Receive"}
	return c
}

// many is a failure with so many events: four nodes greet each other once a
// second, and now and then a greeting is lost.
func many(n int) result.Case {
	var list []trace.Event
	nodes := []string{"a", "b", "c", "d"}
	for round := 0; len(list) < n; round++ {
		at := time.Duration(round) * time.Second
		if round%5 == 0 {
			list = append(list, trace.Event{At: at, Kind: trace.Step, N: round/5 + 1, Text: "five more rounds"})
		}
		var later []trace.Event
		for i, from := range nodes {
			e := trace.Event{At: at, Kind: trace.Send, Node: from, Peer: nodes[(i+1+round%3)%4], N: round + 1,
				Text: fmt.Sprint("I-am-up ", round)}
			list = append(list, e)
			if (round+i)%9 == 0 {
				e.Kind, e.Text = trace.Drop, "lost"
				list = append(list, e)
				continue
			}
			e.Kind, e.At = trace.Deliver, at+time.Millisecond
			later = append(later, e)
		}
		list = append(list, later...)
	}
	return failed("long", "a long run can be read", labtest.Finding{Expected: "calm", Actual: "a storm"}, list[:n])
}

// graded is a result of lab 1 with these cases as its stage B.
func graded(cases ...result.Case) *result.Result {
	r := &result.Result{Schema: result.Schema, Lab: "messaging", Number: 1, Solution: "solutions-skeleton/messaging", FirstSeed: 1}
	a := result.Stage{Letter: "A", Title: "a bounded mailbox", Points: 20, MaxPoints: 20, Cases: []result.Case{{
		ID: "messaging/A/fifo", Name: "fifo", Title: "messages come out in order", Ref: "queues", Verdict: labs.Pass,
		Points: 20, MaxPoints: 20, Seeds: 10, Passed: 10}}}
	b := result.Stage{Letter: "B", Title: "stop and wait", Cases: cases}
	for _, c := range cases {
		b.Points += c.Points
		b.MaxPoints += c.MaxPoints
	}
	r.Stages = []result.Stage{a, b}
	r.Points, r.MaxPoints = 20+b.Points, 20+b.MaxPoints
	return r
}

func written(t *testing.T, p html.Page) string {
	t.Helper()
	var b strings.Builder
	if err := html.Write(&b, p); err != nil {
		t.Fatal(err)
	}
	return b.String()
}
