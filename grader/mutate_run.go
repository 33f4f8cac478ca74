package main

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"golang.org/x/sync/errgroup"

	"faultline/grader/internal/grading"
	"faultline/grader/internal/machine"
	"faultline/grader/internal/mutate"
	"faultline/grader/internal/result"
	"faultline/grader/internal/submission"
	"faultline/labs"
	"faultline/labs/labtest"
)

// runBank runs each mutant until something kills it.
func (w *workshop) runBank(ctx context.Context, b *bank) error {
	guests, err := w.buildBank(ctx, b)
	if err != nil {
		return fmt.Errorf("build mechanical mutants: %w", err)
	}
	progress := w.progress(b.suite.Lab.Name+", mechanical mutants", len(guests))
	defer progress.end()
	group, running := errgroup.WithContext(ctx)
	group.SetLimit(w.grader.Workers)
	for _, i := range slices.Sorted(maps.Keys(guests)) {
		group.Go(func() (err error) {
			defer progress.step(len(guests))
			b.ends[i], err = w.runMechanical(running, b, b.mutants[i], guests[i])
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	for some := range slices.Chunk(b.derived(), batchSize) {
		if err := w.runDerived(ctx, b, some); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// buildBank makes a guest of each mutant where some run comes to; one where none does
// is no other program than the reference.
func (w *workshop) buildBank(ctx context.Context, b *bank) (map[int]*machine.Guest, error) {
	var family, others []int
	for i, m := range b.mutants {
		switch {
		case !b.coverage.reaches(m.Statement):
		case b.source.InFamily(m):
			family = append(family, i)
		default:
			others = append(others, i)
		}
	}
	guests := map[int]*machine.Guest{}
	for some := range slices.Chunk(family, familySize) {
		var members []mutate.Mutant
		for _, i := range some {
			members = append(members, b.mutants[i])
		}
		sol := submission.Solution{Dir: "family", Files: b.source.Family(members)}
		made, err := w.builder.Family(ctx, b.suite, sol, mutate.Choose, len(some))
		if err != nil {
			return nil, err
		}
		for j, i := range some {
			guests[i] = made[j]
		}
	}
	for some := range slices.Chunk(others, batchSize) {
		if err := w.builder.Batch(ctx, b.suite, b.solutions(some)); err != nil {
			return nil, err
		}
		for _, i := range some {
			guest, err := w.builder.Build(ctx, b.suite, b.solution(b.mutants[i]))
			if err != nil {
				return nil, err
			}
			guests[i] = guest
		}
	}
	return guests, nil
}

// familySize is how many mutants are built as one package.
const familySize = 500

// solutions are some mutants, as solutions.
func (b *bank) solutions(some []int) (sols []submission.Solution) {
	for _, i := range some {
		sols = append(sols, b.solution(b.mutants[i]))
	}
	return sols
}

func (b *bank) solution(m mutate.Mutant) submission.Solution {
	return submission.Solution{Dir: m.ID(), Files: b.source.Apply(m)}
}

// runMechanical performs the runs that come to the mutated statement, until one of
// them kills the mutant, and returns by which verdict. All other runs are those of the
// reference.
func (w *workshop) runMechanical(ctx context.Context, b *bank, m mutate.Mutant, guest *machine.Guest) (labs.Verdict, error) {
	for _, r := range b.coverage.through(m.Statement) {
		if r.derived {
			continue
		}
		run, err := w.pool.Run(ctx, guest, r.request, machine.Options{})
		if err != nil {
			return "", fmt.Errorf("%s: %w", m.ID(), err)
		}
		if killsRun(run) {
			return run.Verdict, nil
		}
	}
	return "", nil
}

// killsRun reports whether a run found something wrong with the solution.
func killsRun(run machine.Run) bool {
	c := result.Case{Verdict: run.Verdict}
	if run.Verdict == labs.BuildError || run.Verdict == labs.Forbidden {
		return true // of what the solution wrote
	}
	return kills(c)
}

// derived lists the mutants that are still alive and that runs come to in which
// solutions write programs.
func (b *bank) derived() (some []int) {
	for i, m := range b.mutants {
		if b.ends[i] == "" && len(b.derivedRuns(m)) > 0 {
			some = append(some, i)
		}
	}
	return some
}

func (b *bank) derivedRuns(m mutate.Mutant) (reqs []labtest.Request) {
	for _, r := range b.coverage.through(m.Statement) {
		if r.derived {
			reqs = append(reqs, r.request)
		}
	}
	return reqs
}

// runDerived performs the runs of some mutants in which solutions write programs. All
// programs are compiled at once.
func (w *workshop) runDerived(ctx context.Context, b *bank, some []int) error {
	if err := w.builder.Batch(ctx, b.suite, b.solutions(some)); err != nil {
		return err
	}
	writers := make([]grading.Writer, len(some))
	var programs []machine.Program
	for j, i := range some {
		sol := b.solution(b.mutants[i])
		guest, err := w.builder.Build(ctx, b.suite, sol)
		if err != nil {
			return err
		}
		writers[j] = grading.Writer{Suite: b.suite, Solution: sol, Guest: guest}
		more, err := w.grader.Written(ctx, writers[j], b.derivedRuns(b.mutants[i]))
		if err != nil {
			return err
		}
		programs = append(programs, more...)
	}
	if _, err := w.builder.Programs(ctx, b.suite, programs); err != nil {
		return err
	}
	for j, i := range some {
		reqs := b.derivedRuns(b.mutants[i])
		starts, err := w.grader.Derive(ctx, writers[j], reqs)
		if err != nil {
			return err
		}
		if b.ends[i], err = w.runStarts(ctx, starts, reqs); err != nil {
			return err
		}
	}
	return nil
}

// runStarts performs the second parts of runs, until one of them kills.
func (w *workshop) runStarts(ctx context.Context, starts []grading.Start, reqs []labtest.Request) (labs.Verdict, error) {
	for i, start := range starts {
		var run machine.Run
		var err error
		if start.Ended != nil {
			run = *start.Ended
		} else if run, err = w.pool.Run(ctx, start.Guest, reqs[i], machine.Options{}); err != nil {
			return "", err
		}
		if killsRun(run) {
			return run.Verdict, nil
		}
	}
	return "", nil
}
