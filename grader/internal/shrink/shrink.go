package shrink

import (
	"context"
	"slices"
	"time"

	"faultline/labrpc"
	"faultline/labs/labtest"
)

// A Try performs the run of a request. It may be called concurrently. An error
// ends the search.
type Try func(context.Context, labtest.Request) (Outcome, error)

// An Outcome is what shrinking needs to know about a run.
type Outcome struct {
	Same  bool           // it fails in the same way as the run that is shrunk
	Plan  labrpc.Plan    // the faults that happened
	Sizes []labtest.Size // that the scenario had

	// Events is how much happened in it: a long run costs more of a budget.
	Events int
}

// A Budget bounds a search. The zero value allows nothing.
type Budget struct {
	Runs   int           // that are tried one after another
	Events int           // that happen in them; 0 is no bound
	Time   time.Duration // on the wall
	Width  int           // how many runs go on at once; the result does not depend on it, 0 is one
}

// A Result is the smallest run that was found.
type Result struct {
	Request labtest.Request
	Runs    int // that were tried one after another
	// Cut is ByRuns, ByEvents or ByTime if the budget has ended the search, else empty.
	Cut string
}

// What may have ended a search early.
const (
	ByRuns   = "runs"
	ByEvents = "events"
	ByTime   = "time"
)

// Shrink shrinks a run that fails. What it draws from its seed is in first: the
// plan is that of the faults that happened, and the sizes are those that it had.
// If the run does not fail again when it is told to do just that, or the budget is
// over at once, the result is the run itself.
func Shrink(ctx context.Context, run labtest.Request, first Outcome, try Try, b Budget) (Result, error) {
	s := &search{ctx: ctx, try: try, budget: b, began: time.Now(), seen: map[string]*trial{}, sizes: first.Sizes}
	s.best = run
	whole := run
	whole.Plan = clonePlan(first.Plan)
	if s.first(s.least(whole), s.quiet(whole), whole) {
		for s.pass() {
		}
	}
	return Result{Request: s.best, Runs: s.runs, Cut: s.cut}, s.err
}

// A search is under way.
type search struct {
	ctx    context.Context
	try    Try
	budget Budget
	began  time.Time
	sizes  []labtest.Size // of the first run

	best   labtest.Request // the smallest run so far that fails in the same way
	seen   map[string]*trial
	runs   int
	events int // in these runs
	cut    string
	err    error
}

// least is the smallest run that there may be: no fault, everything calm, one of
// each. Many bugs need no more.
func (s *search) least(r labtest.Request) labtest.Request {
	for _, size := range s.sizes {
		if size.N > 1 {
			r = withSize(r, size.Name, 1)
		}
	}
	return s.quiet(withCalm(r, labtest.CalmLatency, labtest.CalmLocks))
}

// quiet is a run without faults.
func (s *search) quiet(r labtest.Request) labtest.Request {
	r.Plan = clonePlan(nil)
	return r
}

// pass tries everything once, and reports whether it found something smaller.
func (s *search) pass() (smaller bool) {
	for _, step := range []func() bool{s.faults, s.scenario, s.calm, s.round} {
		if step() {
			smaller = true
		}
	}
	return smaller && s.cut == "" && s.err == nil
}

// faults leaves out faults: ddmin. If several would do, the early ones are kept:
// the run then ends soon, and its scenario can be small.
func (s *search) faults() (smaller bool) {
	for n := 2; len(*s.best.Plan) > 0; {
		plan := *s.best.Plan
		n = min(n, len(plan))
		var some, rest []labtest.Request
		for i := range n {
			from, to := i*len(plan)/n, (i+1)*len(plan)/n
			some = append(some, withPlan(s.best, plan[from:to]))
			rest = slices.Insert(rest, 0, withPlan(s.best, slices.Concat(plan[:from], plan[to:])))
		}
		switch n {
		case 1: // there is one fault, and some of it is all of it
			some = nil
		case 2: // the rest of one half is the other
			rest = nil
		}
		switch at, found := s.which(append(some, rest...)); {
		case found && at < len(some):
			n, smaller = 2, true
		case found:
			n, smaller = max(n-1, 2), true
		case n == len(plan):
			return smaller
		default:
			n = min(2*n, len(plan))
		}
	}
	return smaller
}

// scenario makes each size as small as it can be, looking for the place where
// the failure begins.
func (s *search) scenario() (smaller bool) {
	for _, size := range s.sizes {
		passes, fails := 0, sizeOf(s.best, size)
		for middle := 1; fails-passes > 1; middle = (passes + fails) / 2 {
			middle = max(middle, passes+1)
			if s.first(withSize(s.best, size.Name, middle)) {
				fails, smaller = middle, true
			} else {
				passes = middle
			}
		}
	}
	return smaller
}

// calm makes calm what can be.
func (s *search) calm() (smaller bool) {
	for _, what := range [][]string{{labtest.CalmLatency, labtest.CalmLocks}, {labtest.CalmLatency}, {labtest.CalmLocks}} {
		calmer := withCalm(s.best, what...)
		if len(calmer.Calm) > len(s.best.Calm) && s.first(calmer) {
			smaller = true
		}
	}
	return smaller
}

// round makes the times of faults easy to read. The plan may get shorter on the way: a
// fault at another time can keep others from happening.
func (s *search) round() (smaller bool) {
	for i := 0; i < len(*s.best.Plan); i++ {
		f := (*s.best.Plan)[i]
		if simple := rounded(f); simple.String() != f.String() {
			plan := slices.Clone(*s.best.Plan)
			plan[i] = simple
			if s.first(withPlan(s.best, plan)) {
				smaller = true
			}
		}
	}
	return smaller
}
