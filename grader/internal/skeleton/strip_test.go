package skeleton_test

import (
	"bytes"
	"go/ast"
	"go/format"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"faultline/grader/internal/skeleton"
)

// reference is a file as our solutions are written; it uses every marker.
func reference(t testing.TB) []byte {
	t.Helper()
	src, err := os.ReadFile("testdata/counter.go.in")
	if err != nil {
		t.Fatal(err)
	}
	return src
}

func TestStripOfAWholeReference(t *testing.T) {
	got, err := skeleton.Strip("counter.go", reference(t))
	if err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadFile("testdata/counter.go.out")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got.Source)); diff != "" {
		t.Errorf("starter code (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(map[string]int{"": 8, "A": 8, "B": 8}, got.Removed); diff != "" {
		t.Errorf("lines removed (-want +got):\n%s", diff)
	}
}

// labsImporter knows the package of TODO and leaves the rest to the toolchain.
type labsImporter struct{ std types.Importer }

func (i labsImporter) Import(path string) (*types.Package, error) {
	if path != "faultline/labs" {
		return i.std.Import(path)
	}
	fset := token.NewFileSet()
	const src = "package labs\nfunc TODO(stage string) error { return nil }\n"
	file, err := parser.ParseFile(fset, "labs.go", src, 0)
	if err != nil {
		return nil, err
	}
	return new(types.Config).Check(path, fset, []*ast.File{file}, nil)
}

