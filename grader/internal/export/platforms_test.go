package export_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"faultline/grader/internal/export"
	"faultline/grader/internal/result"
	"faultline/labs"
)

// valid holds a text against testdata/schemas/NAME.json and decodes it into v.
func valid(t *testing.T, name string, text []byte, v any) {
	t.Helper()
	schema, err := jsonschema.NewCompiler().Compile(filepath.Join("testdata", "schemas", name+".json"))
	if err != nil {
		t.Fatal(err)
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatalf("%s: %v\n%s", name, err, text)
	}
	if err := schema.Validate(value); err != nil {
		t.Errorf("%v\n%s", err, text)
	}
	if err := json.Unmarshal(text, v); err != nil {
		t.Fatal(err)
	}
}

// scored lists the results without a fault of the grader, and checks that the format
// refuses the others, if it has no word for that.
func scored(t *testing.T, format string, refuses bool) map[string]*result.Result {
	t.Helper()
	all := results(t)
	for _, name := range []string{"ours", "nothing"} {
		f, _ := export.Find(format)
		_, err := f.Write(export.Input{Result: all[name], Repository: repository()})
		if refuses && !errors.Is(err, export.ErrUngraded) {
			t.Errorf("%s of %q: %v, want a refusal", format, name, err)
		}
		delete(all, name)
	}
	return all
}

func TestGradescopeCountsEveryTest(t *testing.T) {
	for name, r := range scored(t, "gradescope", true) {
		var g struct {
			Score            *float64
			OutputFormat     string `json:"output_format"`
			TestOutputFormat string `json:"test_output_format"`
			Tests            []struct {
				Score    *float64
				MaxScore *float64 `json:"max_score"`
				Status   string
				Number   string
			}
		}
		valid(t, "gradescope", written(t, "gradescope", export.Input{Result: r}), &g)
		points, most, numbers := 0.0, 0.0, map[string]bool{}
		for i, test := range g.Tests {
			if test.Score == nil || test.MaxScore == nil {
				t.Fatalf("%s: test %d has no score: Gradescope would not count it", name, i)
			}
			if passed := r.Cases()[i].Verdict == labs.Pass; passed != (test.Status == "passed") {
				t.Errorf("%s: test %d is %s", name, i, test.Status)
			}
			points += *test.Score
			most += *test.MaxScore
			numbers[test.Number] = true
		}
		if g.Score != nil || points != float64(r.Points) || most != float64(r.MaxPoints) || len(numbers) != len(r.Cases()) {
			t.Errorf("%s: %g of %g with %d numbers, want %d of %d with %d", name, points, most, len(numbers), r.Points,
				r.MaxPoints, len(r.Cases()))
		}
		if g.OutputFormat != "text" || g.TestOutputFormat != "text" {
			t.Errorf("%s: Gradescope would read markup in what a student wrote", name)
		}
	}
}

func TestClassroom50HasWholeScoresAndTheInstantOfTheCommit(t *testing.T) {
	for name, r := range scored(t, "classroom50", true) {
		var c struct {
			Datetime string
			Score    int
			MaxScore int `json:"max-score"`
			Tests    []struct {
				Name     string `json:"test-name"`
				Passed   bool
				Score    int
				MaxScore int `json:"max-score"`
			}
		}
		valid(t, "classroom50", written(t, "classroom50", export.Input{Result: r, Repository: repository()}), &c)
		sum := 0
		for _, test := range c.Tests {
			if sum += test.Score; test.Score > test.MaxScore {
				t.Errorf("%s: %s has more points than there are", name, test.Name)
			}
		}
		if c.Score != r.Points || c.Score != sum || c.MaxScore != r.MaxPoints || c.Datetime != "2026-04-01T10:11:12Z" {
			t.Errorf("%s: %d of %d (tests: %d) at %s", name, c.Score, c.MaxScore, sum, c.Datetime)
		}
	}
}

func TestClassroom50NamesWhatItIsNotTold(t *testing.T) {
	full := map[string]string{"CLASSROOM": "c", "ASSIGNMENT": "a", "ASSIGNMENT_TYPE": "group", "OWNER": "o",
		"SUBMISSION_TAG": "submit/x", "COMMIT_URL": "u", "RELEASE_URL": "u", "REVIEW_URL": "u"}
	write := func(env func(string) string, committed time.Time) error {
		f, _ := export.Find("classroom50")
		_, err := f.Write(export.Input{Result: results(t)["pass"], Repository: export.RepositoryFrom(env, committed)})
		return err
	}
	now := repository().Committed
	if err := write(func(name string) string { return full[name] }, now); err != nil {
		t.Fatal(err)
	}
	for missing := range full {
		err := write(func(name string) string {
			if name == missing {
				return ""
			}
			return full[name]
		}, now)
		if err == nil || !strings.HasPrefix(err.Error(), missing+" is not set") {
			t.Errorf("without %s: %v", missing, err)
		}
	}
	for name, value := range map[string]string{"ASSIGNMENT_TYPE": "pair", "SUBMISSION_TAG": "v1"} {
		err := write(func(asked string) string {
			if asked == name {
				return value
			}
			return full[asked]
		}, now)
		if err == nil || !strings.Contains(err.Error(), value) {
			t.Errorf("%s=%s: %v", name, value, err)
		}
	}
	if err := write(func(name string) string { return full[name] }, time.Time{}); err == nil {
		t.Error("without an instant there is no error")
	}
}

