package html

import (
	"fmt"
	"html/template"
	"io"
	"strings"

	"faultline/grader/internal/similar"
)

// Similar is the staff's page on what submissions have in common.
type Similar struct {
	Name   string // of the class
	Report *similar.Report
	Files  map[string]Code // by the name of the lab
}

// A Code is the files of submissions, by the submission's name.
type Code map[string]map[string][]byte

// mostShown is how many lines of code a pair shows on each side. A class that is
// all alike would else make a page of a hundred megabytes.
const mostShown = 1000

// WriteSimilar writes the page as one file of HTML. It has no script.
func WriteSimilar(w io.Writer, s Similar) error {
	style := asset("report.css") + asset("similar.css")
	return pages.ExecuteTemplate(w, "similar.tmpl", document{
		Title:  line(s.Name) + ": what is alike",
		Policy: policy{styles: []string{style}}.String(),
		Style:  template.CSS(style),
		View:   newSimilarView(s),
	})
}

type similarView struct {
	Name string
	How  []string
	Labs []similarLab
}

type similarLab struct {
	Number                       int
	Lab                          string
	K, Window, Promise, Common   int
	Submissions, Compared, Alike int
	Median                       int // percent
	Tenths                       []tenth
	Pairs                        []similarPair
	Less                         int // pairs that are alike and not shown
	Notes                        []similarNote
}

// A tenth is a bar of the distribution.
type tenth struct {
	Range string
	Pairs int
}

type similarNote struct{ Name, Text string }

type similarPair struct {
	ID                        string
	Left, Right               string
	LeftPercent, RightPercent int
	Weighted                  int // percent
	Symbols, Only             int
	Same                      string
	Passages                  []passageView
	Open                      bool
}

type passageView struct {
	Left, Right         string // file:first-last
	LeftCode, RightCode []sourceLine
	Symbols, Only       int
}

func newSimilarView(s Similar) similarView {
	v := similarView{Name: line(s.Name), How: s.Report.How}
	for _, lab := range s.Report.Labs {
		v.Labs = append(v.Labs, newSimilarLab(lab, s.Files[lab.Lab]))
	}
	return v
}

func newSimilarLab(lab similar.Lab, code Code) similarLab {
	v := similarLab{
		Number: lab.Number, Lab: line(lab.Lab), K: lab.K, Window: lab.Window, Promise: lab.K + lab.Window - 1, Common: lab.Common,
		Submissions: len(lab.Submissions), Compared: lab.Compared, Alike: lab.Alike, Median: lab.Median,
		Less: lab.Alike - len(lab.Pairs),
	}
	for i, n := range lab.Tenths {
		v.Tenths = append(v.Tenths, tenth{fmt.Sprintf("%d to %d %%", 10*i, 10*i+10), n})
	}
	for _, s := range lab.Submissions {
		for _, note := range s.Notes {
			v.Notes = append(v.Notes, similarNote{line(s.Name), line(note)})
		}
	}
	for _, m := range lab.Missing {
		v.Notes = append(v.Notes, similarNote{line(m.Name), "is not compared: " + line(m.Why)})
	}
	for i, p := range lab.Pairs {
		pv := newSimilarPair(p, code)
		pv.ID, pv.Open = fmt.Sprintf("lab-%d-pair-%d", lab.Number, i+1), i == 0
		v.Pairs = append(v.Pairs, pv)
	}
	return v
}

func newSimilarPair(p similar.Pair, code Code) similarPair {
	v := similarPair{
		Left: line(p.Left.Name), Right: line(p.Right.Name), Weighted: p.Weighted, LeftPercent: p.Left.Percent, RightPercent: p.Right.Percent,
		Symbols: p.Symbols, Only: p.Only, Same: line(strings.Join(p.Same, ", ")),
	}
	room := mostShown
	for _, passage := range p.Passages {
		pv := passageView{
			Left: line(passage.Left.String()), Right: line(passage.Right.String()),
			Symbols: passage.Symbols, Only: passage.Only,
		}
		lines := max(passage.Left.Last-passage.Left.First, passage.Right.Last-passage.Right.First) + 1
		if lines <= room {
			pv.LeftCode = stretch(code[p.Left.Name], passage.Left)
			pv.RightCode = stretch(code[p.Right.Name], passage.Right)
			room -= lines
		}
		v.Passages = append(v.Passages, pv)
	}
	return v
}

// stretch is lines of a file.
func stretch(files map[string][]byte, at similar.Lines) (list []sourceLine) {
	all := strings.Split(string(files[at.File]), "\n")
	for n := at.First; n <= min(at.Last, len(all)); n++ {
		list = append(list, sourceLine{N: n, Text: line(strings.ReplaceAll(strings.TrimSuffix(all[n-1], "\r"), "\t", "    "))})
	}
	return list
}
