package main

import (
	"context"
	"fmt"
	"slices"
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

// A hunt is a native search through the seeds of some cases of one solution. Cases in
// which the solution writes code are left out: that code runs in the machine only.
type hunt struct {
	name  string // for the progress
	suite suites.Suite
	sol   submission.Solution
	cases []labs.Case
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
	cases   int // that were searched
	skipped int // of these, that are not implemented
	runs    int
}

func (w *workshop) hunt(ctx context.Context, h hunt) (b bag, err error) {
	h.cases = slices.DeleteFunc(slices.Clone(h.cases), func(c labs.Case) bool {
		whole, _ := h.suite.Case(c.ID())
		return whole.Derive != nil
	})
	if b.cases = len(h.cases); b.cases == 0 {
		return b, nil
	}
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
	if _, err := w.guest(ctx, h.suite, h.sol); err != nil {
		return nil, err
	}
	say(w.err, "search: "+h.sol.Dir+" runs on this machine, outside the virtual one; that confirms what is found")
	b, err := w.hunt(ctx, h)
	if err != nil {
		return nil, err
	}
	if b.cases == 0 {
		return nil, fmt.Errorf("what is selected runs in the machine only, for there the solution writes code: leave out --native")
	}
	text := fmt.Sprintf("%s: %s failed", labtest.Count(b.runs, "run"), labtest.Count(len(b.hits), "case"))
	switch {
	case b.skipped == 1:
		text += ", 1 is not implemented yet"
	case b.skipped > 1:
		text += fmt.Sprintf(", %d are not implemented yet", b.skipped)
	}
	say(w.err, text)
	if b.skipped == b.cases {
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
