package similar

import (
	"fmt"
	"io"
	"strings"

	"faultline/grader/internal/export"
)

// WriteCSV writes the pairs of a report as a table for a spreadsheet, a line for each.
func WriteCSV(w io.Writer, r *Report) error {
	var b strings.Builder
	b.WriteString("lab,place,weighted_percent,left,left_percent,right,right_percent,tokens,only_here,longest,passages,same_files\n")
	for _, lab := range r.Labs {
		for i, p := range lab.Pairs {
			longest := 0
			for _, passage := range p.Passages {
				longest = max(longest, passage.Symbols)
			}
			fmt.Fprintf(&b, "%s,%d,%d,%s,%d,%s,%d,%d,%d,%d,%d,%s\n", export.CSVText(lab.Lab), i+1, p.Weighted,
				export.CSVText(p.Left.Name), p.Left.Percent, export.CSVText(p.Right.Name), p.Right.Percent,
				p.Symbols, p.Only, longest, len(p.Passages), export.CSVText(strings.Join(p.Same, " ")))
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}
