package main

import (
	"context"
	"fmt"

	"golang.org/x/sync/errgroup"

	"faultline/grader/internal/machine"
	"faultline/grader/internal/suites"
	"faultline/labrpc"
	"faultline/labs"
	"faultline/labs/labtest"
)

// fairSeeds is how many seeds of each case are made smaller, each in two dozen ways.
const fairSeeds = 1

// fair performs smaller and calmer runs of each case over the reference, which
// must pass them. A case that asks for what a small scenario cannot give would
// have shrinking end at a failure that no solution could avoid.
func (w *workshop) fair(ctx context.Context, suite suites.Suite) (wrong []string, err error) {
	ref, err := w.reference(suite.Lab)
	if err != nil {
		return nil, err
	}
	guest, err := w.guest(ctx, suite, ref)
	if err != nil {
		return nil, err
	}
	lines := make([][]string, len(suite.Cases)*fairSeeds)
	progress := w.progress(suite.Lab.Name+", small scenarios", len(lines))
	defer progress.end()
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(w.grader.Workers)
	for i := range lines {
		req := labtest.Request{Case: suite.Cases[i/fairSeeds].ID(), Seed: uint64(i%fairSeeds + 1)}
		group.Go(func() (err error) {
			defer progress.step(len(lines))
			lines[i], err = w.fairCase(ctx, suite, guest, req)
			return err
		})
	}
	err = group.Wait()
	for _, some := range lines {
		wrong = append(wrong, some...)
	}
	return wrong, err
}

// fairCase performs the smaller runs of one case with one seed.
func (w *workshop) fairCase(ctx context.Context, suite suites.Suite, guest *machine.Guest, req labtest.Request) (wrong []string, err error) {
	if c, _ := suite.Case(req.Case); c.Derive != nil { // its guest is another for each seed
		return nil, nil
	}
	run, err := w.pool.Run(ctx, guest, req, machine.Options{})
	if err != nil {
		return nil, err
	}
	for _, small := range smaller(req, run.Sizes) {
		run, err := w.pool.Run(ctx, guest, small, machine.Options{})
		if err != nil {
			return nil, err
		}
		if run.Verdict != labs.Pass {
			wrong = append(wrong, fmt.Sprintf("the reference: %s (%s) in %q", run.Verdict, run.Actual, small))
		}
	}
	return wrong, nil
}

// smaller are some of the runs that shrinking may come to.
func smaller(req labtest.Request, sizes []labtest.Size) (all []labtest.Request) {
	least, calm := req, []string{labtest.CalmLatency, labtest.CalmLocks}
	for _, s := range sizes {
		least.Sizes = append(least.Sizes, labtest.Size{Name: s.Name, N: 1})
		for _, n := range []int{1, 2, 3, s.N / 2} {
			if n > 0 && n < s.N {
				one := req
				one.Sizes = []labtest.Size{{Name: s.Name, N: n}}
				all = append(all, one)
			}
		}
	}
	for _, base := range []labtest.Request{req, least} {
		for _, what := range [][]string{nil, calm[:1], calm[1:], calm} {
			for _, plan := range []*labrpc.Plan{nil, {}} {
				one := base
				one.Calm, one.Plan = what, plan
				all = append(all, one)
			}
		}
	}
	return all
}
