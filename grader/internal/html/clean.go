package html

import "faultline/grader/internal/harmless"

const longest = 2000 // characters of one text that a page shows

// plain is a text that may have several lines.
func plain(s string) string { return harmless.Text(s, longest) }

// line is plain for a text that stays in one line.
func line(s string) string { return harmless.Line(s, longest) }

func lines(list []string) []string {
	var out []string
	for _, s := range list {
		out = append(out, line(s))
	}
	return out
}
