package submission_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"faultline/grader/internal/submission"
	"faultline/labs"
)

func TestCheck(t *testing.T) {
	const allowed = "allowed are errors, fmt, io, net, sync, faultline/labrpc, faultline/labs, " +
		"faultline/labs/disk, faultline/labs/queue/queueapi"
	const prose = ": take it out, or put a space after // if it is a comment"
	const state = ", which all nodes share and which survives a crash: make it a constant or the field of a struct"
	const changed = ", which all nodes share and which survives a crash: keep what changes in a struct"
	tests := []struct {
		title string
		src   string // after the line "package queue"
		want  []string
	}{
		{"a plain solution has no findings", `
import (
	"errors"
	std "fmt"
	"net"
	"sync"

	"faultline/labrpc"
	"faultline/labs"
	"faultline/labs/disk"
	"faultline/labs/queue/queueapi"
)

// ErrFull is an error value.
var ErrFull = errors.New("full")

var (
	errA, errB       = errors.New("a"), std.Errorf("%w: more than "+"%d", ErrFull, limit)
	errC       error = errors.New("c")
	_ queueapi.Queue = (*queue)(nil)
)

const limit = 3

type queue struct{ mu sync.Mutex }

func (q *queue) init(conn net.PacketConn) error {
	errA := net.ErrClosed
	errA = ErrFull // a local variable
	return errA
}

// go:build and line x.go:1 in prose are no directives.
//lab:todo is nobody's directive.
`, nil},
		{"an import that is not in the list", `import "os"`, []string{
			`mailbox.go:2: imports "os", which this lab does not allow; ` + allowed}},
		{"what is allowed is listed once", "import (\n\t\"os\"\n\t\"plugin\"\n)", []string{
			`mailbox.go:3: imports "os", which this lab does not allow; ` + allowed,
			`mailbox.go:4: imports "plugin", which this lab does not allow either`}},
		{"an import of the grader's", "import (\n\t\"fmt\"\n\tx `faultline/labs/labtest`\n)", []string{
			`mailbox.go:4: imports "faultline/labs/labtest", which this lab does not allow; ` + allowed}},
		{"the solution of the lab itself", `import "faultline/solutions-skeleton/queue"`, []string{
			`mailbox.go:2: imports "faultline/solutions-skeleton/queue", which this lab does not allow; ` + allowed}},
		{"cgo", "// #cgo LDFLAGS: -lm\n/*\n #cgo CFLAGS: -O\n*/\nimport \"C\"", []string{
			`mailbox.go:2: has a #cgo directive, which no lab allows: take it out`,
			`mailbox.go:4: has a #cgo directive, which no lab allows: take it out`,
			`mailbox.go:6: imports "C", which no lab allows: write plain Go`}},
		{"unsafe", `import _ "unsafe"`, []string{
			`mailbox.go:2: imports "unsafe", which no lab allows: write plain Go`}},
		{"a dot import", `import . "fmt"`, []string{
			`mailbox.go:2: imports "fmt" with a dot: import it under its name`}},
		{"a blank import", `import _ "fmt"`, []string{
			`mailbox.go:2: imports "fmt" without a name, for its side effects only: take the import out`}},
		{"compiler directives", "\n//go:linkname f g\nfunc f()\n\n//line x.go:7\n/*line x.go:7*/\n//export f\n", []string{
			`mailbox.go:3: has the compiler directive //go:linkname` + prose,
			`mailbox.go:6: has the compiler directive //line` + prose,
			`mailbox.go:7: has the compiler directive /*line: take it out, or put a space after /* if it is a comment`,
			`mailbox.go:8: has the compiler directive //export` + prose}},
		{"a directive in disguise", "//go:\x1b[2J x", []string{
			`mailbox.go:2: has the compiler directive "//go:\x1b[2J"` + prose}},
		{"package-level state", "\nvar cache = map[string]int{}\n\nvar (\n\ta, b int\n\terr error\n)\n", []string{
			"mailbox.go:3: has the package-level variable cache" + state,
			"mailbox.go:6: has the package-level variable a" + state,
			"mailbox.go:6: has the package-level variable b" + state,
			"mailbox.go:7: has the package-level variable err" + state}},
		{"a blank variable that runs code is no assertion", "var _ = f()", []string{
			"mailbox.go:2: has the package-level variable _" + state}},
		{"an error value of a wider type", "import \"errors\"\n\nvar x any = errors.New(\"\")", []string{
			"mailbox.go:4: has the package-level variable x" + state}},
		{"an error value that holds state", "import \"fmt\"\n\nvar x = fmt.Errorf(\"%w\", &cache{})", []string{
			"mailbox.go:4: has the package-level variable x" + state}},
		{"a type that is called errors", "type errors int\n\nfunc (errors) New() *int\n\nvar x = errors.New(0)", []string{
			"mailbox.go:6: has the package-level variable x" + state}},
		{"an error value that changes", `
import "errors"

var x, y = errors.New("x"), errors.New("y")

func f(x error) {
	x = nil
	y = nil
	(y), x = x, y
	for _, y = range []error{} {
	}
	_ = &y
}
`, []string{
			"mailbox.go:9: changes the package-level variable y" + changed,
			"mailbox.go:10: changes the package-level variable y" + changed,
			"mailbox.go:11: changes the package-level variable y" + changed,
			"mailbox.go:13: changes the package-level variable y" + changed}},
		{"a func init", "func init() {}", []string{
			"mailbox.go:2: has a func init: call what it does from the function that needs it"}},
		{"a way out of the simulated network", "import \"net\"\n\nfunc f() { net.Dial(\"\", \"\") }", []string{
			"mailbox.go:4: uses net.Dial, which leaves the simulated network; " +
				"of net, allowed are Addr, Conn, ErrClosed, Error, OpError, PacketConn"}},
		{"lines are counted in the file, whatever a comment claims", "//line x.go:100\nfunc init() {}", []string{
			"mailbox.go:2: has the compiler directive //line" + prose,
			"mailbox.go:3: has a func init: call what it does from the function that needs it"}},
		{"what does not parse is left to the compiler", "import \"os\"\nfunc {", nil},
		{"nesting beyond our parser", "var x = " + strings.Repeat("(", 100_001) + "1" + strings.Repeat(")", 100_001),
			[]string{"mailbox.go:1: nests its code too deeply to be checked: take it apart"}},
		{"blocks beyond our parser", "import \"os\"\nfunc f() {" + strings.Repeat("{", 1_001) + strings.Repeat("}", 1_001) + "}",
			[]string{"mailbox.go:1: nests its code too deeply to be checked: take it apart"}},
	}
	for _, tt := range tests {
		t.Run(tt.title, func(t *testing.T) {
			s := submission.Solution{Files: map[string][]byte{"mailbox.go": []byte("package queue\n" + tt.src)}}
			if diff := cmp.Diff(tt.want, check(s)); diff != "" {
				t.Errorf("findings (-want +got):\n%s", diff)
			}
		})
	}
}

