package class

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"faultline/grader/internal/result"
	"faultline/labs/trace"
)

// The events of a failure are not in the JSON form of a result, but its diagram
// shows them. They are kept for the staff, so that the pages of a submission can be
// made anew without running anything.
type events struct {
	Case  string   `json:"case"`
	Run   []string `json:"run"`
	Apart []string `json:"apart,omitempty"`
}

// WriteEvents is the text that keeps the events of a result.
func WriteEvents(r *result.Result) ([]byte, error) {
	var all []events
	for _, c := range r.Cases() {
		if c.Failure == nil {
			continue
		}
		e := events{Case: c.ID, Run: texts(c.Failure.Events)}
		if c.Failure.Apart != nil {
			e.Apart = texts(c.Failure.Apart.Events)
		}
		all = append(all, e)
	}
	text, err := json.MarshalIndent(all, "", " ")
	return append(text, '\n'), err
}

func texts(list []trace.Event) (all []string) {
	for _, e := range list {
		all = append(all, e.String())
	}
	return all
}

// ReadResult reads a result from its file, and its events from theirs, which may be
// missing.
func ReadResult(file, eventFile string) (*result.Result, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	r, err := result.Parse(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", filepath.ToSlash(file), err)
	}
	text, err = os.ReadFile(eventFile)
	if errors.Is(err, fs.ErrNotExist) {
		return r, nil
	}
	var all []events
	if err == nil {
		err = json.Unmarshal(text, &all)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: not the events of a result: %w", filepath.ToSlash(eventFile), err)
	}
	byCase := map[string]events{}
	for _, e := range all {
		byCase[e.Case] = e
	}
	for i := range r.Stages {
		for j := range r.Stages[i].Cases {
			if c := &r.Stages[i].Cases[j]; c.Failure != nil {
				c.Failure.Events = parse(byCase[c.ID].Run)
				if c.Failure.Apart != nil {
					c.Failure.Apart.Events = parse(byCase[c.ID].Apart)
				}
			}
		}
	}
	return r, nil
}

func parse(lines []string) (list []trace.Event) {
	for _, line := range lines {
		e, err := trace.Parse(line)
		if err != nil {
			e = trace.Event{Kind: trace.Note, Text: line}
		}
		list = append(list, e)
	}
	return list
}
