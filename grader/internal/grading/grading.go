package grading

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"

	"faultline/grader/internal/machine"
	"faultline/grader/internal/result"
	"faultline/grader/internal/submission"
	"faultline/grader/internal/suites"
	"faultline/labs"
	"faultline/labs/labtest"
)

// A Builder makes guests; *machine.Builder is one.
type Builder interface {
	Build(context.Context, suites.Suite, submission.Solution) (*machine.Guest, error)
	Programs(context.Context, suites.Suite, []machine.Program) ([]machine.Built, error)
}

// A Runner performs runs; *machine.Pool is one.
type Runner interface {
	Run(context.Context, *machine.Guest, labtest.Request, machine.Options) (machine.Run, error)
}

// A Grader grades solutions. Every field but Progress and Explained is needed. Its methods may
// be called concurrently.
type Grader struct {
	Builder Builder
	Pool    Runner
	Workers int // how many runs are asked for at once

	// Progress is called when a case is over; nil for nobody. One call at a time.
	Progress func(done, of int)

	// Explained is called when a failing case has been looked into; nil for
	// nobody. One call at a time.
	Explained func(done, of int)
}

// An Order says what to grade. Zero is the whole lab, each case with its own
// number of seeds, from seed 1 on.
type Order struct {
	Select    func(labs.Case) bool // nil for all cases
	FirstSeed uint64
	SeedList  []uint64            // the seeds themselves, in place of those from FirstSeed on; not fewer than any case needs
	Seeds     func(labs.Case) int // how many for a case; nil for the case's own number
	All       bool                // go on behind a seed that fails, to count how many pass
	Twice     func(labs.Case) int // how many of its runs are performed a second time, to compare the hashes; nil for none
	Explain   *Explain            // what is done with failing cases; nil for nothing
}

func (o Order) seeds(c labtest.Case) int {
	if o.Seeds != nil {
		return o.Seeds(c.Case)
	}
	return c.Seeds
}

// seed is the i-th seed of each case.
func (o Order) seed(i int) uint64 {
	if len(o.SeedList) > 0 {
		return o.SeedList[i]
	}
	return o.FirstSeed + uint64(i)
}

// begin completes an order.
func (o Order) begin() Order {
	if o.FirstSeed == 0 {
		o.FirstSeed = 1
	}
	if len(o.SeedList) > 0 {
		o.FirstSeed = o.SeedList[0]
	}
	return o
}

func (o Order) twice(c labtest.Case) int {
	if o.Twice != nil {
		return o.Twice(c.Case)
	}
	return 0
}

// request asks for the run of a case with its i-th seed.
func (o Order) request(c labtest.Case, i int) labtest.Request {
	return labtest.Request{Case: c.ID(), Seed: o.seed(i)}
}

// Grade grades one solution. An error means that the grader failed or ctx ended;
// whatever the solution does is in the result.
func (g *Grader) Grade(ctx context.Context, suite suites.Suite, sol submission.Solution, o Order) (*result.Result, error) {
	o = o.begin()
	guest, refusal, err := g.admit(ctx, suite, sol)
	if err != nil {
		return nil, err
	}
	tallies := newTallies(suite, o)
	if refusal == nil {
		for _, t := range tallies {
			t.pkg = guest.Package
		}
		if err := g.runAll(ctx, Writer{Suite: suite, Solution: sol, Guest: guest, Twice: o.Twice != nil}, tallies, o); err != nil {
			return nil, err
		}
		if o.Explain != nil {
			if err := g.explain(ctx, guest, tallies, *o.Explain); err != nil {
				return nil, err
			}
		}
	}
	return assemble(suite, sol, o, tallies, refusal), nil
}

// Failed is the result of a grading that ended with an error: every case has the
// verdict grader-error, so that nobody takes it for a zero.
func Failed(suite suites.Suite, sol submission.Solution, o Order, err error) *result.Result {
	o = o.begin()
	no := &refusal{verdict: labs.GraderError, reason: "the grader failed: " + firstLine(err.Error()), lines: splitLines(err.Error())}
	return assemble(suite, sol, o, newTallies(suite, o), no)
}

func firstLine(text string) string {
	first, _, _ := strings.Cut(text, "\n")
	return first
}

func newTallies(suite suites.Suite, o Order) (all []*tally) {
	for _, c := range selected(suite, o) {
		all = append(all, newTally(c, o))
	}
	return all
}

func selected(suite suites.Suite, o Order) []labtest.Case {
	var cases []labtest.Case
	for _, c := range suite.Cases {
		if o.Select == nil || o.Select(c.Case) {
			cases = append(cases, c)
		}
	}
	return cases
}

