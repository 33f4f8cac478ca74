package labs_test

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/build"
	"go/format"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"faultline/labs"
)

// The house keeps its order by these tests: each subtest is a rule, and says why
// when it is broken. A rule that is wrong for one place gets an exception there,
// with its reason; a reason that no longer holds is found, too.

const module = "faultline"

// A house is the tree as git knows it, read once.
type house struct {
	root  string
	paths []string // of every file, from the root
	code  []source // the Go files that the go command compiles
}

// A source is one Go file.
type source struct {
	path string // from the root
	text []byte
	*ast.File
	fset *token.FileSet
}

// pkg is the import path without the module: "labs/trace".
func (s source) pkg() string { return path.Dir(s.path) }

func (s source) isTest() bool { return strings.HasSuffix(s.path, "_test.go") }

func (s source) at(n ast.Node) string {
	return fmt.Sprintf("%s:%d", s.path, s.fset.Position(n.Pos()).Line)
}

// imports are its import paths; those of the module begin with "faultline".
func (s source) imports() (list []string) {
	for _, spec := range s.Imports {
		list = append(list, strings.Trim(spec.Path.Value, `"`))
	}
	return list
}

// inGuest reports whether a guest for the virtual machine is compiled from it.
func (h house) inGuest(t *testing.T, s source) bool {
	ctx := build.Default
	ctx.GOOS, ctx.GOARCH, ctx.CgoEnabled = "wasip1", "wasm", false
	match, err := ctx.MatchFile(filepath.Join(h.root, path.Dir(s.path)), path.Base(s.path))
	if err != nil {
		t.Fatal(err)
	}
	return match && !s.isTest()
}

// open reads the tree that this test is part of.
func open(t *testing.T) house {
	t.Helper()
	root, err := filepath.Abs(".")
	if err != nil {
		t.Fatal(err)
	}
	for !exists(filepath.Join(root, "go.mod")) {
		if root == filepath.Dir(root) {
			t.Fatal("no go.mod above this folder")
		}
		root = filepath.Dir(root)
	}
	if !exists(filepath.Join(root, "labs/internal/staff")) {
		t.Skip("this is a student's kit, and the house is the maintainers'")
	}
	exists(filepath.Join(root, ".git/index")) // so that go test does not remember the result for another list
	h := house{root: root}
	list, err := exec.Command("git", "-C", root, "ls-files", "-z").Output()
	if err != nil {
		t.Skipf("the house is what git lists, and this is no checkout of it: %v", err)
	}
	for name := range strings.SplitSeq(strings.TrimSuffix(string(list), "\x00"), "\x00") {
		if exists(filepath.Join(root, name)) { // else it is about to go
			h.paths = append(h.paths, name)
		}
	}
	fset := token.NewFileSet()
	for _, name := range h.paths {
		if path.Ext(name) != ".go" || strings.Contains(name, "/testdata/") {
			continue
		}
		s := source{path: name, text: h.read(t, name), fset: fset}
		if s.File, err = parser.ParseFile(fset, name, s.text, parser.ParseComments); err != nil {
			t.Fatal(err)
		}
		h.code = append(h.code, s)
	}
	return h
}

func exists(file string) bool {
	_, err := os.Stat(file)
	return err == nil
}

