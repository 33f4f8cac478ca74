package grading

import (
	"fmt"
	"strings"
	"sync"

	"faultline/grader/internal/machine"
	"faultline/grader/internal/result"
	"faultline/labs"
	"faultline/labs/labtest"
)

// A tally collects the runs of one case.
type tally struct {
	c     labtest.Case
	pkg   string // import path of the solution
	order Order
	seeds int

	starts []Start // of each seed, if the solution writes a program

	mu       sync.Mutex
	runs     int
	passed   []bool            // by seed
	crashes  []machine.Crashes // by seed
	stuck    int               // the lowest seed that was stuck; seeds if there is none
	bad      packed
	badIndex int // of the lowest seed that did not pass; seeds if there is none
	reached  map[string]bool

	small *smallest // what shrinking has left of bad; nil for nothing
}

func newTally(c labtest.Case, o Order) *tally {
	n := o.seeds(c)
	return &tally{c: c, order: o, seeds: n, badIndex: n, stuck: n, passed: make([]bool, n),
		crashes: make([]machine.Crashes, n), reached: map[string]bool{}}
}

// decided reports whether no further seed can change what became of the case. A
// run that is stuck ends the case in any case, or one that always spins would take
// seconds of each seed.
func (t *tally) decided() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.order.All {
		return t.stuck < t.seeds
	}
	return t.badIndex < t.seeds
}

// count is how many seeds passed, before the one that was stuck: which of those
// behind it have run is a matter of luck.
func (t *tally) count() (n int) {
	for _, passed := range t.passed[:t.stuck] {
		if passed {
			n++
		}
	}
	return n
}

// tried adds up the crashes of the seeds that do not depend on luck either.
func (t *tally) tried() *result.Crashes {
	var sum result.Crashes
	for _, c := range t.crashes[:min(t.badIndex+1, t.seeds)] {
		sum.States += c.States
		sum.Recoveries += c.Recoveries
	}
	if sum == (result.Crashes{}) {
		return nil
	}
	return &sum
}

// add takes in the run with the i-th seed, and reports whether it was the first
// that decided the case or the last of all.
func (t *tally) add(i int, run machine.Run) (last bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.runs++
	for _, s := range run.Situations {
		t.reached[s] = true
	}
	open := t.badIndex == t.seeds
	spun := t.stuck < t.seeds
	t.passed[i], t.crashes[i] = run.Verdict == labs.Pass, run.Crashes
	if !t.passed[i] && i < t.badIndex {
		t.bad, t.badIndex = pack(run), i
	}
	if run.Verdict == labs.Stuck {
		t.stuck = min(t.stuck, i)
	}
	if t.order.All {
		return !spun && (run.Verdict == labs.Stuck || t.runs == t.seeds)
	}
	return open && (run.Verdict != labs.Pass || t.runs == t.seeds)
}

// result is what became of the case.
func (t *tally) result() result.Case {
	c := result.Case{ID: t.c.ID(), Name: t.c.Name, Title: t.c.Title, Ref: t.c.Ref,
		MaxPoints: t.c.Points, Seeds: t.seeds, Passed: t.badIndex, Verdict: labs.Pass, Crashes: t.tried()}
	missed := t.missed()
	switch {
	case t.badIndex < t.seeds:
		c.Verdict = t.bad.run.Verdict
		if t.order.All {
			c.All, c.Passed = true, t.count()
		}
		c.Failure = t.failure()
		c.Reason = reason(labtest.Outcome{Verdict: c.Verdict, Finding: c.Failure.Finding})
	case len(missed) > 0:
		c.Verdict = labs.Vacuous
		c.Reason = "no seed reached: " + strings.Join(missed, ", ")
	default:
		c.Points = c.MaxPoints
	}
	return c
}

// seed is that of the run that decided the case.
func (t *tally) seed() uint64 { return t.order.seed(t.badIndex) }

// missed lists the situations that no run reached. Fewer seeds than the case
// asks for prove nothing about that.
func (t *tally) missed() []string {
	var missed []string
	for _, s := range t.c.Situations {
		if !t.reached[s] && t.seeds >= t.c.Seeds {
			missed = append(missed, s)
		}
	}
	return missed
}

// reason is a failure in one line.
func reason(o labtest.Outcome) string {
	if o.Verdict == labs.NotImplemented || o.Expected == "" {
		return o.Actual
	}
	return fmt.Sprintf("expected %s; %s", o.Expected, o.Actual)
}

func splitLines(text string) []string {
	text = strings.TrimRight(text, "\n")
	if text == "" {
		return nil
	}
	return strings.Split(text, "\n")
}
