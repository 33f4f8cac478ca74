package machine_test

import (
	"context"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"faultline/grader/internal/machine"
	"faultline/grader/internal/submission"
	"faultline/grader/internal/suites"
	"faultline/labs"
	"faultline/labs/labtest"
)

// A writing is the reference of lab 2, which writes programs.
type writing struct {
	fixture
	sol submission.Solution
}

func newWriting(t *testing.T) writing {
	f := newFixture(t)
	f.suite, _ = suites.Find("rpc")
	sol, err := submission.Read(f.suite.Lab, filepath.Join(f.builder.Root, "labs/internal/staff/rpc"), nil)
	if err != nil {
		t.Fatal(err)
	}
	return writing{f, sol}
}

const imports = "rpc/B/imports"

// write performs the first part of a run.
func (w writing) write() machine.Program {
	w.t.Helper()
	run := w.run(w.build(w.sol), labtest.Request{Case: imports, Seed: 1, Derive: true}, machine.Options{Trace: true})
	if run.Verdict != labs.Pass {
		w.t.Fatalf("the first part: %+v", run.Outcome)
	}
	c, _ := w.suite.Case(imports)
	return machine.Program{Solution: w.sol, Written: labtest.Sources(run.Events), Driver: w.suite.Driver(c.Case, 1)}
}

func (w writing) programs(some ...machine.Program) []machine.Built {
	w.t.Helper()
	built, err := w.builder.Programs(context.Background(), w.suite, some)
	if err != nil {
		w.t.Fatal(err)
	}
	return built
}

// spoil returns a program one of whose files is another.
func spoil(p machine.Program, name, old, new string) machine.Program {
	files := map[string][]byte{}
	for file, text := range p.Written {
		if file == name {
			text = []byte(strings.ReplaceAll(string(text), old, new))
		}
		files[file] = text
	}
	p.Written = files
	return p
}

func TestProgramsThatDoNotCompileDoNotHoldUpTheOthers(t *testing.T) {
	w := newWriting(t)
	good := w.write()
	const file = "stubs_plain.go"
	built := w.programs(
		spoil(good, file, "return stubresult.F0, stuberr", "return stubresult.F7, stuberr"),
		good,
		spoil(good, file, "import (", "import (("),
		good,
		spoil(good, file, "func NewPlainHandler", "func newPlainHandler"),
	)
	for i, want := range map[int]string{
		0: "stubs_plain.go:22:21: stubresult.F7 undefined (type struct{F0 int64} has no field or method F7)\n" +
			"  return stubresult.F7, stuberr\n",
		2: "stubs_plain.go:5:9: missing import path",
		4: "the rest of the package does not fit: undefined: NewPlainHandler",
	} {
		if b := built[i]; b.Broken == nil || b.Guest != nil || !strings.HasPrefix(b.Broken.Text, want) {
			t.Errorf("program %d: %v, want %q", i, b.Broken, want)
		}
	}
	if built[1].Guest == nil || built[1] != built[3] {
		t.Fatalf("the good program, twice: %+v, %+v", built[1], built[3])
	}
	run := w.run(built[1].Guest, labtest.Request{Case: imports, Seed: 1}, machine.Options{})
	if run.Verdict != labs.Pass {
		t.Errorf("the second part: %+v", run.Outcome)
	}
	if again := w.programs(good); again[0] != built[1] {
		t.Error("the good program was built again")
	}
}

// TestAProgramThatTheCompilerGivesUpOnIsBrokenAlone holds that, though the compiler does
// not say which of the programs of a guest it was.
func TestAProgramThatTheCompilerGivesUpOnIsBrokenAlone(t *testing.T) {
	if testing.Short() {
		t.Skip("it keeps a compiler busy")
	}
	if _, err := exec.LookPath("sh"); err != nil {
		t.Skip("no shell to bound the compiler")
	}
	w := newWriting(t)
	w.builder.CPU = 6 * time.Second
	good := w.write()
	const file, begin = "stubs_plain.go", "func NewPlainHandler"
	built := w.programs(
		spoil(good, file, begin, "// Another text.\n"+begin),
		spoil(good, file, begin, "func bomb() int { a := [...]int{1 << 29: 1}; return a[len(a)/2] }\n\n"+begin),
		good,
	)
	if b := built[1]; b.Broken == nil || !strings.HasPrefix(b.Broken.Text, "the compiler needs more ") {
		t.Errorf("the bomb: %+v", b)
	}
	if built[0].Guest == nil || built[2].Guest == nil {
		t.Errorf("the others: %+v, %+v", built[0], built[2])
	}
}

func TestAPanicInWhatASolutionWroteHasItsPlace(t *testing.T) {
	w := newWriting(t)
	built := w.programs(spoil(w.write(), "stubs_clock.go", "switch stubmethod {", "panic(stubmethod)\n\t\tswitch stubmethod {"))
	if built[0].Guest == nil {
		t.Fatal(built[0].Broken)
	}
	run := w.run(built[0].Guest, labtest.Request{Case: imports, Seed: 1}, machine.Options{})
	if run.Verdict != labs.Panic || !strings.HasPrefix(run.Where, "stubs_clock.go:") {
		t.Errorf("%s at %q, want a panic in stubs_clock.go", run.Verdict, run.Where)
	}
}
