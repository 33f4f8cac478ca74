package shrink

import (
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"faultline/labrpc"
	"faultline/labs/labtest"
)

// A trial is a run that was performed. It counts once the search has asked for it:
// runs beside those that turned out to be needed do not, or the budget would
// depend on how many go on at once.
type trial struct {
	outcome Outcome
	counted bool
}

// first takes the first of the candidates that fails in the same way as the
// smallest run, and reports whether there is one.
func (s *search) first(candidates ...labtest.Request) bool {
	_, found := s.which(candidates)
	return found
}

// which is first that says which one it took.
func (s *search) which(candidates []labtest.Request) (at int, found bool) {
	for at, r := range candidates {
		if s.cut != "" || s.err != nil {
			return 0, false
		}
		o, ok := s.outcome(r, candidates[at+1:])
		if ok && o.Same {
			s.best = settle(r, o)
			return at, true
		}
	}
	return 0, false
}

// outcome is what becomes of a run. Those that may be asked for next are
// performed beside it.
func (s *search) outcome(r labtest.Request, next []labtest.Request) (Outcome, bool) {
	t := s.seen[r.String()]
	if t == nil || !t.counted {
		switch {
		case s.runs >= s.budget.Runs:
			s.cut = ByRuns
			return Outcome{}, false
		case s.budget.Events > 0 && s.events >= s.budget.Events:
			s.cut = ByEvents
			return Outcome{}, false
		case time.Since(s.began) >= s.budget.Time:
			s.cut = ByTime
			return Outcome{}, false
		}
		s.runs++
	}
	if t == nil {
		if s.perform(r, next); s.err != nil {
			return Outcome{}, false
		}
		t = s.seen[r.String()]
	}
	if !t.counted {
		t.counted = true
		s.events += t.outcome.Events
	}
	return t.outcome, true
}

// perform performs a run and, beside it, as many of the next as there may be.
func (s *search) perform(r labtest.Request, next []labtest.Request) {
	batch := []labtest.Request{r}
	for _, n := range next {
		if len(batch) < s.budget.Width && s.seen[n.String()] == nil {
			batch = append(batch, n)
		}
	}
	outcomes := make([]Outcome, len(batch))
	group, ctx := errgroup.WithContext(s.ctx)
	for i, r := range batch {
		group.Go(func() (err error) {
			outcomes[i], err = s.try(ctx, r)
			return err
		})
	}
	s.err = group.Wait()
	for i, r := range batch {
		s.seen[r.String()] = &trial{outcome: outcomes[i]}
	}
}

// settle leaves out of a run what it did not get to: faults that did not happen,
// because the run was over or the packet never sent, have no effect.
func settle(r labtest.Request, o Outcome) labtest.Request {
	happened := map[string]bool{}
	for _, f := range o.Plan {
		happened[f.String()] = true
	}
	r.Plan = clonePlan(slices.DeleteFunc(slices.Clone(*r.Plan), func(f labrpc.Fault) bool { return !happened[f.String()] }))
	return r
}
