package export_test

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"faultline/grader/internal/export"
	"faultline/grader/internal/result"
	"faultline/labs"
	"faultline/labs/labtest"
)

var update = flag.Bool("update", false, "write the goldens of testdata anew")

// recorded are the results in testdata/results, which the grader has written.
func recorded() []string { return []string{"pass", "fail", "deadlock", "todo", "build", "forbidden"} }

// results are all that the formats are tested with, by name.
func results(t *testing.T) map[string]*result.Result {
	t.Helper()
	all := map[string]*result.Result{"hostile": hostile(), "ours": ours(), "nothing": nothing()}
	for _, name := range recorded() {
		text, err := os.ReadFile(filepath.Join("testdata", "results", name+".json"))
		if err != nil {
			t.Fatal(err)
		}
		if all[name], err = result.Parse(text); err != nil {
			t.Fatal(err)
		}
	}
	return all
}

// attack has what ends or begins something in one of the formats: markup, an escape
// sequence, a colon after a word, quotes, a table cell, a formula, a line end, a NUL, what
// XML forbids, a change of the direction of writing, and a line that looks like the
// last of Autolab's.
const attack = "=HYPERLINK(\"x\")<script>alert(1)</script>\x1b[31m ]]> word: `a|b` \x00\ufffe\u202e\r\n" +
	"{\"scores\": {\"A\": 99}}\n"

// hostile is a result of somebody who puts that everywhere.
func hostile() *result.Result {
	bad := result.Case{ID: "messaging/A/fifo", Name: "fifo", Title: "a title" + attack, Ref: "a source" + attack, Verdict: labs.Panic,
		Reason: attack, MaxPoints: 2, Seeds: 10, Passed: 1,
		Failure: &result.Failure{Seed: 1 << 63, Virtual: time.Second, Hash: strings.Repeat("0", 32),
			Finding: labtest.Finding{Expected: attack, Actual: attack, Where: attack},
			Story:   []string{attack}, Trace: []string{attack}, Of: 1, Dump: []string{attack}, File: attack}}
	good := result.Case{ID: "messaging/A/close", Name: "close", Title: "it closes", Ref: "a source", Verdict: labs.Pass,
		Points: 3, MaxPoints: 3, Seeds: 10, Passed: 10}
	return graded(attack, result.Stage{Letter: "A", Title: "a stage" + attack, Cases: []result.Case{bad, good}})
}

// ours is a result in which stage B has a fault of the grader.
func ours() *result.Result {
	a := result.Case{ID: "messaging/A/fifo", Name: "fifo", Title: "in order", Ref: "a source", Verdict: labs.Pass,
		Points: 2, MaxPoints: 2, Seeds: 10, Passed: 10}
	b := result.Case{ID: "messaging/B/storm", Name: "storm", Title: "every message arrives", Ref: "a source",
		Verdict: labs.GraderError, Reason: "expected the same run twice has the same hash; 1 and 2", MaxPoints: 5, Seeds: 10}
	return graded("submissions/gina", result.Stage{Letter: "A", Title: "a bounded mailbox", Cases: []result.Case{a}},
		result.Stage{Letter: "B", Title: "stop and wait", Cases: []result.Case{b}})
}

// nothing is a result in which nothing was graded.
func nothing() *result.Result {
	r := ours()
	return graded(r.Solution, r.Stages[1])
}

// graded is a result with these stages.
func graded(solution string, stages ...result.Stage) *result.Result {
	r := &result.Result{Schema: result.Schema, Lab: "messaging", Number: 1, Solution: solution, FirstSeed: 1, Stages: stages}
	for i := range r.Stages {
		s := &r.Stages[i]
		s.Points, s.MaxPoints = 0, 0
		for _, c := range s.Cases {
			s.Points += c.Points
			s.MaxPoints += c.MaxPoints
		}
		r.Points += s.Points
		r.MaxPoints += s.MaxPoints
	}
	return r
}

