package grading_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"faultline/grader/internal/grading"
	"faultline/grader/internal/machine"
	"faultline/grader/internal/result"
	"faultline/grader/internal/submission"
	"faultline/grader/internal/suites"
	"faultline/labs"
	"faultline/labs/labtest"
	"faultline/labs/trace"
)

// A fake is a machine whose runs end as a test says.
type fake struct {
	err  error // of Build
	runs atomic.Int64
	do   func(labtest.Request) machine.Run

	programs []machine.Program // that were built

	mu     sync.Mutex
	guests map[string]int // how many runs there were, by the program in the guest
}

func (f *fake) Build(context.Context, suites.Suite, submission.Solution) (*machine.Guest, error) {
	return &machine.Guest{Package: "faultline/solutions-skeleton/toy"}, f.err
}

func (f *fake) Programs(_ context.Context, _ suites.Suite, programs []machine.Program) ([]machine.Built, error) {
	f.programs = append(f.programs, programs...)
	built := make([]machine.Built, len(programs))
	for i, p := range programs {
		if strings.Contains(string(p.Written["toy.go"]), "broken") {
			built[i].Broken = &machine.BuildError{Text: "toy.go:2:1: broken\n  broken code\n"}
		} else {
			built[i].Guest = &machine.Guest{Package: "faultline/solutions-skeleton/toy", Program: "faultline/p0"}
		}
	}
	return built, f.err
}

func (f *fake) Run(ctx context.Context, g *machine.Guest, req labtest.Request, _ machine.Options) (machine.Run, error) {
	f.runs.Add(1)
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.guests == nil {
		f.guests = map[string]int{}
	}
	f.guests[g.Program]++
	return f.do(req), ctx.Err()
}

func pass() machine.Run {
	return machine.Run{Outcome: labtest.Outcome{Verdict: labs.Pass}, Hash: "h", Situations: []string{"it rained"}}
}

func fail(actual string) machine.Run {
	return machine.Run{Outcome: labtest.Outcome{Verdict: labs.Fail, Finding: labtest.Finding{Expected: "all", Actual: actual}}, Hash: "h"}
}

func toy() suites.Suite {
	c := func(stage, name string, points, seeds int, situations ...string) labtest.Case {
		return labtest.Case{Case: labs.Case{Lab: "toy", Stage: stage, Name: name, Points: points, Seeds: seeds, Situations: situations}}
	}
	return suites.Suite{
		Lab: labs.Lab{Number: 9, Name: "toy", Files: []string{"toy.go"}, Stages: []labs.Stage{{Letter: "A"}, {Letter: "B"}}},
		Cases: []labtest.Case{
			c("A", "first", 3, 10), c("A", "second", 2, 5, "it rained"), c("B", "third", 5, 4),
		},
	}
}

