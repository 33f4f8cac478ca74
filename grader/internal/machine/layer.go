package machine

import (
	"bytes"
	"fmt"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"text/template"

	"faultline/grader/internal/submission"
	"faultline/grader/internal/suites"
)

// A layer is what is laid over the pristine tree to build a guest: the files of
// the solutions and the generated main, by their path below the module's root.
type layer struct {
	suite     suites.Suite
	solutions []placed
	programs  []placedProgram // that the solutions wrote; empty for what runs the solutions themselves
	choose    string          // of the only solution, a function that is told which program to be; "" for none
	files     map[string][]byte
}

// placed is a solution at its place in the tree.
type placed struct {
	submission.Solution
	dir string // below the module's root
}

// Package is the import path of the solution.
func (p placed) Package() string { return "faultline/" + p.dir }

// newLayer makes the layer of a guest with one solution, which stands where
// students have theirs, or with several.
func newLayer(suite suites.Suite, sols ...submission.Solution) (layer, error) {
	return layOver(suite, sols, submission.Redirect, submission.Meter)
}

// A rewrite is one step from source as it was handed in to source as it is compiled.
type rewrite func(src []byte) ([]byte, error)

// rewritten is source after some steps. One that cannot parse it leaves it as it is: the
// compiler says it better.
func rewritten(src []byte, steps ...rewrite) []byte {
	for _, step := range steps {
		if out, err := step(src); err == nil {
			src = out
		}
	}
	return src
}

// layOver makes a layer of solutions whose source is rewritten.
func layOver(suite suites.Suite, sols []submission.Solution, steps ...rewrite) (layer, error) {
	l := layer{suite: suite, files: map[string][]byte{}}
	for i, sol := range sols {
		p := placed{sol, skeletonDir + "/" + suite.Lab.Name}
		if len(sols) > 1 {
			p.dir = fmt.Sprintf("%s/batch%d/%s", skeletonDir, i, suite.Lab.Name)
		}
		l.solutions = append(l.solutions, p)
		for name, src := range sol.Files {
			l.files[p.dir+"/"+name] = rewritten(src, steps...)
		}
	}
	return l, l.addMain()
}

// addMain makes the generated main.
func (l layer) addMain() error {
	main, err := expand(mainTemplate, l)
	l.files[guestDir+"/main.go"] = main
	return err
}

const skeletonDir = "solutions-skeleton"

func expand(t *template.Template, l layer) ([]byte, error) {
	var text bytes.Buffer
	err := t.Execute(&text, map[string]any{
		"Suite": l.suite.Package, "Name": l.suite.Lab.Name, "Functions": l.suite.Solution, "Solutions": l.solutions,
		"Programs": l.programs, "Choose": l.choose,
	})
	return text.Bytes(), err
}

// mainTemplate makes a reactor: the suites are built once, when the guest is
// initialized, and each call of run is one run over one of the solutions, or over
// one of the programs that they wrote.
var mainTemplate = template.Must(template.New("main").Parse(`package main

import (
	"faultline/labs/labtest"
	suite "{{.Suite}}"
{{- range $i, $s := .Solutions}}
	solution{{$i}} "{{$s.Package}}"
{{- end}}
{{- range $i, $p := .Programs}}
	program{{$i}} "{{$p.ImportPath}}"
{{- end}}
)

var solutions = []labtest.Suite{
{{- range $i, $s := .Solutions}}
	suite.Suite(suite.Solution{
	{{- range $.Functions}}
		{{.Name}}: solution{{$i}}.{{.Name}},
	{{- end}}
	}),
{{- end}}
}

var suites = append(solutions,
{{- range $i, $p := .Programs}}
	solutions[{{$p.Index}}].With(program{{$i}}.DriverProgram()),
{{- end}}
)

//go:wasmexport run
func run(i int32) {
{{- if .Choose}}
	solution0.{{.Choose}}(int(i))
	i = 0
{{- end}}
	labtest.Serve(suites[i])
}

func init() { labtest.Prepare() }

func main() {}
`))

// testTemplate makes the test file of the solution's folder: with go test, what
// main is in the machine.
var testTemplate = template.Must(template.New("test").Parse(`package {{.Name}}

import (
	"testing"

	suite "{{.Suite}}"
)

func Test(t *testing.T) {
	suite.Run(t, suite.Solution{
{{- range .Functions}}
		{{.Name}}: {{.Name}},
{{- end}}
	})
}
`))

func (l layer) names() []string { return slices.Sorted(maps.Keys(l.files)) }

// blames reports whether the compiler's output is about the layer. A damaged Go
// installation or module cache breaks our own packages as well, and is no fault of a
// student's. The first line that names a file tells: behind it, the compiler may quote
// lines of the student's, which may look like any other.
func (l layer) blames(text, tmp string) bool {
	copies := filepath.Base(tmp)
	for line := range strings.SplitSeq(text, "\n") {
		switch file, _, _ := strings.Cut(line, ":"); {
		case l.files[file] != nil, strings.Contains(file, copies):
			return true
		case strings.HasPrefix(file, "labrpc/"), strings.HasPrefix(file, "labs/"):
			return false
		}
	}
	return strings.Contains(text, copies)
}

// unchecked says, as a compiler would, which files the policy could not be checked in,
// since our parser does not take them. Whatever the compiler takes beyond that must not
// run: it has no findings because nobody looked.
func (l layer) unchecked() string {
	var said []string
	for _, name := range l.names() {
		if err := submission.Unchecked(name, l.files[name]); err != nil {
			said = append(said, err.Error())
		}
	}
	return strings.Join(said, "\n")
}

// translate makes the compiler's output speak of the student's own files, and of
// the contract where the generated main does not fit the solution. The compiler
// names a file by the copy that the overlay puts in its place, tmp/7.go, and quotes
// whatever stands in the code.
func (l layer) translate(text, tmp string) string {
	text = Clean(text)
	copies := regexp.MustCompile(`[^\s:]*` + regexp.QuoteMeta(filepath.Base(tmp)) + `[/\\](\d+)\.go`)
	text = copies.ReplaceAllStringFunc(text, func(path string) string {
		i, _ := strconv.Atoi(copies.FindStringSubmatch(path)[1])
		return l.names()[i]
	})
	var out []string
	for line := range strings.SplitSeq(strings.TrimSpace(submission.Unredirect(text)), "\n") {
		switch {
		case strings.HasPrefix(line, "#"): // the name of a package
		case strings.HasPrefix(line, guestDir):
			out = append(out, l.mismatch(line))
		default:
			out = append(out, strings.ReplaceAll(line, l.solutions[0].dir+"/", l.solutions[0].Prefix()))
		}
	}
	return strings.Join(slices.Compact(out), "\n")
}

// mismatch explains a compiler error in the generated main.
func (l layer) mismatch(line string) string {
	for _, f := range l.suite.Solution {
		name := "solution0." + f.Name
		if regexp.MustCompile(regexp.QuoteMeta(name) + `\b`).MatchString(line) {
			return fmt.Sprintf("package %s: the lab needs a function %s of type %s", l.suite.Lab.Name, f.Name, f.Type)
		}
	}
	return line
}
