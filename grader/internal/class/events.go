package class

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"faultline/grader/internal/result"
	"faultline/labs/trace"
)

// The events of a failure are not in the JSON form of a result, but its diagram
// shows them. They are kept for the staff, so that the pages of a submission can be
// made anew without running anything.
type events struct {
	Case    string   `json:"case"`
	Hash    string   `json:"hash"` // of the run: a grading that was killed may have left those of another
	Run     []string `json:"run"`
	Subject string   `json:"subject,omitempty"`
	Beside  []int    `json:"beside,omitempty"` // places in Run
	Apart   []string `json:"apart,omitempty"`
	Away    []int    `json:"apart_beside,omitempty"` // places in Apart
}

// WriteEvents is the text that keeps the events of a result.
func WriteEvents(r *result.Result) ([]byte, error) {
	var all []events
	for _, c := range r.Cases() {
		if c.Failure == nil {
			continue
		}
		f := c.Failure
		e := events{Case: c.ID, Hash: f.Hash, Run: texts(f.Events), Subject: f.Subject, Beside: slices.Sorted(maps.Keys(f.Beside))}
		if f.Apart != nil {
			e.Apart, e.Away = texts(f.Apart.Events), slices.Sorted(maps.Keys(f.Apart.Beside))
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
			if c := r.Stages[i].Cases[j]; c.Failure != nil && c.Failure.Hash == byCase[c.ID].Hash {
				byCase[c.ID].restore(c.Failure)
			}
		}
	}
	return r, nil
}

// restore gives a failure its events back.
func (e events) restore(f *result.Failure) {
	f.Events, f.Subject, f.Beside = parse(e.Run), e.Subject, set(e.Beside)
	if f.Apart != nil {
		f.Apart.Events, f.Apart.Beside = parse(e.Apart), set(e.Away)
	}
}

func set(places []int) map[int]bool {
	all := map[int]bool{}
	for _, i := range places {
		all[i] = true
	}
	return all
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
