package machine_test

import (
	"context"
	"errors"
	"os/exec"
	"strings"
	"testing"
	"time"

	"faultline/grader/internal/machine"
)

// TestACompileBombDoesNotCompile lays code into a solution that the compiler would
// work on for minutes, or write gigabytes for.
func TestACompileBombDoesNotCompile(t *testing.T) {
	if testing.Short() {
		t.Skip("it keeps a compiler busy")
	}
	if _, err := exec.LookPath("sh"); err != nil {
		t.Skip("no shell to bound the compiler")
	}
	f := newFixture(t)
	f.builder.CPU = 6 * time.Second
	for _, test := range []struct{ title, code, want string }{
		{"a table of gigabytes", "func bomb() int { a := [...]int{1 << 29: 1}; return a[len(a)/2] }\n", "the compiler needs more "},
		{"types made of ever more types", generics(), "the compiler needs more "},
		{"a type of a megabyte, ten times", endlessType(), "cannot use y (variable of"},
	} {
		t.Run(test.title, func(t *testing.T) {
			sol := f.with("mailbox.go", receive, test.code+receive)
			_, err := f.builder.Build(context.Background(), f.suite, sol)
			if broken := (*machine.BuildError)(nil); !errors.As(err, &broken) || !strings.Contains(broken.Text, test.want) {
				t.Errorf("%.2000v", err)
			} else if len(broken.Text) > 2*machine.BuildOutput { // the names of files grow when they are translated
				t.Errorf("%d bytes are kept of what the compiler printed", len(broken.Text))
			}
		})
	}
}

// endlessType is code the type of which doubles with each call.
func endlessType() string {
	return "func pair[T any](x T) struct{ a, b T } { panic(x) }\n" +
		"func bomb() {\n\ty := " + strings.Repeat("pair(", 16) + "1" + strings.Repeat(")", 16) + "\n" +
		strings.Repeat("\tvar _ string = y\n", 10) + "}\n"
}

// generics is code that doubles with each line.
func generics() string {
	var b strings.Builder
	b.WriteString("type pair[A, B any] struct { a A; b B }\nfunc f0[T any](x T) int { return 1 }\n")
	for i := 1; i < 24; i++ {
		n, m := string(rune('a'+i)), string(rune('a'+i-1))
		if i == 1 {
			m = "f0"
		} else {
			m = "f" + m
		}
		b.WriteString("func f" + n + "[T any](x T) int { return " + m + "(pair[T, int]{}) + " + m + "(pair[int, T]{}) }\n")
	}
	return b.String() + "func bomb() int { return f" + string(rune('a'+23)) + "(1) }\n"
}
