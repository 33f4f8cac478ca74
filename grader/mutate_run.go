package main

import (
	"context"
	"fmt"
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

// runBank runs each mutant until something kills it, in batches that are built
// ahead.
func (w *workshop) runBank(ctx context.Context, b *bank) error {
	var todo []int // a mutant where no run comes to is no other program
	for i, m := range b.mutants {
		if b.coverage.reaches(m.Statement) {
			todo = append(todo, i)
		}
	}
	progress := w.progress(b.suite.Lab.Name+", mechanical mutants", len(todo))
	defer progress.end()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	built := make(chan error)
	go func() {
		defer close(built)
		for some := range slices.Chunk(todo, batchSize) {
			select {
			case built <- w.builder.Batch(ctx, b.suite, b.solutions(some)):
			case <-ctx.Done():
				return
			}
		}
	}()
	for some := range slices.Chunk(todo, batchSize) {
		if err := <-built; err != nil {
			return fmt.Errorf("build mechanical mutants: %w", err)
		}
		group, running := errgroup.WithContext(ctx)
		group.SetLimit(w.grader.Workers)
		for _, i := range some {
			group.Go(func() (err error) {
				defer progress.step(len(todo))
				b.ends[i], err = w.runMechanical(running, b, b.mutants[i])
				return err
			})
		}
		if err := group.Wait(); err != nil {
			return err
		}
		if err := w.runDerived(ctx, b, some); err != nil {
			return err
		}
	}
	return ctx.Err()
}

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
func (w *workshop) runMechanical(ctx context.Context, b *bank, m mutate.Mutant) (labs.Verdict, error) {
	guest, err := w.builder.Build(ctx, b.suite, b.solution(m))
	if err != nil {
		return "", err
	}
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

// runDerived performs the runs in which solutions write programs, of those mutants
// that are still alive. All programs are compiled at once.
func (w *workshop) runDerived(ctx context.Context, b *bank, some []int) error {
	type derivedRun struct {
		mutant int
		writer grading.Writer
		reqs   []labtest.Request
	}
	var all []derivedRun
	var programs []machine.Program
	for _, i := range some {
		var reqs []labtest.Request
		for _, r := range b.coverage.through(b.mutants[i].Statement) {
			if r.derived {
				reqs = append(reqs, r.request)
			}
		}
		if b.ends[i] != "" || len(reqs) == 0 {
			continue
		}
		sol := b.solution(b.mutants[i])
		guest, err := w.builder.Build(ctx, b.suite, sol)
		if err != nil {
			return err
		}
		d := derivedRun{i, grading.Writer{Suite: b.suite, Solution: sol, Guest: guest}, reqs}
		more, err := w.grader.Written(ctx, d.writer, reqs)
		if err != nil {
			return err
		}
		all, programs = append(all, d), append(programs, more...)
	}
	if _, err := w.builder.Programs(ctx, b.suite, programs); err != nil {
		return err
	}
	for _, d := range all {
		starts, err := w.grader.Derive(ctx, d.writer, d.reqs)
		if err != nil {
			return err
		}
		if b.ends[d.mutant], err = w.runStarts(ctx, starts, d.reqs); err != nil {
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
