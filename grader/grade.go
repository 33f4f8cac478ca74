package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"faultline/grader/internal/grading"
	"faultline/grader/internal/html"
	"faultline/grader/internal/report"
	"faultline/grader/internal/result"
	"faultline/grader/internal/submission"
	"faultline/grader/internal/suites"
	"faultline/labs"
)

func gradeCommand() *cobra.Command {
	var out, only string
	var jobs int
	var shrink time.Duration
	cmd := &cobra.Command{
		Use:   "grade DIR",
		Short: "Grade a class: every folder in DIR is a submission",
		Long: "Grade runs all labs over each folder of DIR and writes a report and a result.json for each. A\n" +
			"submission has a folder for each lab (messaging/), or, for a single lab, the lab's files themselves.\n\n" +
			"It exits with 0 when the class has been graded, whatever came out.",
		Args: oneArg,
		RunE: func(cmd *cobra.Command, args []string) error {
			order := grading.Order{}
			var err error
			if order.Explain, err = explain(shrink); err != nil {
				return err
			}
			w, err := openWorkshop(cmd, jobs)
			if err != nil {
				return err
			}
			defer w.close()
			return w.gradeClass(cmd.Context(), args[0], out, only, order)
		},
	}
	cmd.Flags().StringVar(&out, "out", "out/grades", "folder for the reports")
	cmd.Flags().StringVar(&only, "labs", "", "only these labs, by number or name, separated by commas")
	cmd.Flags().IntVar(&jobs, "jobs", 0, "how many runs at once (default: one for each core)")
	shrinkFlag(cmd, &shrink)
	return cmd
}

func (w *workshop) gradeClass(ctx context.Context, dir, out, only string, order grading.Order) error {
	wanted, err := wantedLabs(only)
	if err != nil {
		return err
	}
	students, err := w.submissions(dir)
	if err != nil {
		return err
	}
	if err := makeFolder(out); err != nil {
		return err
	}
	if err := makeFolder(filepath.Join(out, staffFolder)); err != nil {
		return err
	}
	width := len("submission")
	for _, student := range students {
		width = max(width, len(student))
	}
	var ours error
	var rows []html.Row
	c := class{dir: dir, out: out, labs: wanted, order: order}
	fmt.Fprintf(w.out, "%-*s  %-10s %7s  %s\n", width, "submission", "lab", "points", "what happened")
	for _, student := range students {
		show := func(g graded) { fmt.Fprintf(w.out, "%-*s  %s\n", width, student, g.line()) }
		row, err := w.gradeStudent(ctx, c, student, show)
		if err != nil {
			return fmt.Errorf("%s: %w", student, err)
		}
		rows = append(rows, row)
		for _, r := range row.Results {
			if err := fault(r); err != nil && ours == nil {
				ours = fmt.Errorf("%s: %w", student, err)
			}
		}
	}
	if err := writeIndex(out, filepath.Base(filepath.Clean(dir)), rows); err != nil {
		return err
	}
	to := filepath.ToSlash(out)
	fmt.Fprintf(w.out, "\nreports: %s/*/*.txt, results: %s/*/*.json\n", to, to)
	fmt.Fprintf(w.out, "to read in a browser: %s/*/%s, and for the staff %s/%s/%s\n", to, studentPage, to, staffFolder, indexPage)
	return ours
}

// A class is what is graded, how, and where the reports go.
type class struct {
	dir, out string
	labs     []suites.Suite
	order    grading.Order
}

// gradeStudent grades all that one student has handed in.
func (w *workshop) gradeStudent(ctx context.Context, c class, student string, show func(graded)) (html.Row, error) {
	var labs []html.Lab
	var gists []string
	for _, suite := range c.labs {
		g, err := w.gradeOne(ctx, suite, c.order, filepath.Join(c.dir, student), filepath.Join(c.out, student))
		if err != nil {
			return html.Row{}, err
		}
		show(g)
		if g.Now != nil {
			labs = append(labs, g.Lab)
			gists = append(gists, g.lab+": "+g.gist)
		}
	}
	return writeClassPages(c.out, student, labs, gists)
}

