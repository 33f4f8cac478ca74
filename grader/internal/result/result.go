// Package result is the canonical record of a grading: one solution of one lab.
// Every output of the grader, for people or for programs, is made from it.
package result

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"faultline/labs"
	"faultline/labs/labtest"
	"faultline/labs/trace"
)

// Schema names the version of the JSON form. It changes when a reader of the old
// form would misread the new one.
const Schema = "faultline/result/v1"

// A Result is what grading a solution of a lab gave.
type Result struct {
	Schema    string   `json:"schema"`
	Lab       string   `json:"lab"`
	Number    int      `json:"number"`
	Solution  string   `json:"solution"` // its folder, as it was named to the grader or, in a class, as its author knows it
	FirstSeed uint64   `json:"first_seed"`
	SeedList  bool     `json:"seed_list,omitempty"` // the seeds are those of a list, and FirstSeed is its first
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
	Seeds     int          `json:"seeds"`             // how many were asked for
	Passed    int          `json:"passed"`            // how many passed before the first that did not, or of all
	All       bool         `json:"all,omitempty"`     // the runs went on behind the first that did not pass
	Crashes   *Crashes     `json:"crashes,omitempty"` // nil for a case that does not go through them
	Failure   *Failure     `json:"failure,omitempty"`
}

// Crashes are what the explorations of a case tried, in all its runs up to the first
// that did not pass.
type Crashes struct {
	States     int `json:"states"`     // that crashes could leave of a disk: each was recovered from, and checked
	Recoveries int `json:"recoveries"` // that took: from most states there is a second and a third one
}

// String is a sentence without its end; "" for none.
func (c Crashes) String() string {
	switch c {
	case Crashes{}:
		return ""
	case Crashes{1, 1}:
		return "1 state that a crash could leave was checked, in 1 recovery"
	}
	return fmt.Sprintf("%d states that crashes could leave were checked, in %d recoveries", c.States, c.Recoveries)
}

// A Failure is the evidence: the first run that did not pass, or what shrinking
// has left of it. Everything in it but Shrunk and Apart is of that one run.
type Failure struct {
	Seed    uint64        `json:"seed"`
	Virtual time.Duration `json:"virtual_ns"`
	Hash    string        `json:"hash"`
	labtest.Finding
	Said  []string       `json:"said,omitempty"`       // by the compiler or the policy, of what the solution wrote
	Plan  []string       `json:"plan"`                 // the faults that happened
	Sizes []labtest.Size `json:"sizes,omitempty"`      // to which the scenario was cut down; none: as the seed draws them
	Calm  []string       `json:"calm,omitempty"`       // what was made calm besides: labtest.CalmLatency, labtest.CalmLocks
	Story []string       `json:"story"`                // what the scenario did
	Trace []string       `json:"trace"`                // the events around the first wrong step; what repeats stands there once
	Head  string         `json:"trace_head,omitempty"` // which events those are; empty is all
	From  int            `json:"trace_from"`           // how many events stand before Trace
	Of    int            `json:"trace_of"`             // how many events there were
	Dump  []string       `json:"dump,omitempty"`       // of the solution's goroutines, or what the runtime said last
	File  string         `json:"file,omitempty"`       // the plan, to be replayed

	Shrunk *Shrunk `json:"shrunk,omitempty"` // nil if nobody tried
	Apart  *Apart  `json:"apart,omitempty"`  // nil if no passing run is near

	// Events are an Excerpt of the events of the run, for a diagram. Empty if the run
	// has none that can be shown. The JSON form does without: the plan gives them again.
	Events []trace.Event `json:"-"`

	// Beside are those of Events, by place, that have nothing to do with what the
	// failure is about, which is Subject. Both are empty if it is about everything.
	Beside  map[int]bool `json:"-"`
	Subject string       `json:"-"`
}

// A Shrunk says what a failure was before it was shrunk, and what that took.
type Shrunk struct {
	Faults int            `json:"faults"`          // that happened in the first run
	Sizes  []labtest.Size `json:"sizes,omitempty"` // as the seed drew them
	Events int            `json:"events"`          // as Failure.Of counts them
	Runs   int            `json:"runs"`            // that were tried, one after another; more may have run beside them
	// Cut is why the search ended early: "runs", "events" or "time". Else it is empty,
	// and no fault can be left out alone, no size be one less. What is cut by
	// time may be smaller on a faster machine.
	Cut string `json:"cut,omitempty"`
}

// An Apart shows where the nearest run that passes goes another way: the same
// run but for one thing.
type Apart struct {
	Without string   `json:"without"` // what it lacks: a line of the plan, or labtest.CalmLocks
	Same    int      `json:"same"`    // how many events, counted as in Failure.Of, both runs have in common at first
	Common  []string `json:"common"`  // the last of those
	Failing []string `json:"failing"` // what comes next where the property breaks
	Passing []string `json:"passing"` // what comes next where it holds
	// Events are an Excerpt of the passing run, and Beside is as in Failure.
	Events []trace.Event `json:"-"`
	Beside map[int]bool  `json:"-"`
}

// Graded reports whether the verdict is about the solution. Else the grader is at
// fault, and how many points the case gives is not known: it is not zero.
func (c Case) Graded() bool { return c.Verdict.Graded() }

// Graded reports whether all cases are. Else how many points the result has is not known.
func (r *Result) Graded() bool {
	return !slices.ContainsFunc(r.Cases(), func(c Case) bool { return !c.Graded() })
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

// Crashes adds up those of all cases.
func (r *Result) Crashes() (sum Crashes) {
	for _, c := range r.Cases() {
		if c.Crashes != nil {
			sum.States += c.Crashes.States
			sum.Recoveries += c.Crashes.Recoveries
		}
	}
	return sum
}

// JSON is the canonical text of a result.
func (r *Result) JSON() ([]byte, error) {
	b, err := json.MarshalIndent(r, "", "  ")
	return append(b, '\n'), err
}
