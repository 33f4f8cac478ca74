package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestAGraderThatIsOlderThanItsTreeDoesNotGrade for its results would be kept as those of
// the tree.
func TestAGraderThatIsOlderThanItsTreeDoesNotGrade(t *testing.T) {
	built := time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)
	const old = ".bin/grader is older than labs/kv/kvtest/suite.go, and what it gives would be kept as if it were not: run make build"
	for name, tt := range map[string]struct{ self, changed, want string }{
		"a suite has changed":   {".bin/grader", "labs/kv/kvtest/suite.go", old},
		"a test has changed":    {".bin/grader", "labs/kv/kvtest/suite_test.go", ""},
		"a library is newer":    {".bin/grader", "go.mod", strings.Replace(old, "labs/kv/kvtest/suite.go", "go.mod", 1)},
		"a text has changed":    {".bin/grader", "labs/kv/kvtest/notes.md", ""},
		"a reference":           {".bin/grader", "labs/internal/staff/kv/server.go", ""},
		"starter code":          {".bin/grader", "solutions-skeleton/kv/server.go", ""},
		"a program for a test":  {".bin/grader", "grader/testdata/main.go", ""},
		"the grader is another": {"elsewhere/grader", "labs/kv/kvtest/suite.go", ""},
		"nothing is newer":      {".bin/grader", "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			root := t.TempDir()
			write := func(name string, at time.Time) {
				file := filepath.Join(root, filepath.FromSlash(name))
				check(t, os.MkdirAll(filepath.Dir(file), 0o755))
				check(t, os.WriteFile(file, nil, 0o644))
				check(t, os.Chtimes(file, at, at))
			}
			for _, name := range []string{"grader/main.go", "labrpc/network.go", "labs/labs.go", ".bin/grader", tt.self} {
				write(name, built)
			}
			if tt.changed != "" {
				write(tt.changed, built.Add(time.Second))
			}
			got := ""
			if err := builtFromTree(root, filepath.Join(root, tt.self)); err != nil {
				got = err.Error()
			}
			if got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}
