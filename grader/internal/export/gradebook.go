package export

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"faultline/grader/internal/result"
	"faultline/labs"
)

// A gradebook is a table: a row for each submission, a column for each lab that
// somebody handed in.
type gradebook struct {
	labs []gradebookLab
	rows []gradebookRow
}

type gradebookLab struct {
	name string
	max  int
}

type gradebookRow struct {
	name  string
	cells []score // of the labs
	total score
	notes []string
}

// A score is nil points out of max: nil if the lab was not handed in, or not graded.
type score struct {
	points *int
	max    int
	fault  bool // of the grader, which is why there are no points
}

func newGradebook(class []Submission) gradebook {
	var g gradebook
	for _, lab := range labs.All() { // in their order, whoever hands in what
		column, some := gradebookLab{name: lab.Name}, false
		for _, s := range class {
			if r := s.Of(lab.Name); r != nil {
				column.max, some = max(column.max, r.MaxPoints), true
			}
		}
		if some {
			g.labs = append(g.labs, column)
		}
	}
	for _, s := range class {
		g.rows = append(g.rows, g.row(s))
	}
	return g
}

// row is the row of a submission. A lab that was not handed in adds nothing to the
// total, and is a zero if it is known that it was graded; one that was not graded
// leaves the total open.
func (g gradebook) row(s Submission) gradebookRow {
	row := gradebookRow{name: s.Name, cells: make([]score, len(g.labs))}
	sum, nothing := 0, 0
	row.total.points = &sum
	switch {
	case s.Refused != "":
		row.notes = append(row.notes, s.Refused)
	case len(s.Results) == 0:
		row.notes = append(row.notes, "nothing was handed in")
	}
	said := len(row.notes) > 0
	for i, lab := range g.labs {
		cell := score{max: lab.max}
		if r := s.Of(lab.name); r == nil {
			if slices.Contains(s.Missing, lab.name) {
				cell.points = &nothing
			}
			if !said {
				row.notes = append(row.notes, lab.name+": not handed in")
			}
		} else if c := ungraded(r); c != nil {
			cell.max, cell.fault = r.MaxPoints, true
			row.notes = append(row.notes, lab.name+": "+gist(*c))
			row.total.points, row.total.fault = nil, true
		} else {
			cell.max, cell.points = r.MaxPoints, &r.Points
			sum += r.Points
		}
		row.total.max += cell.max
		row.cells[i] = cell
	}
	return row
}

// Of is the result of a lab, nil if that was not handed in.
func (s Submission) Of(lab string) *result.Result {
	for _, r := range s.Results {
		if r.Lab == lab {
			return r
		}
	}
	return nil
}

// gradebookCSV has numbers as they are and every text in quotes, so that no program
// takes a part of a text for a cell, whatever it separates cells by.
func gradebookCSV(in Input) ([]byte, error) {
	g := newGradebook(in.Class)
	var b bytes.Buffer
	row := []string{CSVText("submission")}
	for _, lab := range g.labs {
		row = append(row, CSVText(lab.name), CSVText(lab.name+"_max"))
	}
	row = append(row, CSVText("total"), CSVText("total_max"), CSVText("notes"))
	fmt.Fprintln(&b, strings.Join(row, ","))
	for _, r := range g.rows {
		row := []string{CSVText(r.name)}
		for _, cell := range append(r.cells, r.total) {
			points := ""
			if cell.points != nil {
				points = fmt.Sprint(*cell.points)
			}
			row = append(row, points, fmt.Sprint(cell.max))
		}
		row = append(row, CSVText(strings.Join(r.notes, "; ")))
		fmt.Fprintln(&b, strings.Join(row, ","))
	}
	return b.Bytes(), nil
}

// CSVText is a cell with a text. A spreadsheet takes what begins like a formula for
// one, and runs it; after an apostrophe it does not.
func CSVText(s string) string {
	s = word(s)
	if strings.IndexAny(s, "=+-@＝＋－＠") == 0 {
		s = "'" + s
	}
	return `"` + strings.ReplaceAll(s, `"`, `""`) + `"`
}

func gradebookMarkdown(in Input) ([]byte, error) {
	g := newGradebook(in.Class)
	var b bytes.Buffer
	head, rule := "| submission |", "|---|"
	for _, lab := range g.labs {
		head += " " + markdownText(lab.name) + " |"
		rule += "---:|"
	}
	fmt.Fprintf(&b, "%s total | notes |\n%s---:|---|\n", head, rule)
	for _, r := range g.rows {
		fmt.Fprintf(&b, "| %s |", markdownText(r.name))
		for _, cell := range append(r.cells, r.total) {
			fmt.Fprintf(&b, " %s |", cell)
		}
		fmt.Fprintf(&b, " %s |\n", markdownText(strings.Join(r.notes, "; ")))
	}
	return b.Bytes(), nil
}

func (s score) String() string {
	switch {
	case s.fault:
		return "not graded"
	case s.points == nil:
		return "–"
	}
	return fmt.Sprintf("%d/%d", *s.points, s.max)
}

// markdownText is a text without any markup: what has a meaning follows a backslash or
// is named by its number, where not every reader of Markdown knows the backslash. An
// address becomes a link by itself, unless it is broken up.
func markdownText(s string) string {
	var b strings.Builder
	for _, r := range word(s) {
		switch {
		case strings.ContainsRune("\\`*_[]!", r):
			fmt.Fprintf(&b, `\%c`, r)
		case strings.ContainsRune("<>&|~$", r):
			fmt.Fprintf(&b, "&#%d;", r)
		default:
			b.WriteRune(r)
		}
	}
	return strings.NewReplacer("www.", "www&#46;", "://", "&#58;//").Replace(b.String())
}
