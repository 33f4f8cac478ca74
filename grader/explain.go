package main

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"faultline/grader/internal/grading"
)

// Unless --shrink says otherwise, a failing case is shrunk for so long. The runs and
// their events are the true budget, for they are the same on every machine; the time
// is for solutions that compute for long without an event.
const (
	shrinkTime   = 10 * time.Second
	shrinkRuns   = 400
	shrinkEvents = 1_000_000
)

// shrinkFlag gives a command the flag --shrink.
func shrinkFlag(cmd *cobra.Command, d *time.Duration) {
	cmd.Flags().DurationVar(d, "shrink", shrinkTime, "how long to look for the smallest run of a failing case; 0: do not look")
}

// explain is what --shrink asks for.
func explain(d time.Duration) (*grading.Explain, error) {
	if d < 0 {
		return nil, fmt.Errorf("--shrink %v: expected a duration such as 10s, or 0", d)
	}
	return &grading.Explain{Runs: shrinkRuns, Events: shrinkEvents, Time: d}, nil
}

// watch shows how far a grading is: first the cases, then those that fail and are
// shrunk. The function that it returns ends that.
func (w *workshop) watch(name string, cases int) (end func()) {
	running := w.progress(name, cases)
	shrinking := running
	w.grader.Progress = running.set
	w.grader.Explained = func(done, of int) {
		if shrinking == running {
			running.end()
			shrinking = w.progress(name+", shrinking failures", of)
		}
		shrinking.set(done, of)
	}
	return func() {
		shrinking.end()
		w.grader.Progress, w.grader.Explained = nil, nil
	}
}
