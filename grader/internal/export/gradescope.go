package export

import (
	"fmt"

	"faultline/grader/internal/result"
	"faultline/labs"
)

// gradescopeResults is Gradescope's results.json. There is no score of the whole: it
// would override the sum of the tests. Every format is named, because Gradescope
// takes the text of the whole for HTML otherwise.
type gradescopeResults struct {
	Output           string           `json:"output"`
	OutputFormat     string           `json:"output_format"`
	TestOutputFormat string           `json:"test_output_format"`
	TestNameFormat   string           `json:"test_name_format"`
	Visibility       string           `json:"visibility"`
	Tests            []gradescopeTest `json:"tests"`
	ExtraData        map[string]any   `json:"extra_data"`
}

// gradescopeTest has a score also where that is 0: a test without one is not counted.
type gradescopeTest struct {
	Score        int      `json:"score"`
	MaxScore     int      `json:"max_score"`
	Status       string   `json:"status"`
	Name         string   `json:"name"`
	NameFormat   string   `json:"name_format"`
	Number       string   `json:"number"`
	Output       string   `json:"output,omitempty"`
	OutputFormat string   `json:"output_format"`
	Tags         []string `json:"tags"`
}

func gradescope(in Input) ([]byte, error) {
	r := in.Result
	if err := refuse(r, "Gradescope"); err != nil {
		return nil, err
	}
	g := gradescopeResults{Output: summary(r, caseText), OutputFormat: "text", TestOutputFormat: "text",
		TestNameFormat: "text", Visibility: "visible",
		ExtraData: map[string]any{"schema": r.Schema, "lab": r.Lab, "first_seed": fmt.Sprint(r.FirstSeed)}}
	for _, s := range r.Stages {
		for i, c := range s.Cases {
			g.Tests = append(g.Tests, gradescopeCase(r, s, c, i+1))
		}
	}
	return indented(g)
}

func gradescopeCase(r *result.Result, s result.Stage, c result.Case, number int) gradescopeTest {
	t := gradescopeTest{Score: c.Points, MaxScore: c.MaxPoints, Status: "failed", NameFormat: "text", OutputFormat: "text",
		Name: word(label(s, c) + ": " + c.Title), Number: fmt.Sprintf("%s.%d", s.Letter, number),
		Output: details(r, c, caseText), Tags: []string{"stage " + s.Letter}}
	if c.Verdict == labs.Pass {
		t.Status = "passed"
	}
	return t
}