func TestStarterCodeCompiles(t *testing.T) {
	for _, input := range []string{"the reference", "the starter code"} {
		t.Run(input, func(t *testing.T) {
			src := reference(t)
			if input == "the starter code" {
				got, err := skeleton.Strip("counter.go", src)
				if err != nil {
					t.Fatal(err)
				}
				src = got.Source
			}
			fset := token.NewFileSet()
			file, err := parser.ParseFile(fset, "counter.go", src, parser.ParseComments)
			if err != nil {
				t.Fatal(err)
			}
			config := types.Config{Importer: labsImporter{std: importer.Default()}}
			if _, err := config.Check("counter", fset, []*ast.File{file}, nil); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestStrip(t *testing.T) {
	tests := []struct{ title, src, want string }{
		{
			"a func that is to do keeps its doc and gets the import",
			`package p

// F adds.
//
//lab:todo A
func F(a, b int) int { return a + b }
`,
			`package p

import "faultline/labs"

// F adds.
func F(a, b int) int {
	panic(labs.TODO("A"))
}
`,
		},
		{
			"a doc that is nothing but the marker goes",
			`package p

//lab:todo A
func (T) f() {}

type T int
`,
			`package p

import "faultline/labs"

func (T) f() {
	panic(labs.TODO("A"))
}

type T int
`,
		},
		{
			"labs is imported once",
			`package p

import "faultline/labs"

//lab:todo A
func f() {}

var _ = labs.All
`,
			`package p

import "faultline/labs"

func f() {
	panic(labs.TODO("A"))
}

var _ = labs.All
`,
		},
		{
			"a lone import is joined by that of labs",
			`package p

import "io" // why

//lab:todo A
func f(io.Reader) {}
`,
			`package p

import (
	"io" // why

	"faultline/labs"
)

func f(io.Reader) {
	panic(labs.TODO("A"))
}
`,
		},
		{
			"labs stands with the other imports of the house",
			`package p

import (
	"io"

	"faultline/labrpc"
)

//lab:todo A
func f(io.Reader, labrpc.Node) {}
`,
			`package p

import (
	"io"

	"faultline/labrpc"
	"faultline/labs"
)

func f(io.Reader, labrpc.Node) {
	panic(labs.TODO("A"))
}
`,
		},
		{
			"imports go with their last use, one that was unused before stays",
			`package p

import (
	"errors"

	// For f.
	"math/rand/v2"
	str "strings"
	_ "embed"
)

//lab:omit
func f() { rand.Int(); str.Fields("") }

var _ = errors.New
`,
			`package p

import (
	"errors"

	_ "embed"
)

var _ = errors.New
`,
		},
		{
			"an import goes although a variable of its name is used",
			`package p

import "time"

func f(time clock) { time.Now() }

//lab:omit
var _ = time.Now
`,
			`package p

func f(time clock) { time.Now() }
`,
		},
		{
			"a region of a struct becomes one line",
			`package p

type T struct {
	a int
	//lab:begin B
	b int

	c int
	//lab:end
	d int
}
`,
			`package p

type T struct {
	a int
	// Your code here (B).
	d int
}
`,
		},
		{
			"stubs stand below the line that replaces the region",
			`package p

func f(a int) int {
	//lab:stub _ = a
	//lab:stub return 0
	//lab:begin C
	return a
	//lab:end
}
`,
			`package p

func f(a int) int {
	// Your code here (C).
	_ = a
	return 0
}
`,
		},
		{
			"a stub may panic, and labs is imported for it",
			`package p

func f() {
	//lab:stub panic(labs.TODO("B"))
	//lab:begin B
	//lab:end
}
`,
			`package p

import "faultline/labs"

func f() {
	// Your code here (B).
	panic(labs.TODO("B"))
}
`,
		},
		{
			"a region may be the end of a case clause",
			`package p

func f(a int) {
	switch a {
	case 1:
		//lab:begin A
		f(2)
		//lab:end
	case 2:
	}
}
`,
			`package p

func f(a int) {
	switch a {
	case 1:
		// Your code here (A).
	case 2:
	}
}
`,
		},
		{
			"omitted declarations go with doc and comments",
			`package p

// T stays.
type T int

// c goes.
//
//lab:omit
const c = 1 // why

var (
	a int
	// b goes.
	//lab:omit
	b int
)
`,
			`package p

// T stays.
type T int

var (
	a int
)
`,
		},
	}
	for _, tt := range tests {
		t.Run(tt.title, func(t *testing.T) {
			got, err := skeleton.Strip("p.go", []byte(tt.src))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, string(got.Source)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestStripOmitsAWholeFile(t *testing.T) {
	for _, src := range []string{
		"//lab:omit\n\npackage p\n\nvar a int\n",
		"// Package p is ours.\n//\n//lab:omit\npackage p\n",
	} {
		got, err := skeleton.Strip("p.go", []byte(src))
		if err != nil {
			t.Fatal(err)
		}
		if got.Source != nil {
			t.Errorf("source is %q, want none", got.Source)
		}
	}
}

func TestSourceWithoutMarkersComesBackAsItIs(t *testing.T) {
	for _, src := range []string{
		"package p\n\nimport \"os\"\n",
		"package  p;var a=1",
		"package p\r\n\r\n// lab:x is prose\r\nvar s = `\r\n//lab:omit\r\n`\r\n",
	} {
		got, err := skeleton.Strip("p.go", []byte(src))
		if err != nil {
			t.Fatal(err)
		}
		if string(got.Source) != src {
			t.Errorf("source is %q, want %q", got.Source, src)
		}
	}
}

func TestErrorsNameTheLineAndTheNextStep(t *testing.T) {
	tests := []struct{ title, src, want string }{
		{"no end", "func f() {\n//lab:begin A\n}",
			"p.go:3: //lab:begin without //lab:end: add //lab:end after the region"},
		{"no begin", "func f() {\n//lab:end\n}",
			"p.go:3: //lab:end without //lab:begin: add //lab:begin before the region"},
		{"nested begin", "func f() {\n//lab:begin A\n//lab:begin B\n//lab:end\n}",
			"p.go:4: //lab:begin inside the region that begins on line 3: add //lab:end before it"},
		{"a stub far from its begin", "func f() {\n//lab:stub return\n\n//lab:begin A\n//lab:end\n}",
			"p.go:3: //lab:stub must be on the line before a //lab:begin"},
		{"a stub at the end", "func f() {\n//lab:stub return\n}",
			"p.go:3: //lab:stub must be on the line before a //lab:begin"},
		{"an empty stub", "func f() {\n//lab:stub\n}",
			"p.go:3: //lab:stub needs one statement, as in //lab:stub return 0, false"},
		{"a stub that closes the body", "func f() {\n//lab:stub }; func g() {\n//lab:begin A\n//lab:end\n}",
			"p.go:3: //lab:stub needs one statement, as in //lab:stub return 0, false"},
		{"a stub with a marker", "func f() {\n//lab:stub return //lab:end\n//lab:begin A\n//lab:end\n}",
			"p.go:3: //lab:stub needs one statement, as in //lab:stub return 0, false"},
		{"an end in an inner block", "func f() {\n//lab:begin A\nif true {\n//lab:end\n}\n}",
			"p.go:3: the region crosses a block: put its //lab:end (line 5) in the same block"},
		{"an end in a later clause",
			"func f() {\nswitch {\ncase true:\nf()\n//lab:begin A\ncase false:\n//lab:end\nf()\n}\n}",
			"p.go:6: the region crosses a block: put its //lab:end (line 8) in the same block"},
		{"a region of declarations", "//lab:begin A\n\nvar a int\n\n//lab:end",
			"p.go:2: //lab:begin is neither in a struct nor in a body: use //lab:omit for declarations"},
		{"todo without a stage", "//lab:todo\nfunc f() {}",
			"p.go:2: //lab:todo needs the letter of a stage, as in //lab:todo A"},
		{"begin with a word", "func f() {\n//lab:begin later\n}",
			"p.go:3: //lab:begin needs the letter of a stage, as in //lab:begin A"},
		{"todo on a type", "//lab:todo A\ntype T int",
			"p.go:2: //lab:todo must be the last line of the doc comment of a func with a body"},
		{"todo above the doc", "//lab:todo A\n// F is one.\nfunc F() {}",
			"p.go:2: //lab:todo must be the last line of the doc comment of a func with a body"},
		{"todo without a body", "//lab:todo A\nfunc f()",
			"p.go:2: //lab:todo must be the last line of the doc comment of a func with a body"},
		{"omit apart from a declaration", "//lab:omit\n\nfunc f() {}",
			"p.go:2: //lab:omit must be the last line of the doc comment of a declaration, " +
				"or be before the package clause"},
		{"omit with a letter", "//lab:omit A\nfunc f() {}",
			"p.go:2: //lab:omit stands alone: take \"A\" out"},
		{"an unknown marker", "//lab:hide\nfunc f() {}",
			"p.go:2: unknown marker //lab:hide: there are todo, begin, end, stub and omit"},
		{"a marker that looks like prose", "// lab:todo A\nfunc f() {}",
			"p.go:2: a marker is written without a space, as in //lab:todo A"},
		{"a marker behind code", "func f() {\nf() //lab:begin A\n//lab:end\n}",
			"p.go:3: //lab:begin follows code: put it on a line of its own"},
		{"a region in a body that goes anyway", "//lab:todo A\nfunc f() {\n//lab:begin A\n//lab:end\n}",
			"p.go:4: this marker is inside code that the marker on line 2 removes: take one of them out"},
		{"no Go", "func", "p.go:2:6: expected 'IDENT', found 'EOF'"},
	}
	for _, tt := range tests {
		t.Run(tt.title, func(t *testing.T) {
			_, err := skeleton.Strip("p.go", []byte("package p\n"+tt.src+"\n"))
			if err == nil || err.Error() != tt.want {
				t.Errorf("error\n%v\nwant\n%s", err, tt.want)
			}
		})
	}
	t.Run("a marker in an omitted file", func(t *testing.T) {
		_, err := skeleton.Strip("p.go", []byte("//lab:omit\n\npackage p\n\n//lab:todo A\nfunc f() {}\n"))
		want := "p.go:5: the whole file is omitted already: take this marker out"
		if err == nil || err.Error() != want {
			t.Errorf("error\n%v\nwant\n%s", err, want)
		}
	})
}

// FuzzStrip holds what every result must satisfy: it parses, it has no marker
// left, and stripping it again changes nothing.
func FuzzStrip(f *testing.F) {
	f.Add(reference(f))
	f.Add([]byte("package p\r\n\r\n//lab:todo A\r\nfunc f() {}\r\n"))
	f.Add([]byte("package p; import (\"io\"; \"fmt\")\n//lab:omit\nvar _ = io.EOF\n"))
	f.Add([]byte("//lab:omit\npackage p"))
	f.Fuzz(func(t *testing.T, src []byte) {
		before := bytes.Clone(src)
		got, err := skeleton.Strip("p.go", src)
		if !bytes.Equal(src, before) {
			t.Fatal("the input was modified")
		}
		if err != nil || got.Source == nil {
			return
		}
		if _, err := format.Source(got.Source); err != nil {
			t.Fatalf("the result is no Go: %v\n%s", err, got.Source)
		}
		again, err := skeleton.Strip("p.go", got.Source)
		if err != nil {
			t.Fatalf("the result has markers: %v\n%s", err, got.Source)
		}
		if !bytes.Equal(again.Source, got.Source) || len(again.Removed) > 0 {
			t.Fatalf("a second strip changed\n%s\nto\n%s", got.Source, again.Source)
		}
		for stage, n := range got.Removed {
			if n <= 0 || strings.Count(string(src), "\n")+1 < n {
				t.Fatalf("%d lines removed for %q", n, stage)
			}
		}
	})
}