func (h house) read(t *testing.T, name string) []byte {
	t.Helper()
	text, err := fs.ReadFile(os.DirFS(h.root), name)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// Exceptions are what a rule does not hold for, and why.
type exceptions map[string]string

// except reports whether the rule leaves this one out, and remembers that it was
// needed.
func (e exceptions) except(used map[string]bool, name string) bool {
	used[name] = used[name] || e[name] != ""
	return e[name] != ""
}

func (e exceptions) allNeeded(t *testing.T, used map[string]bool) {
	t.Helper()
	for name, why := range e {
		if !used[name] {
			t.Errorf("the exception for %s (%s) is not needed any more: take it out", name, why)
		}
	}
}

// A row of the import table. In a pattern, * is one name and X the name of a
// lab; "p/..." is p and all below it.
type row struct {
	packages string
	may      []string // beside the standard library and what the lab allows
	why      string
}

// importTable is the law of who may know whom. The first row that fits counts.
var importTable = []row{
	{"labrpc", []string{"faultline/labrpc/internal/codec", "faultline/labs/trace"},
		"students read it, and it must not know what it is used for"},
	{"labrpc/internal/codec", nil, "bytes and values, and nothing of who exchanges them"},
	{"labs/trace", nil, "guest and host share it, so it can depend on neither"},
	{"labs/disk", []string{"faultline/labs/trace"},
		"students read it, and it must not know what it is used for"},
	{"labs/simsync/points", nil, "guests, and tests of the harness, have it in their locks and loops"},
	{"labs/simsync", []string{"faultline/labs/simsync/points"}, "it stands in for package sync"},
	{"labs", nil, "it is the vocabulary; whoever speaks it imports it"},
	{"labs/labtest", []string{"faultline/labrpc", "faultline/labs", "faultline/labs/disk", "faultline/labs/simsync/points",
		"faultline/labs/trace",
		"github.com/anishathalye/porcupine", "github.com/google/go-cmp/..."},
		"one harness serves every lab, so it knows none of them"},
	{"labs/*/*api", []string{"faultline/labrpc", "faultline/labs/disk"},
		"a contract is between suite and solution: it knows neither, nor the harness"},
	{"labs/*/*test", []string{"faultline/labrpc", "faultline/labs", "faultline/labs/disk", "faultline/labs/labtest",
		"faultline/labs/trace", "faultline/labs/X/Xapi", "github.com/anishathalye/porcupine", "github.com/google/go-cmp/..."},
		"a suite meets a solution only through its contract"},
	{"labs/internal/staff/*", []string{"faultline/labrpc", "faultline/labs/disk", "faultline/labs/X/Xapi"},
		"a reference is a solution: it has what students have"},
	{"solutions-skeleton/*", []string{"faultline/labrpc", "faultline/labs", "faultline/labs/disk", "faultline/labs/X/Xapi"},
		"a solution that knows its suite could answer the test and not the question"},
	{"grader/internal/suites", []string{"faultline/labs", "faultline/labs/labtest", "faultline/labs/*/*test"},
		"it is the one place where the grader knows which suites there are"},
	{"grader/internal/machine", []string{"faultline/labs", "faultline/labs/labtest", "faultline/labs/trace",
		"faultline/grader/internal/...", "github.com/tetratelabs/wazero/..."},
		"only the machine runs a solution, so only it knows the virtual machine"},
	{"grader", []string{"faultline/labrpc", "faultline/labs", "faultline/labs/labtest", "faultline/labs/trace",
		"faultline/grader/internal/...", "github.com/google/go-cmp/...", "github.com/spf13/...",
		"github.com/vbauerster/mpb/v8/...", "golang.org/x/sync/...", "golang.org/x/term"},
		"the grader meets solutions through the machine, and plans are labrpc's; a staff file it imported would be in every kit"},
	{"grader/internal/policy", []string{"faultline/labs", "faultline/grader/internal/...", "github.com/goccy/go-yaml/..."},
		"an instructor's policy is the one file of YAML, read by its nodes to name lines"},
	{"grader/internal/schematest", []string{"github.com/santhosh-tekuri/jsonschema/v6"},
		"it is for tests: no command reads a schema"},
	{"grader/internal/*", []string{"faultline/labrpc", "faultline/labs", "faultline/labs/labtest", "faultline/labs/trace",
		"faultline/grader/internal/...", "golang.org/x/sync/..."},
		"the grader meets solutions through the machine, plans are labrpc's, and the terminal is the command's"},
}

// matches reports whether a package fits a pattern of the table.
func matches(pattern, pkg, lab string) bool {
	pattern = strings.ReplaceAll(pattern, "X", lab)
	if base, below := strings.CutSuffix(pattern, "/..."); below {
		return pkg == base || strings.HasPrefix(pkg, base+"/")
	}
	ok, err := path.Match(pattern, pkg)
	return ok && err == nil
}

// labOf is the lab whose folder a package is in, "" if none.
func labOf(pkg string) string {
	for _, lab := range labs.All() {
		if slices.Contains(strings.Split(pkg, "/"), lab.Name) {
			return lab.Name
		}
	}
	return ""
}

func isStandard(imported string) bool {
	first, _, _ := strings.Cut(imported, "/")
	return first != module && !strings.Contains(first, ".")
}

// isSolution reports whether the policy of a lab holds for a package.
func isSolution(pkg string) bool {
	return strings.HasPrefix(pkg, "solutions-skeleton/") || strings.HasPrefix(pkg, "labs/internal/staff/")
}

func TestHouse(t *testing.T) {
	h := open(t)
	t.Run("a package imports what the table lets it", h.testImports)
	t.Run("a solution of ours imports what a student may", h.testSolutionImports)
	t.Run("a guest is made of the standard library, and does not know package testing", h.testGuest)
	t.Run("a package says in one place what it is", h.testPackageComments)
	t.Run("what a package exports is documented", h.testDocumented)
	t.Run("a suite takes time and chance from the harness, and prints nothing", h.testSuites)
	t.Run("no package has state", h.testState)
	t.Run("lines, functions and files have a size that can be read", h.testSizes)
	t.Run("nothing depends on the place where it was written", h.testPlaces)
	t.Run("every Go file is as gofmt writes it", h.testFormat)
	t.Run("the top level holds what the design says", h.testTopLevel)
	t.Run("starter code holds no marker of the reference", h.testSkeleton)
}

func (h house) testImports(t *testing.T) {
	used := map[string]bool{}
	for _, s := range h.code {
		i := slices.IndexFunc(importTable, func(r row) bool { return matches(r.packages, s.pkg(), "*") })
		if i < 0 {
			t.Errorf("%s: no row of the import table is for package %s: add one, with a reason", s.path, s.pkg())
			continue
		}
		r := importTable[i]
		used[r.packages] = true
		for _, imported := range s.imports() {
			allowed := slices.ContainsFunc(r.may, func(p string) bool { return matches(p, imported, labOf(s.pkg())) })
			if !s.isTest() && !allowed && !isStandard(imported) {
				t.Errorf("%s imports %s, and %s may not: %s", s.path, imported, r.packages, r.why)
			}
		}
	}
	for _, r := range importTable {
		if !used[r.packages] {
			t.Errorf("the row for %s is for no package: take it out", r.packages)
		}
	}
}

func (h house) testSolutionImports(t *testing.T) {
	for _, s := range h.code {
		if !isSolution(s.pkg()) || s.isTest() {
			continue
		}
		lab, _ := labs.Find(labOf(s.pkg()))
		for _, imported := range s.imports() {
			if isStandard(imported) && !slices.Contains(lab.Imports, imported) {
				t.Errorf("%s imports %s, which is not in the list of lab %d: the model answer must pass the policy",
					s.path, imported, lab.Number)
			}
		}
		if !slices.Contains(lab.Files, path.Base(s.path)) {
			t.Errorf("%s is no file of lab %d: nobody could hand it in", s.path, lab.Number)
		}
	}
}

func (h house) testGuest(t *testing.T) {
	for _, s := range h.code {
		if strings.HasPrefix(s.path, "grader/") || !h.inGuest(t, s) {
			continue
		}
		for _, imported := range s.imports() {
			if imported == "testing" || strings.HasPrefix(imported, "testing/") {
				t.Errorf("%s imports %s and is built for guests: flags and exit codes could be forged there",
					s.path, imported)
			}
			if !isStandard(imported) && !strings.HasPrefix(imported, module+"/") {
				t.Errorf("%s imports %s and is built for guests: the host judges, and guests stay small",
					s.path, imported)
			}
		}
	}
}

func (h house) testPackageComments(t *testing.T) {
	found := map[string][]string{}
	for _, s := range h.code {
		if s.isTest() {
			continue
		}
		files := found[s.pkg()]
		found[s.pkg()] = files // also when it stays empty
		if s.Doc == nil {
			continue
		}
		found[s.pkg()] = append(files, s.path)
		switch path.Base(s.path) {
		case "doc.go", "main.go", s.Name.Name + ".go":
		default:
			if !isSolution(s.pkg()) { // whose files are those of the lab
				t.Errorf("%s has the package comment: move it to doc.go, where readers look", s.path)
			}
		}
	}
	for pkg, files := range found {
		if len(files) != 1 {
			t.Errorf("package %s has %d package comments, want one: %v", pkg, len(files), files)
		}
	}
}

func (h house) testDocumented(t *testing.T) {
	for _, s := range h.code {
		if s.isTest() || strings.HasPrefix(s.path, "grader/") || isSolution(s.pkg()) {
			continue
		}
		for _, decl := range s.Decls {
			for _, name := range undocumented(decl) {
				t.Errorf("%s: %s has no doc comment: whoever uses it reads nothing else", s.at(name), name.Name)
			}
		}
	}
}

// undocumented lists the exported names that a declaration does not explain.
func undocumented(decl ast.Decl) (names []*ast.Ident) {
	switch d := decl.(type) {
	case *ast.FuncDecl:
		if d.Doc == nil && d.Name.IsExported() && (d.Recv == nil || ast.IsExported(receiver(d))) {
			names = append(names, d.Name)
		}
	case *ast.GenDecl:
		for _, spec := range d.Specs {
			switch sp := spec.(type) {
			case *ast.TypeSpec:
				if d.Doc == nil && sp.Doc == nil && sp.Comment == nil {
					names = append(names, sp.Name)
				}
			case *ast.ValueSpec:
				if d.Doc == nil && sp.Doc == nil && sp.Comment == nil {
					names = append(names, sp.Names...)
				}
			}
		}
	}
	return slices.DeleteFunc(names, func(id *ast.Ident) bool { return !id.IsExported() })
}

// receiver is the name of a method's type.
func receiver(d *ast.FuncDecl) (name string) {
	ast.Inspect(d.Recv.List[0].Type, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok && name == "" {
			name = id.Name
		}
		return true
	})
	return name
}

