package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/google/go-cmp/cmp"

	"faultline/grader/internal/grading"
	"faultline/grader/internal/report"
	"faultline/grader/internal/result"
	"faultline/grader/internal/suites"
	"faultline/labs"
)

// An explaining is what selftest --explain was asked for.
type explaining struct {
	only   string // the pattern of the names of mutants whose reports to print; empty is all mutants, and the figures
	update bool   // write the reports anew
	json   bool   // print the figures for a program
}

// A figure is something that a report must keep small, over all mutants.
type figure struct {
	name         string
	median, most int // the bounds of the median and of the 90th percentile
	of           func(*result.Failure) (n int, counts bool)
}

// explanations is the JSON form of selftest --explain.
type explanations struct {
	Schema  string       `json:"schema"`
	Figures []figureOver `json:"figures"`
	Wrong   []string     `json:"wrong"`
}

// A figureOver is a figure over all failures that it counts.
type figureOver struct {
	Name        string `json:"name"`
	Failures    int    `json:"failures"`
	Median      int    `json:"median"`
	MedianBound int    `json:"median_bound"`
	Most        int    `json:"percentile_90"`
	MostBound   int    `json:"percentile_90_bound"`
}

// figures are what is asked of explanations. Faults are counted where there were
// any: a scripted case would flatter the median. A report shows at most so many
// lines of the story and the trace; the story is counted whole.
func figures() []figure {
	return []figure{
		{"faults left", 3, 8, func(f *result.Failure) (int, bool) { return len(f.Plan), f.Shrunk.Faults > 0 }},
		{"lines of story", 12, 12, func(f *result.Failure) (int, bool) { return len(f.Story), true }},
		{"lines of trace", 20, 20, func(f *result.Failure) (int, bool) { return len(f.Trace), true }},
	}
}

// An explained is what shrinking made of a mutant's failure.
type explained struct {
	failure *result.Failure // nil if it cannot be shrunk
	text    string          // that a student would read
	row     string          // of the table
	took    time.Duration
}

// explain shrinks the failures of all mutants of some labs, in the cases that
// are meant for them, and says whether what is left is small enough to be read. What
// a student would read of each must be as in the folder reports beside the mutants.
func (w *workshop) explain(ctx context.Context, of []suites.Suite, x explaining) error {
	var all []explained
	var wrong []string
	var figures []figureOver
	out := w.out
	if x.json {
		w.out = w.err // for what people read
	}
	for _, suite := range of {
		found, bad, err := w.explainLab(ctx, suite, x)
		if err != nil {
			return err
		}
		all, wrong = append(all, found...), append(wrong, bad...)
		if x.only != "" {
			continue
		}
		if bad, err = w.fair(ctx, suite); err != nil {
			return err
		}
		wrong = append(wrong, bad...)
	}
	if x.only == "" {
		var bad []string
		figures, bad = w.judge(all)
		if len(of) == len(labs.All()) { // the bounds are for all labs together: one may have longer stories
			wrong = append(wrong, bad...)
		}
	} else if len(all) == 0 {
		wrong = append(wrong, "no mutant is called "+x.only)
	}
	if x.json {
		if err := writeJSON(out, explanations{"faultline/explanations/v1", figures, append([]string{}, wrong...)}); err != nil {
			return err
		}
	}
	return w.conclude(wrong)
}

func (w *workshop) explainLab(ctx context.Context, suite suites.Suite, x explaining) (all []explained, wrong []string, err error) {
	specimens, err := w.specimens(suite)
	if err != nil {
		return nil, nil, err
	}
	if x.only != "" {
		specimens = slices.DeleteFunc(specimens, func(s specimen) bool { return !s.mutant || !like(s.name, x.only) })
	}
	fmt.Fprintf(w.out, "%-28s %-18s %9s %7s %7s %7s %5s %7s\n", "mutant", "case", "faults", "events", "story", "trace", "runs", "time")
	reports := map[string]string{}
	// The guests are those of selftest, which has built them.
	err = overSpecimens(ctx, w, suite, specimens, proof{}, func(ctx context.Context, l lane, s specimen) (m mutantExplained, err error) {
		if m, err = explainMutant(ctx, l, suite, s); err == nil && x.update {
			err = writeReport(reportsDir(suite, w.root), s.name, m.text())
		}
		return m, err
	}, func(out io.Writer, s specimen, m mutantExplained) {
		all, wrong = append(all, m.found...), append(wrong, m.wrong...)
		reports[s.name] = m.text()
		for _, e := range m.found {
			if e.row != "" {
				fmt.Fprintln(out, e.row)
			}
		}
		if x.only != "" {
			fmt.Fprintln(out, reports[s.name])
		}
	})
	if err != nil {
		return nil, nil, err
	}
	if x.only != "" {
		return all, wrong, nil
	}
	drift, err := compareReports(reportsDir(suite, w.root), reports, x.update)
	return all, append(wrong, drift...), err
}

// A mutantExplained is what shrinking made of all failures of a mutant, and what is
// wrong with it.
type mutantExplained struct {
	found []explained
	wrong []string
}

// text is what a student would read.
func (m mutantExplained) text() (all string) {
	for _, e := range m.found {
		all += e.text
	}
	return all
}

