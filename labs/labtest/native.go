//go:build !wasip1

package labtest

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"faultline/labs"
	"faultline/labs/trace"
)

// Run runs a suite natively, one seed a case. Time is real, so cases that need
// much of it are left out, and so is the grading: "make lab-N" is what counts.
// What a solution writes is compiled, and not called.
// Built with the tag faultline_bubble it runs every case in a bubble of
// testing/synctest, where time is virtual; "make race-N" does. The variable
// FAULTLINE_SEEDS then says which seeds, "17 1000" for a thousand from 17 on;
// "make search-N" sets it.
func Run(t *testing.T, s Suite, models Models) {
	stages := map[string][]Case{}
	var order []string
	for _, c := range s.Cases {
		if stages[c.Stage] == nil {
			order = append(order, c.Stage)
		}
		stages[c.Stage] = append(stages[c.Stage], c)
	}
	for _, stage := range order {
		t.Run(stage, func(t *testing.T) {
			for _, c := range stages[stage] {
				t.Run(c.Name, func(t *testing.T) { runNative(t, s, models, c) })
			}
		})
	}
}

func runNative(t *testing.T, s Suite, models Models, c Case) {
	if !bubbled && (c.Slow || c.Kind == labs.Budget) {
		t.Skipf("needs virtual time: \"make lab-N STAGE=%s CASE=%s\" has it", c.Stage, c.Name)
	}
	for seed := range seeds {
		if !runSeed(t, s, models, c, seed) {
			return
		}
	}
}

// runSeed performs one run, reports what is wrong, and says whether the next seed is
// worth a try.
func runSeed(t *testing.T, s Suite, models Models, c Case, seed uint64) bool {
	var record recorder
	var o Outcome
	req := Request{Case: c.ID(), Seed: seed, Derive: c.Derive != nil}
	bubble(t, func() { o = s.run(c, req, options{emit: record.add, native: true, real: !bubbled}) })
	if o.Verdict == labs.Pass {
		o = models.Judge(record.events)
	}
	report(t, o, &record)
	if c.Derive != nil && o.Verdict == labs.Pass && !bubbled {
		compile(t, s.Driver(c.Case, 1), Sources(record.events))
		t.Log("what was written compiles; it is called in the machine only: \"make lab-N\"")
	}
	return o.Verdict == labs.Pass
}

// A recorder keeps the events of a native run, whose goroutines are parallel.
type recorder struct {
	mu     sync.Mutex
	events []trace.Event
}

func (r *recorder) add(e trace.Event) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.events = append(r.events, e)
}

func report(t *testing.T, o Outcome, r *recorder) {
	switch o.Verdict {
	case labs.Pass:
		return
	case labs.NotImplemented:
		t.Skip(o.Actual)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	var story strings.Builder
	for _, e := range r.events {
		if e.Kind == trace.Step {
			fmt.Fprintf(&story, "\n  %d %s", e.N, e.Text)
		}
	}
	t.Errorf("%s\nproperty  %s\nexpected  %s\nactual    %s %s\nstory     %s",
		o.Verdict, o.Property, o.Expected, o.Actual, o.Where, story.String())
}
