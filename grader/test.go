package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"faultline/grader/internal/grading"
	"faultline/grader/internal/report"
	"faultline/grader/internal/result"
	"faultline/grader/internal/submission"
	"faultline/labs"
	"faultline/labs/labtest"
)

type testFlags struct {
	solution string
	seed     string
	seeds    int
	jobs     int
	out      string
	json     bool
	race     bool
	native   bool
	staff    bool
	shrink   time.Duration
}

func testCommand() *cobra.Command {
	var f testFlags
	cmd := &cobra.Command{
		Use:   "test LAB[/STAGE[/CASE]]",
		Short: "Run the cases of a lab over one solution and explain what fails",
		Example: "  grader test 1                      all of lab 1 over what you edit\n" +
			"  grader test messaging/B            one stage\n" +
			"  grader test 1/lost-ack --seed 7    one case with one seed",
		Args: oneArg,
		RunE: func(cmd *cobra.Command, args []string) error {
			if f.seeds < 1 && cmd.Flags().Changed("seeds") {
				return fmt.Errorf("--seeds %d: expected a number from 1 on", f.seeds)
			}
			return runTest(cmd, args[0], f)
		},
	}
	cmd.Flags().StringVar(&f.solution, "solution", "", "folder of the solution (default: the starter code's)")
	cmd.Flags().StringVar(&f.seed, "seed", "", "the first seed; alone, the only one")
	cmd.Flags().IntVar(&f.seeds, "seeds", 0, "how many seeds for each case (default: the case's own number)")
	cmd.Flags().IntVar(&f.jobs, "jobs", 0, "how many runs at once (default: one for each core)")
	cmd.Flags().StringVar(&f.out, "out", "out", "folder for plans and reports")
	shrinkFlag(cmd, &f.shrink)
	cmd.Flags().BoolVar(&f.json, "json", false, "print the result as JSON, for a program to read")
	cmd.Flags().BoolVar(&f.staff, "staff", false, "also write the staff's report, staff.html")
	cmd.Flags().BoolVar(&f.race, "race", false, "look for data races instead, outside the machine")
	cmd.Flags().BoolVar(&f.native, "native", false,
		fmt.Sprintf("search many seeds outside the machine, %d if --seeds does not say, which confirms what fails", searchSeeds))
	return cmd
}

func runTest(cmd *cobra.Command, what string, f testFlags) error {
	s, err := parseSelection(what)
	if err != nil {
		return err
	}
	order, err := f.order(s)
	if err != nil {
		return err
	}
	if err := makeFolder(f.out); err != nil {
		return err
	}
	w, err := openWorkshop(cmd, f.jobs)
	if err != nil {
		return err
	}
	defer w.close()
	sol, err := w.solution(s.suite.Lab, f.solution)
	if err != nil {
		return err
	}
	if f.race {
		return w.race(cmd.Context(), s, sol)
	}
	r, err := w.perform(cmd.Context(), s, sol, order, f)
	if err != nil || r == nil {
		return err
	}
	if err := writePlans(f.out, f.out, r); err != nil {
		return err
	}
	if err := w.show(r, f.json); err != nil {
		return err
	}
	if err := writeTestPages(f.out, r, sol, f.staff); err != nil {
		return err
	}
	if !f.json && !r.Passed() {
		fmt.Fprintf(w.err, "to read in a browser: %s\n", filepath.ToSlash(filepath.Join(f.out, studentPage)))
	}
	if !f.json && r.Passed() {
		say(w.err, fmt.Sprintf("make race-%d looks for data races, which no case can show", r.Number))
	}
	return verdict(r)
}

// perform grades what is selected, or searches it: then the result is of one failure,
// or nil if there is none.
func (w *workshop) perform(ctx context.Context, s selection, sol submission.Solution, o grading.Order, f testFlags) (*result.Result, error) {
	if f.native {
		h := hunt{name: s.suite.Lab.Name, suite: s.suite, sol: sol, cases: searchable(s.suite, s.matches),
			first: max(o.FirstSeed, 1), seeds: cmp.Or(f.seeds, searchSeeds)}
		return w.search(ctx, h, o)
	}
	defer w.watch(s.suite.Lab.Name, len(s.cases()))()
	return w.grader.Grade(ctx, s.suite, sol, o)
}