func check(s submission.Solution) []string {
	var found []string
	for _, f := range s.Check(lab()) {
		found = append(found, f.String())
	}
	return found
}

func TestCheckWrittenIsForThePackageThatASolutionWrites(t *testing.T) {
	found := submission.CheckWritten(lab(), "bank", map[string][]byte{
		"good.go": []byte("package bank\n\nimport rpc \"faultline/solutions-skeleton/queue\"\n\nvar _ = errors.New\n"),
		"bad.go":  []byte("package queue\n\nimport \"os\"\n\nfunc init() { os.Exit(0) }\n"),
	})
	var lines []string
	for _, f := range found {
		line, _, _ := strings.Cut(f.String(), ";")
		lines = append(lines, line)
	}
	want := []string{
		"bad.go:1: is in package queue",
		`bad.go:3: imports "os", which this lab does not allow`,
		"bad.go:5: has a func init: call what it does from the function that needs it",
		"good.go:5: has the package-level variable _, which all nodes share and which survives a crash: " +
			"make it a constant or the field of a struct",
	}
	if diff := cmp.Diff(want, lines); diff != "" {
		t.Errorf("findings (-want +got):\n%s", diff)
	}
}

func TestCheckGoesThroughAllFilesInOrder(t *testing.T) {
	s := submission.Solution{Files: map[string][]byte{
		"window.go":  []byte("package main\n\nfunc f() { errA = nil }\n"),
		"broken.go":  []byte("package\n"),
		"mailbox.go": []byte("package queue\n\nimport \"errors\"\n\nvar errA = errors.New(\"\")\n\nfunc init() {}\n"),
	}}
	want := []string{
		"mailbox.go:7: has a func init: call what it does from the function that needs it",
		"window.go:1: is in package main; write package queue",
		"window.go:3: changes the package-level variable errA, which all nodes share and which survives a crash: " +
			"keep what changes in a struct",
	}
	if diff := cmp.Diff(want, check(s)); diff != "" {
		t.Errorf("findings (-want +got):\n%s", diff)
	}
}

// FuzzCheck holds that whatever a student hands in is checked without a panic,
// and that findings are at lines of the file.
func FuzzCheck(f *testing.F) {
	f.Add([]byte("package queue\n\n//go:embed x\nvar a, b = 1, 2\n\nfunc init() { a = b }\n"))
	f.Add([]byte("package main\nimport (. \"net\"; \"C\"; e \"errors\")\nvar x = e.New(\"\")\nfunc f() { x = net.A }"))
	f.Add([]byte("package p\n/*line :3*/ /*\n#cgo\n*/"))
	f.Fuzz(func(t *testing.T, src []byte) {
		s := submission.Solution{Files: map[string][]byte{"mailbox.go": src}}
		for _, finding := range s.Check(lab()) {
			if finding.Line < 1 || finding.Line > 1+strings.Count(string(src), "\n") || finding.Message == "" {
				t.Fatalf("finding %q of %q", finding, src)
			}
		}
	})
}

