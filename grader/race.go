package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"

	"faultline/grader/internal/submission"
)

// race runs the selected cases natively with the race detector, each in a bubble
// of testing/synctest. Only its reports count: timing is not ours out there.
func (w *workshop) race(ctx context.Context, s selection, sol submission.Solution) error {
	if _, err := w.guest(ctx, s.suite, sol); err != nil {
		return err
	}
	fmt.Fprintf(w.err, "race detector: %s runs on this machine, outside the virtual one\n", sol.Dir)
	for _, c := range s.suite.Cases {
		if c.Derive != nil && s.matches(c.Case) {
			fmt.Fprintf(w.err, "race detector: of %s, only that part runs in which the solution writes code\n", c.ID())
		}
	}
	text, err := w.builder.Race(ctx, s.suite, sol, s.pattern())
	if failed := (*exec.ExitError)(nil); err != nil && !errors.As(err, &failed) {
		return err
	}
	races := bytes.Count(text, []byte("WARNING: DATA RACE"))
	if races == 0 && !bytes.Contains(text, []byte("=== RUN")) {
		return fmt.Errorf("nothing ran:\n%s", text)
	}
	if races == 0 {
		return w.noRace(string(text), len(s.cases()))
	}
	paths := strings.NewReplacer(filepath.Join(w.root, starterDir(s.suite.Lab))+"/", sol.Prefix(), w.root+"/", "")
	what := "1 data race"
	if races > 1 {
		what = fmt.Sprintf("%d data races", races)
	}
	fmt.Fprintf(w.out, "%s\n%s: two goroutines use the same variable, one of them writes, and no lock orders them\n",
		paths.Replace(strings.TrimSpace(firstRace(string(text)))), what)
	return errFailed
}

// noRace says in how many of the cases no race was found. A case that failed has
// run, but not to its end, so that is told too. When the program died, the cases
// behind that have not run at all.
func (w *workshop) noRace(text string, of int) error {
	ended := func(how string) int { return strings.Count(text, "\n        --- "+how+": ") }
	failed, todo := ended("FAIL"), ended("SKIP")
	ran := ended("PASS") + failed
	switch {
	case ran+todo < of || strings.Contains(text, "\npanic: "):
		fmt.Fprintln(w.out, "the program died before all cases had run: find out why without --race first")
		return errFailed
	case ran == 0:
		fmt.Fprintln(w.out, "nothing is implemented yet")
		return errFailed
	}
	fmt.Fprintf(w.out, "no data race in %d of %d cases", ran, of)
	if todo > 0 {
		fmt.Fprint(w.out, ", the others are not implemented yet")
	}
	if failed > 0 {
		fmt.Fprintf(w.out, "; %d failed, so they may hide one: run them without --race", failed)
	}
	fmt.Fprintln(w.out)
	return nil
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
