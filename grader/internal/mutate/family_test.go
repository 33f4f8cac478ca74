package mutate_test

import (
	"fmt"
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

// family is code with all that a function's head can have.
const family = `package main

type counter struct{ n int }

func (c *counter) add(by ...int) (total, calls int) {
	for _, n := range by {
		c.n += n
	}
	return c.n, 1
}

func (counter) twice(_, n int, _ ...string) int { return n + n }

func (c *counter) clear() {
	c.n = 0
}

func show() {
	c := counter{}
	total, calls := c.add(1, 2)
	println(total, calls, c.twice(0, 4, "x"))
	c.clear()
	println(c.n)
}
`

const runFamily = `package main

import (
	"os"
	"strconv"
)

func main() {
	i, _ := strconv.Atoi(os.Args[1])
	Choose_(i)
	show()
}
`

func TestAFamilyIsEachOfItsMutants(t *testing.T) {
	s, err := mutate.Load("main", map[string][]byte{"main.go": []byte(family)}, dependencies(t))
	if err != nil {
		t.Fatal(err)
	}
	var some []mutate.Mutant
	for _, m := range s.Sample(0) {
		if m.Func != "show" && s.InFamily(m) {
			some = append(some, m)
		}
	}
	run := build(t, s.Family(some))
	got := []string{"the package itself: " + run(-1)}
	for i, m := range some {
		got = append(got, m.Func+" "+m.Operator+": "+run(i))
	}
	want := []string{"the package itself: 3 1 8 0", "counter.add drop: 0 1 8 0", "counter.add arith: -3 1 8 0",
		"counter.add number: 3 2 8 0", "counter.add number: 3 0 8 0", "counter.twice arith: 3 1 0 0",
		"counter.clear drop: 3 1 8 3", "counter.clear number: 3 1 8 1"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("- want, + got:\n%s", diff)
	}
}

// build compiles a program and returns what runs it with a number.
func build(t *testing.T, files map[string][]byte) func(int) string {
	t.Helper()
	dir := t.TempDir()
	files["run.go"] = []byte(runFamily)
	program := filepath.Join(dir, "program")
	args := []string{"build", "-o", program}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, files[name], 0o644); err != nil {
			t.Fatal(err)
		}
		args = append(args, path)
	}
	if text, err := exec.Command("go", args...).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	return func(i int) string {
		said, err := exec.Command(program, fmt.Sprint(i)).CombinedOutput()
		if err != nil {
			t.Fatalf("%d: %v\n%s", i, err, said)
		}
		return strings.Join(strings.Fields(string(said)), " ")
	}
}

func TestWhatCannotBeInAFamily(t *testing.T) {
	s := open(t, dependencies(t), `const three = 3

func sum[T any](a []T) int { return len(a) + 1 }

func calm() {
	recover()
	three := three
	three++
}

func plain(a int) int { return a + 1 }`)
	in := map[string]bool{}
	for _, m := range s.Mutants() {
		in[m.Func] = s.InFamily(m)
	}
	if diff := cmp.Diff(map[string]bool{"three": false, "sum": false, "calm": false, "plain": true}, in); diff != "" {
		t.Errorf("- want, + got:\n%s", diff)
	}
}