func grade(t *testing.T, f *fake, o grading.Order, workers int, files map[string]string) *result.Result {
	t.Helper()
	sol := submission.Solution{Dir: "hw", Files: map[string][]byte{"toy.go": []byte("package toy\n")}}
	for name, text := range files {
		sol.Files[name] = []byte(text)
	}
	g := grading.Grader{Builder: f, Pool: f, Workers: workers}
	r, err := g.Grade(context.Background(), toy(), sol, o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func verdicts(r *result.Result) (all []string) {
	for _, c := range r.Cases() {
		all = append(all, fmt.Sprintf("%s %s %d/%d", c.Name, c.Verdict, c.Points, c.MaxPoints))
	}
	return all
}

func expect(t *testing.T, r *result.Result, want ...string) {
	t.Helper()
	if got := verdicts(r); !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestPointsAreForCasesWhoseSeedsAllPass(t *testing.T) {
	f := &fake{do: func(r labtest.Request) machine.Run {
		if r.Case == "toy/A/first" && r.Seed == 10 {
			return fail("nothing")
		}
		return pass()
	}}
	r := grade(t, f, grading.Order{}, 2, nil)
	expect(t, r, "first fail 0/3", "second pass 2/2", "third pass 5/5")
	if r.Points != 7 || r.MaxPoints != 10 || r.Passed() {
		t.Errorf("%d of %d, passed: %v", r.Points, r.MaxPoints, r.Passed())
	}
}

func TestTheLowestFailingSeedCountsWhoeverFinishesFirst(t *testing.T) {
	f := &fake{do: func(r labtest.Request) machine.Run {
		if r.Seed >= 3 {
			return fail(fmt.Sprint("seed ", r.Seed))
		}
		return pass()
	}}
	var first []byte
	for range 50 {
		r := grade(t, f, grading.Order{}, 8, nil)
		text, err := r.JSON()
		if err != nil {
			t.Fatal(err)
		}
		if first == nil {
			first = text
			if c := r.Cases()[0]; c.Failure.Seed != 3 || c.Passed != 2 {
				t.Fatalf("seed %d after %d passed, want 3 after 2", c.Failure.Seed, c.Passed)
			}
		}
		if diff := cmp.Diff(string(first), string(text)); diff != "" {
			t.Fatal(diff)
		}
	}
}

func TestSeedsStopAfterAFailure(t *testing.T) {
	f := &fake{do: func(labtest.Request) machine.Run { return fail("") }}
	grade(t, f, grading.Order{Seeds: func(labs.Case) int { return 1000 }}, 1, nil)
	if n := f.runs.Load(); n > 3*2 {
		t.Errorf("%d runs of three cases that fail at once", n)
	}
}

func TestOrdersSelectCasesAndSeeds(t *testing.T) {
	f := &fake{do: func(r labtest.Request) machine.Run {
		if r.Seed < 100 || r.Seed > 101 {
			return fail("")
		}
		return pass()
	}}
	r := grade(t, f, grading.Order{FirstSeed: 100, Seeds: func(labs.Case) int { return 2 },
		Select: func(c labs.Case) bool { return c.Stage == "B" }}, 1, nil)
	expect(t, r, "third pass 5/5")
	if f.runs.Load() != 2 {
		t.Errorf("%d runs, want 2", f.runs.Load())
	}
}

func TestACaseThatNeverReachedItsSituationIsVacuous(t *testing.T) {
	dry := func(labtest.Request) machine.Run { r := pass(); r.Situations = nil; return r }
	r := grade(t, &fake{do: dry}, grading.Order{}, 1, nil)
	expect(t, r, "first pass 3/3", "second vacuous 0/2", "third pass 5/5")
	few := grading.Order{Seeds: func(labs.Case) int { return 1 }}
	expect(t, grade(t, &fake{do: dry}, few, 1, nil), "first pass 3/3", "second pass 2/2", "third pass 5/5")
}

func TestARunThatDiffersTheSecondTimeIsOurFault(t *testing.T) {
	var n atomic.Int64
	f := &fake{do: func(r labtest.Request) machine.Run {
		run := pass()
		if r.Case == "toy/B/third" {
			run.Hash = fmt.Sprint(n.Add(1))
		}
		return run
	}}
	r := grade(t, f, grading.Order{Twice: func(labs.Case) int { return 2 }}, 1, nil)
	expect(t, r, "first pass 3/3", "second pass 2/2", "third grader-error 0/5")
}

func TestWhatCannotRunHasOneReasonForAllCases(t *testing.T) {
	f := &fake{err: &machine.BuildError{Text: "hw/toy.go:3:1: no"}}
	r := grade(t, f, grading.Order{}, 1, nil)
	expect(t, r, "first build-error 0/3", "second build-error 0/2", "third build-error 0/5")
	if !slices.Equal(r.Refused, []string{"hw/toy.go:3:1: no"}) || f.runs.Load() != 0 {
		t.Errorf("refused because %q, after %d runs", r.Refused, f.runs.Load())
	}
	f = &fake{}
	r = grade(t, f, grading.Order{}, 1, map[string]string{"toy.go": "package toy\n\nimport \"os\"\n"})
	expect(t, r, "first forbidden 0/3", "second forbidden 0/2", "third forbidden 0/5")
	if len(r.Refused) != 1 || f.runs.Load() != 0 {
		t.Errorf("refused because %q, after %d runs", r.Refused, f.runs.Load())
	}
}

func TestAFaultOfTheMachineIsAnError(t *testing.T) {
	f := &fake{err: errors.New("no disk")}
	g := grading.Grader{Builder: f, Pool: f, Workers: 1}
	if _, err := g.Grade(context.Background(), toy(), submission.Solution{}, grading.Order{}); err == nil {
		t.Error("no error")
	}
	f = &fake{do: func(labtest.Request) machine.Run { return pass() }}
	g = grading.Grader{Builder: f, Pool: f, Workers: 1}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := g.Grade(ctx, toy(), submission.Solution{}, grading.Order{}); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want %v", err, context.Canceled)
	}
}

func TestAFailureHoldsTheEvidence(t *testing.T) {
	f := &fake{do: func(labtest.Request) machine.Run {
		run := fail("one")
		run.Events = []trace.Event{
			{Kind: trace.Step, N: 1, Text: "a client sends"},
			{Kind: trace.Fault, Text: "drop      a -> b #1"},
			{At: time.Millisecond, Kind: trace.Drop, Node: "a", Peer: "b", N: 1, Text: "lost"},
			{Kind: trace.Reach, Text: "it rained"},
			{Kind: trace.Note, Text: labtest.DumpNote + "goroutine 7 [chan receive]:\n" +
				"faultline/labs/simsync.(*Mutex).Lock(0x1)\n\tx/mutex.go:1 +0x1\n" +
				"faultline/solutions-skeleton/toy.(*toy).Send(0x1)\n\tx/toy.go:12 +0x1\n"},
		}
		return run
	}}
	r := grade(t, f, grading.Order{}, 1, nil)
	want := &result.Failure{
		Seed: 1, Hash: "h", Finding: labtest.Finding{Expected: "all", Actual: "one"},
		Plan:  []string{"drop      a -> b #1"},
		Story: []string{"1 a client sends"},
		Trace: []string{"   0.001000s  drop       a -> b #1  : lost"}, Of: 1,
		Dump: []string{"goroutine 7, chan receive", "  toy.go:12  (*toy).Send"},
	}
	got := r.Cases()[0].Failure
	got.Events = nil // they are the run's
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestOfALongRunAFailureKeepsAnExcerpt(t *testing.T) {
	const n = 20_000
	f := &fake{do: func(labtest.Request) machine.Run {
		run := fail("one")
		run.Events = slices.Repeat([]trace.Event{{Kind: trace.Send, Node: "a", Peer: "b", N: 1}}, n)
		run.Events[n-1].Text = strings.Repeat("x", 1<<20)
		return run
	}}
	got := grade(t, f, grading.Order{}, 1, nil).Cases()[0].Failure
	if got.Of != n || len(got.Events) > n/4 {
		t.Errorf("of %d events it counts %d and keeps %d", n, got.Of, len(got.Events))
	}
	for _, line := range got.Trace {
		if len(line) > 10_000 {
			t.Errorf("a line of %d bytes", len(line))
		}
	}
}

func TestProgressCountsCases(t *testing.T) {
	f := &fake{do: func(labtest.Request) machine.Run { return pass() }}
	var seen []int
	g := grading.Grader{Builder: f, Pool: f, Workers: 4, Progress: func(done, of int) { seen = append(seen, done*10+of) }}
	if _, err := g.Grade(context.Background(), toy(), submission.Solution{}, grading.Order{}); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(seen, []int{13, 23, 33}) {
		t.Errorf("progress %v", seen)
	}
}

func TestAListNamesTheSeeds(t *testing.T) {
	var mu sync.Mutex
	asked := map[uint64]int{}
	f := &fake{do: func(r labtest.Request) machine.Run {
		mu.Lock()
		defer mu.Unlock()
		asked[r.Seed]++
		if r.Seed == 77 {
			return fail("less")
		}
		return pass()
	}}
	list := []uint64{500, 7, 900, 77, 1, 2, 3, 4, 5, 6}
	r := grade(t, f, grading.Order{SeedList: list}, 1, nil)
	if c := r.Cases()[0]; c.Failure.Seed != 77 || c.Passed != 3 || r.FirstSeed != 500 || !r.SeedList {
		t.Errorf("seed %d after %d, first seed %d", c.Failure.Seed, c.Passed, r.FirstSeed)
	}
	if asked[500] != 3 || asked[6] > 0 {
		t.Errorf("asked for %v", asked)
	}
}

func TestWithAllSeedsThoseThatPassAreCounted(t *testing.T) {
	for _, test := range []struct {
		title  string
		odd    func(seed uint64) machine.Run
		passed int
	}{
		{"some fail", func(seed uint64) machine.Run {
			if seed%4 == 0 {
				return fail("less")
			}
			return pass()
		}, 8},
		{"one is stuck, and what is behind it does not count", func(seed uint64) machine.Run {
			if seed == 5 {
				return machine.Run{Outcome: labtest.Outcome{Verdict: labs.Stuck}}
			}
			return pass()
		}, 4},
	} {
		t.Run(test.title, func(t *testing.T) {
			f := &fake{do: func(r labtest.Request) machine.Run { return test.odd(r.Seed) }}
			c := grade(t, f, grading.Order{All: true}, 4, nil).Cases()[0]
			if c.Passed != test.passed || !c.All || c.Points != 0 {
				t.Errorf("%d passed, want %d: %+v", c.Passed, test.passed, c)
			}
		})
	}
}

func TestAFaultOfTheGraderIsNoZero(t *testing.T) {
	r := grading.Failed(toy(), submission.Solution{}, grading.Order{}, errors.New("a worker died\nof hunger"))
	for _, c := range r.Cases() {
		if c.Graded() || c.Reason != "the grader failed: a worker died" {
			t.Errorf("%s is %s: %s", c.Name, c.Verdict, c.Reason)
		}
	}
}