func repository() export.Repository {
	return export.Repository{Classroom: "dist", Assignment: "messaging", AssignmentType: "individual", Owner: "carl",
		Submission: "submit/20260401T101112Z-abc", Commit: "https://git.example/c", Release: "https://git.example/r",
		Review: "https://git.example/v", Committed: time.Date(2026, 4, 1, 12, 11, 12, 0, time.FixedZone("", 7200))}
}

// class has a submission of every kind.
func class(t *testing.T) []export.Submission {
	all := results(t)
	rpc := func(points int) *result.Result {
		c := result.Case{ID: "rpc/A/int", Name: "int", Verdict: labs.Fail, Points: points, MaxPoints: 10}
		r := graded("x", result.Stage{Letter: "A", Cases: []result.Case{c}})
		r.Lab, r.Number = "rpc", 2
		return r
	}
	return []export.Submission{
		{Name: "anna", Results: []*result.Result{all["pass"], rpc(10)}},
		{Name: "bert", Results: []*result.Result{all["todo"], rpc(0)}},
		{Name: "carl", Results: []*result.Result{all["fail"]}},
		{Name: "gina", Results: []*result.Result{all["ours"], rpc(7)}},
		{Name: `=cmd|' /C calc'!A0`, Results: []*result.Result{all["build"], rpc(1)}},
		{Name: "-2+3", Results: []*result.Result{all["hostile"], rpc(2)}},
		{Name: "o'neil; =1+1, \"x\"", Results: []*result.Result{rpc(3)}},
		{Name: "<img src=x onerror=alert(1)> | www.evil.example [a](b)\n| x |", Results: []*result.Result{rpc(4)}},
	}
}

// written is a result in a format; nil if that refuses it because it has no score.
func written(t *testing.T, format string, in export.Input) []byte {
	t.Helper()
	f, ok := export.Find(format)
	if !ok {
		t.Fatalf("there is no format %q", format)
	}
	text, err := f.Write(in)
	if errors.Is(err, export.ErrUngraded) {
		return nil
	}
	if err != nil {
		t.Fatalf("%s: %v", format, err)
	}
	return text
}

// TestFormatsAreAsRecorded holds each format of each result against
// testdata/golden/RESULT.FORMAT. A result that is refused has no golden.
func TestFormatsAreAsRecorded(t *testing.T) {
	want := map[string]bool{}
	for _, f := range export.All() {
		if f.Class {
			golden(t, "class."+f.Name, written(t, f.Name, export.Input{Class: class(t)}))
			want["class."+f.Name] = true
			continue
		}
		for name, r := range results(t) {
			if text := written(t, f.Name, export.Input{Result: r, Repository: repository()}); text != nil {
				golden(t, name+"."+f.Name, text)
				want[name+"."+f.Name] = true
			}
		}
	}
	entries, err := os.ReadDir(filepath.Join("testdata", "golden"))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if !want[e.Name()] {
			t.Errorf("testdata/golden/%s is written by no test: take it out", e.Name())
		}
	}
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	file := filepath.Join("testdata", "golden", name)
	if *update {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s has changed; if it is better now, run with -update (- before, + now):\n%s", name, diff)
	}
}

func TestNoFormatCarriesWhatActsUnseen(t *testing.T) {
	for _, f := range export.All() {
		in := export.Input{Result: hostile(), Repository: repository(), Class: class(t)}
		text := string(written(t, f.Name, in))
		for _, r := range text {
			if r != '\n' && r != '\t' && (r < ' ' || slices.Contains([]rune{0x202e, 0xfffe, 0x7f, '�'}, r)) {
				t.Errorf("%s has the character %U", f.Name, r)
			}
		}
		if text == "" {
			t.Errorf("%s is empty", f.Name)
		}
	}
}

func TestNothingGradedIsNoGrade(t *testing.T) {
	for _, f := range export.All() {
		for _, r := range []*result.Result{{Schema: result.Schema, Lab: "messaging"}, graded("x", result.Stage{Letter: "A"})} {
			if text, err := f.Write(export.Input{Result: r, Repository: repository()}); err == nil {
				t.Errorf("%s makes this of nothing:\n%s", f.Name, text)
			}
		}
	}
}
