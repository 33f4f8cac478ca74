package main

import (
	"bytes"
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

func TestEveryHelpFitsATerminal(t *testing.T) {
	root := command()
	for _, cmd := range append([]*cobra.Command{root}, root.Commands()...) {
		var b bytes.Buffer
		cmd.SetOut(&b)
		cmd.InitDefaultHelpFlag()
		check(t, cmd.Help())
		for line := range strings.Lines(b.String()) {
			if n := len([]rune(strings.TrimSuffix(line, "\n"))); n > helpWidth {
				t.Errorf("%s --help has a line of %d characters:\n%s", cmd.CommandPath(), n, line)
			}
		}
	}
}

func TestFoldKeepsParagraphsAndWhatIsIndented(t *testing.T) {
	text := "one two three\nfour\n\nkeep\n  this as it is, however long it may be\n\nlonger-than-that x"
	want := "one two\nthree four\n\nkeep\n  this as it is, however long it may be\n\nlonger-than-that\nx"
	if got := fold(text, 10); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
