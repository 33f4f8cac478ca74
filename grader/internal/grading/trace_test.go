package grading_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"faultline/grader/internal/machine"
	"faultline/grader/internal/result"
	"faultline/labs/labtest"
	"faultline/labs/trace"
)

// told is the failure of a run with these events.
func told(t *testing.T, f labtest.Finding, events []trace.Event) *result.Failure {
	t.Helper()
	return explained(t, &fake{do: func(labtest.Request) machine.Run {
		run := fail("")
		run.Finding, run.Events = f, events
		return run
	}}, nil, 1).Cases()[0].Failure
}

// A cluster whose nodes greet a directory, while one client puts k1 and another k12.
func cluster(t *testing.T) (events []trace.Event) {
	t.Helper()
	add := func(format string, args ...any) {
		e, err := trace.Parse(fmt.Sprintf(format, args...))
		if err != nil {
			t.Fatal(err)
		}
		events = append(events, e)
	}
	for n := 1; n <= 6; n++ {
		for _, node := range []string{"a", "b"} {
			add("%d.000000s send %s -> directory #%d  : Beat 33 B", n, node, n)
			add("%d.001000s deliver %s -> directory #%d  : Beat 33 B", n, node, n)
		}
		switch n {
		case 3:
			add(`3.100000s call client-1 #1  : Put k1 v`)
			add(`3.100000s send client-1 -> a #1  : Store {Key:"k1"} 9 B`)
			add(`3.101000s deliver client-1 -> a #1  : Store {Key:"k1"} 9 B`)
			add(`3.101000s send a -> client-1 #1  : Store reply to #1 true 2 B`)
			add(`3.102000s drop a -> client-1 #1`)
			add(`3.102000s crash a #1`)
		case 5:
			add(`5.100000s call client-1 #2  : Put k12 v`)
			add(`5.100000s send client-1 -> b #1  : Store {Key:"k12"} 9 B`)
		}
	}
	return events
}

func TestATraceShowsWhatTheFailureIsAboutOnly(t *testing.T) {
	beats := func(e string) bool { return strings.Contains(e, "Beat") }
	tests := []struct {
		about string
		lines int // of the trace
		head  string
	}{
		{"k1", 6, "what is about k1: 6 of 32 events"},
		{"k12", 3, "what is about k12: 3 of 32 events"},
		{"client-1 - b", 2, "what is about client-1 - b: 2 of 32 events"},
	}
	for _, test := range tests {
		f := told(t, labtest.Finding{About: test.about}, cluster(t))
		if len(f.Trace) != test.lines || f.Head != test.head || slices.ContainsFunc(f.Trace, beats) {
			t.Errorf("about %s: %q, %q", test.about, f.Head, f.Trace)
		}
	}
	if f := told(t, labtest.Finding{About: "k2"}, cluster(t)); !slices.ContainsFunc(f.Trace, beats) {
		t.Errorf("of what nobody names there is %q", f.Trace)
	}
	late := append(cluster(t), trace.Event{Kind: trace.Note, Text: labtest.DumpNote})
	if f := told(t, labtest.Finding{}, late); f.Head != "what is about k12: 3 of 32 events" {
		t.Errorf("the call that did not return is not what it is about: %q", f.Head)
	}
	named := labtest.Finding{Expected: "Put of k1 by client-1 returns within 1s of virtual time"}
	if f := told(t, named, late); f.Head != "what is about k1: 6 of 32 events" {
		t.Errorf("the call that the finding names is not what it is about: %q", f.Head)
	}
}