// notInSuites are the names that a suite does not use, and what it uses instead.
var notInSuites = []struct{ pkg, names, instead string }{
	{"time", `Sleep|Now|Since|After|Tick|NewTimer|NewTicker|AfterFunc`, "T.Sleep, T.Since, T.Within or T.Eventually"},
	{"math/rand/v2", `[A-Z]\w*`, "T.Rand: one seed explains a run"},
	{"math/rand", `[A-Z]\w*`, "T.Rand: one seed explains a run"},
	{"crypto/rand", `[A-Z]\w*`, "T.Rand: one seed explains a run"},
	{"fmt", `Print\w*`, "T.Step or T.Note: what is printed counts as the student's"},
	{"os", `Exit|Stdout|Stderr`, "T.Fail: only an outcome counts"},
	{"log", `[A-Z]\w*`, "T.Step or T.Note: what is printed counts as the student's"},
}

func (h house) testSuites(t *testing.T) {
	suites := 0
	for _, s := range h.code {
		if !matches("labs/*/*test", s.pkg(), "") {
			continue
		}
		suites++
		ast.Inspect(s.File, func(n ast.Node) bool {
			sel, ok := n.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			for _, not := range notInSuites {
				if s.refers(sel, not.pkg) && regexp.MustCompile(`^(`+not.names+`)$`).MatchString(sel.Sel.Name) &&
					!(strings.HasPrefix(not.pkg, "math/rand") && sel.Sel.Name == "Rand") { // the type of T.Rand
					t.Errorf("%s uses %s.%s: use %s", s.at(sel), not.pkg, sel.Sel.Name, not.instead)
				}
			}
			return true
		})
	}
	if suites == 0 {
		t.Error("no suites were found to hold to the rule")
	}
}

