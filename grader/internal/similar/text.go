package similar

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"text/tabwriter"

	"faultline/grader/internal/report"
	"faultline/labs/labtest"
)

const (
	mostPassages = 5  // of a pair, as text
	mostWidth    = 72 // of a line of explanation
)

// Write writes a report for a terminal. Names that would not look like what they
// are stand quoted.
func Write(w io.Writer, r *Report) error {
	var b strings.Builder
	for _, lab := range r.Labs {
		writeLab(&b, lab)
	}
	b.WriteString("how to read it:\n")
	for _, how := range r.How {
		writeFolded(&b, how)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func writeLab(b *strings.Builder, lab Lab) {
	fmt.Fprintf(b, "lab %d %s: %s, %s, of which %d alike in something; median %d %%\n",
		lab.Number, lab.Lab, labtest.Count(len(lab.Submissions), "submission"), labtest.Count(lab.Compared, "pair"), lab.Alike, lab.Median)
	fmt.Fprintf(b, "removed: the starter code, and what more than %d have\n\n", lab.Common)
	for _, s := range lab.Submissions {
		for _, note := range s.Notes {
			fmt.Fprintf(b, "note: %s: %s\n", printable(s.Name), printable(note))
		}
	}
	for _, m := range lab.Missing {
		fmt.Fprintf(b, "note: %s is not compared: %s\n", printable(m.Name), printable(m.Why))
	}
	if len(lab.Pairs) == 0 {
		b.WriteString("no two are alike in anything\n\n")
		return
	}
	for _, p := range lab.Pairs {
		writePair(b, p)
	}
	if more := lab.Alike - len(lab.Pairs); more > 0 {
		fmt.Fprintf(b, "and %s that are less alike\n", labtest.Count(more, "pair"))
	}
	b.WriteString("\n")
}

func writePair(b *strings.Builder, p Pair) {
	fmt.Fprintf(b, "%3d %% of %s is alike to %d %% of %s: %d tokens, of which %d in no other submission; weighted %d %%\n",
		p.Left.Percent, printable(p.Left.Name), p.Right.Percent, printable(p.Right.Name), p.Symbols, p.Only, p.Weighted)
	if len(p.Same) > 0 {
		fmt.Fprintf(b, "      equal to the byte: %s\n", strings.Join(p.Same, ", "))
	}
	table := tabwriter.NewWriter(b, 0, 0, 2, ' ', 0)
	for _, passage := range p.Passages[:min(len(p.Passages), mostPassages)] {
		fmt.Fprintf(table, "      %s\t%s\t%d tokens\n", passage.Left, passage.Right, passage.Symbols)
	}
	table.Flush()
	if more := len(p.Passages) - mostPassages; more > 0 {
		fmt.Fprintf(b, "      and %s more\n", labtest.Count(more, "passage"))
	}
}

// String is "file:first-last".
func (l Lines) String() string { return fmt.Sprintf("%s:%d-%d", l.File, l.First, l.Last) }

// writeFolded writes a paragraph in lines that fit.
func writeFolded(b *strings.Builder, text string) {
	b.WriteString("  - " + strings.Join(report.Wrap(text, mostWidth-4), "\n    ") + "\n")
}

// printable quotes a text that would not look on a terminal like what it is.
func printable(text string) string {
	if quoted := strconv.Quote(text); strings.ReplaceAll(quoted, `\"`, `"`) != `"`+text+`"` {
		return quoted
	}
	return text
}
