package grading_test

import (
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"faultline/grader/internal/grading"
	"faultline/grader/internal/machine"
	"faultline/grader/internal/result"
	"faultline/labrpc"
	"faultline/labs"
	"faultline/labs/labtest"
	"faultline/labs/trace"
)

// plenty is a budget that ends nothing here.
var plenty = &grading.Explain{Runs: 1000, Time: time.Hour}

// lossy is a run of 40 messages, or fewer, of which the plan or the seed loses
// some; without a plan, every fifth. It fails if message 10 is lost.
func lossy(r labtest.Request) machine.Run {
	messages := 40
	for _, s := range r.Sizes {
		messages = min(messages, s.N)
	}
	run := pass()
	run.Sizes = []labtest.Size{{Name: "messages", N: messages}}
	run.Events = append(run.Events, trace.Event{Kind: trace.Step, N: 1, Text: fmt.Sprintf("%d messages", messages)})
	for n := 1; n <= messages; n++ {
		f := labrpc.Fault{Kind: labrpc.Drop, From: "a", To: "b", N: n}
		link := trace.Event{At: time.Duration(n), Kind: trace.Send, Node: "a", Peer: "b", N: n}
		run.Events = append(run.Events, link)
		link.Kind = trace.Deliver
		if r.Plan == nil && n%5 == 0 || r.Plan != nil && slices.ContainsFunc(*r.Plan, func(g labrpc.Fault) bool { return g.N == n }) {
			run.Events = append(run.Events, trace.Event{Kind: trace.Fault, Text: f.String()})
			link.Kind = trace.Drop
		}
		run.Events = append(run.Events, link)
		if n == 10 && link.Kind == trace.Drop {
			run.Outcome = fail(fmt.Sprintf("%d of %d came", n-1, messages)).Outcome
			break
		}
	}
	run.Hash = fmt.Sprint(run.Events)
	return run
}

func explained(t *testing.T, f *fake, e *grading.Explain, workers int) *result.Result {
	t.Helper()
	return grade(t, f, grading.Order{Explain: e, Select: func(c labs.Case) bool { return c.Name == "first" }}, workers, nil)
}

func TestAFailureIsShrunkAndSetBesideARunThatPasses(t *testing.T) {
	f := explained(t, &fake{do: lossy}, plenty, 1).Cases()[0].Failure
	if !slices.Equal(f.Plan, []string{"drop      a -> b #10"}) || !slices.Equal(f.Sizes, []labtest.Size{{Name: "messages", N: 10}}) ||
		!slices.Equal(f.Calm, []string{labtest.CalmLatency, labtest.CalmLocks}) {
		t.Errorf("plan %q, sizes %v, calm %q", f.Plan, f.Sizes, f.Calm)
	}
	if f.Seed != 1 || f.Actual != "9 of 10 came" || !slices.Equal(f.Story, []string{"1 10 messages"}) || f.Of != 20 {
		t.Errorf("not the evidence of the shrunk run: %+v", f)
	}
	s := f.Shrunk
	if s == nil || s.Faults != 2 || s.Events != 20 || s.Sizes[0].N != 40 || s.Cut != "" || s.Runs < 5 {
		t.Errorf("shrunk %+v", s)
	}
	a := f.Apart
	if a == nil || a.Without != f.Plan[0] || a.Same != 20 || len(a.Failing) != 0 || !strings.Contains(a.Passing[0], "deliver    a -> b #10") {
		t.Errorf("apart %+v", a)
	}
}

func TestWhatIsShownDoesNotDependOnTheWorkers(t *testing.T) {
	var want string
	for _, workers := range []int{1, 2, 8} {
		text, err := grade(t, &fake{do: lossy}, grading.Order{Explain: plenty}, workers, nil).JSON()
		if err != nil {
			t.Fatal(err)
		}
		if want == "" {
			want = string(text)
		}
		if string(text) != want {
			t.Errorf("with %d workers\n%s\nwith one\n%s", workers, text, want)
		}
	}
}

func TestAFailureThatIsNotTheSameAgainIsOurFault(t *testing.T) {
	var n atomic.Int64
	r := explained(t, &fake{do: func(r labtest.Request) machine.Run {
		run := lossy(r)
		if n.Add(1) == 4 { // the third time with seed 1: each run that fails is the only one here
			run.Events[2] = trace.Event{Kind: trace.Log, Text: "hello"}
			run.Hash = "another"
		}
		return run
	}}, &grading.Explain{}, 1)
	c := r.Cases()[0]
	_, actual, _ := strings.Cut(c.Reason, "; ")
	want := `after 2 equal events one run has "   0.000000s  deliver    a -> b #1" and another "   0.000000s  log        : hello"`
	if c.Verdict != labs.GraderError || actual != want || c.Points != 0 {
		t.Errorf("%s: %s", c.Verdict, c.Reason)
	}
}

