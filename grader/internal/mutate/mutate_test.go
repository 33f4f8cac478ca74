package mutate_test

import (
	"fmt"
	"go/types"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"faultline/grader/internal/mutate"
)

// open loads a file of declarations behind the imports that they may need.
func open(t *testing.T, deps types.Importer, code string, imports ...string) *mutate.Source {
	t.Helper()
	text := "package p\n\n"
	for _, name := range imports {
		text += fmt.Sprintf("import %q\n", name)
	}
	s, err := mutate.Load("p", map[string][]byte{"p.go": []byte(text + code)}, deps)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// dependencies are those of this test, which imports what the codes of the tests do.
func dependencies(t *testing.T) types.Importer {
	t.Helper()
	deps, err := mutate.Dependencies(t.Context(), "../../..", "./labs/messaging/messagingtest")
	if err != nil {
		t.Fatal(err)
	}
	return deps
}

func TestAnOperatorChangesOneThing(t *testing.T) {
	deps := dependencies(t)
	for _, test := range []struct {
		title, code string
		imports     []string
		want        []string
	}{
		{"the condition of an if, and the return behind it", "func f(a int) int {\n\tif a < 3 {\n\t\treturn 1\n\t}\n\treturn a\n}", nil, []string{
			"guard/1  ", "negate/1  if !(a < 3) {", "compare/1  if a <= 3 {", "number/1  if a < 4 {", "number/2  if a < 2 {",
			"number/3  return 2", "number/4  return 0"}},
		{"the parts of a condition", "func f(a, b bool) bool {\n\treturn a && !b\n}", nil, []string{
			"operand/1  return (a)", "operand/2  return (!b)", "logic/1  return (a || !b)", "not/1  return a && b"}},
		{"equality inside a condition", "func f(a, b int) bool {\n\treturn a == b\n}", nil, []string{"equal/1  return a != b"}},
		{"the condition of a loop", "func f(a []int) {\n\tfor i := 20; i > len(a); i-- {\n\t}\n}", nil, []string{
			"negate/1  for i := 20; !(i > len(a)); i-- {", "number/1  for i := 10; i > len(a); i-- {", "number/2  for i := 40; i > len(a); i-- {",
			"compare/1  for i := 20; i >= len(a); i-- {",
			"length/1  for i := 20; i > (len(a) + 1); i-- {", "length/2  for i := 20; i > (len(a) - 1); i-- {"}},
		{"sums, and what adds to a variable", "func f(a, b int) int {\n\ta += b\n\tb++\n\treturn a - b\n}", nil, []string{
			"drop/1  ", "arith/1  a -= b", "swap/1  b++", "drop/2  ", "arith/2  b--", "arith/3  return a + b"}},
		{"text is no sum", "func f(a string) string {\n\treturn a + \"0\"\n}", nil, nil},
		{"a length of time", "const wait = 5 * time.Second", []string{"time"}, []string{
			"duration/1  const wait = 0 * time.Second", "duration/2  const wait = 50 * time.Second"}},
		{"bounds of a slice, and true", "func f(a []int) ([]int, bool) {\n\treturn a[1:2], true\n}", nil, []string{
			"slice/1  return a[:2], true", "slice/2  return a[1:], true",
			"number/1  return a[2:2], true", "number/2  return a[0:2], true",
			"number/3  return a[1:3], true", "number/4  return a[1:1], true", "bool/1  return a[1:2], false"}},
		{"min, and two arguments of a type", "func f(a, b int) int {\n\treturn f(min(a, b), b)\n}", nil, []string{
			"arguments/1  return f(b, min(a, b))", "min/1  return f(max(a, b), b)"}},
		{"a lock and its unlock", "func f(mu *sync.Mutex) {\n\tmu.Lock()\n\tdefer mu.Unlock()\n}", []string{"sync"}, []string{
			"lock/1  ", "drop/1  ", "defer/1  mu.Unlock()"}},
		{"a local variable stays used", "func f() {\n\ta := 0\n\tgo f()\n\t_ = a\n\ta++\n}", nil, []string{
			"swap/1  go f()", "drop/1  ", "go/1  f()", "swap/2  _ = a", "drop/2  _ = a", "swap/3  a++", "drop/3  _ = a", "arith/1  a--",
			"number/1  a := 1"}},
		{"clauses, and how to leave a loop", "func f(a chan int) {\n\tfor {\n\t\tselect {\n\t\tcase <-a:\n\t\t\tcontinue\n\t\tcase a <- 99:\n\t\t}\n\t}\n}", nil, []string{
			"clause/1  ", "clause/2  ", "branch/1  break", "drop/1  ", "number/1  case a <- 49:", "number/2  case a <- 198:"}},
		{"the cases of a switch without a tag", "func f(a bool) {\n\tswitch {\n\tcase a:\n\t\tf(a)\n\t}\n}", nil, []string{
			"negate/1  case !(a):", "drop/1  "}},
		{"an error", "func f(a error) (int, error) {\n\tif a != nil {\n\t\treturn 0, a\n\t}\n\treturn 0, nil\n}", nil, []string{
			"guard/1  ", "negate/1  if !(a != nil) {", "swallow/1  return 0, nil", "number/1  return 1, a", "number/2  return 1, nil"}},
		{"room is not larger", "func f() ([]int, chan int) {\n\treturn make([]int, 0, 8), make(chan int, 2)\n}", nil, []string{
			"number/1  return make([]int, 1, 8), make(chan int, 2)", "number/2  return make([]int, 0, 7), make(chan int, 2)",
			"number/3  return make([]int, 0, 8), make(chan int, 1)"}},
		{"texts for people", "func f(a int) error {\n\tpanic(errors.New(fmt.Sprint(a + 1)))\n}\n\ntype e int\n\nfunc (e e) Error() string { return fmt.Sprint(1, 2) }",
			[]string{"errors", "fmt"}, nil},
	} {
		t.Run(test.title, func(t *testing.T) {
			var got []string
			for _, m := range open(t, deps, test.code, test.imports...).Mutants() {
				got = append(got, fmt.Sprintf("%s/%d  %s", m.Operator, m.N, m.Now))
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("- want, + got:\n%s", diff)
			}
		})
	}
}

const window = `func window(a []int, limit int) int {
	sum := 0
	for _, n := range a {
		if n > limit {
			break
		}
		sum += n
	}
	return sum
}

func use() {
	one := 1
	println(one)
}
`

func ids(all []mutate.Mutant) (list []string) {
	for _, m := range all {
		list = append(list, m.ID())
	}
	return list
}

func TestAMutantKeepsItsNameWhenOtherCodeChanges(t *testing.T) {
	deps := dependencies(t)
	alone := ids(open(t, deps, window).Mutants())
	below := ids(open(t, deps, "func before(a int) int {\n\treturn a + 1\n}\n\n"+window).Mutants())
	if diff := cmp.Diff(alone, below[len(below)-len(alone):]); diff != "" {
		t.Errorf("- alone, + below another function:\n%s", diff)
	}
	seen := map[string]bool{}
	for _, id := range below {
		if seen[id] {
			t.Errorf("%s is the name of two", id)
		}
		seen[id] = true
	}
}

func TestASampleCompilesAndGrowsByAddingToIt(t *testing.T) {
	s := open(t, dependencies(t), window)
	all := ids(s.Sample(0))
	if len(all) < 10 || len(all) >= len(s.Mutants()) { // println(one) cannot come before its variable
		t.Fatalf("%d of %d mutants compile: %v", len(all), len(s.Mutants()), all)
	}
	var before []string
	for n := 1; n <= len(all); n++ {
		some := ids(s.Sample(n))
		if len(some) != n {
			t.Errorf("a sample of %d has %d", n, len(some))
		}
		for _, id := range before {
			if !slices.Contains(some, id) {
				t.Errorf("the sample of %d has lost %s", n, id)
			}
		}
		before = some
	}
	if diff := cmp.Diff(all, before); diff != "" {
		t.Errorf("- all, + a sample of as many:\n%s", diff)
	}
}

func TestApplyLeavesTheSourceAlone(t *testing.T) {
	s := open(t, dependencies(t), window)
	for _, m := range s.Sample(0) {
		text := string(s.Apply(m)["p.go"])
		if !strings.Contains(text, m.Now) || strings.Count(text, "\n") > 2+strings.Count(window, "\n") {
			t.Errorf("%s: no line %q in\n%s", m.ID(), m.Now, text)
		}
	}
	if got := string(s.Instrument()["p.go"]); !strings.Contains(got, "sum := 0") || !strings.Contains(got, "n > limit {") {
		t.Errorf("the source has changed:\n%s", got)
	}
}

// reach is a program of which a run leaves out some parts.
const reach = `func main() {
	for i := range 10 {
		visit(i)
	}
}

func visit(i int) {
	if i < 0 {
		println("below")
		for {
			println("never")
		}
	}
	switch {
	case i > 20:
		println("above")
	default:
		defer func() {
			_ = i
		}()
	}
	return
}

func unused() {
	println("nobody calls it")
}
`

func TestAnInstrumentedProgramSaysWhatItReaches(t *testing.T) {
	s, err := mutate.Load("main", map[string][]byte{"main.go": []byte("package main\n\n" + reach)}, dependencies(t))
	if err != nil {
		t.Fatal(err)
	}
	said := runProgram(t, s.Instrument())
	reached, times := make([]bool, len(s.Statements())), map[string]int{}
	for line := range strings.Lines(said) {
		if i, n, ok := mutate.Reached(strings.TrimSpace(line)); ok {
			reached[i] = true
			times[s.Statements()[i].Text] += n
		}
	}
	want := map[string]int{"for i := range 10 {": 1, "visit(i)": 9, "if i < 0 {": 9, "switch {": 9,
		"defer func() {": 9, "_ = i": 9, "return": 9} // 1 and 8: what is printed
	if diff := cmp.Diff(want, times); diff != "" {
		t.Errorf("what it reaches (- want, + got):\n%s", diff)
	}
	var gaps []string
	for _, g := range s.Gaps(reached) {
		gaps = append(gaps, fmt.Sprintf("%s:%d %s", g.ID(), g.Line, g.Text))
	}
	wantGaps := []string{`main.go/visit/unreached/2:11 println("below")`, `main.go/visit/unreached/4:18 println("above")`,
		`main.go/unused/unreached/1:28 println("nobody calls it")`}
	if diff := cmp.Diff(wantGaps, gaps); diff != "" {
		t.Errorf("gaps (- want, + got):\n%s", diff)
	}
}

// runProgram runs a program and returns what it prints on standard error.
func runProgram(t *testing.T, files map[string][]byte) string {
	t.Helper()
	dir := t.TempDir()
	args := []string{"run"}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, files[name], 0o644); err != nil {
			t.Fatal(err)
		}
		args = append(args, path)
	}
	var said strings.Builder
	cmd := exec.Command("go", args...)
	cmd.Stderr = &said
	if err := cmd.Run(); err != nil {
		t.Fatalf("%v\n%s", err, said.String())
	}
	return said.String()
}

func TestOnlyLinesOfCountersAreRead(t *testing.T) {
	for _, line := range []string{"", "reached", "reached statement", "reached statement 1", "I reached statement 1 2"} {
		if _, _, ok := mutate.Reached(line); ok {
			t.Errorf("%q is taken for a counter's", line)
		}
	}
}

func TestASourceThatDoesNotCompileIsAnError(t *testing.T) {
	deps := dependencies(t)
	for _, text := range []string{"no go", "package p\n\nvar a int = true\n", "package p\n\nimport \"nobody/knows\"\n"} {
		if _, err := mutate.Load("p", map[string][]byte{"p.go": []byte(text)}, deps); err == nil {
			t.Errorf("%q is loaded", text)
		}
	}
	if _, err := mutate.Dependencies(t.Context(), "../../..", "./nowhere"); err == nil {
		t.Error("a package that is not there has dependencies")
	}
}