// refers reports whether the selector is of an imported package.
func (s source) refers(sel *ast.SelectorExpr, pkg string) bool {
	id, ok := sel.X.(*ast.Ident)
	if !ok || id.Obj != nil { // a variable of that name
		return false
	}
	for _, spec := range s.Imports {
		name := path.Base(strings.TrimSuffix(pkg, "/v2"))
		if spec.Name != nil {
			name = spec.Name.Name
		}
		if strings.Trim(spec.Path.Value, `"`) == pkg && name == id.Name {
			return true
		}
	}
	return false
}

// constantCalls make values that nobody can change: they are constants that Go
// has no other word for.
var constantCalls = regexp.MustCompile(`^(errors\.New|regexp\.MustCompile|template\.Must|strings\.NewReplacer)$`)

// stateExceptions are package-level variables by package and name.
var stateExceptions = exceptions{
	"labs/labtest.startingStackSize":        "the Go runtime's own, set once before any run",
	"labs/simsync/points.current":           "the zero value of a lock must find its run; a process has one at a time",
	"labs/simsync/points.work":              "the loops of a solution must find it; a guest has one thread",
	"grader/internal/submission.directives": "a list that nothing changes; Go has no constant lists",
	"grader/internal/submission.netNames":   "a list that nothing changes; Go has no constant lists",
}