func TestHowOftenAFailureIsPerformed(t *testing.T) {
	tests := []struct {
		verdict labs.Verdict
		explain *grading.Explain
		want    int
	}{
		{labs.Fail, nil, 1},
		{labs.Fail, &grading.Explain{}, 3},
		{labs.Fail, &grading.Explain{Runs: 10}, 3},
		{labs.Panic, &grading.Explain{Time: time.Hour}, 3},
		{labs.Stuck, plenty, 1},
		{labs.NotImplemented, plenty, 1},
		{labs.Inconclusive, plenty, 1},
	}
	for _, test := range tests {
		t.Run(fmt.Sprintf("%s %v", test.verdict, test.explain), func(t *testing.T) {
			f := &fake{do: func(labtest.Request) machine.Run {
				return machine.Run{Outcome: labtest.Outcome{Verdict: test.verdict}, Hash: "h"}
			}}
			order := grading.Order{Explain: test.explain, Seeds: func(labs.Case) int { return 1 },
				Select: func(c labs.Case) bool { return c.Name == "first" }}
			if r := grade(t, f, order, 1, nil); int(f.runs.Load()) != test.want || r.Cases()[0].Failure.Shrunk != nil {
				t.Errorf("%d runs, want %d", f.runs.Load(), test.want)
			}
		})
	}
}

func TestOnlyTheSameFailureCounts(t *testing.T) {
	f := &fake{do: func(r labtest.Request) machine.Run {
		run := lossy(r)
		if r.Plan != nil && len(*r.Plan) < 2 { // then it is another property that breaks
			run.Outcome = labtest.Outcome{Verdict: labs.Fail, Finding: labtest.Finding{Property: "Close ends every goroutine"}}
		}
		return run
	}}
	if got := explained(t, f, plenty, 1).Cases()[0].Failure; len(got.Plan) != 2 || got.Property != "" {
		t.Errorf("plan %q, property %q", got.Plan, got.Property)
	}
}

func TestTheTraceShowsWhatTheFindingIsAbout(t *testing.T) {
	call := func(n int, kind trace.Kind, text string) trace.Event {
		return trace.Event{Kind: kind, Node: "c1", N: n, Text: text}
	}
	busy := func(kind trace.Kind, result string) (events []trace.Event) {
		for i := range 100 {
			events = append(events, call(i+1, trace.Call, fmt.Sprintf("Send m%d", i+1)))
			if i == 50 {
				events = append(events, call(i+1, kind, result))
				continue
			}
			events = append(events, call(i+1, trace.Return, "ok"))
		}
		return events
	}
	late := trace.Event{Kind: trace.Note, Text: labtest.DumpNote}
	crash := append(busy(trace.Log, "waiting"), late)
	crash[150] = trace.Event{Kind: trace.Restart, Node: "b", N: 2}
	calm := append(busy(trace.Log, "waiting"), late)
	calm[150] = trace.Event{Kind: trace.Heal, Text: "every fault"}
	tests := []struct {
		title  string
		actual string
		events []trace.Event
		from   int
		first  string
	}{
		{"the end", "one is missing", busy(trace.Return, "ok"), 180, "call       c1 #91  : Send m91"},
		{"an operation", "next cannot be c1 Send m51 = full", busy(trace.Return, "full"), 86, "call       c1 #44  : Send m44"},
		{"a call that never returned", "it did not return", append(busy(trace.Log, "waiting"), late), 95, "return     c1 #48  : ok"},
		{"what happened after that", "it did not return", crash, 145, "return     c1 #73  : ok"},
		{"but not the calm at the end", "it did not return", calm, 95, "return     c1 #48  : ok"},
	}
	for _, test := range tests {
		t.Run(test.title, func(t *testing.T) {
			f := &fake{do: func(labtest.Request) machine.Run {
				run := fail(test.actual)
				run.Events = test.events
				return run
			}}
			got := explained(t, f, nil, 1).Cases()[0].Failure
			if got.From != test.from || len(got.Trace) != 20 || !strings.HasSuffix(got.Trace[0], test.first) {
				t.Errorf("from %d on: %q, %d in all", got.From, got.Trace[0], len(got.Trace))
			}
		})
	}
}
