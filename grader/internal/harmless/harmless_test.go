package harmless_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"faultline/grader/internal/harmless"
)

func TestWhatIsNotSeenStandsEscaped(t *testing.T) {
	tests := []struct{ text, want string }{
		{"plain ünïcode 世界", "plain ünïcode 世界"},
		{"two\nlines\tand a tab", "two\nlines\tand a tab"},
		{"\x1b[31mred\x07", `\x1b[31mred\a`},
		{"a\u202eb\u200bc", `a\u202eb\u200bc`},
		{"bad\xff", `bad\ufffd`},
		{"e" + strings.Repeat("\u0301", 6), "e" + strings.Repeat("\u0301", 4) + `\u0301\u0301`},
	}
	for _, test := range tests {
		if got := harmless.Text(test.text, 100); got != test.want {
			t.Errorf("%q became %q, want %q", test.text, got, test.want)
		}
	}
}

func TestALineHasNoLineEnd(t *testing.T) {
	if got, want := harmless.Line("a\n\tb", 100), `a\n\tb`; got != want {
		t.Errorf("a line is %q, want %q", got, want)
	}
	if got, want := harmless.Words(" a\n\tb ", 100), "a b"; got != want {
		t.Errorf("words are %q, want %q", got, want)
	}
}

func TestALongTextIsCutInItsMiddle(t *testing.T) {
	text := strings.Repeat("ä", 5) + strings.Repeat("x", 90) + strings.Repeat("ö", 6)
	if got, want := harmless.Text(text, 11), "äääää … (90 characters left out) … öööööö"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := harmless.Text(strings.Repeat("ä", 11), 11); utf8.RuneCountInString(got) != 11 {
		t.Errorf("a text that is not too long became %q", got)
	}
}
