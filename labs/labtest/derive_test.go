package labtest_test

import (
	"slices"
	"strings"
	"testing"

	"faultline/labs"
	"faultline/labs/labtest"
	"faultline/labs/trace"
)

// derived is a case whose solution writes a program.
func derived(source string) labtest.Case {
	return labtest.Case{
		Case: labs.Case{Lab: "sample", Stage: "A", Name: "writes", Title: "what must hold"},
		Derive: func(t *labtest.T) {
			t.Emit("a.go", []byte(source))
			t.Emit("b.go", []byte("package b\n// \x00\xff\n"))
		},
		Run: func(t *labtest.T) { t.Note("program %v", t.Program()) },
	}
}

func TestARunWithAProgramHasTwoParts(t *testing.T) {
	suite := labtest.Suite{Lab: "sample", Package: solutionType}
	run := func(suite labtest.Suite, derive bool) (events []trace.Event) {
		o := suite.RunCase(derived("package a\n"), labtest.Request{Seed: 1, Derive: derive}, func(e trace.Event) {
			parsed, err := trace.Parse(e.String()) // as it comes out of the machine
			if err != nil {
				t.Fatal(err)
			}
			events = append(events, parsed)
		})
		if o.Verdict != labs.Pass {
			t.Fatalf("outcome %+v", o)
		}
		return events
	}
	files := labtest.Sources(run(suite, true))
	if len(files) != 2 || string(files["a.go"]) != "package a\n" || string(files["b.go"]) != "package b\n// \x00\xff\n" {
		t.Errorf("the first part wrote %q", files)
	}
	second := run(suite.With("of mine"), false)
	if len(second) != 1 || second[0].Text != "program of mine" || suite.Program != nil {
		t.Errorf("the second part recorded %v", second)
	}
}

func TestAFileThatASolutionWritesHasABound(t *testing.T) {
	suite := labtest.Suite{Lab: "sample", Package: solutionType}
	for size, want := range map[int]labs.Verdict{labtest.MostSource: labs.Pass, labtest.MostSource + 1: labs.Fail} {
		o := suite.RunCase(derived(strings.Repeat("x", size)), labtest.Request{Seed: 1, Derive: true}, func(trace.Event) {})
		if o.Verdict != want {
			t.Errorf("%d bytes: %+v", size, o)
		}
	}
}

func TestQuoteShowsTheLinesThatACompilerNames(t *testing.T) {
	files := map[string][]byte{"a.go": []byte("package a\n\n\tvar x int = \"\"\n")}
	got := labtest.Quote([]string{"a.go:3:14: no int", "b.go:1:1: not there", "a.go:9: too far", "text"}, files)
	want := []string{"a.go:3:14: no int", "  var x int = \"\"", "b.go:1:1: not there", "a.go:9: too far", "text"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
