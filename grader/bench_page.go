package main

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
)

// earlier reads the figures of what was measured before.
func (b bench) earlier() (all []measure, err error) {
	proofs, err := readLabs("faultline/selftest/v1", b.proofs, func(p labProof) string { return p.Lab })
	if err != nil {
		return nil, err
	}
	if len(proofs) > 0 {
		all = append(all, proofFigures(proofs)...)
	}
	natives, err := readLabs("faultline/native/v1", b.natives, func(p nativeProof) string { return p.Lab })
	if err != nil {
		return nil, err
	}
	if len(natives) > 0 {
		all = append(all, nativeFigure(natives))
	}
	if b.explained != "" {
		var e explanations
		if err := readJSON(b.explained, &e); err != nil {
			return nil, err
		}
		all = append(all, e.figures()...)
	}
	if b.class != "" {
		m, err := readClassMeasure(b.class)
		if err != nil {
			return nil, err
		}
		all = append(all, m.figures()...)
	}
	return all, nil
}

// readLabs reads what was measured of labs. If a lab was measured several times, the
// last counts.
func readLabs[P any](schema string, paths []string, lab func(P) string) (all []P, err error) {
	for _, path := range paths {
		var file struct {
			Schema string `json:"schema"`
			Labs   []P    `json:"labs"`
		}
		if err := readJSON(path, &file); err != nil {
			return nil, err
		}
		if file.Schema != schema {
			return nil, fmt.Errorf("%s is %q, and %q is wanted here", path, file.Schema, schema)
		}
		for _, l := range file.Labs {
			all = append(slices.DeleteFunc(all, func(old P) bool { return lab(old) == lab(l) }), l)
		}
	}
	return all, nil
}

func readJSON(path string, to any) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("cannot read %s: %w", path, cause(err))
	}
	if err := json.Unmarshal(text, to); err != nil {
		return fmt.Errorf("%s is not the JSON that was measured before: %w", path, err)
	}
	return nil
}

// proofFigures are what a selftest says of all labs.
func proofFigures(labs []labProof) []measure {
	var sum labProof
	states, recoveries := 0, 0
	for _, l := range labs {
		sum.Mutants += l.Mutants
		sum.Caught += l.Caught
		sum.Fair += l.Fair
		sum.False += l.False
		sum.Repeated += l.Repeated
		sum.Errors += l.Errors
		states += l.Crashes.States
		recoveries += l.Crashes.Recoveries
	}
	share := 100 * float64(sum.Caught) / float64(max(1, sum.Mutants))
	return []measure{
		{What: fmt.Sprintf("mutants caught by their cases, of %d", sum.Mutants), Elsewhere: "-", Ours: share, Unit: "%", Bound: 100, Least: true},
		{What: fmt.Sprintf("false failures in %s runs of correct solutions", thousands(sum.Fair)), Elsewhere: "3 in 500", Ours: float64(sum.False)},
		{What: fmt.Sprintf("faults of the grader, another hash of a run too, in %s runs that were repeated", thousands(sum.Repeated)),
			Elsewhere: "-", Ours: float64(sum.Errors)},
		{What: fmt.Sprintf("recoveries checked, from %s states that crashes of the references leave of a disk", thousands(states)),
			Elsewhere: "-", Ours: float64(recoveries), Bound: 10_000, Least: true},
	}
}

func nativeFigure(labs []nativeProof) measure {
	runs, wrong := 0, 0
	for _, l := range labs {
		runs += l.Runs
		wrong += l.False
	}
	return measure{What: fmt.Sprintf("false failures in %s more, outside the machine", thousands(runs)), Elsewhere: "-", Ours: float64(wrong)}
}

// figures are what is asked of explanations.
func (e explanations) figures() (all []measure) {
	for _, f := range e.Figures {
		all = append(all, measure{What: fmt.Sprintf("%s after shrinking, median of %d failures", f.Name, f.Failures), Elsewhere: "-",
			Ours: float64(f.Median), Bound: float64(f.MedianBound)})
	}
	return all
}

// The lines between which a page has the table.
const (
	figuresBegin = "<!-- figures -->\n"
	figuresEnd   = "<!-- end of figures -->\n"
)

// writeFigures puts the table into a page, in place of the one that it has.
func writeFigures(page string, all []measure) error {
	text, err := os.ReadFile(page)
	if err != nil {
		return fmt.Errorf("cannot read %s: %w", page, cause(err))
	}
	before, rest, begins := strings.Cut(string(text), figuresBegin)
	_, after, ends := strings.Cut(rest, figuresEnd)
	if !begins || !ends {
		return fmt.Errorf("%s has no place for the table: put the lines %q and %q into it",
			page, strings.TrimSpace(figuresBegin), strings.TrimSpace(figuresEnd))
	}
	return writeFile(page, before+figuresBegin+markdown(all)+figuresEnd+after)
}

// markdown is the table for a page.
func markdown(all []measure) string {
	var b strings.Builder
	b.WriteString("| what | elsewhere | bound | ours |\n|---|---|---|---|\n")
	for _, m := range all {
		ours := figureText(m.Ours, m.Unit)
		if !m.holds() {
			ours += " (not kept)"
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", m.What, m.Elsewhere, m.bound(), ours)
	}
	return b.String()
}
