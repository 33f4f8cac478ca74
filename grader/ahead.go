package main

import (
	"context"
	"slices"

	"faultline/grader/internal/grading"
	"faultline/grader/internal/machine"
	"faultline/grader/internal/submission"
	"faultline/grader/internal/suites"
)

// batchSize is how many solutions are built at once.
const batchSize = 24

// buildAhead builds the guests, a batch at a time. What it returns waits until that of
// a specimen is there. Where that fails, they are built one by one when they are needed.
func (w *workshop) buildAhead(ctx context.Context, suite suites.Suite, specimens []specimen, p proof) (wait func(i int)) {
	batches := slices.Collect(slices.Chunk(specimens, batchSize))
	ready := make([]chan struct{}, len(batches))
	for i := range ready {
		ready[i] = make(chan struct{})
	}
	go func() {
		failed := false
		for i, some := range batches {
			failed = failed || w.buildBatch(ctx, suite, some, p) != nil
			close(ready[i])
		}
	}()
	return func(i int) { <-ready[i/batchSize] }
}

func (w *workshop) buildBatch(ctx context.Context, suite suites.Suite, specimens []specimen, p proof) error {
	var sols []submission.Solution
	for _, s := range specimens {
		sols = append(sols, s.sol)
	}
	if err := w.builder.Batch(ctx, suite, sols); err != nil {
		return err
	}
	return w.writeAhead(ctx, suite, specimens, p)
}

// writeAhead builds, at once, what some specimens write.
func (w *workshop) writeAhead(ctx context.Context, suite suites.Suite, specimens []specimen, p proof) error {
	if suite.Driver == nil {
		return nil // nobody writes anything
	}
	var programs []machine.Program
	for _, s := range specimens {
		guest, err := w.builder.Build(ctx, suite, s.sol)
		if err != nil {
			return err
		}
		more, err := w.grader.Programs(ctx, grading.Writer{Suite: suite, Solution: s.sol, Guest: guest}, p.order(suite, s))
		if err != nil {
			return err
		}
		programs = append(programs, more...)
	}
	_, err := w.builder.Programs(ctx, suite, programs)
	return err
}