func (h house) testState(t *testing.T) {
	used := map[string]bool{}
	for _, s := range h.code {
		if s.isTest() {
			continue
		}
		for _, decl := range s.Decls {
			d, ok := decl.(*ast.GenDecl)
			if !ok || d.Tok != token.VAR || embeds(d) {
				continue
			}
			for _, spec := range d.Specs {
				s.checkState(t, spec.(*ast.ValueSpec), used)
			}
		}
	}
	stateExceptions.allNeeded(t, used)
}

// embeds reports whether a declaration is of files that the compiler takes in.
// Text, which leaves directives out, would not say.
func embeds(d *ast.GenDecl) bool {
	return d.Doc != nil && slices.ContainsFunc(d.Doc.List, func(c *ast.Comment) bool {
		return strings.HasPrefix(c.Text, "//go:embed ")
	})
}

func (s source) checkState(t *testing.T, spec *ast.ValueSpec, used map[string]bool) {
	for i, name := range spec.Names {
		constant := name.Name == "_"
		if i < len(spec.Values) {
			if call, ok := spec.Values[i].(*ast.CallExpr); ok {
				var b bytes.Buffer
				if err := format.Node(&b, s.fset, call.Fun); err != nil {
					t.Fatal(err)
				}
				constant = constant || constantCalls.MatchString(b.String())
			}
		}
		if !constant && !stateExceptions.except(used, s.pkg()+"."+name.Name) {
			t.Errorf("%s: package-level variable %s: runs and tests beside each other would share it; "+
				"let a value hold it", s.at(name), name.Name)
		}
	}
}

// The sizes above which one loses the thread. A column is a character, a tab is
// one.
const (
	mostColumns       = 120 // of what students read, beside the handout
	mostStaffColumns  = 144 // of the grader and the suites: a sentence in a report stays one string
	mostFunctionLines = 60
	mostFileLines     = 400
)

// sizeExceptions are files, and functions as file:name.
var sizeExceptions = exceptions{
	"labs/internal/staff/messaging/window.go":                "stage C is one file of the lab, and one protocol",
	"labs/kv/kvtest/suite.go:casesA":                         "a table of cases is read row by row",
	"labs/kv/kvtest/suite.go:casesB":                         "a table of cases is read row by row",
	"labs/messaging/messagingtest/suite.go:stopAndWaitCases": "a table of cases is read row by row",
	"labs/messaging/messagingtest/suite.go:windowCases":      "a table of cases is read row by row",
	"labs/kv/kvtest/clustercases.go:casesC":                  "a table of cases is read row by row",
	"labs/quorum/quorumtest/suite.go:durableCases":           "a table of cases is read row by row",
	"labs/quorum/quorumtest/suite.go:votingCases":            "a table of cases is read row by row",
	"labs/rpc/rpctest/suite.go:runtimeCases":                 "a table of cases is read row by row",
}

