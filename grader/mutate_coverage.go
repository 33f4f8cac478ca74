package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"golang.org/x/sync/errgroup"

	"faultline/grader/internal/grading"
	"faultline/grader/internal/machine"
	"faultline/grader/internal/mutate"
	"faultline/grader/internal/submission"
	"faultline/grader/internal/suites"
	"faultline/labs"
	"faultline/labs/labtest"
	"faultline/labs/trace"
)

// A coverage says which runs of a suite come to which statements of the reference.
// A run is a function of the solution; so one that does not come to a changed
// statement is the reference's, and need not be performed.
type coverage struct {
	runs    []coveredRun // the cheapest first, one of each case before the second of any
	reached []bool       // by any of them
}

// A coveredRun is a run of the reference.
type coveredRun struct {
	request labtest.Request
	nth     int  // of the case's runs
	derived bool // the solution writes a program
	cost    int  // how many statements it executes, about
	reached []bool
}

// cover performs all runs over the reference, with counters in it: of each case at most
// so many seeds, if that is not 0.
func (w *workshop) cover(ctx context.Context, suite suites.Suite, src *mutate.Source, seeds int) (*coverage, error) {
	sol := submission.Solution{Dir: "counted", Files: src.Instrument()}
	guest, err := w.builder.Build(ctx, suite, sol)
	if err != nil {
		return nil, err
	}
	c := &coverage{reached: make([]bool, len(src.Statements()))}
	for _, one := range suite.Cases {
		n := one.Seeds
		if seeds > 0 {
			n = min(n, seeds)
		}
		for i := range n {
			c.runs = append(c.runs, coveredRun{request: labtest.Request{Case: one.ID(), Seed: uint64(i + 1)}, nth: i,
				derived: one.Derive != nil, reached: make([]bool, len(c.reached))})
		}
	}
	progress := w.progress(suite.Lab.Name+", counting", len(c.runs))
	defer progress.end()
	group, running := errgroup.WithContext(ctx)
	group.SetLimit(w.grader.Workers)
	for i := range c.runs {
		group.Go(func() error {
			defer progress.step(len(c.runs))
			return w.coverRun(running, grading.Writer{Suite: suite, Solution: sol, Guest: guest}, &c.runs[i])
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	c.sum()
	return c, nil
}

// coverRun performs a run, or both parts of it.
func (w *workshop) coverRun(ctx context.Context, writer grading.Writer, r *coveredRun) error {
	guest, req := writer.Guest, r.request
	if r.derived {
		starts, err := w.grader.Derive(ctx, writer, []labtest.Request{req})
		if err != nil {
			return err
		}
		first := req
		first.Derive = true
		run, err := w.pool.Run(ctx, guest, first, machine.Options{Trace: true})
		if err != nil {
			return err
		}
		if starts[0].Guest == nil {
			return fmt.Errorf("the reference: %s: it writes no program (%s)", req.Case, run.Actual)
		}
		r.count(run)
		guest = starts[0].Guest
	}
	run, err := w.pool.Run(ctx, guest, req, machine.Options{Trace: true})
	if err == nil && run.Verdict != labs.Pass {
		return fmt.Errorf("the reference: %s seed %d: %s: %s", req.Case, req.Seed, run.Verdict, run.Actual)
	}
	r.count(run)
	return err
}

// count reads what the counters have printed.
func (r *coveredRun) count(run machine.Run) {
	for _, e := range run.Events {
		if i, times, ok := mutate.Reached(e.Text); ok && e.Kind == trace.Log {
			r.reached[i] = true
			r.cost += times
		}
	}
}

// sum adds up the runs and puts them in order.
func (c *coverage) sum() {
	for _, r := range c.runs {
		for i, yes := range r.reached {
			c.reached[i] = c.reached[i] || yes
		}
	}
	slices.SortStableFunc(c.runs, func(a, b coveredRun) int {
		return cmp.Or(a.nth-b.nth, a.cost-b.cost)
	})
}

// reaches reports whether some run comes to a statement; -1 is what every run
// depends on.
func (c *coverage) reaches(statement int) bool { return statement < 0 || c.reached[statement] }

// through lists the runs that come to a statement.
func (c *coverage) through(statement int) (some []coveredRun) {
	for _, r := range c.runs {
		if statement < 0 || r.reached[statement] {
			some = append(some, r)
		}
	}
	return some
}
