package class

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
)

// Schema names the version of a record's JSON form.
const Schema = "faultline/submission/v1"

// RecordFile is the file in a submission's folder that holds its record.
const RecordFile = "submission.json"

// A Record is what is known of a submission. One with no lab that was handed in is
// the sign that its author is of the class, and handed in nothing.
type Record struct {
	Schema  string `json:"schema"`
	Name    string `json:"name"`
	Refused string `json:"refused,omitempty"` // why nothing could be taken, in one sentence
	Labs    []Lab  `json:"labs"`              // that were looked for, in their order
}

// A Lab is what a record says of a lab.
type Lab struct {
	Name      string `json:"lab"`
	HandedIn  bool   `json:"handed_in"` // else it has no result, and is worth nothing
	Points    int    `json:"points"`
	MaxPoints int    `json:"max_points"`
	Gist      string `json:"gist"` // what happened, in a few words
	// Key is that of all the result depends on. It is empty after a fault of the
	// grader: then the lab is to be graded again.
	Key string `json:"key,omitempty"`
}

// Of is what a record says of a lab, and whether it says anything.
func (r *Record) Of(lab string) (Lab, bool) {
	if r != nil {
		for _, l := range r.Labs {
			if l.Name == lab {
				return l, true
			}
		}
	}
	return Lab{}, false
}

// Nothing reports whether nothing was handed in.
func (r *Record) Nothing() bool {
	for _, l := range r.Labs {
		if l.HandedIn {
			return false
		}
	}
	return true
}

// JSON is the text of a record.
func (r *Record) JSON() ([]byte, error) {
	text, err := json.MarshalIndent(r, "", "  ")
	return append(text, '\n'), err
}

// ReadRecord reads the record in a submission's folder. The error wraps
// fs.ErrNotExist if there is none.
func ReadRecord(dir string) (*Record, error) {
	file := filepath.Join(dir, RecordFile)
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	r := &Record{}
	if err := json.Unmarshal(text, r); err != nil {
		return nil, fmt.Errorf("%s: not the record of a submission: %w", filepath.ToSlash(file), err)
	}
	if r.Schema != Schema {
		return nil, fmt.Errorf("%s: a record of version %q, expected %q", filepath.ToSlash(file), r.Schema, Schema)
	}
	return r, nil
}
