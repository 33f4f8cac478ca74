package grading

import (
	"context"
	"fmt"
	"strings"

	"golang.org/x/sync/errgroup"

	"faultline/grader/internal/machine"
	"faultline/grader/internal/submission"
	"faultline/grader/internal/suites"
	"faultline/labs"
	"faultline/labs/labtest"
)

// A Writer is a solution that writes programs, in the first parts of runs.
type Writer struct {
	Suite    suites.Suite
	Solution submission.Solution
	Guest    *machine.Guest
	Twice    bool // perform each first part a second time, to compare the hashes
}

// A Start is where the second part of a run begins: in a guest with what the
// solution wrote in the first. If there is no such guest, the run has ended.
type Start struct {
	Guest   *machine.Guest
	Ended   *machine.Run
	Written map[string][]byte // by name
}

// Derive performs the first parts of runs, of cases that have one, and builds
// guests for the second.
func (g *Grader) Derive(ctx context.Context, w Writer, reqs []labtest.Request) ([]Start, error) {
	written, err := g.write(ctx, w, reqs)
	if err != nil {
		return nil, err
	}
	var programs []machine.Program
	for _, f := range written {
		if f.run.Verdict == labs.Pass {
			programs = append(programs, f.program)
		}
	}
	built, err := g.Builder.Programs(ctx, w.Suite, programs)
	if err != nil {
		return nil, err
	}
	starts := make([]Start, len(reqs))
	for i, f := range written {
		starts[i].Written = f.program.Written
		if f.run.Verdict == labs.Pass {
			starts[i].Guest = built[0].Guest
			if broken := built[0].Broken; broken != nil {
				f.refuse(labs.BuildError, "what the solution writes compiles", splitLines(broken.Text))
			}
			built = built[1:]
		}
		if f.run.Verdict != labs.Pass {
			starts[i].Ended = &f.run
		}
	}
	return starts, nil
}

// Programs are what a solution writes in the first parts of an order's runs, where
// that may run: for who builds those of many solutions at once.
func (g *Grader) Programs(ctx context.Context, w Writer, o Order) ([]machine.Program, error) {
	o = o.begin()
	var reqs []labtest.Request
	for _, c := range selected(w.Suite, o) {
		for i := 0; c.Derive != nil && i < o.seeds(c); i++ {
			reqs = append(reqs, o.request(c, i))
		}
	}
	return g.Written(ctx, w, reqs)
}

// Written are what a solution writes in the first parts of runs, where that may run.
func (g *Grader) Written(ctx context.Context, w Writer, reqs []labtest.Request) ([]machine.Program, error) {
	written, err := g.write(ctx, w, reqs)
	var programs []machine.Program
	for _, f := range written {
		if f != nil && f.run.Verdict == labs.Pass {
			programs = append(programs, f.program)
		}
	}
	return programs, err
}

// A first is the first part of a run.
type first struct {
	run     machine.Run
	program machine.Program // if the run passed
}

// write performs first parts, and holds what the solution writes against the
// policy.
func (g *Grader) write(ctx context.Context, w Writer, reqs []labtest.Request) ([]*first, error) {
	all := make([]*first, len(reqs))
	group, running := errgroup.WithContext(ctx)
	group.SetLimit(g.Workers)
	for i, req := range reqs {
		group.Go(func() error {
			f, err := g.writeOne(running, w, req)
			all[i] = f
			return err
		})
	}
	return all, group.Wait()
}

func (g *Grader) writeOne(ctx context.Context, w Writer, req labtest.Request) (*first, error) {
	c, ok := w.Suite.Case(req.Case)
	if !ok || w.Suite.Driver == nil {
		return nil, fmt.Errorf("%s: the suite has no driver for what solutions write", req.Case)
	}
	req.Derive = true
	f := &first{}
	var err error
	if f.run, err = g.perform(ctx, w.Guest, req, w.Twice); err != nil || f.run.Verdict != labs.Pass {
		return f, err
	}
	f.program = machine.Program{Solution: w.Solution, Written: labtest.Sources(f.run.Events),
		Driver: w.Suite.Driver(c.Case, req.Seed)}
	var lines []string
	for _, finding := range submission.CheckWritten(w.Suite.Lab, f.program.Driver.Package, f.program.Written) {
		lines = append(lines, finding.String())
	}
	if len(lines) > 0 {
		f.refuse(labs.Forbidden, "what the solution writes keeps to the rules of the lab", lines)
	}
	return f, nil
}

// refuse ends a run with its first part.
func (f *first) refuse(v labs.Verdict, expected string, lines []string) {
	if v == labs.BuildError || len(lines) > 1 { // else the finding has it all
		f.run.Said = few(lines)
	}
	f.run.Outcome = labtest.Outcome{Verdict: v, Finding: labtest.Finding{Expected: expected, Actual: lines[0]}}
	where, message, _ := strings.Cut(lines[0], ": ")
	name, _, _ := strings.Cut(where, ":")
	if _, own := f.program.Written[name]; own {
		f.run.Where, f.run.Actual = where, message
	}
}
