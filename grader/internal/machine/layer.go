package machine

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"
	"text/template"

	"faultline/grader/internal/submission"
	"faultline/grader/internal/suites"
)

// A layer is what is laid over the pristine tree to build a guest: the files of
// the solution and the generated main, by their path below the module's root.
type layer struct {
	suite       suites.Suite
	solutionDir string
	files       map[string][]byte
}

func newLayer(suite suites.Suite, sol submission.Solution) (layer, error) {
	l := layer{suite: suite, solutionDir: "solutions-skeleton/" + suite.Lab.Name, files: map[string][]byte{}}
	for name, src := range sol.Files {
		redirected, err := submission.Redirect(src)
		if err != nil {
			redirected = src // the compiler says it better
		}
		l.files[l.solutionDir+"/"+name] = redirected
	}
	var main bytes.Buffer
	err := mainTemplate.Execute(&main, l.data())
	l.files[guestDir+"/main.go"] = main.Bytes()
	return l, err
}

// mainTemplate makes a reactor: the suite is built once, when the guest is
// initialized, and each call of run is one run.
var mainTemplate = template.Must(template.New("main").Parse(`package main

import (
	"faultline/labs/labtest"
	suite "{{.Suite}}"
	solution "{{.Solution}}"
)

var cases = suite.Suite(suite.Solution{
{{- range .Fields}}
	{{.Name}}: solution.{{.Name}},
{{- end}}
})

//go:wasmexport run
func run() { labtest.Serve(cases) }

func main() {}
`))

// labTest is the test file of the solution's folder: with go test, what main is
// in the machine.
func (l layer) labTest() []byte {
	var text bytes.Buffer
	if err := testTemplate.Execute(&text, l.data()); err != nil {
		panic(err) // the template is ours
	}
	return text.Bytes()
}

var testTemplate = template.Must(template.New("test").Parse(`package {{.Name}}

import (
	"testing"

	suite "{{.Suite}}"
)

func Test(t *testing.T) {
	suite.Run(t, suite.Solution{
{{- range .Fields}}
		{{.Name}}: {{.Name}},
{{- end}}
	})
}
`))

// data is what the templates ask for.
func (l layer) data() map[string]any {
	return map[string]any{
		"Suite": l.suite.Package, "Name": l.suite.Lab.Name, "Fields": l.suite.Solution, "Solution": "faultline/" + l.solutionDir,
	}
}

func (l layer) names() []string { return slices.Sorted(maps.Keys(l.files)) }

// translate makes the compiler's output speak of the student's own files, and of
// the contract where the generated main does not fit the solution.
func (l layer) translate(text string, sol submission.Solution) string {
	var out []string
	for line := range strings.SplitSeq(strings.TrimSpace(text), "\n") {
		switch {
		case strings.HasPrefix(line, "#"): // the name of a package
		case strings.HasPrefix(line, guestDir), strings.HasPrefix(line, "./"+guestDir):
			out = append(out, l.mismatch(line))
		default:
			line = strings.TrimPrefix(line, "./")
			out = append(out, strings.ReplaceAll(line, l.solutionDir+"/", sol.Prefix()))
		}
	}
	return strings.Join(slices.Compact(out), "\n")
}

// mismatch explains a compiler error in the generated main.
func (l layer) mismatch(line string) string {
	for _, f := range l.suite.Solution {
		if strings.Contains(line, "solution."+f.Name+" ") || strings.HasSuffix(line, "solution."+f.Name) {
			return fmt.Sprintf("package %s: the lab needs a function %s of type %s", l.suite.Lab.Name, f.Name, f.Type)
		}
	}
	return line
}
