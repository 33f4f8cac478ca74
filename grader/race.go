package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strings"

	"faultline/grader/internal/submission"
)

// race runs the selected cases natively with the race detector, each in a bubble
// of testing/synctest. Only its reports count: timing is not ours out there.
func (w *workshop) race(ctx context.Context, s selection, sol submission.Solution) error {
	if broken := sol.Check(s.suite.Lab); len(broken) > 0 {
		return errors.New(broken[0].String())
	}
	fmt.Fprintf(w.err, "race detector: %s runs on this machine, outside the virtual one\n", sol.Dir)
	text, err := w.builder.Race(ctx, s.suite, sol, s.pattern())
	if failed := (*exec.ExitError)(nil); err != nil && !errors.As(err, &failed) {
		return err
	}
	races := bytes.Count(text, []byte("WARNING: DATA RACE"))
	if races == 0 && !bytes.Contains(text, []byte("=== RUN")) {
		return fmt.Errorf("nothing ran:\n%s", text)
	}
	if races == 0 {
		fmt.Fprintf(w.out, "no data race in %d cases\n", bytes.Count(text, []byte("\n        --- ")))
		return nil
	}
	fmt.Fprintf(w.out, "%s\n%d data races: two goroutines use the same variable, one of them writes, and no lock orders them\n",
		strings.TrimSpace(firstRace(string(text))), races)
	return errFailed
}

// pattern selects the cases for go test -run.
func (s selection) pattern() string {
	stage, name := ".", "."
	if s.stage != "" {
		stage = "^" + s.stage + "$"
	}
	if s.name != "" {
		name = "^" + s.name + "$"
	}
	return "^Test$/" + stage + "/" + name
}

// firstRace cuts the first report out of the output of go test.
func firstRace(text string) string {
	const fence = "=================="
	_, text, _ = strings.Cut(text, fence)
	text, _, _ = strings.Cut(text, fence)
	return text
}
