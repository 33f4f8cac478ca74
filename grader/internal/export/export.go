package export

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"

	"faultline/grader/internal/result"
)

// ErrUngraded is why a format without a word for it refuses a result with a fault
// of the grader.
var ErrUngraded = errors.New("a fault of the grader, and no zero")

// A Format is a form in which grades are handed on.
type Format struct {
	Name  string
	About string // in one line
	Class bool   // whether it is a gradebook of a class, and not one result
	write func(Input) ([]byte, error)
}

// Input is what a format is written from. Each needs only a part of it.
type Input struct {
	Result     *result.Result // unless the format is a gradebook
	Class      []Submission   // for a gradebook
	Repository Repository     // for Classroom 50
}

// A Submission is what one student handed in.
type Submission struct {
	Name    string
	Results []*result.Result // in the order of the labs
	Missing []string         // labs that were graded, and of which it has nothing: they are worth zero
	Refused string           // why nothing could be taken, in one sentence; "" if it could
}

// All lists the formats.
func All() []Format {
	return []Format{
		{Name: "gradescope", About: "results.json of an autograder", write: gradescope},
		{Name: "classroom50", About: "result.json of an autograder, classroom50/result/v1", write: classroom50},
		{Name: "autolab", About: "what an autograder prints; a problem for each stage", write: autolab},
		{Name: "prairielearn", About: "results.json of an external grader", write: prairieLearn},
		{Name: "junit", About: "JUnit XML; each stage is a suite", write: junit},
		{Name: "csv", About: "a gradebook for a spreadsheet", Class: true, write: gradebookCSV},
		{Name: "markdown", About: "a gradebook to be read", Class: true, write: gradebookMarkdown},
	}
}

// Find returns the format of that name.
func Find(name string) (Format, bool) {
	for _, f := range All() {
		if f.Name == name {
			return f, true
		}
	}
	return Format{}, false
}

// Write returns the text of a format. The error wraps ErrUngraded if a result cannot
// be handed on without making a zero of a fault of the grader.
func (f Format) Write(in Input) ([]byte, error) {
	if f.Class {
		if len(in.Class) == 0 {
			return nil, errors.New("there are no results in it: name the folder that \"grader grade\" wrote")
		}
		return f.write(in)
	}
	if len(in.Result.Cases()) == 0 || in.Result.MaxPoints == 0 {
		return nil, errors.New("the result has no case that could give a point: nothing was graded")
	}
	return f.write(in)
}

// ungraded is the first case of a result that has no verdict on the solution, or nil.
func ungraded(r *result.Result) *result.Case {
	for _, c := range r.Cases() {
		if !c.Graded() {
			return &c
		}
	}
	return nil
}

// refuse is the error of a format that has only scores, for a result that has none.
func refuse(r *result.Result, platform string) error {
	c := ungraded(r)
	if c == nil {
		return nil
	}
	return fmt.Errorf("%s has no score (%s): %w; %s has no word for that, so grade this again",
		c.ID, word(string(c.Verdict)+", "+c.Reason), ErrUngraded, platform)
}

// indented is the JSON of a value, for people to read as well. Angle brackets stay:
// no format here is part of a page.
func indented(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	err := enc.Encode(v)
	return b.Bytes(), err
}