func TestStateBehindTheLibraryIsRefused(t *testing.T) {
	lab, _ := labs.Find("rpc")
	for _, test := range []struct {
		title, imports, body string
		want                 string // "" for nothing
	}{
		{"a variable of another package", "io", "io.EOF = nil", "changes or takes the address of io.EOF"},
		{"under another name", "x io", "x.EOF = nil", "x.EOF"},
		{"its address", "io", "p := &io.EOF; *p = nil", "io.EOF"},
		{"its element", "hash/crc32", "crc32.IEEETable[3]++", "crc32.IEEETable"},
		{"in parentheses", "io", "(io.EOF), _ = nil, 1", "io.EOF"},
		{"of a loop", "io", "for _, io.EOF = range []error{nil} {}", "io.EOF"},
		{"a local of that name is none", "io", "_ = io.EOF; { io := struct{ EOF error }{}; io.EOF = nil }", ""},
		{"the composite of a type is none", "bytes", "_ = &bytes.Buffer{}", ""},
		{"a table that escapes", "hash/crc32", "t := crc32.MakeTable(1); t[0] = 1", "takes the table crc32.MakeTable"},
		{"a table in its own call", "hash/crc32", "_ = crc32.Checksum(nil, crc32.MakeTable(crc32.Castagnoli)) + crc32.Update(0, crc32.IEEETable, nil)", ""},
		{"a table in another call", "hash/crc32", "func(t *crc32.Table) { t[0] = 1 }(crc32.IEEETable)", "takes the table crc32.IEEETable"},
		{"the standard logger", "log", "log.SetPrefix(`x`)", "uses log.SetPrefix, which changes or reads the logger"},
		{"a logger of its own", "log", "log.New(nil, ``, 0).SetPrefix(`x`); log.Print(1)", ""},
		{"time zones", "time", "u := time.UTC; *u = *u", "uses time.UTC, which is about time zones"},
		{"the zone of an instant", "time", "_ = time.Now().Location()", "uses the method Location, which is about time zones"},
		{"in UTC", "time", "_ = time.Now().UTC()", ""},
		{"memory behind the types", "reflect", "_ = reflect.ValueOf(1).UnsafePointer()", "uses the method UnsafePointer, which reaches memory"},
		{"a pointer out of nothing", "reflect", "_ = reflect.NewAt", "uses reflect.NewAt, which reaches memory"},
	} {
		t.Run(test.title, func(t *testing.T) {
			path := `"` + test.imports + `"`
			if name, of, renamed := strings.Cut(test.imports, " "); renamed {
				path = name + ` "` + of + `"`
			}
			src := "package rpc\nimport " + path + "\nfunc f() { " + test.body + " }\n"
			findings := submission.Solution{Files: map[string][]byte{"client.go": []byte(src)}}.Check(lab)
			switch {
			case test.want == "" && len(findings) > 0:
				t.Errorf("%v", findings)
			case test.want != "" && (len(findings) == 0 || !strings.Contains(findings[0].String(), test.want) || findings[0].Line != 3):
				t.Errorf("%v\nwant %s", findings, test.want)
			}
		})
	}
}

func TestARuleAboutMethodsHoldsForAllFiles(t *testing.T) {
	lab, _ := labs.Find("rpc")
	findings := submission.Solution{Files: map[string][]byte{
		"client.go": []byte("package rpc\nimport \"time\"\nfunc now() time.Time { return time.Now() }\n"),
		"server.go": []byte("package rpc\nvar _ = 1\nfunc f() { *now().Location() = *now().Location() }\n"),
	}}.Check(lab)
	if len(findings) != 3 || !strings.Contains(findings[1].String(), "server.go:3: uses the method Location") {
		t.Errorf("%v", findings)
	}
}

func TestNoCodeRunsBeforeTheLab(t *testing.T) {
	lab, _ := labs.Find("rpc")
	for decl, want := range map[string]string{
		"var _ error = (*e)(nil)":                           "",
		"var _ error = e{}":                                 "",
		"var _ error = new(e)":                              "",
		"var _ error = func() error { for {} }()":           "runs code before the lab begins",
		"var _ any = f()":                                   "runs code before the lab begins",
		"var _ = []int{g()}":                                "has the package-level variable _",
		"var ErrA = errors.New(f())":                        "has the package-level variable ErrA",
		"// +build ignore":                                  "has a build constraint",
		"var _ interface{ Error() string } = (e)(g(`nil`))": "runs code before the lab begins",
		"var _ error = (f)(nil)":                            "runs code before the lab begins",
		"var _ error = (e)(nil)\ntype e error":              "",
		"func new(int) error { for {} }":                    "has a func new, which hides Go's own",
		"var ErrA = errors.New(t{}.name)":                   "has the package-level variable ErrA",
	} {
		src := "package rpc\nimport \"errors\"\n" + decl + "\n"
		findings := submission.Solution{Files: map[string][]byte{"client.go": []byte(src)}}.Check(lab)
		switch {
		case want == "" && len(findings) > 0, want != "" && (len(findings) != 1 || !strings.Contains(findings[0].String(), want)):
			t.Errorf("%s: %v, want %q", decl, findings, want)
		}
	}
}
