package submission_test

import (
	"bytes"
	"go/parser"
	"go/token"
	"strconv"
	"testing"

	"faultline/grader/internal/submission"
)

func TestRedirect(t *testing.T) {
	tests := []struct{ title, src, want string }{
		{"a single import keeps its line", "package p\n\nimport \"sync\" // why\n\nvar _ sync.Mutex\n",
			"package p\n\nimport sync \"faultline/labs/simsync\" // why\n\nvar _ sync.Mutex\n"},
		{"an import in a group keeps its line", "package p\n\nimport (\n\t\"io\"\n\t\"sync\"\n\t\"time\"\n)\n",
			"package p\n\nimport (\n\t\"io\"\n\tsync \"faultline/labs/simsync\"\n\t\"time\"\n)\n"},
		{"a named import keeps its name", "package p\nimport s \"sync\"\n",
			"package p\nimport s \"faultline/labs/simsync\"\n"},
		{"a second import is redirected too", "package p\nimport (_ \"sync\"; . `sync`)\n",
			"package p\nimport (_ \"faultline/labs/simsync\"; . \"faultline/labs/simsync\")\n"},
		{"carriage returns in a raw path are no part of it", "package p\r\nimport `sy\rnc`\r\nvar a int\r\n",
			"package p\r\nimport sync \"faultline/labs/simsync\"\r\nvar a int\r\n"},
		{"an escaped path is the same path", "package p\nimport \"\\x73ync\"\n",
			"package p\nimport sync \"faultline/labs/simsync\"\n"},
		{"atomic operations stay", "package p\nimport \"sync/atomic\"\n", "package p\nimport \"sync/atomic\"\n"},
		{"strings and comments stay", "package p\n// import \"sync\"\nvar s = \"sync\"\n",
			"package p\n// import \"sync\"\nvar s = \"sync\"\n"},
		{"a //line comment changes nothing", "package p\n//line x.go:100\nimport \"sync\"\n",
			"package p\n//line x.go:100\nimport sync \"faultline/labs/simsync\"\n"},
		{"what follows the imports need not parse", "package p\nimport \"sync\"\nfunc {\n",
			"package p\nimport sync \"faultline/labs/simsync\"\nfunc {\n"},
	}
	for _, tt := range tests {
		t.Run(tt.title, func(t *testing.T) {
			got, err := submission.Redirect([]byte(tt.src))
			if err != nil || string(got) != tt.want {
				t.Errorf("got %q, error %v; want %q", got, err, tt.want)
			}
		})
	}
}

func TestWhatASolutionWroteFindsTheSolutionWhereItStands(t *testing.T) {
	const src = "package p\n\nimport (\n\t\"sync\"\n\n\t\"faultline/solutions-skeleton/queue\"\n" +
		"\tx \"faultline/solutions-skeleton/queue/api\"\n)\n"
	const want = "package p\n\nimport (\n\t\"sync\"\n\n\tqueue \"faultline/elsewhere/queue\"\n" +
		"\tx \"faultline/solutions-skeleton/queue/api\"\n)\n"
	got, err := submission.Place([]byte(src), lab(), "faultline/elsewhere/queue")
	if err != nil || string(got) != want {
		t.Errorf("got %q, error %v; want %q", got, err, want)
	}
}

func TestRedirectReportsImportsThatDoNotParse(t *testing.T) {
	if got, err := submission.Redirect([]byte("package p\nimport sync\n")); err == nil {
		t.Errorf("got %q, want an error", got)
	}
}

// rewrite is what a function makes of source that it takes. It holds that the input is
// not modified, and that every line stays where it is.
func rewrite(t *testing.T, f func([]byte) ([]byte, error), src []byte) (out []byte, taken bool) {
	t.Helper()
	before := bytes.Clone(src)
	out, err := f(src)
	if !bytes.Equal(src, before) {
		t.Fatal("the input was modified")
	}
	if err != nil {
		return nil, false
	}
	if a, b := bytes.Count(src, []byte("\n")), bytes.Count(out, []byte("\n")); a != b {
		t.Fatalf("%d lines became %d", a, b)
	}
	return out, true
}

// FuzzRedirect holds that lines stay where they are, that the result parses as
// far as the input does, and that no import of sync is left.
func FuzzRedirect(f *testing.F) {
	f.Add([]byte("package p\n\nimport (\n\t\"io\"\n\ts \"sync\"\n)\n\nvar _ s.Mutex\n"))
	f.Add([]byte("package p;import `s\rync`;import \"sync/atomic\"\n"))
	f.Add([]byte("\ufeffpackage p\nimport(.\"\\163ync\"/*\n*/)"))
	f.Fuzz(func(t *testing.T, src []byte) {
		got, taken := rewrite(t, submission.Redirect, src)
		if !taken {
			return
		}
		for _, mode := range []parser.Mode{parser.ImportsOnly, 0} {
			if _, err := parser.ParseFile(token.NewFileSet(), "", src, mode); err != nil {
				continue
			}
			tree, err := parser.ParseFile(token.NewFileSet(), "", got, mode)
			if err != nil {
				t.Fatalf("the result does not parse: %v\n%s", err, got)
			}
			for _, spec := range tree.Imports {
				if path, _ := strconv.Unquote(spec.Path.Value); path == "sync" {
					t.Fatalf("sync is still imported:\n%s", got)
				}
			}
		}
	})
}

func TestWhatACompilerSaysOfRedirectedSourceSpeaksOfSync(t *testing.T) {
	for _, tt := range []struct{ said, want string }{
		{`hw/a.go:3:2: "faultline/labs/simsync" imported as sync and not used`, `hw/a.go:3:2: "sync" imported and not used`},
		{`hw/a.go:3:2: "faultline/labs/simsync" imported as s and not used`, `hw/a.go:3:2: "sync" imported as s and not used`},
		{"hw/a.go:9:5: m.wait undefined (type *simsync.Cond has no field or method wait)",
			"hw/a.go:9:5: m.wait undefined (type *sync.Cond has no field or method wait)"},
		{"hw/a.go:9:5: undefined: mysimsync.Lock", "hw/a.go:9:5: undefined: mysimsync.Lock"},
	} {
		if got := submission.Unredirect(tt.said); got != tt.want {
			t.Errorf("got  %s\nwant %s", got, tt.want)
		}
	}
}