// autolabLines does to an output what Autolab does before it reads the last two lines.
func autolabLines(t *testing.T, text []byte) (table, scores []byte) {
	t.Helper()
	lines := strings.Split(strings.TrimRight(string(text), " \t\r\n"), "\n")
	if len(lines) >= 10_000 || len(lines) < 3 {
		t.Fatalf("%d lines", len(lines))
	}
	quoted := regexp.MustCompile(`([a-zA-Z0-9]+):`).ReplaceAllString(lines[len(lines)-1], `"$1":`)
	return []byte(lines[len(lines)-2]), []byte(quoted)
}

func TestAutolabReadsTheScoresOfTheStages(t *testing.T) {
	for name, r := range results(t) {
		table, last := autolabLines(t, written(t, "autolab", export.Input{Result: r}))
		var scores struct{ Scores map[string]*int }
		valid(t, "autolab-scores", last, &scores)
		want := map[string]string{}
		for _, s := range r.Stages {
			want[s.Letter] = fmt.Sprint(s.Points)
		}
		switch name {
		case "ours":
			delete(want, "B")
		case "nothing":
			want["B"] = "null"
		}
		got := map[string]string{}
		for key, points := range scores.Scores {
			if got[key] = "null"; points != nil {
				got[key] = fmt.Sprint(*points)
			}
		}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%s: scores %v, want %v", name, got, want)
		}

		var stages map[string]any
		valid(t, "autolab-table", table, &stages)
		for _, s := range r.Stages {
			if n := len(stages[s.Letter].(map[string]any)); n != len(s.Cases)+1 { // and their order
				t.Errorf("%s: stage %s has %d entries", name, s.Letter, n)
			}
		}
	}
}

func TestAutolabLinesSurviveAColonAnywhere(t *testing.T) {
	r := graded("x", result.Stage{Letter: `Lab 3: "A\`, Title: "t", Cases: []result.Case{{ID: "m/A/a", Name: `a:b\"c:`,
		Verdict: labs.Fail, Reason: `see http://x: "y:\\z:"`, MaxPoints: 1}}})
	table, last := autolabLines(t, written(t, "autolab", export.Input{Result: r}))
	var scores struct{ Scores map[string]int }
	valid(t, "autolab-scores", last, &scores)
	if _, ok := scores.Scores[r.Stages[0].Letter]; !ok {
		t.Errorf("the problem has become another: %s", last)
	}
	var stages map[string]any
	valid(t, "autolab-table", table, &stages)
	if !strings.Contains(fmt.Sprint(stages), `see http://x: "y:\\z:"`) {
		t.Errorf("the hint has become another: %s", table)
	}
}

func TestPrairieLearnHasAScoreOrIsNotGradable(t *testing.T) {
	for name, r := range results(t) {
		var p struct {
			Gradable bool
			Score    *float64
			Errors   []string `json:"format_errors"`
			Tests    []struct {
				Points    *float64
				MaxPoints *float64 `json:"max_points"`
			}
		}
		text := written(t, "prairielearn", export.Input{Result: r})
		valid(t, "prairielearn", text, &p)
		fault := name == "ours" || name == "nothing"
		switch {
		case fault != !p.Gradable, fault != (p.Score == nil), fault != (len(p.Errors) == 1):
			t.Errorf("%s: %s", name, text)
		case fault:
		case math.Abs(*p.Score*float64(r.MaxPoints)-float64(r.Points)) > 1e-9, len(p.Tests) != len(r.Cases()):
			t.Errorf("%s: score %g of %d tests", name, *p.Score, len(p.Tests))
		}
	}
}

func TestPrairieLearnStaysBelowItsLimit(t *testing.T) {
	long := hostile()
	c := long.Stages[0].Cases[0]
	c.Failure.Expected = strings.Repeat("\u202e", 1<<16)
	var cases []result.Case
	for range 100 {
		cases = append(cases, c)
	}
	text := written(t, "prairielearn", export.Input{Result: graded("x", result.Stage{Letter: "A", Cases: cases})})
	var p struct{ Tests []struct{ Output string } }
	valid(t, "prairielearn", text, &p)
	if len(text) > 1<<20 || len(p.Tests) != 100 || !strings.Contains(p.Tests[99].Output, "characters left out") {
		t.Errorf("%d bytes, %d tests", len(text), len(p.Tests))
	}
}