// TestATraceIsWholeWhereNoMessageNamesWhatItIsAbout has solutions that encode what they
// send, and long names that the network cuts.
func TestATraceIsWholeWhereNoMessageNamesWhatItIsAbout(t *testing.T) {
	const key = "answers-of-client-1"
	for text, want := range map[string]string{
		"Do 13 B":                    "",
		`Do "\x01` + key + `x" 13 B`: "",
		"Do " + key + " 13 B":        "what is about " + key + ": 2 of 3 events",
		`Do "answers-of-cl…" 13 B`:   "what is about " + key + ": 2 of 3 events",
		`Do "answers-to-cl…" 13 B`:   "",
	} {
		events := []trace.Event{{Kind: trace.Call, Node: "client-1", N: 1, Text: "Get " + key},
			{Kind: trace.Send, Node: "client-1", Peer: "a", N: 1, Text: text},
			{Kind: trace.Send, Node: "b", Peer: "a", N: 1, Text: "Beat 3 B"}}
		if f := told(t, labtest.Finding{About: key}, events); f.Head != want {
			t.Errorf("%s: %q, want %q", text, f.Head, want)
		}
	}
}

func TestAnExchangeThatRepeatsStandsInATraceOnce(t *testing.T) {
	var events []trace.Event
	send := func(i int, text string) {
		e := trace.Event{At: time.Duration(i) * time.Second, Kind: trace.Send, Node: "a", Peer: "b", N: i, Text: text}
		events = append(events, e)
		e.Kind = trace.Deliver
		events = append(events, e)
	}
	send(1, "first")
	for i := range 10 {
		send(2+i, "again")
	}
	for i := range 10 {
		send(12+i, fmt.Sprintf("number %d", i))
	}
	f := told(t, labtest.Finding{}, events)
	want := []string{
		"   1.000000s  send       a -> b #1  : first",
		"   1.000000s  deliver    a -> b #1",
		"   2.000000s  send       a -> b #2  : again",
		"   2.000000s  deliver    a -> b #2",
		"              … the same 2 events 9 times more, until 11.000000s",
		"  12.000000s  send       a -> b #12  : number 0",
		"  12.000000s  deliver    a -> b #12",
		"              … the same 2 events 8 times more, with other numbers, until 20.000000s",
		"  21.000000s  send       a -> b #21  : number 9",
		"  21.000000s  deliver    a -> b #21",
	}
	if !slices.Equal(f.Trace, want) || f.Head != "all 42 events" {
		t.Errorf("%q\n%s", f.Head, strings.Join(f.Trace, "\n"))
	}
}

func TestWhatClientsDoIsNeverLeftOut(t *testing.T) {
	var events []trace.Event
	for i := range 9 {
		events = append(events, trace.Event{Kind: trace.Call, Node: "c", N: i + 1, Text: "Get x"},
			trace.Event{Kind: trace.Return, Node: "c", N: i + 1, Text: "1"})
	}
	if f := told(t, labtest.Finding{}, events); len(f.Trace) != len(events) {
		t.Errorf("%s", strings.Join(f.Trace, "\n"))
	}
}

func TestTheGoroutineThatTheFindingPointsAtComesFirst(t *testing.T) {
	goroutine := func(id int, state string, calls ...string) string {
		text := fmt.Sprintf("goroutine %d [%s]:\n", id, state)
		for _, c := range calls {
			text += c + "(...)\n\t/w/toy.go:" + fmt.Sprint(len(c)) + "\n"
		}
		return text + "\n"
	}
	const toy = "faultline/solutions-skeleton/toy."
	dump := goroutine(3, "select", toy+"loop") + goroutine(4, "select", toy+"loop") +
		goroutine(5, "chan receive", toy+"wait", toy+"Get", "faultline/labs/labtest.(*T).Op") +
		goroutine(6, "select", toy+"wait", toy+"Put", toy+"PutAll") + goroutine(9, "sleep", toy+"later")
	f := told(t, labtest.Finding{Where: fmt.Sprintf("toy.go:%d", len(toy+"Put"))},
		[]trace.Event{{Kind: trace.Note, Text: labtest.DumpNote + dump}})
	var heads []string
	for _, line := range f.Dump {
		if strings.HasPrefix(line, "goroutine") {
			heads = append(heads, line)
		}
	}
	want := []string{"goroutine 6, select", "goroutine 5, chan receive", "goroutine 9, sleep",
		"goroutine 3, select, and 1 more at the same place"}
	if !slices.Equal(heads, want) || len(f.Dump) != 4+3+2+1+1 {
		t.Errorf("%s", strings.Join(f.Dump, "\n"))
	}
}
