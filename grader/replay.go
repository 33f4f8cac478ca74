package main

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"faultline/grader/internal/machine"
	"faultline/labs"
	"faultline/labs/labtest"
	"faultline/labs/trace"
)

func replayCommand() *cobra.Command {
	var solution string
	cmd := &cobra.Command{
		Use:   "replay FILE",
		Short: "Perform the run of a plan file again and print its whole trace",
		Long: "Replay performs one run again, exactly: the file names the case and the seed, and lists the\n" +
			"faults. Edit the list and see what changes; edit the solution and see whether the bug is gone.",
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error { return runReplay(cmd, args[0], solution) },
	}
	cmd.Flags().StringVar(&solution, "solution", "", "folder of the solution (default: the starter code's)")
	return cmd
}

func runReplay(cmd *cobra.Command, file, dir string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return fmt.Errorf("%w: name a plan file that \"grader test\" wrote", err)
	}
	req, err := labtest.ParseRequest(string(text))
	if err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	s, err := parseSelection(req.Case)
	if err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	w, err := openWorkshop(cmd, 1)
	if err != nil {
		return err
	}
	defer w.close()
	sol, err := w.solution(s.suite.Lab, dir)
	if err != nil {
		return err
	}
	if broken := sol.Check(s.suite.Lab); len(broken) > 0 {
		return errors.New(broken[0].String())
	}
	guest, err := w.builder.Build(cmd.Context(), s.suite, sol)
	if err != nil {
		return err
	}
	run, err := w.pool.Run(cmd.Context(), guest, req, machine.Options{Trace: true})
	if err != nil {
		return err
	}
	return w.tell(req, run)
}

// tell prints a run: every event, then how it ended.
func (w *workshop) tell(req labtest.Request, run machine.Run) error {
	for _, e := range run.Events {
		if e.Kind != trace.Model {
			fmt.Fprintln(w.out, e)
		}
	}
	if run.Dump != "" {
		fmt.Fprintf(w.out, "\n%s\n", strings.TrimRight(run.Dump, "\n"))
	}
	fmt.Fprintf(w.out, "\n%s with seed %d: %s after %v of virtual time, hash %s\n",
		req.Case, req.Seed, run.Verdict, run.Virtual, run.Hash)
	if run.Verdict == labs.Pass {
		return nil
	}
	for _, line := range [][2]string{{"property", run.Property}, {"expected", run.Expected}, {"actual", run.Actual}, {"where", run.Where}} {
		if line[1] != "" {
			fmt.Fprintf(w.out, "  %-9s %s\n", line[0], line[1])
		}
	}
	return errFailed
}
