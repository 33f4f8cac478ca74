package policy

import (
	"bytes"
	"fmt"
	"math/big"
	"slices"
	"strings"

	"faultline/grader/internal/export"
	"faultline/grader/internal/result"
)

// A Mark is what one submission is worth.
type Mark struct {
	Name  string
	Labs  []LabMark // those of the policy
	Total *big.Rat  // of 100; nil if a lab could not be graded
	Notes []string
}

// A LabMark is what a lab is worth.
type LabMark struct {
	Of    *big.Rat // of 100; nil if the grader failed at it
	Late  int      // days
	Spent int      // of the free days
}

// Mark makes the mark of a submission. A curve needs results of a grading that went
// on behind the first seed that failed; others are an error.
func (p *Policy) Mark(s export.Submission) (Mark, error) {
	m := Mark{Name: s.Name, Total: new(big.Rat)}
	if s.Refused != "" {
		m.Notes = append(m.Notes, s.Refused)
	}
	free, weights := p.Late.Free, 0
	for _, lab := range p.Labs {
		mark := LabMark{Of: new(big.Rat), Late: p.Late.Days[s.Name][lab.Name]}
		weights += lab.Weight
		r := s.Of(lab.Name)
		switch {
		case r != nil:
			share, err := p.share(lab, r)
			if err != nil {
				return m, fmt.Errorf("%s: %w", s.Name, err)
			}
			mark.Of = share
		case s.Refused != "", slices.Contains(s.Missing, lab.Name):
			m.Notes = append(m.Notes, lab.Name+": not handed in")
		default:
			m.Notes = append(m.Notes, lab.Name+": not graded here, and counts as 0: grade it, or leave it out of the policy")
		}
		switch {
		case mark.Of == nil:
			m.Notes = append(m.Notes, lab.Name+": not graded, a fault of the grader")
			m.Total = nil
		case r != nil:
			if !p.Late.tooMuch(mark.Late) { // a free day would buy nothing there
				mark.Spent = min(free, mark.Late)
			}
			free -= mark.Spent
			mark.Of.Mul(mark.Of, p.Late.left(mark.Late, mark.Late-mark.Spent))
		}
		if m.Total != nil {
			m.Total.Add(m.Total, new(big.Rat).Mul(mark.Of, big.NewRat(int64(lab.Weight), 1)))
		}
		m.Labs = append(m.Labs, mark)
	}
	if m.Total != nil && weights > 0 {
		m.Total.Quo(m.Total, big.NewRat(int64(weights), 1))
	}
	return m, nil
}

// share is what a result is worth of 100, nil if a case of it was not graded.
func (p *Policy) share(lab Lab, r *result.Result) (*big.Rat, error) {
	sum, most := int64(0), int64(0)
	for _, s := range r.Stages {
		if !lab.Counts(s.Letter) {
			continue
		}
		for _, c := range s.Cases {
			most += int64(c.MaxPoints)
			switch {
			case !c.Graded():
				return nil, nil
			case len(p.Curve) == 0 || len(r.Refused) > 0 || c.Failure == nil:
				sum += int64(c.Points) * 100
			case !c.All:
				return nil, fmt.Errorf("%s ran only to the first seed that failed, and the policy has a curve: grade the class with this policy", c.ID)
			default:
				sum += int64(c.MaxPoints * p.worth(c.Passed, c.Seeds))
			}
		}
	}
	if most == 0 {
		return new(big.Rat), nil
	}
	return big.NewRat(sum, most), nil
}

// tooMuch reports whether a lab that is so many days late is worth nothing.
func (l Late) tooMuch(days int) bool { return l.Most > 0 && days > l.Most }

// left is what is left of a mark after days late, of which some are to be paid for.
func (l Late) left(days, paid int) *big.Rat {
	if l.tooMuch(days) {
		return new(big.Rat)
	}
	return big.NewRat(int64(max(0, 100-paid*l.PerDay)), 100)
}

// CSV is the table of marks, for a spreadsheet.
func (p *Policy) CSV(marks []Mark) []byte {
	var b bytes.Buffer
	row := []string{export.CSVText("submission")}
	for _, lab := range p.Labs {
		row = append(row, export.CSVText(lab.Name), export.CSVText(lab.Name+"_late"))
	}
	fmt.Fprintln(&b, strings.Join(append(row, export.CSVText("total"), export.CSVText("notes")), ","))
	for _, m := range marks {
		row := []string{export.CSVText(m.Name)}
		for _, lab := range m.Labs {
			row = append(row, rounded(lab.Of), fmt.Sprint(lab.Late))
		}
		row = append(row, rounded(m.Total), export.CSVText(strings.Join(m.Notes, "; ")))
		fmt.Fprintln(&b, strings.Join(row, ","))
	}
	return b.Bytes()
}

// rounded is a mark with two decimals, half of the last one up; "" for none.
func rounded(r *big.Rat) string {
	if r == nil {
		return ""
	}
	return r.FloatString(2)
}