// A refusal is why a solution does not run at all.
type refusal struct {
	verdict labs.Verdict
	reason  string
	lines   []string
}

// admit holds a solution against the policy and builds it.
func (g *Grader) admit(ctx context.Context, suite suites.Suite, sol submission.Solution) (*machine.Guest, *refusal, error) {
	if findings := sol.Check(suite.Lab); len(findings) > 0 {
		r := &refusal{verdict: labs.Forbidden, reason: "the solution uses what the lab does not allow"}
		for _, f := range findings {
			r.lines = append(r.lines, f.String())
		}
		r.lines = few(r.lines)
		return nil, r, nil
	}
	guest, err := g.Builder.Build(ctx, suite, sol)
	if broken := (*machine.BuildError)(nil); errors.As(err, &broken) {
		return nil, &refusal{labs.BuildError, "the solution does not compile", few(splitLines(broken.Text))}, nil
	}
	return guest, nil, err
}

// mostLines is how many lines of a refusal are kept: a file can break a rule a hundred
// thousand times.
const mostLines = 50

func few(lines []string) []string {
	if more := len(lines) - mostLines; more > 0 {
		return append(lines[:mostLines:mostLines], fmt.Sprintf("and %d more", more))
	}
	return lines
}

// runAll performs the runs of all cases. Those in which the solution writes a
// program come last: it is compiled while the others run.
func (g *Grader) runAll(ctx context.Context, w Writer, tallies []*tally, o Order) error {
	count := &counter{of: len(tallies), progress: g.Progress}
	var plain, derived []*tally
	var reqs []labtest.Request
	for _, t := range tallies {
		if t.c.Derive == nil {
			plain = append(plain, t)
			continue
		}
		derived = append(derived, t)
		for i := range t.seeds {
			reqs = append(reqs, o.request(t.c, i))
		}
	}
	group, running := errgroup.WithContext(ctx)
	var starts []Start
	group.Go(func() (err error) {
		if len(reqs) > 0 {
			starts, err = g.Derive(running, w, reqs)
		}
		return err
	})
	group.Go(func() error { return g.run(running, w.Guest, plain, o, count) })
	if err := group.Wait(); err != nil {
		return err
	}
	for _, t := range derived {
		t.starts, starts = starts[:t.seeds], starts[t.seeds:]
	}
	return g.run(ctx, w.Guest, derived, o, count)
}

// A counter counts the cases that are over.
type counter struct {
	mu       sync.Mutex
	done, of int
	progress func(done, of int)
}

func (c *counter) add() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.done++; c.progress != nil {
		c.progress(c.done, c.of)
	}
}

// run performs the runs of cases.
func (g *Grader) run(ctx context.Context, guest *machine.Guest, tallies []*tally, o Order, count *counter) error {
	group, running := errgroup.WithContext(ctx)
	group.SetLimit(g.Workers)
	for _, t := range tallies {
		for i := range o.seeds(t.c) {
			if running.Err() != nil || t.decided() {
				break
			}
			group.Go(func() error {
				last, err := g.one(running, guest, t, o, i)
				if last {
					count.add()
				}
				return err
			})
		}
	}
	if err := group.Wait(); err != nil {
		return err
	}
	return ctx.Err()
}

// one performs the run of a case with its i-th seed, and reports whether the
// case is over with it.
func (g *Grader) one(ctx context.Context, guest *machine.Guest, t *tally, o Order, i int) (last bool, err error) {
	if t.starts != nil {
		if ended := t.starts[i].Ended; ended != nil {
			return t.add(i, *ended), nil
		}
		guest = t.starts[i].Guest
	}
	run, err := g.perform(ctx, guest, o.request(t.c, i), i < o.twice(t.c))
	if err != nil {
		return false, err
	}
	return t.add(i, run), nil
}

// perform performs a run, and once more to compare the hashes if that is wanted.
func (g *Grader) perform(ctx context.Context, guest *machine.Guest, req labtest.Request, twice bool) (machine.Run, error) {
	opt := machine.Options{Trace: req.Derive}
	run, err := g.Pool.Run(ctx, guest, req, opt)
	// A stuck run was ended at some moment of CPU time: it has no hash.
	if err != nil || !twice || run.Verdict == labs.Stuck {
		return run, err
	}
	again, err := g.Pool.Run(ctx, guest, req, opt)
	if again.Hash != run.Hash {
		run.Outcome = labtest.Outcome{Verdict: labs.GraderError, Finding: labtest.Finding{
			Expected: "the same run twice has the same hash",
			Actual:   fmt.Sprintf("%s and %s", run.Hash, again.Hash),
		}}
	}
	return run, err
}
