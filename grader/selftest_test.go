package main

import (
	"maps"
	"slices"
	"testing"

	"faultline/grader/internal/suites"
	"faultline/labs"
)

// TestAWholeProofGivesAMutantWhatAStudentGets also shows what the others leave out.
func TestAWholeProofGivesAMutantWhatAStudentGets(t *testing.T) {
	suite, _ := suites.Find("rpc")
	kill := []string{"rpc/C/damage"}
	s := specimen{mutant: true, kill: kill, stages: stagesOf(kill)}
	for _, test := range []struct {
		title string
		p     proof
		runs  func(labs.Case) int
	}{
		{"whole", proof{whole: true}, func(c labs.Case) int { return c.Seeds }},
		{"brief", proof{brief: true}, func(c labs.Case) int {
			if slices.Contains(kill, c.ID()) {
				return c.Seeds
			}
			return 0
		}},
		{"else", proof{}, func(c labs.Case) int {
			switch {
			case slices.Contains(kill, c.ID()):
				return c.Seeds
			case c.Stage == "C":
				return min(c.Seeds, glance)
			}
			return 0
		}},
	} {
		o := test.p.order(suite, s)
		for _, c := range suite.Cases {
			got := 0
			if o.Select(c.Case) {
				got = o.Seeds(c.Case)
			}
			if want := test.runs(c.Case); got != want {
				t.Errorf("%s: %s gets %d seeds, want %d", test.title, c.ID(), got, want)
			}
		}
	}
}

func TestAVariantIsAboutAllStagesFromTheFirstThatItChanges(t *testing.T) {
	w := &workshop{root: moduleRoot(t)}
	suite, _ := suites.Find("commit")
	ref, err := w.reference(suite.Lab)
	check(t, err)
	for file, want := range map[string]string{"voting.go": "ABCD", "journal.go": "BCD", "transact.go": "D"} {
		changed := maps.Clone(ref.Files)
		changed[file] = append([]byte("//\n"), ref.Files[file]...)
		if got := touched(suite.Lab, ref.Files, changed); got != want {
			t.Errorf("who changes %s is about %q, want %q", file, got, want)
		}
	}
}
