// Package report writes results as text, for a terminal or a file.
package report

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
	"unicode"

	"faultline/grader/internal/result"
	"faultline/labs"
	"faultline/labs/labtest"
)

// A Style says how text looks. The zero value is plain.
type Style struct {
	Color bool
	Width int // of the terminal, in columns; 0 for a file
}

// widest is how many columns a report takes at most, but for what is to be pasted
// and for the names that people give to their folders. It is wrapped to no less than
// narrowest, which its table takes anyway.
const (
	widest    = 100
	narrowest = 70
)

// width is how many columns a report in this style takes.
func (s Style) width() int {
	if s.Width <= 0 {
		return widest
	}
	return min(max(s.Width, narrowest), widest)
}

// A page is where a report is written.
type page struct {
	io.Writer
	width int
}

func (s Style) paint(code, text string) string {
	if !s.Color {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}

func (s Style) bold(text string) string { return s.paint("1", text) }

// word is a verdict as a table shows it: never by colour alone.
func (s Style) word(v labs.Verdict) string {
	text := fmt.Sprintf("%-5s", short(v))
	switch {
	case v == labs.Pass:
		return s.paint("32", text)
	case v == labs.NotImplemented:
		return s.paint("2", text)
	case !v.Graded():
		return s.paint("35", text)
	}
	return s.paint("31", text)
}

func short(v labs.Verdict) string {
	switch {
	case v == labs.Pass:
		return "pass"
	case v == labs.NotImplemented:
		return "todo"
	case !v.Graded():
		return "ours"
	}
	return "FAIL"
}

// Write writes the table of a result, each failure, the score and what to do
// next.
func Write(w io.Writer, r *result.Result, s Style) {
	fmt.Fprintf(w, "%s\n", s.bold(fmt.Sprintf("lab %d %s: %s", r.Number, r.Lab, r.Solution)))
	for _, note := range r.Notes {
		fmt.Fprintf(w, "note: %s\n", strings.Join(Wrap(note, s.width()-6), "\n      "))
	}
	writeTable(w, r, s)
	if len(r.Refused) > 0 {
		writeRefused(w, r, s)
	}
	for _, c := range r.Cases() {
		if c.Failure != nil && c.Verdict != labs.NotImplemented {
			fmt.Fprintln(w)
			Failure(w, r, c, s)
		}
	}
	writeScore(w, r, s)
}

func writeTable(w io.Writer, r *result.Result, s Style) {
	for _, stage := range r.Stages {
		fmt.Fprintf(w, "\n%s  %d of %d points\n", s.bold("stage "+stage.Letter+", "+stage.Title), stage.Points, stage.MaxPoints)
		for _, c := range stage.Cases {
			fmt.Fprintf(w, "  %s %-16s %2d/%-2d  %s\n", s.word(c.Verdict), c.Name, c.Points, c.MaxPoints, summary(r, c))
		}
	}
}

// summary is what a line of the table says of a case.
func summary(r *result.Result, c result.Case) string {
	switch {
	case c.Verdict == labs.Pass && c.Crashes != nil:
		return labtest.Count(c.Seeds, "seed") + ", " + labtest.Count(c.Crashes.States, "crash state")
	case c.Verdict == labs.Pass:
		return labtest.Count(c.Seeds, "seed")
	case c.Failure == nil || c.Verdict == labs.NotImplemented:
		return c.Reason
	}
	if c.All {
		return fmt.Sprintf("%s: %d of %s passed, seed %d did not", c.Verdict, c.Passed, labtest.Count(c.Seeds, "seed"), c.Failure.Seed)
	}
	return fmt.Sprintf("%s at seed %d, after %s passed", c.Verdict, c.Failure.Seed, labtest.Count(c.Passed, "seed"))
}

func writeRefused(w io.Writer, r *result.Result, s Style) {
	c := r.Cases()[0]
	fmt.Fprintf(w, "\n%s  %s\n", s.word(c.Verdict), s.bold(string(c.Verdict)+": "+c.Reason))
	for _, line := range r.Refused {
		if s.Width > 0 && len([]rune(line)) > s.width()-2 { // in a file, an editor looks for one line each
			line = strings.Join(Wrap(line, s.width()-6), "\n      ")
		}
		fmt.Fprintf(w, "  %s\n", line)
	}
}

// Failure writes the evidence of a case that did not pass: property, expected
// and actual, plan, story, trace, and how to see it again.
func Failure(w io.Writer, r *result.Result, c result.Case, s Style) {
	f := c.Failure
	p := page{w, s.width()}
	title := Wrap(c.Title, p.width-8-len(c.ID))
	fmt.Fprintf(w, "%s %s\n", s.word(c.Verdict), s.bold(c.ID+"  "+title[0]))
	for _, line := range title[1:] {
		fmt.Fprintf(w, "      %s\n", s.bold(line))
	}
	p.field("seed", fmt.Sprintf("%d, %s of virtual time", f.Seed, f.Virtual.Round(time.Microsecond)))
	property := f.Property
	if property == "" {
		property = c.Title
	}
	p.field("property", property+"  ("+c.Ref+")")
	if c.Verdict != labs.Fail {
		p.field("verdict", string(c.Verdict))
	}
	p.field("expected", f.Expected)
	p.field("actual", f.Actual)
	p.field("where", f.Where)
	p.list("said", f.Said, saidShown)
	p.plan(f)
	p.story(ends(f.Story, storyShown))
	p.list("yours", f.Dump, dumpShown)
	p.trace(f)
	p.apart(f.Apart)
	fmt.Fprintf(p, "  %-9s %s\n", "again", Again(r, c)) // in one line, to be pasted
}

const (
	planShown  = 12 // lines of a plan; the file has all
	storyShown = 12
	dumpShown  = 16
	saidShown  = 12 // lines of the compiler
)

// field writes a labelled text, wrapped under its label.
func (p page) field(label, text string) {
	if text == "" {
		return
	}
	for i, line := range Wrap(text, p.width-12) {
		if i > 0 {
			label = ""
		}
		fmt.Fprintf(p, "  %-9s %s\n", label, line)
	}
}

// list writes lines under one label, and says how many it leaves out.
func (p page) list(label string, lines []string, limit int) {
	for i, line := range lines[:min(len(lines), limit)] {
		if i > 0 {
			label = ""
		}
		fmt.Fprintf(p, "  %-9s %s\n", label, line)
	}
	if rest := len(lines) - limit; rest > 0 {
		fmt.Fprintf(p, "  %-9s (%d more)\n", "", rest)
	}
}

// ends shortens a long story to its begin, which says what the scenario is, and
// its end, where it went wrong.
func ends(lines []string, limit int) []string {
	const begin = 2
	if len(lines) <= limit {
		return lines
	}
	end := limit - begin - 1
	left := fmt.Sprintf("(%d more)", len(lines)-begin-end)
	return slices.Concat(lines[:begin], []string{left}, lines[len(lines)-end:])
}

// Wrap breaks a text at spaces into lines of at most n columns, where it can.
func Wrap(text string, n int) []string {
	var lines []string
	line := ""
	for word := range strings.FieldsSeq(text) {
		if line != "" && len([]rune(line))+1+len([]rune(word)) > n {
			lines = append(lines, line)
			line = ""
		}
		if line != "" {
			line += " "
		}
		line += word
	}
	return append(lines, line)
}

// Again is the command that performs the failing run once more.
func Again(r *result.Result, c result.Case) string {
	starter := r.Solution == "solutions-skeleton/"+r.Lab
	switch {
	case c.Failure.File != "" && starter:
		return "make replay FILE=" + Quote(c.Failure.File)
	case c.Failure.File != "":
		return fmt.Sprintf("make replay FILE=%s SOLUTION=%s", Quote(c.Failure.File), Quote(r.Solution))
	case starter:
		return fmt.Sprintf("make lab-%d CASE=%s SEED=%d", r.Number, c.Name, c.Failure.Seed)
	}
	return fmt.Sprintf("grader test %s --solution %s --seed %d --seeds 1", c.ID, Quote(r.Solution), c.Failure.Seed)
}

// Quote makes a path one word of a shell, where it is not anyway.
func Quote(path string) string {
	odd := func(r rune) bool {
		return !strings.ContainsRune("-_./+,@", r) && !unicode.IsLetter(r) && !unicode.IsDigit(r)
	}
	if strings.IndexFunc(path, odd) < 0 {
		return path
	}
	return "'" + strings.ReplaceAll(path, "'", `'\''`) + "'"
}

func writeScore(w io.Writer, r *result.Result, s Style) {
	counts := map[labs.Verdict]int{}
	for _, c := range r.Cases() {
		counts[c.Verdict]++
	}
	var parts []string
	for _, v := range []labs.Verdict{labs.Pass, labs.Fail, labs.Panic, labs.Deadlock, labs.Stuck, labs.Memory, labs.Output,
		labs.BuildError, labs.Forbidden, labs.NotImplemented, labs.Inconclusive, labs.Vacuous, labs.GraderError} {
		if counts[v] > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", counts[v], v))
		}
	}
	fmt.Fprintf(w, "\n%s  %s\n", s.bold(fmt.Sprintf("score %d of %d", r.Points, r.MaxPoints)), strings.Join(parts, ", "))
	if crashes := r.Crashes().String(); crashes != "" {
		fmt.Fprintf(w, "disks  %s\n", crashes)
	}
	if next := Next(r); next != "" {
		fmt.Fprintf(w, "next  %s\n", strings.Join(Wrap(next, s.width()-6), "\n      "))
	}
}

// Next is the single most useful thing to do: the first case, in the order
// of the work, that did not pass.
func Next(r *result.Result) string {
	for _, stage := range r.Stages {
		for _, c := range stage.Cases {
			switch v := c.Verdict; {
			case v == labs.Pass:
				continue
			case v == labs.NotImplemented:
				return fmt.Sprintf("write stage %s, %s: handouts/%02d-%s.md", stage.Letter, stage.Title, r.Number, r.Lab)
			case (v == labs.BuildError || v == labs.Forbidden) && c.Failure == nil:
				return "mend what is listed above; nothing was run"
			case !v.Graded():
				return c.ID + ": this is the grader's fault, not the solution's; please report it"
			}
			return "mend " + c.ID + ": " + c.Title
		}
	}
	return ""
}
