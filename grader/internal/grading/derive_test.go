package grading_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"faultline/grader/internal/grading"
	"faultline/grader/internal/machine"
	"faultline/grader/internal/result"
	"faultline/grader/internal/submission"
	"faultline/grader/internal/suites"
	"faultline/labs"
	"faultline/labs/labtest"
	"faultline/labs/trace"
)

// writing is toy with a case whose solutions write programs.
func writing() suites.Suite {
	s := toy()
	s.Cases[2].Derive = func(*labtest.T) {}
	s.Driver = func(c labs.Case, seed uint64) labtest.Driver { return labtest.Driver{Package: "toys"} }
	return s
}

// wrote is the first part of a run.
func wrote(source string) machine.Run {
	run := pass()
	run.Events = []trace.Event{{Kind: trace.Step, N: 1, Text: "write"}, {Kind: trace.Source, Node: "toy.go", Text: source}}
	return run
}

func gradeWriting(t *testing.T, f *fake, o grading.Order) *result.Result {
	t.Helper()
	sol := submission.Solution{Dir: "hw", Files: map[string][]byte{"toy.go": []byte("package toy\n")}}
	var done []int
	g := grading.Grader{Builder: f, Pool: f, Workers: 2, Progress: func(n, of int) { done = append(done, n) }}
	r, err := g.Grade(context.Background(), writing(), sol, o)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(done, []int{1, 2, 3}) {
		t.Errorf("progress %v", done)
	}
	return r
}

func TestACaseWithAProgramGoesOnInItsGuest(t *testing.T) {
	f := &fake{do: func(r labtest.Request) machine.Run {
		if r.Derive {
			return wrote("package toys\n")
		}
		return pass()
	}}
	expect(t, gradeWriting(t, f, grading.Order{}), "first pass 3/3", "second pass 2/2", "third pass 5/5")
	if len(f.programs) != 4 || f.guests["faultline/p0"] != 4 || f.guests[""] != 10+5+4 {
		t.Errorf("%d programs for 4 seeds, runs in guests: %v", len(f.programs), f.guests)
	}
}

func TestARunMayEndInItsFirstPart(t *testing.T) {
	tests := []struct {
		title  string
		source string
		want   labs.Verdict
		where  string
		actual string
		said   int
	}{
		{"what does not compile", "package toys\nbroken code\n", labs.BuildError, "toy.go:2:1", "broken", 2},
		{"what the lab does not allow", "package toys\nimport \"os\"\n", labs.Forbidden, "toy.go:2", `imports "os"`, 0},
		{"in several places", "package toys\nimport \"os\"\nfunc init() {}\n", labs.Forbidden, "toy.go:2", `imports "os"`, 2},
		{"another package", "package toy\n", labs.Forbidden, "toy.go:1", "is in package toy; write package toys", 0},
	}
	for _, test := range tests {
		t.Run(test.title, func(t *testing.T) {
			f := &fake{do: func(r labtest.Request) machine.Run {
				if r.Derive && r.Seed == 3 {
					return wrote(test.source)
				} else if r.Derive {
					return wrote("package toys\n")
				}
				return pass()
			}}
			r := gradeWriting(t, f, grading.Order{})
			expect(t, r, "first pass 3/3", "second pass 2/2", "third "+string(test.want)+" 0/5")
			failure := r.Cases()[2].Failure
			if failure.Seed != 3 || failure.Where != test.where || !strings.HasPrefix(failure.Actual, test.actual) ||
				len(failure.Said) != test.said || !slices.Equal(failure.Story, []string{"1 write"}) || len(failure.Trace) > 0 {
				t.Errorf("failure %+v", failure)
			}
		})
	}
}

func TestWhatFailsInTheFirstPartIsTheOutcome(t *testing.T) {
	f := &fake{do: func(r labtest.Request) machine.Run {
		if r.Derive {
			return fail("an error")
		}
		return pass()
	}}
	expect(t, gradeWriting(t, f, grading.Order{}), "first pass 3/3", "second pass 2/2", "third fail 0/5")
	if len(f.programs) > 0 {
		t.Errorf("%d programs were built", len(f.programs))
	}
}

func TestProgramsAreThoseOfTheOrder(t *testing.T) {
	f := &fake{do: func(r labtest.Request) machine.Run {
		if r.Seed == 2 {
			return wrote("package toy\n") // forbidden
		}
		return wrote("package toys\n")
	}}
	g := grading.Grader{Builder: f, Pool: f, Workers: 2}
	w := grading.Writer{Suite: writing(), Guest: &machine.Guest{}}
	programs, err := g.Programs(context.Background(), w, grading.Order{Seeds: func(labs.Case) int { return 3 }})
	if err != nil || len(programs) != 2 || string(programs[1].Written["toy.go"]) != "package toys\n" {
		t.Errorf("%d programs, %v", len(programs), err)
	}
}
