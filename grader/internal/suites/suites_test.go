package suites_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"faultline/grader/internal/suites"
	"faultline/labs"
	"faultline/labs/labtest"
)

func TestEveryLabHasASuite(t *testing.T) {
	all := suites.All()
	if len(all) != len(labs.All()) {
		t.Fatalf("%d suites for %d labs", len(all), len(labs.All()))
	}
	for i, lab := range labs.All() {
		s := all[i]
		if s.Lab.Name != lab.Name || len(s.Cases) == 0 || len(s.Solution) == 0 {
			t.Errorf("lab %d, %s: its suite is of %q, with %d cases and %d functions of a solution",
				lab.Number, lab.Name, s.Lab.Name, len(s.Cases), len(s.Solution))
		}
		if want := "faultline/labs/" + lab.Name + "/" + lab.Name + "test"; s.Package != want {
			t.Errorf("the suite of %s is in %s, want %s", lab.Name, s.Package, want)
		}
		for _, name := range []string{lab.Name, fmt.Sprint(lab.Number)} {
			if found, ok := suites.Find(name); !ok || found.Lab.Name != lab.Name {
				t.Errorf("Find(%q) is %q, %v", name, found.Lab.Name, ok)
			}
		}
	}
	if s, ok := suites.Find("alchemy"); ok {
		t.Errorf("a lab that does not exist has the suite of %s", s.Lab.Name)
	}
}

// caseRules are what every case keeps to. A check says what is wrong, or nothing.
var caseRules = []struct {
	title string
	check func(suites.Suite, labtest.Case) string
}{
	{"a title is a property, as a clause: it goes into sentences and tables", func(_ suites.Suite, c labtest.Case) string {
		first, _ := utf8.DecodeRuneInString(c.Title)
		switch {
		case c.Title == "" || strings.TrimSpace(c.Title) != c.Title:
			return fmt.Sprintf("title %q", c.Title)
		case strings.HasSuffix(c.Title, "."):
			return fmt.Sprintf("title %q ends with a period", c.Title)
		case unicode.IsUpper(first) && !slices.Contains(contractNames, firstWord(c.Title)):
			return fmt.Sprintf("title %q begins with a capital and no name of the contract", c.Title)
		}
		return ""
	}},
	{"a case says which idea it is about", func(_ suites.Suite, c labtest.Case) string {
		if strings.TrimSpace(c.Ref) == "" || strings.HasSuffix(c.Ref, ".") {
			return fmt.Sprintf("ref %q", c.Ref)
		}
		return ""
	}},
	{"a case is worth something, and runs", func(_ suites.Suite, c labtest.Case) string {
		if c.Points < 1 || c.Seeds < 1 || c.Run == nil {
			return fmt.Sprintf("%d points, %d seeds, has a body: %v", c.Points, c.Seeds, c.Run != nil)
		}
		return ""
	}},
	{"a name can be typed: lower case words with hyphens", func(_ suites.Suite, c labtest.Case) string {
		if !regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`).MatchString(c.Name) {
			return fmt.Sprintf("name %q", c.Name)
		}
		return ""
	}},
	{"a case belongs to a stage of its lab", func(s suites.Suite, c labtest.Case) string {
		is := func(stage labs.Stage) bool { return stage.Letter == c.Stage }
		if c.Lab != s.Lab.Name || !slices.ContainsFunc(s.Lab.Stages, is) {
			return fmt.Sprintf("lab %q, stage %q", c.Lab, c.Stage)
		}
		return ""
	}},
	{"its kind is one of three", func(_ suites.Suite, c labtest.Case) string {
		if !slices.Contains([]labs.Kind{labs.Random, labs.Scripted, labs.Exhaustive, labs.Budget}, c.Kind) {
			return fmt.Sprintf("kind %q", c.Kind)
		}
		return ""
	}},
	{"chance needs more than a few seeds", func(_ suites.Suite, c labtest.Case) string {
		if c.Kind == labs.Random && c.Seeds < 5 {
			return fmt.Sprintf("%d seeds", c.Seeds)
		}
		return ""
	}},
	{"situations are named once each", func(_ suites.Suite, c labtest.Case) string {
		seen := map[string]bool{}
		for _, situation := range c.Situations {
			if situation == "" || seen[situation] {
				return fmt.Sprintf("situation %q", situation)
			}
			seen[situation] = true
		}
		return ""
	}},
}

// contractNames are the capitals that a title may begin with: names in code.
var contractNames = []string{"Close", "Flush", "Fsck", "Receive", "Send", "Sync"}

func firstWord(s string) string { return strings.Fields(s)[0] }

func TestEveryCaseKeepsTheRules(t *testing.T) {
	for _, rule := range caseRules {
		t.Run(rule.title, func(t *testing.T) {
			for _, s := range suites.All() {
				for _, c := range s.Cases {
					if wrong := rule.check(s, c); wrong != "" {
						t.Errorf("%s: %s", c.ID(), wrong)
					}
				}
			}
		})
	}
}

func TestNoTwoCasesHaveTheSameID(t *testing.T) {
	seen := map[string]bool{}
	for _, s := range suites.All() {
		for _, c := range s.Cases {
			if seen[c.ID()] {
				t.Errorf("two cases are %s", c.ID())
			}
			seen[c.ID()] = true
		}
	}
}

func TestEveryStageHasPointsAndItsCasesStandTogether(t *testing.T) {
	for _, s := range suites.All() {
		points := map[string]int{}
		var order []string
		for _, c := range s.Cases {
			points[c.Stage] += c.Points
			order = append(order, c.Stage)
		}
		if !slices.IsSorted(order) {
			t.Errorf("%s: its cases are not in the order of its stages: %v", s.Lab.Name, order)
		}
		for _, stage := range s.Lab.Stages {
			if points[stage.Letter] < 1 {
				t.Errorf("%s: stage %s has no points", s.Lab.Name, stage.Letter)
			}
		}
	}
}
