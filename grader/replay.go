package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"faultline/grader/internal/grading"
	"faultline/grader/internal/machine"
	"faultline/grader/internal/report"
	"faultline/labs"
	"faultline/labs/labtest"
	"faultline/labs/trace"
)

func replayCommand() *cobra.Command {
	var how replaying
	cmd := &cobra.Command{
		Use:   "replay FILE",
		Short: "Perform the run of a plan file again and print its whole trace",
		Long: "Replay performs one run again, exactly: the file names the case and the seed, and lists the\n" +
			"faults. Edit the list and see what changes; edit the solution and see whether the bug is gone.",
		Args: oneArg,
		RunE: func(cmd *cobra.Command, args []string) error { return runReplay(cmd, args[0], how) },
	}
	cmd.Flags().StringVar(&how.solution, "solution", "", "folder of the solution (default: the starter code's)")
	cmd.Flags().BoolVar(&how.diagram, "diagram", false, "instead, print a sequence diagram in Mermaid's language, for a forum")
	return cmd
}

// A replaying is how a run is performed again.
type replaying struct {
	solution string // its folder
	diagram  bool   // instead of the trace
}

func runReplay(cmd *cobra.Command, file string, how replaying) error {
	s, req, err := readPlan(file)
	if err != nil {
		return err
	}
	w, err := openWorkshop(cmd, 1)
	if err != nil {
		return err
	}
	defer w.close()
	sol, err := w.solution(s.suite.Lab, how.solution)
	if err != nil {
		return err
	}
	guest, err := w.guest(cmd.Context(), s.suite, sol)
	if err != nil {
		return err
	}
	run, err := w.replay(cmd.Context(), grading.Writer{Suite: s.suite, Solution: sol, Guest: guest}, req)
	if err != nil {
		return err
	}
	if how.diagram {
		return w.draw(req, run)
	}
	return w.tell(s, req, run)
}

// replay performs one run, and before it the part in which the solution writes a
// program, if the case has one.
func (w *workshop) replay(ctx context.Context, from grading.Writer, req labtest.Request) (machine.Run, error) {
	guest := from.Guest
	req.Derive = false
	if c, _ := from.Suite.Case(req.Case); c.Derive != nil {
		starts, err := w.grader.Derive(ctx, from, []labtest.Request{req})
		if err != nil {
			return machine.Run{}, err
		}
		if ended := starts[0].Ended; ended != nil {
			return *ended, nil
		}
		for _, name := range slices.Sorted(maps.Keys(starts[0].Written)) {
			w.tellSource(name, string(starts[0].Written[name]))
		}
		guest = starts[0].Guest
	}
	return w.pool.Run(ctx, guest, req, machine.Options{Trace: true})
}

// readPlan reads a plan file and finds its case.
func readPlan(file string) (selection, labtest.Request, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return selection{}, labtest.Request{}, fmt.Errorf(
			"cannot read the plan %s (%w): the report of a failed case says behind \"again\" which file is its plan", file, cause(err))
	}
	if !utf8.Valid(text) {
		return selection{}, labtest.Request{}, fmt.Errorf("%s is no plan: it is not even text", file)
	}
	var s selection
	req, err := labtest.ParseRequest(string(text))
	if err == nil && req.Seed == 0 {
		err = errors.New("no line says which seed, from 1 on: add \"seed NUMBER\"")
	}
	if err == nil {
		s, err = parseSelection(req.Case)
	}
	if err == nil {
		req.Case, err = s.only()
	}
	if err != nil {
		return s, req, fmt.Errorf("%s: %w", file, err)
	}
	return s, req, nil
}

// tellSource prints a file that the solution wrote. What a terminal could act on
// stands escaped.
func (w *workshop) tellSource(name, text string) {
	fmt.Fprintf(w.out, "-- %s --\n%s\n", name, strings.TrimSuffix(machine.Clean(text), "\n"))
}

// tell prints a run: every event, what of the plan did not happen, and how it
// ended.
func (w *workshop) tell(s selection, req labtest.Request, run machine.Run) error {
	happened := map[string]bool{}
	dump := run.Dump
	for _, e := range run.Events {
		note, isDump := labtest.Dump(e)
		switch {
		case isDump:
			dump = note
			continue
		case e.Kind == trace.Model:
			continue
		case e.Kind == trace.Source:
			w.tellSource(e.Node, e.Text)
			continue
		case e.Kind == trace.Fault:
			happened[e.Text] = true
		}
		fmt.Fprintln(w.out, e)
	}
	if dump != "" {
		fmt.Fprintf(w.out, "\n%s\n", strings.TrimRight(dump, "\n"))
	}
	fmt.Fprintln(w.out)
	idle := w.tellIdle(req, happened)
	fmt.Fprintf(w.out, "%s with seed %d: %s after %v of virtual time, hash %s\n",
		req.Case, req.Seed, run.Verdict, run.Virtual, run.Hash)
	if run.Verdict == labs.Pass {
		w.tellGone(s, idle)
		return nil
	}
	if err := ours(req.Case, run.Verdict, run.Actual); err != nil {
		return err
	}
	for _, line := range [][2]string{{"property", run.Property}, {"expected", run.Expected}, {"actual", run.Actual}, {"where", run.Where}} {
		if line[1] != "" {
			fmt.Fprintf(w.out, "  %-9s %s\n", line[0], line[1])
		}
	}
	for _, line := range run.Said {
		fmt.Fprintf(w.out, "  %-9s %s\n", "said", line)
	}
	fmt.Fprintln(w.out, "the property is still broken")
	return errFailed
}

// draw prints a run as a diagram.
func (w *workshop) draw(req labtest.Request, run machine.Run) error {
	fmt.Fprint(w.out, "```mermaid\n"+report.Diagram(run.Events)+"```\n")
	if run.Verdict == labs.Pass {
		return nil
	}
	say(w.err, fmt.Sprintf("%s with seed %d: %s: %s", req.Case, req.Seed, run.Verdict, shown(run.Actual)))
	return cmp.Or(ours(req.Case, run.Verdict, run.Actual), errFailed)
}

// tellIdle names the faults of a plan that did not happen: someone who misspells
// a node must not take the kind network for a mended bug.
func (w *workshop) tellIdle(req labtest.Request, happened map[string]bool) (idle bool) {
	if req.Plan == nil {
		return false
	}
	for _, f := range *req.Plan {
		if !happened[f.String()] {
			fmt.Fprintf(w.out, "note: this fault did not happen: %s\n", f)
			idle = true
		}
	}
	return idle
}

// tellGone says what it means that a run passes.
func (w *workshop) tellGone(s selection, idle bool) {
	c := s.cases()[0]
	fmt.Fprintf(w.out, "the property holds now: %s\n", c.Title)
	if idle {
		fmt.Fprintln(w.out, "but not all of the plan happened: see the notes before you take the bug for mended")
		return
	}
	fmt.Fprintf(w.out, "next, run the case with all its seeds: make lab-%d STAGE=%s CASE=%s\n", s.suite.Lab.Number, c.Stage, c.Name)
}