// columns is how wide the lines of a file may be.
func (s source) columns() int {
	if strings.HasPrefix(s.path, "grader/") || matches("labs/*/*test", s.pkg(), "") {
		return mostStaffColumns
	}
	return mostColumns
}

func (h house) testSizes(t *testing.T) {
	used := map[string]bool{}
	for _, s := range h.code {
		if s.isTest() {
			continue
		}
		lines := strings.Split(strings.TrimSuffix(string(s.text), "\n"), "\n")
		if len(lines) > mostFileLines && !sizeExceptions.except(used, s.path) {
			t.Errorf("%s has %d lines, want at most %d: a file is about one concept", s.path, len(lines), mostFileLines)
		}
		for i, line := range lines {
			if n := utf8.RuneCountInString(line); n > s.columns() {
				t.Errorf("%s:%d has %d columns, want at most %d: it must fit beside another", s.path, i+1, n, s.columns())
			}
		}
		for _, decl := range s.Decls {
			if f, ok := decl.(*ast.FuncDecl); ok {
				n := s.fset.Position(f.End()).Line - s.fset.Position(f.Pos()).Line + 1
				if n > mostFunctionLines && !sizeExceptions.except(used, s.path+":"+f.Name.Name) {
					t.Errorf("%s: %s has %d lines, want at most %d", s.at(f), f.Name.Name, n, mostFunctionLines)
				}
			}
		}
	}
	sizeExceptions.allNeeded(t, used)
}

// places are parts of paths and hosts that hold on one machine only. They are
// written in two halves, so that this file does not hold them.
var places = []string{"/ro" + "ot/", "/wo" + "rk/", "/usr/local/" + "go/", "/tmp/" + "bash", "proxy.gol" + "ang.org",
	"sum.gol" + "ang.org", "registry.np" + "mjs", "py" + "pi.org"}

func (h house) testPlaces(t *testing.T) {
	for _, name := range h.paths {
		text := h.read(t, name)
		if bytes.IndexByte(text, 0) >= 0 {
			t.Errorf("%s is no text: a tree of text can be read and compared", name)
		}
		for _, place := range places {
			if i := bytes.Index(text, []byte(place)); i >= 0 {
				t.Errorf("%s:%d mentions %s: elsewhere that is nothing", name, 1+bytes.Count(text[:i], []byte("\n")), place)
			}
		}
	}
}

func (h house) testFormat(t *testing.T) {
	for _, s := range h.code {
		if want, err := format.Source(s.text); err != nil || !bytes.Equal(want, s.text) {
			t.Errorf("%s: run gofmt -w on it: a diff shows changes and not habits", s.path)
		}
	}
}

func (h house) testTopLevel(t *testing.T) {
	want := []string{"Makefile", "README.md", "go.mod", "go.sum", "grader", "handouts", "labrpc", "labs",
		"solutions-skeleton"}
	var got []string
	for _, name := range h.paths {
		top, _, _ := strings.Cut(name, "/")
		if !strings.HasPrefix(top, ".") && !slices.Contains(got, top) {
			got = append(got, top)
		}
	}
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("it holds %v\nwant %v: a student finds the one folder to edit at a glance", got, want)
	}
	for _, made := range []string{"out", ".bin"} {
		if err := exec.Command("git", "-C", h.root, "check-ignore", "-q", made+"/x").Run(); err != nil {
			t.Errorf("git does not ignore %s/, where the grader writes: %v", made, err)
		}
	}
}

func (h house) testSkeleton(t *testing.T) {
	for _, name := range h.paths {
		if !strings.HasPrefix(name, "solutions-skeleton/") {
			continue
		}
		for i, line := range strings.Split(string(h.read(t, name)), "\n") {
			if strings.Contains(line, "lab:") {
				t.Errorf("%s:%d: %s: make it anew with \"make skeleton\"", name, i+1, strings.TrimSpace(line))
			}
		}
	}
}
