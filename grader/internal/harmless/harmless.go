// Package harmless makes texts that somebody else wrote safe to look at.
//
// What a student's code returns, prints or is called may hold anything: control
// characters, escape sequences, directions of writing, characters without width,
// towers of accents. In a terminal, an editor or a page these act, and could make a
// report say what it does not. It is about what the eye is told: that no text
// becomes part of a page's code, or of a shell's, is the work of whoever writes
// that.
package harmless

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

const mostMarks = 4 // that stand on one letter; more paint over the lines above

// Text is s with everything that is not seen escaped as in a Go string, but for line
// ends and tabs. A text of more than limit characters is cut in its middle, and
// says how much is left out.
func Text(s string, limit int) string {
	var b strings.Builder
	marks := 0
	for _, r := range middle(s, limit) {
		if unicode.Is(unicode.Mn, r) || unicode.Is(unicode.Me, r) {
			marks++
		} else {
			marks = 0
		}
		switch {
		case r == '\n' || r == '\t':
			b.WriteRune(r)
		case r == utf8.RuneError || !unicode.IsPrint(r) || marks > mostMarks:
			quoted := strconv.QuoteRuneToASCII(r)
			b.WriteString(quoted[1 : len(quoted)-1])
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// Line is Text in one line: its line ends and tabs are escaped, too.
func Line(s string, limit int) string {
	return strings.NewReplacer("\n", `\n`, "\t", `\t`).Replace(Text(s, limit))
}

// Words is Text in one line, with one space between each two words.
func Words(s string, limit int) string {
	return strings.Join(strings.Fields(Text(s, limit)), " ")
}

func middle(s string, limit int) string {
	if len(s) <= limit {
		return s
	}
	runes := []rune(s)
	left := len(runes) - limit
	if left <= 0 {
		return s
	}
	return string(runes[:limit/2]) + " … (" + strconv.Itoa(left) + " characters left out) … " + string(runes[len(runes)-(limit-limit/2):])
}
