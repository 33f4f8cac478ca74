package html

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"faultline/grader/internal/result"
	"faultline/labs"
)

// A Class is the index that the staff has of all submissions.
type Class struct {
	Name  string
	Rows  []Row
	Staff Staff // its machine; the links are the rows'
}

// A Row is one submission of a class.
type Row struct {
	Name           string
	Results        []*result.Result // of the labs that were handed in
	Gists          []string         // what happened, in a few words, a line for each lab
	Staff, Student string           // links to the two reports
}

func (r Row) has(lab string) bool {
	return slices.ContainsFunc(r.Results, func(one *result.Result) bool { return one.Lab == lab })
}

// WriteClass writes the index as one file of HTML.
func WriteClass(w io.Writer, c Class) error {
	return write(w, "class.tmpl", line(c.Name), newClassView(c))
}

type classView struct {
	Name  string
	Labs  []string
	Rows  []rowView
	Cases []wrongCase
	Staff Staff
}

type rowView struct {
	Name           string
	Scores, Gists  []string
	Staff, Student string
}

// A wrongCase is one that somebody does not pass.
type wrongCase struct {
	ID, Title, Who string
	Count          int
}

func newClassView(c Class) classView {
	v := classView{Name: line(c.Name), Staff: c.Staff}
	columns := map[string]int{}
	for _, lab := range labs.All() { // in their order, whoever hands in what
		if slices.ContainsFunc(c.Rows, func(row Row) bool { return row.has(lab.Name) }) {
			columns[lab.Name] = len(v.Labs)
			v.Labs = append(v.Labs, fmt.Sprintf("lab %d %s", lab.Number, lab.Name))
		}
	}
	wrong := wrongCases{at: map[string]int{}}
	for _, row := range c.Rows {
		rv := rowView{Name: line(row.Name), Gists: lines(row.Gists), Staff: row.Staff, Student: row.Student}
		rv.Scores = make([]string, len(v.Labs))
		for i := range rv.Scores {
			rv.Scores[i] = "–"
		}
		for _, r := range row.Results {
			if i, known := columns[r.Lab]; known {
				rv.Scores[i] = scoreOf(r)
			}
			wrong.add(rv.Name, r)
		}
		v.Rows = append(v.Rows, rv)
	}
	v.Cases = wrong.list
	slices.SortStableFunc(v.Cases, func(a, b wrongCase) int { return b.Count - a.Count })
	return v
}

func scoreOf(r *result.Result) string {
	if !r.Graded() {
		return "not graded"
	}
	return fmt.Sprintf("%d/%d", r.Points, r.MaxPoints)
}

// wrongCases collects the cases that were graded and not passed, in the order of
// the first submission that has them.
type wrongCases struct {
	list []wrongCase
	at   map[string]int
}

func (w *wrongCases) add(name string, r *result.Result) {
	if len(r.Refused) > 0 {
		return
	}
	for _, c := range r.Cases() {
		if c.Verdict == labs.Pass || c.Verdict == labs.NotImplemented || !c.Graded() {
			continue
		}
		i, known := w.at[c.ID]
		if !known {
			i = len(w.list)
			w.at[c.ID] = i
			w.list = append(w.list, wrongCase{ID: line(c.ID), Title: line(c.Title)})
		}
		w.list[i].Count++
		w.list[i].Who = strings.TrimPrefix(w.list[i].Who+", "+name, ", ")
	}
}