func wantedLabs(only string) ([]suites.Suite, error) {
	if only == "" {
		return suites.All(), nil
	}
	var wanted []suites.Suite
	for name := range strings.SplitSeq(only, ",") {
		s, err := findLab(strings.TrimSpace(name))
		if err != nil {
			return nil, err
		}
		wanted = append(wanted, s)
	}
	return wanted, nil
}

// submissions lists the folders in dir, and says what else is there: it may be a
// submission that nobody has unpacked.
func (w *workshop) submissions(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("cannot read %s (%w): name a folder that has a folder for each submission", dir, cause(err))
	}
	var names []string
	for _, e := range entries {
		switch {
		case strings.HasPrefix(e.Name(), "."):
		case e.IsDir():
			names = append(names, e.Name())
		default:
			fmt.Fprintf(w.err, "note: %s is no folder, and is left out\n", filepath.Join(dir, e.Name()))
		}
	}
	if len(names) == 0 {
		return nil, fmt.Errorf("%s has no folders: each folder in it is a submission", dir)
	}
	for _, name := range names {
		if strings.EqualFold(name, staffFolder) {
			return nil, fmt.Errorf("%s: the staff's reports get a folder of this name: call the submission something else",
				filepath.Join(dir, name))
		}
	}
	return names, nil
}

// A graded is what grading one lab of a submission gave.
type graded struct {
	html.Lab // empty if nothing of the lab was handed in
	lab      string
	gist     string
}

// line is what the table on the terminal says of it.
func (g graded) line() string {
	points := "-"
	if g.Now != nil {
		points = fmt.Sprintf("%3d/%-3d", g.Now.Points, g.Now.MaxPoints)
	}
	return fmt.Sprintf("%-10s %7s  %s", g.lab, points, g.gist)
}

// gradeOne grades a submission's solution of one lab and writes its report.
func (w *workshop) gradeOne(ctx context.Context, suite suites.Suite, order grading.Order, dir, out string) (graded, error) {
	from := filepath.Join(dir, suite.Lab.Name)
	if _, err := os.Stat(from); errors.Is(err, os.ErrNotExist) {
		from = dir
	}
	g := graded{lab: suite.Lab.Name}
	sol, err := w.solution(suite.Lab, from)
	if err != nil {
		g.gist = err.Error()
		return g, nil
	}
	r, err := w.grader.Grade(ctx, suite, sol, order)
	if err == nil {
		err = writePlans(out, r)
	}
	if err == nil {
		g.Lab, err = writeReports(out, r, sol)
	}
	if err != nil {
		return g, err
	}
	g.gist = gist(r)
	return g, nil
}

// writeReports writes LAB.txt for people and LAB.json for programs into dir.
func writeReports(dir string, r *result.Result, sol submission.Solution) (html.Lab, error) {
	if err := makeFolder(dir); err != nil {
		return html.Lab{}, err
	}
	var text strings.Builder
	report.Write(&text, r, report.Style{})
	if err := writeFile(filepath.Join(dir, r.Lab+".txt"), text.String()); err != nil {
		return html.Lab{}, err
	}
	return writeResult(dir, r, sol)
}

// gist says in a few words what became of a solution.
func gist(r *result.Result) string {
	if len(r.Refused) > 0 {
		c := r.Cases()[0]
		return fmt.Sprintf("%s: %s", c.Verdict, r.Refused[0])
	}
	counts := map[labs.Verdict]int{}
	for _, c := range r.Cases() {
		counts[c.Verdict]++
	}
	if counts[labs.Pass] == len(r.Cases()) {
		return "everything passed"
	}
	var parts []string
	first := ""
	for _, c := range r.Cases() {
		if n := counts[c.Verdict]; n > 0 && c.Verdict != labs.Pass {
			parts = append(parts, fmt.Sprintf("%d %s", n, c.Verdict))
			counts[c.Verdict] = 0
		}
		if first == "" && c.Verdict != labs.Pass {
			first = c.Title
		}
	}
	return strings.Join(parts, ", ") + "; first: " + first
}
