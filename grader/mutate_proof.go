package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"faultline/labs"
)

// A bankProof is what there is to say of a lab's mechanical mutants; "mutate --help"
// explains its JSON form.
type bankProof struct {
	Lab       string               `json:"lab"`
	Number    int                  `json:"number"`
	Mutants   int                  `json:"mutants"`
	Killed    map[labs.Verdict]int `json:"killed"`
	Unreached int                  `json:"unreached"`
	Survivors []survivor           `json:"survivors"`
	Gaps      []survivor           `json:"gaps"`
	Wrong     []string             `json:"wrong"`
	Elapsed   float64              `json:"elapsed_s"`
}

// A survivor is a mutant that no case catches, or a part of the reference that no case
// comes to.
type survivor struct {
	ID   string `json:"id"`
	Line int    `json:"line"`
	Was  string `json:"was"`
	Now  string `json:"now,omitempty"`
	Why  string `json:"why"` // it is harmless, as survivors.txt says
}

// proof counts what has become of the mutants.
func (b *bank) proof() bankProof {
	// No list is nil: a program finds [] where there is nothing.
	p := bankProof{Lab: b.suite.Lab.Name, Number: b.suite.Lab.Number, Mutants: len(b.mutants),
		Killed: map[labs.Verdict]int{}, Survivors: []survivor{}, Gaps: []survivor{}, Wrong: []string{}}
	for i, m := range b.mutants {
		switch {
		case b.ends[i] != "":
			p.Killed[b.ends[i]]++
		case !b.coverage.reaches(m.Statement):
			p.Unreached++ // it is in one of the gaps below
		default:
			p.Survivors = append(p.Survivors, survivor{ID: m.ID(), Line: m.Line, Was: m.Was, Now: m.Now})
		}
	}
	for _, g := range b.source.Gaps(b.coverage.reached) {
		p.Gaps = append(p.Gaps, survivor{ID: g.ID(), Line: g.Line, Was: g.Text})
	}
	return p
}

// show prints what people want to know.
func (p bankProof) show(w io.Writer) {
	killed := 0
	var how []string
	for _, v := range slices.Sorted(maps.Keys(p.Killed)) {
		killed += p.Killed[v]
		how = append(how, fmt.Sprintf("%s %d", v, p.Killed[v]))
	}
	fmt.Fprintf(w, "lab %d %s: %d mechanical mutants: %d killed (%s), %d survived, %d where no case comes to\n",
		p.Number, p.Lab, p.Mutants, killed, strings.Join(how, ", "), len(p.Survivors), p.Unreached)
	show(w, "survived", p.Survivors)
	show(w, "no case comes to", p.Gaps)
}

func show(w io.Writer, what string, all []survivor) {
	for _, s := range all {
		fmt.Fprintf(w, "%s: %s (line %d)\n  - %s\n", what, s.ID, s.Line, s.Was)
		if s.Now != "" {
			fmt.Fprintf(w, "  + %s\n", s.Now)
		}
		if s.Why != "" {
			fmt.Fprintf(w, "  %s\n", s.Why)
		}
	}
}
