package grading

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"faultline/grader/internal/machine"
	"faultline/grader/internal/result"
	"faultline/grader/internal/shrink"
	"faultline/labrpc"
	"faultline/labs"
	"faultline/labs/labtest"
	"faultline/labs/trace"
)

// An Explain says how much work goes into the failing run of a case. It is first
// performed twice more and must be the same each time; then it is shrunk. The zero
// value does not shrink.
type Explain struct {
	Runs   int           // at most, for a case
	Events int           // at most, in these runs; 0 is no bound
	Time   time.Duration // at most, on the wall: the other two end the search at the same run on every machine, this one does not
}

// repeats is how often a failing run is performed in all, to see that it is the
// same each time.
const repeats = 3

// explain looks for the smallest run of each case that failed.
func (g *Grader) explain(ctx context.Context, guest *machine.Guest, tallies []*tally, e Explain) error {
	var failed []*tally
	for _, t := range tallies {
		if t.explainable() {
			failed = append(failed, t)
		}
	}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(g.Workers)
	var mu sync.Mutex
	done := 0
	for _, t := range failed {
		group.Go(func() error {
			x := explainer{Grader: g, guest: guest, tally: t, budget: shrink.Budget{
				Runs: e.Runs, Events: e.Events, Time: e.Time, Width: g.Workers / len(failed)}}
			err := x.explain(ctx)
			if mu.Lock(); g.Explained != nil && err == nil {
				done++
				g.Explained(done, len(failed))
			}
			mu.Unlock()
			return err
		})
	}
	return group.Wait()
}

// explainable reports whether the case has a run that can be performed again. A
// stuck run was ended at some moment of CPU time: it has no trace. Where the
// solution writes a program, each seed has a guest of its own, and what is wrong is
// that program, not what happened to it.
func (t *tally) explainable() bool {
	if t.badIndex == t.seeds || t.c.Derive != nil {
		return false
	}
	switch t.bad.run.Verdict {
	case labs.Fail, labs.Panic, labs.Deadlock, labs.Memory, labs.Output:
		return true
	}
	return false
}

// An explainer works on the failing run of one case.
type explainer struct {
	*Grader
	guest  *machine.Guest
	tally  *tally
	budget shrink.Budget
}

func (x explainer) explain(ctx context.Context) error {
	req := labtest.Request{Case: x.tally.c.ID(), Seed: x.tally.seed()}
	for range repeats - 1 {
		again, err := x.run(ctx, req)
		if err != nil {
			return err
		}
		if again.Hash != x.tally.bad.run.Hash {
			x.tally.bad = pack(irreproducible(x.tally.bad.open(), again))
			return nil
		}
	}
	if x.budget.Runs <= 0 || x.budget.Time == 0 {
		return nil
	}
	return x.shrink(ctx, req)
}

// run performs a run and keeps its events.
func (x explainer) run(ctx context.Context, req labtest.Request) (machine.Run, error) {
	return x.Pool.Run(ctx, x.guest, req, machine.Options{Trace: true})
}

// shrink looks for the smallest run and takes its evidence.
func (x explainer) shrink(ctx context.Context, req labtest.Request) error {
	first := x.tally.bad.open()
	try := func(ctx context.Context, req labtest.Request) (shrink.Outcome, error) {
		run, err := x.Pool.Run(ctx, x.guest, req, machine.Options{}) // the events of a run that passes are not needed
		return outcome(first, run), err
	}
	from := outcome(first, first)
	if x.tally.c.Kind == labs.Budget && !slices.ContainsFunc(first.Events, labtest.IsDump) {
		from.Sizes = nil // or it would end where the budget is missed by one, and nobody saw why
	}
	small, err := shrink.Shrink(ctx, req, from, try, x.budget)
	if err != nil || small.Request.Plan == nil {
		return err
	}
	run, err := x.run(ctx, small.Request)
	if err != nil || !same(first, run) {
		return err
	}
	apart, err := x.nearest(ctx, small.Request, run)
	x.tally.small = &smallest{request: small.Request, run: pack(run), apart: apart, shrunk: &result.Shrunk{
		Faults: len(happened(first)), Sizes: from.Sizes, Events: len(shown(first)), Runs: small.Runs, Cut: small.Cut}}
	return err
}

// same reports whether a run fails in the same way as another: what else it breaks
// is another bug, or another story.
func same(a, b machine.Run) bool {
	return a.Verdict == b.Verdict && a.Property == b.Property && (a.Verdict != labs.Panic || a.Where == b.Where)
}

func outcome(first, run machine.Run) shrink.Outcome {
	return shrink.Outcome{Same: same(first, run), Plan: happened(run), Sizes: run.Sizes, Events: run.Length}
}

// happened are the faults of a run.
func happened(run machine.Run) (plan labrpc.Plan) {
	for _, e := range run.Events {
		if e.Kind != trace.Fault {
			continue
		}
		if f, err := labrpc.ParseFault(e.Text); err == nil {
			plan = append(plan, f)
		}
	}
	return plan
}

// irreproducible is what is said of two runs that should be one.
func irreproducible(a, b machine.Run) machine.Run {
	i := 0
	for i < len(a.Events) && i < len(b.Events) && a.Events[i] == b.Events[i] {
		i++
	}
	at := func(r machine.Run) string {
		if i < len(r.Events) {
			return fmt.Sprintf("%q", r.Events[i].String())
		}
		return fmt.Sprintf("the end (%s)", r.Verdict)
	}
	a.Outcome = labtest.Outcome{Verdict: labs.GraderError, Finding: labtest.Finding{
		Expected: "the same run has the same trace each time",
		Actual:   fmt.Sprintf("after %d equal events one run has %s and another %s", i, at(a), at(b)),
	}}
	return a
}
