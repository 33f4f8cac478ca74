package main

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"golang.org/x/sync/errgroup"

	"faultline/grader/internal/grading"
	"faultline/grader/internal/machine"
	"faultline/grader/internal/result"
	"faultline/grader/internal/submission"
	"faultline/grader/internal/suites"
	"faultline/labs"
	"faultline/labs/labtest"
)

// searchSeeds is how many seeds of each case a native search takes if nobody says.
const searchSeeds = 1000

// A hunt is a native search through the seeds of some cases of one solution.
type hunt struct {
	name  string // for the progress
	suite suites.Suite
	sol   submission.Solution
	cases []labs.Case // searchable ones
	first uint64
	seeds int
}

// A hit is a case that failed natively, and with which seed first.
type hit struct {
	c    labs.Case
	seed uint64
}

// A bag is what a hunt brings home.
type bag struct {
	hits    []hit
	runs    int
	skipped int // cases that are not implemented
}

// searchable are the wanted cases of a suite but for those in which the solution writes
// code: that runs in the machine only.
func searchable(suite suites.Suite, wanted func(labs.Case) bool) (list []labs.Case) {
	for _, c := range suite.Cases {
		if c.Derive == nil && wanted(c.Case) {
			list = append(list, c.Case)
		}
	}
	return list
}

func (w *workshop) hunt(ctx context.Context, h hunt) (b bag, err error) {
	native, err := w.builder.Native(ctx, h.suite, h.sol)
	if err != nil {
		return b, err
	}
	defer native.Close()
	total := len(h.cases) * h.seeds
	progress := w.progress(h.name+", natively", total)
	defer progress.end()
	var mu sync.Mutex
	begun := func() {
		mu.Lock()
		defer mu.Unlock()
		b.runs++
		progress.set(b.runs, total)
	}
	found := make([]machine.Found, len(h.cases))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(w.grader.Workers)
	for i, c := range h.cases {
		group.Go(func() (err error) {
			found[i], err = native.Search(ctx, machine.Search{Stage: c.Stage, Case: c.Name, First: h.first, Seeds: h.seeds, Begun: begun})
			return err
		})
	}
	err = group.Wait()
	for i, f := range found {
		if f.Seed != 0 {
			b.hits = append(b.hits, hit{h.cases[i], f.Seed})
		} else if f.Skipped {
			b.skipped++
		}
	}
	return b, err
}

// confirm performs a run that failed natively in the machine.
func (w *workshop) confirm(ctx context.Context, h hunt, found hit, o grading.Order) (*result.Result, error) {
	o.Select = func(c labs.Case) bool { return c.ID() == found.c.ID() }
	o.FirstSeed = found.seed
	o.Seeds = func(labs.Case) int { return 1 }
	return w.grader.Grade(ctx, h.suite, h.sol, o)
}

// search looks for seeds that fail natively, and has the machine confirm the first of
// each case. It returns the result of the first one that is confirmed, or nil.
func (w *workshop) search(ctx context.Context, h hunt, o grading.Order) (first *result.Result, err error) {
	if len(h.cases) == 0 {
		return nil, errors.New("what is selected runs in the machine only, for there the solution writes code: leave out --native")
	}
	if _, err := w.guest(ctx, h.suite, h.sol); err != nil {
		return nil, err
	}
	say(w.err, "search: "+h.sol.Dir+" runs on this machine, outside the virtual one; that confirms what is found")
	b, err := w.hunt(ctx, h)
	if err != nil {
		return nil, err
	}
	text := fmt.Sprintf("%s: %s failed", labtest.Count(b.runs, "run"), labtest.Count(len(b.hits), "case"))
	switch {
	case b.skipped == 1:
		text += ", 1 is not implemented yet"
	case b.skipped > 1:
		text += fmt.Sprintf(", %d are not implemented yet", b.skipped)
	}
	say(w.err, text)
	if b.skipped == len(h.cases) {
		return nil, errFailed
	}
	for _, found := range b.hits {
		r, err := w.confirm(ctx, h, found, o)
		if err != nil {
			return nil, err
		}
		at := fmt.Sprintf("%s with seed %d", found.c.ID(), found.seed)
		switch {
		case r.Passed():
			say(w.err, at+" passes in the machine, where goroutines take other turns: it does not count")
		case first == nil:
			first = r
		default:
			say(w.err, at+" fails, too")
		}
	}
	return first, nil
}
