package labtest

import (
	"fmt"

	"faultline/labs/trace"
)

// MostSource is the size of the longest file that a solution may write, in bytes.
const MostSource = 256 << 10

// A Driver is what a suite adds to a program that a solution wrote, so that it
// can be compiled and called: the files of the same package that the solution did
// not write. One of them declares
//
//	func DriverProgram() any
//
// which returns what T.Program gives to the second part of the run. Its other
// names begin with driver.
type Driver struct {
	Package string            // the name of the package
	Files   map[string]string // by name
}

// Emit hands the grader a file that the solution wrote, in the first part of a
// run. The name is the suite's choice.
func (t *T) Emit(name string, source []byte) {
	t.Check(len(source) <= MostSource, Finding{
		Expected: fmt.Sprintf("%s has at most %d bytes", name, MostSource), Actual: fmt.Sprintf("it has %d", len(source)),
	})
	t.record(trace.Event{Kind: trace.Source, Node: name, Text: string(source)})
}

// Program is what the solution wrote in the first part of the run.
func (t *T) Program() any { return t.suite.Program }

// Sources are the files that were emitted in a run, by name.
func Sources(events []trace.Event) map[string][]byte {
	files := map[string][]byte{}
	for _, e := range events {
		if e.Kind == trace.Source {
			files[e.Node] = []byte(e.Text)
		}
	}
	return files
}
