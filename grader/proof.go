package main

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"

	"faultline/grader/internal/grading"
	"faultline/grader/internal/result"
	"faultline/grader/internal/suites"
	"faultline/labs"
)

// A labProof is what a selftest says of one lab; "selftest --help" explains its
// JSON form.
type labProof struct {
	Lab       string   `json:"lab"`
	Number    int      `json:"number"`
	Cases     int      `json:"cases"`
	Solutions int      `json:"solutions"`
	Mutants   int      `json:"mutants"`
	Caught    int      `json:"caught"`
	Missed    []string `json:"missed"`
	Seeds     int      `json:"seeds"`
	Fair      int      `json:"fair"`
	False     int      `json:"false"`
	Repeated  int      `json:"repeated"`
	Errors    int      `json:"errors"`
	// Crashes are those of the reference.
	Crashes result.Crashes `json:"crashes"`
	Wrong   []string       `json:"wrong"`
	Elapsed float64        `json:"elapsed_s"`

	least int // recoveries from crashes that the suite promises
}

func newLabProof(suite suites.Suite) labProof {
	// No list is nil: a program finds [] where there is nothing.
	return labProof{Lab: suite.Lab.Name, Number: suite.Lab.Number, Cases: len(suite.Cases),
		Missed: []string{}, Wrong: []string{}}
}

// add notes what became of a specimen.
func (p *labProof) add(suite suites.Suite, s specimen, r *result.Result, o grading.Order) {
	mismatches := s.want(r)
	for _, line := range append(faults(r), mismatches...) {
		p.Wrong = append(p.Wrong, s.name+": "+line)
	}
	for _, c := range r.Cases() {
		ran := min(c.Passed+1, c.Seeds) // nothing runs behind the first that does not pass
		p.Seeds += ran
		whole, _ := suite.Case(c.ID)
		p.Repeated += min(ran, o.Twice(whole.Case))
		if c.Verdict == labs.GraderError {
			p.Errors++
		}
		if s.correct && !slices.Contains(s.fails, c.ID) {
			p.Fair += ran
			if c.Verdict != labs.Pass {
				p.False++
			}
		}
	}
	p.Solutions++
	if s.reference {
		p.Crashes = r.Crashes()
		if p.Crashes.Recoveries < p.least {
			p.Wrong = append(p.Wrong, fmt.Sprintf("%s: %d recoveries from crashes, and the suite promises %d", s.name, p.Crashes.Recoveries, p.least))
		}
	}
	if !s.mutant {
		return
	}
	p.Mutants++
	if len(mismatches) == 0 {
		p.Caught++
	} else {
		p.Missed = append(p.Missed, s.name)
	}
}

// A labFinding is what is known of a lab after a proof, and what of it is wrong.
type labFinding interface {
	labProof | bankProof | nativeProof
	wrongs() []string
}

func (p labProof) wrongs() []string    { return p.Wrong }
func (p bankProof) wrongs() []string   { return p.Wrong }
func (p nativeProof) wrongs() []string { return p.Wrong }

// overLabs proves some labs one after the other, and says at the end all that is wrong.
// For a program it prints what is known of each; its schema changes when a reader of the
// old form would misread the new one.
func overLabs[P labFinding](w *workshop, of []suites.Suite, asJSON bool, schema string, prove func(suites.Suite) (P, error)) error {
	out := w.out
	if asJSON {
		w.out = w.err // for what people read
	}
	var all []P
	var wrong []string
	for _, suite := range of {
		found, err := prove(suite)
		if err != nil {
			return err
		}
		all, wrong = append(all, found), append(wrong, found.wrongs()...)
	}
	if asJSON {
		if err := writeJSON(out, struct {
			Schema string `json:"schema"`
			Labs   []P    `json:"labs"`
		}{schema, all}); err != nil {
			return err
		}
	}
	return w.conclude(wrong)
}

// writeJSON writes what a command prints for a program.
func writeJSON(w io.Writer, v any) error {
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}
