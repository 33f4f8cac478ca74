package submission

import (
	"cmp"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strings"

	"faultline/labs"
)

// A Finding is a place where a solution does what its lab does not allow.
type Finding struct {
	File    string
	Line    int // from 1, whatever a //line comment claims
	Message string
}

// String is "file:line: message".
func (f Finding) String() string { return fmt.Sprintf("%s:%d: %s", f.File, f.Line, f.Message) }

// Check returns where the solution breaks the policy of its lab, by file and
// line. A file that does not parse has no findings: the compiler says it better.
func (s Solution) Check(lab labs.Lab) []Finding {
	return check(s.Files, lab.Name, allowedImports(lab))
}

// CheckWritten returns where files that a solution wrote, of a package of the
// given name, break the policy of its lab. They may also import the solution.
func CheckWritten(lab labs.Lab, pkg string, files map[string][]byte) []Finding {
	return check(files, pkg, append(allowedImports(lab), "faultline/solutions-skeleton/"+lab.Name))
}

func check(files map[string][]byte, pkg string, allowed []string) []Finding {
	var findings []Finding
	var checkers []*checker
	errs, imported := make(map[string]bool), make(map[string]bool)
	for name, src := range files {
		c := &checker{pkg: pkg, allowed: allowed, name: name, errs: errs, imported: imported, fset: token.NewFileSet()}
		if c.parse(src) {
			c.checkPackage()
			c.checkImports()
			c.checkComments()
			c.checkDeclarations()
		}
		checkers = append(checkers, c)
	}
	for _, c := range checkers {
		c.checkUses() // now that the error values and imports of every file are known
		findings = append(findings, c.findings...)
	}
	slices.SortFunc(findings, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Message, b.Message))
	})
	return findings
}

// A checker goes through one file.
type checker struct {
	pkg      string   // that the file must be of
	allowed  []string // import paths
	name     string
	errs     map[string]bool // package-level variables that are allowed, of all files
	imported map[string]bool // packages, by their path, of all files
	fset     *token.FileSet
	tree     *ast.File // nil when it does not parse
	findings []Finding
}

// parse says whether there is something to check.
func (c *checker) parse(src []byte) bool {
	tree, err := parser.ParseFile(c.fset, c.name, src, parser.ParseComments)
	if err == nil {
		c.tree = tree
		return true
	}
	if strings.Contains(err.Error(), givesUp) {
		// The compiler takes deeper nesting than our parser, so to skip this
		// file would be a way around every rule.
		c.report(1, "nests its code too deeply to be checked: take it apart")
	}
	return false
}

// givesUp is how go/parser begins to say that it gives up on valid Go: on expressions
// and statements in each other ("nesting depth"), and on blocks ("scope depth").
const givesUp = "exceeded max "

// Unchecked is why Check found nothing in a file with this path: what go/parser says of
// it, which is nil of a file that it takes. If the compiler takes the file all the same,
// nobody knows what is in it.
func Unchecked(path string, src []byte) error {
	_, err := parser.ParseFile(token.NewFileSet(), path, src, parser.ParseComments)
	return err
}

func (c *checker) line(pos token.Pos) int { return c.fset.PositionFor(pos, false).Line }

func (c *checker) report(line int, format string, args ...any) {
	c.findings = append(c.findings, Finding{File: c.name, Line: line, Message: fmt.Sprintf(format, args...)})
}

func (c *checker) checkPackage() {
	if got := c.tree.Name.Name; got != c.pkg {
		c.report(c.line(c.tree.Package), "is in package %s; write package %s", got, c.pkg)
	}
}

func (c *checker) checkImports() {
	listed := false // a list of thirty names is read once
	for _, spec := range c.tree.Imports {
		path, line := importPath(spec), c.line(spec.Pos())
		c.imported[path] = true
		switch {
		case path == "C" || path == "unsafe":
			c.report(line, "imports %q, which no lab allows: write plain Go", path)
		case !slices.Contains(c.allowed, path) && listed:
			c.report(line, "imports %q, which this lab does not allow either", path)
		case !slices.Contains(c.allowed, path):
			c.report(line, "imports %q, which this lab does not allow; allowed are %s", path, list(c.allowed))
			listed = true
		case spec.Name != nil && spec.Name.Name == ".":
			c.report(line, "imports %q with a dot: import it under its name", path)
		case spec.Name != nil && spec.Name.Name == "_":
			c.report(line, "imports %q without a name, for its side effects only: take the import out", path)
		}
	}
}

// allowedImports lists what a solution of a lab may import: of the standard
// library what the lab says, its contract, and the simulated world. Not the solutions
// of other labs: a result is of one lab, and who keeps one must not lose it because
// another lab has changed.
func allowedImports(lab labs.Lab) []string {
	return append(slices.Clone(lab.Imports), "faultline/labrpc", "faultline/labs", "faultline/labs/disk",
		"faultline/labs/"+lab.Name+"/"+lab.Name+"api")
}

// directives are how a comment begins that is an order to the toolchain.
var directives = []string{"//go:", "//line ", "/*line ", "//export "}

func (c *checker) checkComments() {
	for _, group := range c.tree.Comments {
		for _, comment := range group.List {
			line := c.line(comment.Slash)
			for _, d := range directives {
				if strings.HasPrefix(comment.Text, d) {
					c.report(line, "has the compiler directive %s: take it out, or put a space after %s if it is a comment",
						firstWord(comment.Text), d[:2])
				}
			}
			for i, text := range strings.Split(comment.Text, "\n") {
				if strings.HasPrefix(strings.TrimLeft(text, "/* \t"), "+build") {
					c.report(line+i, "has a build constraint: take it out, the file is always built")
				}
				if strings.HasPrefix(strings.TrimLeft(text, "/* \t"), "#cgo") {
					c.report(line+i, "has a #cgo directive, which no lab allows: take it out")
				}
			}
		}
	}
}

func firstWord(text string) string {
	return printable(strings.Fields(text)[0])
}

func (c *checker) checkDeclarations() {
	for _, decl := range c.tree.Decls {
		switch d := decl.(type) {
		case *ast.FuncDecl:
			switch {
			case d.Recv == nil && d.Name.Name == "init":
				c.report(c.line(d.Name.Pos()), "has a func init: call what it does from the function that needs it")
			case d.Recv == nil && d.Name.Name == "new":
				c.report(c.line(d.Name.Pos()), "has a func new, which hides Go's own: give it another name")
			}
		case *ast.GenDecl:
			if d.Tok != token.VAR {
				continue
			}
			for _, spec := range d.Specs {
				c.checkVar(spec.(*ast.ValueSpec))
			}
		}
	}
}
