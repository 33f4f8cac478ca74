package export

import (
	"bytes"
	"encoding/json"
	"strings"

	"faultline/grader/internal/harmless"
	"faultline/grader/internal/report"
	"faultline/grader/internal/result"
	"faultline/labs"
)

// autolab is the output of an autograder: the report for the student, a line that
// Autolab shows as a table, and, as the last, the line that it takes the scores from.
//
// Nothing graded is not refused here: Autolab makes a zero for every problem of an
// output that it cannot read.
func autolab(in Input) ([]byte, error) {
	var b bytes.Buffer
	var text strings.Builder
	report.Write(&text, in.Result, report.Style{})
	b.WriteString(strings.TrimRight(harmless.Text(text.String(), autolabText), "\n"))
	b.WriteString("\n\n")
	for _, v := range []any{autolabTable(in.Result), autolabScores(in.Result)} {
		line, err := autolabLine(v)
		if err != nil {
			return nil, err
		}
		b.Write(append(line, '\n'))
	}
	return b.Bytes(), nil
}

// autolabText is how many characters of a report go out. The runner cuts the middle
// out of a long output, and Autolab drops one of 10,000 lines if it cannot read it.
const autolabText = 9000

// autolabScores has a score for each stage that was graded. An old score of the others
// stays, unless nothing was graded: no key at all would be an error, and that a zero.
func autolabScores(r *result.Result) any {
	scores := map[string]*int{}
	for _, s := range r.Stages {
		if graded(s) {
			scores[s.Letter] = &s.Points
		}
	}
	if len(scores) > 0 {
		return map[string]any{"scores": scores}
	}
	for _, s := range r.Stages {
		scores[s.Letter] = nil
	}
	return map[string]any{"scores": scores}
}

func graded(s result.Stage) bool {
	for _, c := range s.Cases {
		if !c.Graded() {
			return false
		}
	}
	return true
}

// autolabTable is what Autolab calls semantic feedback: stages with their cases.
func autolabTable(r *result.Result) any {
	type outcome struct {
		Passed bool   `json:"passed"`
		Hint   string `json:"hint,omitempty"`
	}
	table := map[string]any{"_presentation": "semantic"}
	var stages []string
	for _, s := range r.Stages {
		var order []string
		stage := map[string]any{}
		for _, c := range s.Cases {
			order = append(order, c.Name)
			switch {
			case c.Verdict == labs.Pass:
				stage[c.Name] = outcome{Passed: true}
			case c.Graded():
				stage[c.Name] = outcome{Hint: gist(c)}
			default:
				stage[c.Name] = "not graded"
			}
		}
		stage["_order"] = order
		stages = append(stages, s.Letter)
		table[s.Letter] = stage
	}
	table["stages"] = stages
	return table
}

// autolabLine is JSON in one line. Before Autolab reads it, it puts quotes around
// every word before a colon, also in the middle of a string. So colons in strings stand
// escaped; those between a key and its value come after a quote, and no word.
func autolabLine(v any) ([]byte, error) {
	compact, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	var line []byte
	inString := false
	for i := 0; i < len(compact); i++ {
		switch c := compact[i]; {
		case inString && c == '\\':
			line = append(line, c, compact[i+1])
			i++
		case inString && c == ':':
			line = append(line, `\u003a`...)
		default:
			inString = inString != (c == '"')
			line = append(line, c)
		}
	}
	return line, nil
}
