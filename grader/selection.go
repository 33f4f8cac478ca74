package main

import (
	"fmt"
	"slices"
	"strings"

	"faultline/grader/internal/suites"
	"faultline/labs"
)

// A selection is a part of a lab, as LAB, LAB/STAGE, LAB/CASE or LAB/STAGE/CASE.
type selection struct {
	suite suites.Suite
	stage string // "" for all
	name  string // "" for all
}

func parseSelection(text string) (selection, error) {
	parts := strings.Split(text, "/")
	if len(parts) > 3 || slices.Contains(parts, "") {
		return selection{}, fmt.Errorf("%q: expected LAB, LAB/STAGE, LAB/CASE or LAB/STAGE/CASE", text)
	}
	suite, err := findLab(parts[0])
	if err != nil {
		return selection{}, err
	}
	s := selection{suite: suite}
	switch {
	case len(parts) == 3:
		s.stage, s.name = parts[1], parts[2]
	case len(parts) == 2 && len(parts[1]) == 1:
		s.stage = parts[1]
	case len(parts) == 2:
		s.name = parts[1]
	}
	s.stage, s.name = strings.ToUpper(s.stage), strings.ToLower(s.name)
	return s, s.check()
}

// check fails, with what there is instead, if nothing is selected.
func (s selection) check() error {
	if len(s.cases()) > 0 {
		return nil
	}
	lab := fmt.Sprintf("lab %d %s", s.suite.Lab.Number, s.suite.Lab.Name)
	if s.stage == "" {
		return fmt.Errorf("%s has no stage or case %q%s: handouts/%02d-%s.md lists them", lab, s.name, s.meant(),
			s.suite.Lab.Number, s.suite.Lab.Name)
	}
	var names []string
	for _, c := range (selection{suite: s.suite, stage: s.stage}).cases() {
		names = append(names, c.Name)
	}
	if len(names) > 0 {
		return fmt.Errorf("stage %s of %s has no case %q: use one of %s", s.stage, lab, s.name, strings.Join(names, ", "))
	}
	for _, stage := range s.suite.Lab.Stages {
		names = append(names, stage.Letter)
	}
	return fmt.Errorf("%s has no stage %q: use one of %s", lab, s.stage, strings.Join(names, ", "))
}

// meant is the case that somebody may have misspelt, in brackets; "" if none is near.
func (s selection) meant() string {
	name, least := "", len(s.name)/3+1 // one letter of three may be wrong
	for _, c := range s.suite.Cases {
		if d := distance(c.Name, s.name); d < least {
			name, least = c.Name, d
		}
	}
	if name == "" {
		return ""
	}
	return " (is " + name + " meant?)"
}

// distance is how many letters must be put in, left out or replaced to make one word
// of another.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := diagonal
			if a[i] != b[j] {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}

// cases are those that are selected.
func (s selection) cases() []labs.Case {
	var found []labs.Case
	for _, c := range s.suite.Cases {
		if s.matches(c.Case) {
			found = append(found, c.Case)
		}
	}
	return found
}

// only is the case that is selected, if it is a single one.
func (s selection) only() (id string, err error) {
	cases := s.cases()
	if len(cases) > 1 {
		return "", fmt.Errorf("%d cases are meant: name one of them, as in %s", len(cases), cases[0].ID())
	}
	return cases[0].ID(), nil
}

func (s selection) matches(c labs.Case) bool {
	return (s.stage == "" || c.Stage == s.stage) && (s.name == "" || c.Name == s.name)
}
