package class

import (
	"fmt"

	"faultline/grader/internal/result"
)

// Changes says, a line for each case, in what two results of a lab differ. Before
// may be nil.
func Changes(before, now *result.Result) (lines []string) {
	old := map[string]result.Case{}
	if before != nil {
		for _, c := range before.Cases() {
			old[c.ID] = c
		}
	}
	for _, c := range now.Cases() {
		was, known := old[c.ID]
		delete(old, c.ID)
		switch {
		case !known:
			lines = append(lines, fmt.Sprintf("%s: %s, new", c.ID, outcome(c)))
		case outcome(was) != outcome(c):
			lines = append(lines, fmt.Sprintf("%s: %s, before %s", c.ID, outcome(c), outcome(was)))
		case evidence(was) != evidence(c):
			lines = append(lines, fmt.Sprintf("%s: %s as before, of another run", c.ID, outcome(c)))
		}
	}
	if before != nil {
		for _, c := range before.Cases() {
			if _, gone := old[c.ID]; gone {
				lines = append(lines, fmt.Sprintf("%s: gone, before %s", c.ID, outcome(c)))
			}
		}
	}
	return lines
}

func outcome(c result.Case) string {
	text := fmt.Sprintf("%s %d/%d", c.Verdict, c.Points, c.MaxPoints)
	if c.Failure != nil {
		text += fmt.Sprintf(" at seed %d", c.Failure.Seed)
	}
	return text
}

func evidence(c result.Case) string {
	if c.Failure == nil {
		return ""
	}
	return c.Failure.Hash
}

// Splice puts the cases of a result of some cases into a result of the whole lab,
// in the place of those that it has, and adds the points up anew.
func Splice(whole, some *result.Result) {
	fresh := map[string]result.Case{}
	for _, c := range some.Cases() {
		fresh[c.ID] = c
	}
	whole.Points, whole.MaxPoints = 0, 0
	for i := range whole.Stages {
		s := &whole.Stages[i]
		s.Points, s.MaxPoints = 0, 0
		for j := range s.Cases {
			if c, ok := fresh[s.Cases[j].ID]; ok {
				s.Cases[j] = c
			}
			s.Points += s.Cases[j].Points
			s.MaxPoints += s.Cases[j].MaxPoints
		}
		whole.Points += s.Points
		whole.MaxPoints += s.MaxPoints
	}
}
