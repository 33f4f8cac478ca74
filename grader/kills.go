package main

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/google/go-cmp/cmp"

	"faultline/grader/internal/result"
	"faultline/grader/internal/suites"
	"faultline/labs"
)

// kills reports whether a case found something wrong with the solution.
func kills(c result.Case) bool {
	switch c.Verdict {
	case labs.Fail, labs.Panic, labs.Deadlock, labs.Stuck, labs.Memory, labs.Output:
		return true
	case labs.BuildError, labs.Forbidden: // of what the solution wrote
		return c.Failure != nil
	}
	return false
}

// A killTable says which cases catch which solution.
type killTable struct {
	suite suites.Suite
	rows  []string
	used  map[string]bool
}

// add notes the cases that caught a solution, each with the number of seeds that
// it took.
func (k *killTable) add(name string, r *result.Result) {
	if k.used == nil {
		k.used = map[string]bool{}
	}
	var caught []string
	for _, c := range r.Cases() {
		if kills(c) {
			k.used[c.ID] = true
			_, short, _ := strings.Cut(c.ID, "/")
			caught = append(caught, fmt.Sprintf("%s %s@%d", short, c.Verdict, c.Passed+1))
		}
	}
	if len(caught) == 0 {
		caught = []string{"-"}
	}
	k.rows = append(k.rows, fmt.Sprintf("%-28s %s", name, strings.Join(caught, ", ")))
}

// String is the table as it stands in kills.txt: a line for each solution, with
// "case verdict@seed" for each case that caught it.
func (k *killTable) String() string { return strings.Join(k.rows, "\n") + "\n" }

// idle lists the cases that caught nothing.
func (k *killTable) idle() []string {
	all := map[string]bool{}
	for _, c := range k.suite.Cases {
		if !k.used[c.ID()] {
			all[c.ID()] = true
		}
	}
	return slices.Sorted(maps.Keys(all))
}

// abridged is a golden table without the glances: of each mutant the cases that are
// meant for it.
func abridged(golden string, specimens []specimen) string {
	meant := map[string][]string{}
	for _, s := range specimens {
		if s.mutant {
			meant[s.name] = s.kill
		}
	}
	lines := strings.Split(golden, "\n")
	for i, line := range lines {
		name, cells, _ := strings.Cut(line, " ")
		kill, is := meant[name]
		if !is {
			continue
		}
		kept := slices.DeleteFunc(strings.Split(strings.TrimSpace(cells), ", "), func(cell string) bool {
			short, _, _ := strings.Cut(cell, " ")
			return !slices.ContainsFunc(kill, func(id string) bool { return strings.HasSuffix(id, "/"+short) })
		})
		if len(kept) == 0 {
			kept = []string{"-"}
		}
		lines[i] = fmt.Sprintf("%-28s %s", name, strings.Join(kept, ", "))
	}
	return strings.Join(lines, "\n")
}

// drift compares a kill table with the golden one, or replaces that.
func (p proof) drift(path string, specimens []specimen, got string) ([]string, error) {
	if p.update {
		return nil, writeFile(path, got)
	}
	golden, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	want := string(golden)
	if p.brief || p.whole {
		want, got = abridged(want, specimens), abridged(got, specimens)
	}
	if diff := cmp.Diff(strings.Split(want, "\n"), strings.Split(got, "\n")); diff != "" {
		return []string{"the kill table is not as in " + filepath.Base(path) +
			"; if that is right, run selftest --update and commit it:\n" + diff}, nil
	}
	return nil, nil
}
