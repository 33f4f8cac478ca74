package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestALabCanBeWrittenByTheHandout follows handouts/writing-a-lab.md to the letter, in
// a copy of the tree: it writes the files, makes the edits and runs the commands that
// the page has from its section 1 on, in their order.
func TestALabCanBeWrittenByTheHandout(t *testing.T) {
	t.Parallel()
	root := moduleRoot(t)
	text, err := os.ReadFile(filepath.Join(root, "handouts", "writing-a-lab.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, page, found := strings.Cut(string(text), "\n## 1. ")
	if !found {
		t.Fatal("the page has no section 1")
	}
	page, _, _ = strings.Cut(page, "\n## 6. ")
	tree := copyTree(t, root)
	blocks := regexp.MustCompile("(?ms)^```(\\w+)(?: (\\S+))?\n(.*?)^```$").FindAllStringSubmatch(page, -1)
	ran := 0
	for _, b := range blocks {
		kind, name, body := b[1], filepath.Join(tree, filepath.FromSlash(b[2])), b[3]
		switch {
		case kind == "sh":
			for line := range strings.Lines(body) {
				follow(t, tree, strings.TrimSpace(line))
				ran++
			}
		case kind == "diff":
			if err := edit(name, body); err != nil {
				t.Fatalf("the edit of %s: %v", b[2], err)
			}
		case b[2] != "":
			if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(name, []byte(body), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	if ran < 5 {
		t.Errorf("%d commands ran, want 5", ran)
	}
	starter, err := os.ReadFile(filepath.Join(tree, "solutions-skeleton", "counter", "counter.go"))
	if err != nil || strings.Contains(string(starter), "results") || !strings.Contains(string(starter), `labs.TODO("A")`) {
		t.Errorf("the starter code (error %v) is\n%s", err, starter)
	}
}

// copyTree copies what a build needs of the tree.
func copyTree(t *testing.T, root string) string {
	t.Helper()
	tree := t.TempDir()
	for _, name := range []string{"go.mod", "go.sum"} {
		text, err := os.ReadFile(filepath.Join(root, name))
		if err == nil {
			err = os.WriteFile(filepath.Join(tree, name), text, 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"grader", "labrpc", "labs", "solutions-skeleton"} {
		if err := os.CopyFS(filepath.Join(tree, name), os.DirFS(filepath.Join(root, name))); err != nil {
			t.Fatal(err)
		}
	}
	return tree
}

// follow runs a command of the page, which must succeed.
func follow(t *testing.T, tree, command string) {
	t.Helper()
	args := strings.Fields(command)
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Dir = tree
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", command, err, out)
	}
}

// edit replaces the lines of a diff that begin with a space or a minus by those that
// begin with a space or a plus. They must occur once.
func edit(name, diff string) error {
	text, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	var before, after strings.Builder
	for line := range strings.Lines(diff) {
		if line[0] != '+' {
			before.WriteString(line[1:])
		}
		if line[0] != '-' {
			after.WriteString(line[1:])
		}
	}
	if n := strings.Count(string(text), before.String()); n != 1 {
		return fmt.Errorf("these lines occur %d times, want once:\n%s", n, before.String())
	}
	return os.WriteFile(name, []byte(strings.Replace(string(text), before.String(), after.String(), 1)), 0o644)
}
