package html

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	longest    = 2000 // characters of one text that a page shows
	mostStacks = 4    // marks that stand on one letter; more paint over the lines above
)

// plain makes a text that somebody else wrote harmless to look at. What is not
// seen but acts (control characters, escape sequences, directions of writing,
// characters without width) stands escaped, as in a Go string. It is about what
// the eye is told; that no text becomes part of the page's code is the
// template's work.
func plain(s string) string {
	var b strings.Builder
	marks := 0
	for _, r := range middle(s, longest) {
		if unicode.Is(unicode.Mn, r) || unicode.Is(unicode.Me, r) {
			marks++
		} else {
			marks = 0
		}
		switch {
		case r == '\n' || r == '\t':
			b.WriteRune(r)
		case r == utf8.RuneError || !unicode.IsPrint(r) || marks > mostStacks:
			quoted := strconv.QuoteRuneToASCII(r)
			b.WriteString(quoted[1 : len(quoted)-1])
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// line is plain for a text that stays in one line.
func line(s string) string {
	return strings.NewReplacer("\n", `\n`, "\t", `\t`).Replace(plain(s))
}

func lines(list []string) []string {
	var out []string
	for _, s := range list {
		out = append(out, line(s))
	}
	return out
}

// middle cuts a long text in the middle and says how much is left out.
func middle(s string, limit int) string {
	if len(s) <= limit {
		return s
	}
	runes := []rune(s)
	if len(runes) <= limit {
		return s
	}
	left := len(runes) - limit
	return string(runes[:limit/2]) + " … (" + strconv.Itoa(left) + " characters left out) … " + string(runes[len(runes)-limit/2:])
}
