package export

import (
	"fmt"
	"strings"

	"faultline/grader/internal/harmless"
	"faultline/grader/internal/report"
	"faultline/grader/internal/result"
	"faultline/labs"
)

const (
	caseText = 6000 // characters of what is said of one case
	wordText = 300  // characters of what stays in one line
)

// word is a text that stays in one line.
func word(s string) string { return harmless.Words(s, wordText) }

// gist is a case in one line.
func gist(c result.Case) string {
	switch {
	case c.Verdict == labs.Pass:
		return "passed"
	case !c.Graded():
		return word(fmt.Sprintf("not graded, a fault of the grader (%s): %s", c.Verdict, c.Reason))
	case c.Verdict == labs.NotImplemented:
		return word(c.Reason)
	}
	return word(fmt.Sprintf("%s: %s", c.Verdict, c.Reason))
}

// details is what a student reads of a case; "" if it passed.
func details(r *result.Result, c result.Case, limit int) string {
	if c.Verdict == labs.Pass {
		return ""
	}
	if c.Failure == nil || c.Verdict == labs.NotImplemented {
		return gist(c)
	}
	var b strings.Builder
	report.Failure(&b, r, c, report.Style{})
	return strings.TrimRight(harmless.Text(b.String(), limit), "\n")
}

// summary is what a student reads of the whole: the score, what the grader says of
// the submission, and what to do next.
func summary(r *result.Result, limit int) string {
	score := fmt.Sprintf("score %d of %d", r.Points, r.MaxPoints)
	if ungraded(r) != nil {
		score = "no score: the grader is at fault, not the solution"
	}
	lines := []string{fmt.Sprintf("lab %d %s: %s", r.Number, r.Lab, score)}
	for _, note := range r.Notes {
		lines = append(lines, "note: "+note)
	}
	if len(r.Refused) > 0 {
		lines = append(lines, r.Cases()[0].Reason+":")
		lines = append(lines, r.Refused...)
	}
	if next := report.Next(r); next != "" {
		lines = append(lines, "next: "+next)
	}
	return harmless.Text(strings.Join(lines, "\n"), limit)
}

// label is the name of a case beside those of the same lab.
func label(s result.Stage, c result.Case) string { return s.Letter + "/" + c.Name }
