package submission_test

import (
	"go/parser"
	"go/token"
	"regexp"
	"strings"
	"testing"

	"faultline/grader/internal/submission"
)

// alias is the name under which a metered file has the package of the rounds.
var alias = regexp.MustCompile(`points[0-9a-f]{64}`)

func TestMeter(t *testing.T) {
	const imports = `; import P "faultline/labs/simsync/points"`
	tests := []struct{ title, src, want string }{
		{"each kind of loop counts its rounds",
			"package p\n\nfunc f() {\n\tfor {\n\t}\n\tfor i := range 3 { _ = i }\n\tfor i := 0; i < 3; i++ {}\n}\n",
			"package p" + imports + "\n\nfunc f() {\n\tfor { P.Round();\n\t}\n\tfor i := range 3 { P.Round(); _ = i }\n\tfor i := 0; i < 3; i++ { P.Round();}\n}\n"},
		{"a loop in the head of a loop comes first",
			"package p\nfunc f() { for func() bool { for {} }() { } }\n",
			"package p" + imports + "\nfunc f() { for func() bool { for { P.Round();} }() { P.Round(); } }\n"},
		{"comments stay where they are", "package p // why\nfunc f() { for /* a { */ { // for {\n} }\n",
			"package p" + imports + " // why\nfunc f() { for /* a { */ { P.Round(); // for {\n} }\n"},
		{"what has no loop stays", "package p\n\nconst s = \"for {}\"\n", "package p\n\nconst s = \"for {}\"\n"},
	}
	for _, tt := range tests {
		t.Run(tt.title, func(t *testing.T) {
			got, err := submission.Meter([]byte(tt.src))
			if text := alias.ReplaceAllString(string(got), "P"); err != nil || text != tt.want {
				t.Errorf("got %q, error %v; want %q", text, err, tt.want)
			}
		})
	}
}

// Whoever knew the name could do more than count.
func TestAFileCannotKnowTheNameOfTheMeter(t *testing.T) {
	const src = "package p\nfunc f() { for {} }\n"
	name := func(src string) string {
		out, err := submission.Meter([]byte(src))
		if err != nil {
			t.Fatal(err)
		}
		return alias.FindString(string(out))
	}
	first := name(src)
	if second := name(src + "// " + first + "\n"); second == first {
		t.Errorf("a file that names %s has it under that name", first)
	}
}

func TestMeterReportsWhatDoesNotParse(t *testing.T) {
	if got, err := submission.Meter([]byte("package p\nfunc f() { for {}\n")); err == nil {
		t.Errorf("got %q, want an error", got)
	}
}

// FuzzMeter holds that lines stay where they are, that the result parses, and that
// without what was put in it is what it was.
func FuzzMeter(f *testing.F) {
	f.Add([]byte("package p\nfunc f() { for i := range 3 { for {} ; _ = i } }\n"))
	f.Add([]byte("package p;var s = `{\r\n`;func f() { for _ = range s {} }"))
	f.Fuzz(func(t *testing.T, src []byte) {
		got, taken := rewrite(t, submission.Meter, src)
		if !taken {
			return
		}
		if _, err := parser.ParseFile(token.NewFileSet(), "", got, 0); err != nil {
			t.Fatalf("the result does not parse: %v\n%s", err, got)
		}
		name := alias.FindString(string(got))
		bare := strings.Replace(string(got), `; import `+name+` "faultline/labs/simsync/points"`, "", 1)
		if bare = strings.ReplaceAll(bare, " "+name+".Round();", ""); name != "" && bare != string(src) {
			t.Fatalf("%q became %q", src, bare)
		}
	})
}