func (f *testFlags) order(s selection) (grading.Order, error) {
	o := grading.Order{Select: s.matches}
	var err error
	if o.Explain, err = explain(f.shrink); err != nil {
		return o, err
	}
	switch {
	case f.race && (f.json || f.seed != "" || f.seeds > 0):
		return o, errors.New("--race runs the cases as go test does: leave out --seed, --seeds and --json")
	case f.native && (f.json || f.race):
		return o, errors.New("--native only looks for seeds that fail: leave out --json and --race")
	}
	if f.seed != "" {
		seed, err := labtest.ParseSeed(f.seed)
		switch {
		case err != nil:
			return o, err
		case seed == 0:
			return o, fmt.Errorf("--seed 0: seeds begin at 1")
		}
		o.FirstSeed = seed
		f.seeds = max(f.seeds, 1)
	}
	if f.seeds > 0 {
		o.Seeds = func(labs.Case) int { return f.seeds }
	}
	return o, nil
}

// show prints a result on standard output.
func (w *workshop) show(r *result.Result, asJSON bool) error {
	if !asJSON {
		report.Write(w.out, r, w.style())
		return nil
	}
	text, err := r.JSON()
	if err == nil {
		_, err = w.out.Write(text)
	}
	return err
}

// verdict is the error that makes the grader's exit code of a result.
func verdict(r *result.Result) error {
	if err := fault(r); err != nil {
		return err
	}
	if !r.Passed() {
		return errFailed
	}
	return nil
}

// fault is the first verdict of a result that is no fault of the solution's, or
// nil.
func fault(r *result.Result) error {
	for _, c := range r.Cases() {
		if err := ours(c.ID, c.Verdict, c.Reason); err != nil {
			return err
		}
	}
	return nil
}

// ours is the error of a verdict that is no fault of the solution's, or nil.
func ours(id string, v labs.Verdict, reason string) error {
	if v.Graded() {
		return nil
	}
	return fmt.Errorf("%s: %s (%s): a fault of the grader, please report it", id, v, reason)
}

// makeFolder makes a folder for what the grader writes. That nothing can be written
// there is said before the work, not after.
func makeFolder(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("cannot make the folder %s (%w): name another one with --out", dir, cause(err))
	}
	if err := tryFolder(dir); err != nil {
		return fmt.Errorf("cannot write into the folder %s (%w): name another one with --out", dir, cause(err))
	}
	return nil
}

// tryFolder writes a file into a folder, and removes it. The file always has the same
// name: what a killed grader leaves of it, the next one removes.
func tryFolder(dir string) error {
	name := filepath.Join(dir, unfinished+"try")
	if err := os.WriteFile(name, nil, 0o644); err != nil {
		return err
	}
	err := os.Remove(name)
	if errors.Is(err, fs.ErrNotExist) { // another grader has removed it
		return nil
	}
	return err
}

// cause is an error of the file system without the operation and the path, which
// our own sentence says.
func cause(err error) error {
	if path := (*fs.PathError)(nil); errors.As(err, &path) {
		return path.Err
	}
	if link := (*os.LinkError)(nil); errors.As(err, &link) {
		return link.Err
	}
	return err
}

// unfinished is how the name of a file begins that is being written.
const unfinished = ".tmp-"

// writeFile replaces a file as a whole: whoever reads it sees the old text or the
// new.
func writeFile(path, text string) error {
	if err := replaceFile(path, text); err != nil {
		return fmt.Errorf("cannot write %s (%w)", filepath.ToSlash(path), cause(err))
	}
	return nil
}

// writeOutput writes the file that --out names, and makes its folder.
func writeOutput(file, text string) error {
	if err := makeFolder(filepath.Dir(file)); err != nil {
		return err
	}
	if err := replaceFile(file, text); err != nil {
		return fmt.Errorf("cannot write %s (%w): name another file with --out", filepath.ToSlash(file), cause(err))
	}
	return nil
}

func replaceFile(path, text string) error {
	tmp, err := os.CreateTemp(filepath.Dir(path), unfinished)
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name())
	if _, err = tmp.WriteString(text); err == nil {
		err = tmp.Chmod(0o644)
	}
	if e := tmp.Close(); err == nil {
		err = e
	}
	if err == nil {
		err = os.Rename(tmp.Name(), path)
	}
	return err
}
