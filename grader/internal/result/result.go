// Package result is the canonical record of a grading: one solution of one lab.
// Every output of the grader, for people or for programs, is made from it.
package result

import (
	"encoding/json"
	"time"

	"faultline/labs"
	"faultline/labs/labtest"
)

// Schema names the version of the JSON form. It changes when a reader of the old
// form would misread the new one.
const Schema = "faultline/result/v1"

// A Result is what grading a solution of a lab gave.
type Result struct {
	Schema    string   `json:"schema"`
	Lab       string   `json:"lab"`
	Number    int      `json:"number"`
	Solution  string   `json:"solution"` // its folder, as it was named to the grader
	FirstSeed uint64   `json:"first_seed"`
	Points    int      `json:"points"`
	MaxPoints int      `json:"max_points"`
	Notes     []string `json:"notes,omitempty"` // what the grader did not take, or took instead
	// Refused is why nothing ran: what the compiler or the policy said.
	Refused []string `json:"refused,omitempty"`
	Stages  []Stage  `json:"stages"`
}

// A Stage is a part of the lab, with the cases that were asked for.
type Stage struct {
	Letter    string `json:"letter"`
	Title     string `json:"title"`
	Points    int    `json:"points"`
	MaxPoints int    `json:"max_points"`
	Cases     []Case `json:"cases"`
}

// A Case is what became of one case over its seeds.
type Case struct {
	ID        string       `json:"id"`
	Name      string       `json:"name"`
	Title     string       `json:"title"`
	Ref       string       `json:"ref"`
	Verdict   labs.Verdict `json:"verdict"`
	Reason    string       `json:"reason,omitempty"` // one line, unless it passed
	Points    int          `json:"points"`
	MaxPoints int          `json:"max_points"`
	Seeds     int          `json:"seeds"`  // how many were asked for
	Passed    int          `json:"passed"` // how many passed before the first that did not
	Failure   *Failure     `json:"failure,omitempty"`
}

// A Failure is the evidence: the first run that did not pass.
type Failure struct {
	Seed    uint64        `json:"seed"`
	Virtual time.Duration `json:"virtual_ns"`
	Hash    string        `json:"hash"`
	labtest.Finding
	Said  []string `json:"said,omitempty"` // by the compiler or the policy, of what the solution wrote
	Plan  []string `json:"plan"`           // the faults that happened
	Story []string `json:"story"`          // what the scenario did
	Trace []string `json:"trace"`          // the last events
	Of    int      `json:"trace_of"`       // how many events there were
	Dump  []string `json:"dump,omitempty"` // of the solution's goroutines, or what the runtime said last
	File  string   `json:"file,omitempty"` // the plan, to be replayed
}

// Cases lists the cases of all stages.
func (r *Result) Cases() []Case {
	var all []Case
	for _, s := range r.Stages {
		all = append(all, s.Cases...)
	}
	return all
}

// Passed reports whether every case passed.
func (r *Result) Passed() bool {
	for _, c := range r.Cases() {
		if c.Verdict != labs.Pass {
			return false
		}
	}
	return true
}

// JSON is the canonical text of a result.
func (r *Result) JSON() ([]byte, error) {
	b, err := json.MarshalIndent(r, "", "  ")
	return append(b, '\n'), err
}
