package export

import (
	"fmt"

	"faultline/grader/internal/result"
)

// prairieLearnLimit is how many bytes of a result PrairieLearn takes.
const prairieLearnLimit = 1 << 20

// prairieLearnResults is PrairieLearn's results.json: a score, or why there is none.
type prairieLearnResults struct {
	Gradable     bool               `json:"gradable"`
	Score        *float64           `json:"score,omitempty"` // from 0 to 1; nil if it is not gradable
	FormatErrors []string           `json:"format_errors,omitempty"`
	Message      string             `json:"message"`
	Tests        []prairieLearnTest `json:"tests,omitempty"`
}

// prairieLearnTest has both numbers always: if one test lacks one, PrairieLearn shows
// no points for any.
type prairieLearnTest struct {
	Name        string `json:"name"`
	Description string `json:"description"`
	Points      int    `json:"points"`
	MaxPoints   int    `json:"max_points"`
	Message     string `json:"message"`
	Output      string `json:"output,omitempty"`
}

func prairieLearn(in Input) ([]byte, error) {
	for limit := caseText; limit > 0; limit /= 2 {
		text, err := indented(prairieLearnShort(in.Result, limit))
		if err != nil || len(text) <= prairieLearnLimit {
			return text, err
		}
	}
	return nil, fmt.Errorf("the result is larger than the %d bytes that PrairieLearn takes: export it a stage at a time",
		prairieLearnLimit)
}

// prairieLearnShort is the result with at most so many characters on each case.
func prairieLearnShort(r *result.Result, limit int) prairieLearnResults {
	p := prairieLearnResults{Message: summary(r, limit)}
	if c := ungraded(r); c != nil {
		p.FormatErrors = []string{c.ID + ": " + gist(*c)}
		return p
	}
	score := float64(r.Points) / float64(r.MaxPoints)
	p.Gradable, p.Score = true, &score
	for _, s := range r.Stages {
		for _, c := range s.Cases {
			p.Tests = append(p.Tests, prairieLearnTest{Name: word(label(s, c)), Description: word(c.Title),
				Points: c.Points, MaxPoints: c.MaxPoints, Message: gist(c), Output: details(r, c, limit)})
		}
	}
	return p
}
