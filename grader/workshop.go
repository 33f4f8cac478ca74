package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"faultline/grader/internal/grading"
	"faultline/grader/internal/machine"
	"faultline/grader/internal/report"
	"faultline/grader/internal/skeleton"
	"faultline/grader/internal/submission"
	"faultline/grader/internal/suites"
	"faultline/labs"
)

// A workshop is what commands that run solutions have in common.
type workshop struct {
	root    string // of the module
	builder *machine.Builder
	pools   machine.PoolConfig
	pool    *machine.Pool
	grader  *grading.Grader
	out     io.Writer
	err     io.Writer
}

// openWorkshop finds the tree and starts a machine with so many workers; 0 is
// one for each core.
func openWorkshop(cmd *cobra.Command, jobs int) (*workshop, error) {
	if jobs < 0 {
		return nil, fmt.Errorf("--jobs %d: expected a number from 1 on", jobs)
	}
	root, err := findRoot()
	if err != nil {
		return nil, err
	}
	cache, err := cacheDir()
	if err != nil {
		return nil, err
	}
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	if jobs == 0 {
		jobs = runtime.NumCPU()
	}
	w := &workshop{root: root, out: cmd.OutOrStdout(), err: cmd.ErrOrStderr()}
	w.builder = &machine.Builder{Root: root, Cache: cache}
	w.builder.Prune()
	w.pools = machine.PoolConfig{Command: []string{self, "worker"}, Workers: jobs, Cache: cache, CPULimit: machine.CPULimit,
		CPUTotal: machine.CPUTotal}
	w.pool = machine.NewPool(w.pools)
	w.grader = &grading.Grader{Builder: w.builder, Pool: w.pool, Workers: jobs}
	return w, nil
}

func (w *workshop) close() { w.pool.Close() }

// style is how reports on standard output look: as wide as the terminal, and coloured
// there, unless NO_COLOR is set (no-color.org).
func (w *workshop) style() report.Style {
	return report.Style{Color: isTerminal(w.out) && os.Getenv("NO_COLOR") == "", Width: columns(w.out)}
}

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd())) && os.Getenv("TERM") != "dumb"
}

// columns is how wide a terminal is; 0 for what is none, or does not say.
func columns(w io.Writer) int {
	if f, ok := w.(*os.File); ok && isTerminal(w) {
		if width, _, err := term.GetSize(int(f.Fd())); err == nil {
			return width
		}
	}
	return 0
}

// findRoot looks for the tree of Faultline from the working folder upwards.
func findRoot() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		text, err := os.ReadFile(filepath.Join(dir, "go.mod"))
		first, _, _ := strings.Cut(string(text), "\n")
		if err == nil && strings.TrimSpace(first) == "module faultline" {
			return dir, nil
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", errors.New("no folder from here upwards is Faultline's: run the grader inside its tree")
		}
		dir = parent
	}
}

// cacheDir is where guests are kept: FAULTLINE_CACHE, or the user's cache.
func cacheDir() (string, error) {
	dir := os.Getenv("FAULTLINE_CACHE")
	if dir == "" {
		user, err := os.UserCacheDir()
		if err != nil {
			return "", fmt.Errorf("no folder for the cache (%w): set FAULTLINE_CACHE to one", err)
		}
		dir = filepath.Join(user, "faultline")
	}
	dir, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	if err := errors.Join(os.MkdirAll(dir, 0o755), tryFolder(dir)); err != nil {
		return "", fmt.Errorf("cannot write into the cache %s (%w): set FAULTLINE_CACHE to another folder", dir, cause(err))
	}
	return dir, nil
}

// findLab finds a lab's suite by number or name.
func findLab(name string) (suites.Suite, error) {
	if s, ok := suites.Find(name); ok {
		return s, nil
	}
	var known []string
	for _, l := range labs.All() {
		known = append(known, fmt.Sprintf("%d or %s", l.Number, l.Name))
	}
	return suites.Suite{}, fmt.Errorf("there is no lab %q: use %s", name, strings.Join(known, ", "))
}

// findLabs finds the suites of some labs, or of all if none is named.
func findLabs(names []string) ([]suites.Suite, error) {
	if len(names) == 0 {
		return suites.All(), nil
	}
	var found []suites.Suite
	for _, name := range names {
		s, err := findLab(name)
		if err != nil {
			return nil, err
		}
		found = append(found, s)
	}
	return found, nil
}

// starterDir is the folder that students edit, below the root.
func starterDir(lab labs.Lab) string { return "solutions-skeleton/" + lab.Name }

// referenceDir is where the staff's solution is, below the root.
func referenceDir(lab labs.Lab) string { return "labs/internal/staff/" + lab.Name }

// solution reads the solution in a folder; "" is the one that students edit.
func (w *workshop) solution(lab labs.Lab, dir string) (submission.Solution, error) {
	if dir == "" {
		return w.read(lab, filepath.Join(w.root, starterDir(lab)), starterDir(lab), nil)
	}
	starter, _ := w.read(lab, filepath.Join(w.root, starterDir(lab)), starterDir(lab), nil)
	return w.read(lab, dir, filepath.ToSlash(filepath.Clean(dir)), starter.Files)
}

// read reads a solution and calls its folder by the name that people know.
func (w *workshop) read(lab labs.Lab, dir, name string, starter map[string][]byte) (submission.Solution, error) {
	sol, err := submission.Read(lab, dir, starter)
	sol.Dir = name
	return sol, err
}

// guest builds a solution that is to run without being graded. If it cannot run,
// that is said and the error is errFailed.
func (w *workshop) guest(ctx context.Context, suite suites.Suite, sol submission.Solution) (*machine.Guest, error) {
	if findings := sol.Check(suite.Lab); len(findings) > 0 {
		fmt.Fprintln(w.out, "the solution uses what the lab does not allow:")
		for _, f := range findings {
			fmt.Fprintln(w.out, f)
		}
		return nil, errFailed
	}
	guest, err := w.builder.Build(ctx, suite, sol)
	if broken := (*machine.BuildError)(nil); errors.As(err, &broken) {
		fmt.Fprintf(w.out, "the solution does not compile:\n%s\n", strings.TrimRight(broken.Text, "\n"))
		return nil, errFailed
	}
	return guest, err
}

// reference reads the staff's solution, which a student's kit does not have.
func (w *workshop) reference(lab labs.Lab) (submission.Solution, error) {
	dir, err := staffDir(w.root, lab)
	if err != nil {
		return submission.Solution{}, err
	}
	return w.read(lab, dir, referenceDir(lab), nil)
}

// staffDir is where the reference of a lab is.
func staffDir(root string, lab labs.Lab) (string, error) {
	dir := filepath.Join(root, referenceDir(lab))
	if _, err := os.Stat(dir); err != nil {
		return "", fmt.Errorf("%s is not here: this command needs the staff's tree, not a student's kit", referenceDir(lab))
	}
	return dir, nil
}

// starterOf makes the starter code of a lab from its reference.
func starterOf(root string, lab labs.Lab) (map[string][]byte, error) {
	dir, err := staffDir(root, lab)
	if err != nil {
		return nil, err
	}
	return skeleton.Generate(dir, append(slices.Clone(lab.Files), "lab_test.go"))
}
