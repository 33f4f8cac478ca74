package main

import (
	"fmt"
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
	suite, err := findLab(parts[0])
	s := selection{suite: suite}
	switch {
	case err != nil:
		return s, err
	case len(parts) == 3:
		s.stage, s.name = parts[1], parts[2]
	case len(parts) == 2 && len(parts[1]) == 1:
		s.stage = parts[1]
	case len(parts) == 2:
		s.name = parts[1]
	case len(parts) > 3:
		return s, fmt.Errorf("%q: expected LAB, LAB/STAGE or LAB/STAGE/CASE", text)
	}
	s.stage = strings.ToUpper(s.stage)
	return s, s.check()
}

// check fails, with what there is instead, if nothing is selected.
func (s selection) check() error {
	var stages, names []string
	for _, st := range s.suite.Lab.Stages {
		stages = append(stages, st.Letter)
	}
	inStage := 0
	for _, c := range s.suite.Cases {
		if s.matches(c.Case) {
			return nil
		}
		if s.stage == "" || c.Stage == s.stage {
			names = append(names, c.Name)
			inStage++
		}
	}
	lab := fmt.Sprintf("lab %d %s", s.suite.Lab.Number, s.suite.Lab.Name)
	if inStage == 0 {
		return fmt.Errorf("%s has no stage %q: use one of %s", lab, s.stage, strings.Join(stages, ", "))
	}
	return fmt.Errorf("%s has no case %q there: use one of %s", lab, s.name, strings.Join(names, ", "))
}

func (s selection) matches(c labs.Case) bool {
	return (s.stage == "" || c.Stage == s.stage) && (s.name == "" || c.Name == s.name)
}
