package grading

import (
	"faultline/grader/internal/result"
	"faultline/grader/internal/submission"
	"faultline/grader/internal/suites"
)

// assemble puts the cases into their stages and adds up the points.
func assemble(suite suites.Suite, sol submission.Solution, o Order, tallies []*tally, no *refusal) *result.Result {
	r := &result.Result{Schema: result.Schema, Lab: suite.Lab.Name, Number: suite.Lab.Number,
		Solution: sol.Dir, FirstSeed: o.FirstSeed, SeedList: len(o.SeedList) > 0, Notes: sol.Notes}
	if no != nil {
		r.Refused = no.lines
	}
	for _, stage := range suite.Lab.Stages {
		s := result.Stage{Letter: stage.Letter, Title: stage.Title}
		for _, t := range tallies {
			if t.c.Stage != stage.Letter {
				continue
			}
			c := t.result()
			if no != nil {
				c = result.Case{ID: c.ID, Name: c.Name, Title: c.Title, Ref: c.Ref, MaxPoints: c.MaxPoints,
					Seeds: c.Seeds, Verdict: no.verdict, Reason: no.reason}
			}
			s.Cases = append(s.Cases, c)
			s.Points += c.Points
			s.MaxPoints += c.MaxPoints
		}
		if len(s.Cases) > 0 {
			r.Stages = append(r.Stages, s)
			r.Points += s.Points
			r.MaxPoints += s.MaxPoints
		}
	}
	return r
}
