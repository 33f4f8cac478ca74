package main

import (
	"archive/zip"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"faultline/grader/internal/kit"
)

// TestTheKitIsAllThatAStudentNeeds does what a student does with the archive, in a
// folder of its own: unpack it, build it, look at it with go vet, and type make.
func TestTheKitIsAllThatAStudentNeeds(t *testing.T) {
	if testing.Short() {
		t.Skip("it builds the grader")
	}
	t.Parallel()
	dir := unpackKit(t)
	run := func(name string, args ...string) (string, error) {
		cmd := exec.Command(name, args...)
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "GOFLAGS=", "GOWORK=off")
		text, err := cmd.CombinedOutput()
		return string(text), err
	}
	for _, args := range [][]string{{"build", "./..."}, {"vet", "./..."}} {
		if text, err := run("go", args...); err != nil {
			t.Errorf("go %s: %v\n%s", args[0], err, text)
		}
	}
	if _, err := exec.LookPath("make"); err != nil {
		t.Skip("no make")
	}
	if text, err := run("make"); err != nil || !strings.Contains(text, "make lab-N") || strings.Contains(text, "maintainers") {
		t.Errorf("make: %v\n%s", err, text)
	}
	text, err := run("make", "lab-1", "STAGE=A")
	if err == nil || !strings.Contains(text, "stage A is not implemented yet") || strings.Contains(text, "Error 2") {
		t.Errorf("make lab-1: %v\n%s", err, text)
	}
}

// unpackKit makes the kit and unpacks it.
func unpackKit(t *testing.T) (dir string) {
	t.Helper()
	to := workFolder(t, moduleRoot(t))
	file := filepath.Join(to, "kit.zip")
	cmd := &cobra.Command{}
	cmd.SetOut(io.Discard)
	check(t, writeKit(cmd, moduleRoot(t), file))
	first, err := os.ReadFile(file)
	check(t, err)
	check(t, writeKit(cmd, moduleRoot(t), file))
	if second, err := os.ReadFile(file); err != nil || string(first) != string(second) {
		t.Error("the same tree gives another archive")
	}
	z, err := zip.OpenReader(file)
	check(t, err)
	defer z.Close()
	check(t, os.CopyFS(to, z))
	return filepath.Join(to, kit.Folder)
}

// TestTheKitHoldsNoSentenceOfASolution looks for every long line of the staff's in
// every file of the kit.
func TestTheKitHoldsNoSentenceOfASolution(t *testing.T) {
	staff, err := staffOf(moduleRoot(t))
	check(t, err)
	lines := func(text []byte) (list []string) {
		for line := range strings.Lines(string(text)) {
			if line = strings.TrimSpace(line); len(line) >= 50 && !strings.HasPrefix(line, "//lab:") {
				list = append(list, line)
			}
		}
		return list
	}
	secret := map[string]string{}
	for name, text := range staff.Files {
		for _, line := range lines(text) {
			if strings.HasSuffix(name, ".go") && !strings.HasSuffix(name, "_test.go") {
				secret[line] = name
			}
		}
	}
	for _, text := range staff.Starter {
		for _, line := range lines(text) {
			delete(secret, line)
		}
	}
	if len(secret) < 500 {
		t.Fatalf("only %d lines to look for", len(secret))
	}
	dir := unpackKit(t)
	for name, text := range textsBelow(t, dir) {
		if strings.Contains(name, "staff/") || strings.Contains(name, "mutants") {
			t.Errorf("the kit holds %s", name)
		}
		for _, line := range lines([]byte(text)) {
			if from, ok := secret[line]; ok {
				t.Errorf("%s has a line of %s:\n%s", name, from, line)
			}
		}
	}
}

// TestEveryLinkInTheKitLeadsSomewhere follows the links of the pages.
func TestEveryLinkInTheKitLeadsSomewhere(t *testing.T) {
	dir := unpackKit(t)
	link := regexp.MustCompile(`\]\(([^)#:]+)(#[^)]*)?\)`)
	for name, text := range textsBelow(t, dir) {
		if filepath.Ext(name) != ".md" || strings.HasPrefix(name, "grader/") {
			continue
		}
		for _, m := range link.FindAllStringSubmatch(text, -1) {
			if _, err := os.Stat(filepath.Join(dir, filepath.Dir(name), m[1])); err != nil {
				t.Errorf("%s links to %s, which is not in the kit", name, m[1])
			}
		}
	}
}