// explainMutant shrinks a mutant's failures one after another, to measure each.
func explainMutant(ctx context.Context, l lane, suite suites.Suite, s specimen) (m mutantExplained, err error) {
	s.sol.Dir = starterDir(suite.Lab) // as if it were the student's
	for _, id := range shrinkable(suite, s) {
		order := grading.Order{Select: func(c labs.Case) bool { return c.ID() == id },
			Explain: &grading.Explain{Runs: shrinkRuns, Events: shrinkEvents, Time: time.Hour}}
		begin := time.Now()
		r, err := l.grader.Grade(ctx, suite, s.sol, order)
		if err != nil {
			return m, err
		}
		took := time.Since(begin)
		c := r.Cases()[0]
		switch f := c.Failure; {
		case c.Verdict == labs.Stuck: // ended at some moment of CPU time: there is nothing to shrink, but something to read
			m.found = append(m.found, explained{text: textOf(r, c)})
		case f == nil || f.Shrunk == nil:
			m.wrong = append(m.wrong, fmt.Sprintf("%s: %s gave %s, and nothing was shrunk: %s", s.name, id, c.Verdict, c.Reason))
		default:
			if c.Verdict == labs.Memory { // where it ends depends on what else there is in the guest
				f.Where, f.Dump = "", nil
			}
			f.File = planFile("out", c)
			m.found = append(m.found, explained{failure: f, text: textOf(r, c), row: row(s.name, c, took), took: took})
		}
	}
	return m, nil
}

// textOf is what a student reads of a case.
func textOf(r *result.Result, c result.Case) string {
	var text strings.Builder
	report.Failure(&text, r, c, report.Style{})
	return text.String()
}

// shrinkable are the cases meant for a mutant in which something can be shrunk: not
// those in which the solution writes a program.
func shrinkable(suite suites.Suite, s specimen) (ids []string) {
	for _, id := range s.kill {
		if c, _ := suite.Case(id); c.Derive == nil {
			ids = append(ids, id)
		}
	}
	return ids
}

// row is a line of the table.
func row(name string, c result.Case, took time.Duration) string {
	f := c.Failure
	_, id, _ := strings.Cut(c.ID, "/")
	line := fmt.Sprintf("%-28s %-18s %3d of %3d %7d %7d %7d %5d %6.1fs", name, id,
		len(f.Plan), f.Shrunk.Faults, f.Of, len(f.Story), len(f.Trace), f.Shrunk.Runs, took.Seconds())
	for _, s := range f.Sizes {
		line += fmt.Sprintf(" %s=%d", s.Name, s.N)
	}
	if f.Shrunk.Cut != "" {
		line += " cut by " + f.Shrunk.Cut
	}
	return line
}

func reportsDir(suite suites.Suite, root string) string {
	return filepath.Join(root, referenceDir(suite.Lab), "reports")
}

// like reports whether a mutant's name matches a pattern.
func like(name, pattern string) bool {
	matches, err := path.Match(pattern, name)
	return err == nil && matches
}

// writeReport writes a report anew, at once: a lab takes minutes.
func writeReport(dir, name, text string) error {
	if text == "" {
		return nil
	}
	if err := makeFolder(dir); err != nil {
		return err
	}
	return writeFile(filepath.Join(dir, name+".txt"), text)
}

// compareReports compares what students would read with the files of a folder. After
// an update it removes the files that nothing was found for.
func compareReports(dir string, reports map[string]string, update bool) (wrong []string, err error) {
	old, _ := filepath.Glob(filepath.Join(dir, "*.txt"))
	for _, file := range old {
		name := strings.TrimSuffix(filepath.Base(file), ".txt")
		switch {
		case reports[name] != "":
		case update:
			if err := os.Remove(file); err != nil {
				return nil, err
			}
		default:
			wrong = append(wrong, "there is a report of "+name+", but nothing was found in it: run selftest --explain --update")
		}
	}
	for _, name := range slices.Sorted(maps.Keys(reports)) {
		want, err := os.ReadFile(filepath.Join(dir, name+".txt"))
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return nil, err
		}
		if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(reports[name], "\n")); diff != "" {
			wrong = append(wrong, "the report of "+name+" has changed; if it is better now, run selftest --explain --update:\n"+diff)
		}
	}
	return wrong, nil
}

// judge prints the figures and says which are too large.
func (w *workshop) judge(all []explained) (over []figureOver, wrong []string) {
	all = slices.DeleteFunc(all, func(e explained) bool { return e.failure == nil })
	if len(all) == 0 {
		return nil, []string{"no failure was shrunk"}
	}
	fmt.Fprintf(w.out, "\n%-16s %9s %11s %18s\n", "", "failures", "median", "90th percentile")
	for _, f := range figures() {
		var numbers []int
		for _, e := range all {
			if n, counts := f.of(e.failure); counts {
				numbers = append(numbers, n)
			}
		}
		if len(numbers) == 0 {
			continue
		}
		median, most := percentile(numbers, 50), percentile(numbers, 90)
		over = append(over, figureOver{f.name, len(numbers), median, f.median, most, f.most})
		fmt.Fprintf(w.out, "%-16s %9d %5d of %2d %12d of %2d\n", f.name, len(numbers), median, f.median, most, f.most)
		if median > f.median || most > f.most {
			wrong = append(wrong, f.name+": too many")
		}
	}
	var times []time.Duration
	for _, e := range all {
		times = append(times, e.took)
	}
	fmt.Fprintf(w.out, "%-16s %9d %10.1fs %17.1fs\n", "time", len(times), percentile(times, 50).Seconds(), percentile(times, 90).Seconds())
	return over, wrong
}

// percentile is the least number that so many of 100 do not exceed.
func percentile[N int | time.Duration](numbers []N, of int) N {
	sorted := slices.Sorted(slices.Values(numbers))
	return sorted[(len(sorted)*of+99)/100-1]
}
