package report_test

import (
	"strings"
	"testing"

	"faultline/grader/internal/report"
	"faultline/grader/internal/result"
	"faultline/labs"
	"faultline/labs/labtest"
)

// A failure whose every part is as wide as it can be.
func wide() (*result.Result, result.Case) {
	text := strings.Repeat("many words ", 30)
	f := &result.Failure{Seed: 1, Finding: labtest.Finding{Expected: text, Actual: text},
		Plan: []string{"drop      a -> b #1"}, Story: []string{"1 " + text},
		Trace: []string{"   0.001000s  log        : " + text, "   0.002000s  log        : " + strings.Repeat("x", 5000), "   0.003000s  open       a"}, Of: 3,
		Shrunk: &result.Shrunk{Faults: 214, Sizes: []labtest.Size{{Name: "messages", N: 40}}, Runs: 400, Cut: "runs"},
		Sizes:  []labtest.Size{{Name: "messages", N: 3}},
		Apart:  &result.Apart{Without: "drop      a -> b #1", Common: []string{"   0.001000s  log        : " + text}},
	}
	c := result.Case{ID: "toy/A/first", Title: text, Ref: text, Verdict: labs.Fail, Failure: f}
	return &result.Result{Lab: "toy", Number: 9, Solution: "hw", Stages: []result.Stage{{Letter: "A", Cases: []result.Case{c}}}}, c
}

func TestAReportIsAtMostAHundredColumnsWide(t *testing.T) {
	r, c := wide()
	var b strings.Builder
	report.Failure(&b, r, c, report.Style{})
	for line := range strings.Lines(b.String()) {
		if n := len([]rune(strings.TrimRight(line, "\n"))); n > 100 {
			t.Errorf("%d columns: %s", n, line)
		}
	}
	for _, want := range []string{
		"            (1 fault; shrunk from 214; messages: 3 of 40; shrinking ended after 400 runs)\n",
		"  nearest   without \"drop a -> b #1\" the case passes; up to here that run is the same:\n",
		"  passing      (the end of the run)\n", "               0.003000s  open       a\n",
	} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("no line %q in\n%s", want, b.String())
		}
	}
	if n := strings.Count(b.String(), "xxxx\n") + strings.Count(b.String(), "xxx…\n"); n != 3 {
		t.Errorf("an endless event takes %d lines\n%s", n, b.String())
	}
}

func TestAReportFitsItsTerminal(t *testing.T) {
	r, c := wide()
	r.Refused = []string{"hw/first.go:12:4: " + c.Title, "\thave ()"}
	r.Notes = []string{c.Title}
	for _, test := range []struct{ terminal, most int }{{0, 100}, {20, 70}, {80, 80}, {300, 100}} {
		var b strings.Builder
		report.Write(&b, r, report.Style{Width: test.terminal})
		most := 0
		for line := range strings.Lines(b.String()) {
			if test.terminal > 0 || !strings.HasPrefix(line, "  hw/first.go:12:4: ") {
				most = max(most, len([]rune(strings.TrimRight(line, "\n"))))
			}
		}
		if most > test.most || most < test.most-10 {
			t.Errorf("%d columns on a terminal of %d, want at most %d\n%s", most, test.terminal, test.most, b.String())
		}
		if !strings.Contains(b.String(), "\n  \thave ()\n") {
			t.Errorf("the compiler's indented line is not as it was\n%s", b.String())
		}
	}
}

func TestHowMuchSmallerARunIsIsSaidInAFewWords(t *testing.T) {
	size := func(n int) []labtest.Size { return []labtest.Size{{Name: "messages", N: n}} }
	plan := []string{"drop      a -> b #1"}
	tests := []struct {
		failure result.Failure
		want    string
	}{
		{result.Failure{Plan: plan}, ""},
		{result.Failure{Shrunk: &result.Shrunk{}}, ""},
		{result.Failure{Plan: plan, Shrunk: &result.Shrunk{Faults: 214}}, "1 fault; shrunk from 214"},
		{result.Failure{Plan: plan, Shrunk: &result.Shrunk{Faults: 1}}, "1 fault"},
		{result.Failure{Shrunk: &result.Shrunk{Faults: 1}}, "no fault is needed; shrunk from 1 fault"},
		{result.Failure{Sizes: size(3), Shrunk: &result.Shrunk{Sizes: size(40)}}, "messages: 3 of 40"},
		{result.Failure{Sizes: size(40), Shrunk: &result.Shrunk{Sizes: size(40)}}, ""},
		{result.Failure{Shrunk: &result.Shrunk{Faults: 2, Cut: "time"}},
			"no fault is needed; shrunk from 2 faults; the time for shrinking was over: --shrink gives it more"},
	}
	for _, test := range tests {
		if got := report.Smaller(&test.failure); got != test.want {
			t.Errorf("got %q, want %q", got, test.want)
		}
	}
}
