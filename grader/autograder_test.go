package main

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestAutograderGradesWhatGradescopeGivesIt does what Gradescope does with the
// archive, in a folder of its own: it unpacks it, runs setup.sh, and run_autograder
// for submissions of each kind.
func TestAutograderGradesWhatGradescopeGivesIt(t *testing.T) {
	if testing.Short() {
		t.Skip("it builds the grader and grades with it")
	}
	if _, err := exec.LookPath("sh"); err != nil {
		t.Skip("no shell")
	}
	g := unpackAutograder(t, "1/A")
	if out, err := g.run("source/setup.sh"); err != nil {
		t.Fatalf("setup.sh: %v\n%s", err, out)
	}

	reference, _, err := specimenFiles(moduleRoot(t), "")
	if err != nil {
		t.Fatal(err)
	}
	folder := map[string][]byte{}
	for name, text := range reference {
		folder["messaging/"+name] = text
	}
	const most = 20
	for _, test := range []struct {
		name   string
		files  map[string][]byte
		tests  int
		points float64
		says   string
	}{
		{"everything right, in the lab's folder", folder, 7, most, "score 20 of 20"},
		{"what does not compile", map[string][]byte{"mailbox.go": []byte("package messaging\n\nno Go\n")}, 7, 0,
			"mailbox.go:3:1: syntax error"},
		{"what the lab does not allow", map[string][]byte{"mailbox.go": []byte("package messaging\n\nimport _ \"os\"\n")}, 7, 0,
			"imports \\\"os\\\""},
		{"nothing of the lab", map[string][]byte{"essay.pdf": []byte("I was ill.")}, 0, 0, "None of the files of lab messaging"},
	} {
		text, err := g.grade(t, test.files)
		if err != nil {
			t.Fatalf("%s: %v", test.name, err)
		}
		if points, tests := gradescopeScore(t, text); points != test.points || tests != test.tests ||
			!strings.Contains(string(text), test.says) {
			t.Errorf("%s: %g points in %d tests, want %g in %d\n%s", test.name, points, tests, test.points, test.tests, text)
		}
	}

	if err := os.Remove(filepath.Join(g.dir, "grader")); err != nil {
		t.Fatal(err)
	}
	if text, err := g.grade(t, reference); err == nil || text != nil {
		t.Errorf("without a grader there is a grade:\n%s", text)
	}
}

// A container is where Gradescope would run the scripts.
type container struct{ dir, cache string }

// unpackAutograder makes the archive of a part, twice, and unpacks it.
func unpackAutograder(t *testing.T, part string) container {
	t.Helper()
	dir := workFolder(t, moduleRoot(t))
	file := filepath.Join(dir, "autograder.zip")
	var texts [2][]byte
	for i := range texts {
		if err := writeAutograder(part, file); err != nil {
			t.Fatal(err)
		}
		var err error
		if texts[i], err = os.ReadFile(file); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(texts[0], texts[1]) {
		t.Error("the same tree gives another archive")
	}
	z, err := zip.NewReader(bytes.NewReader(texts[0]), int64(len(texts[0])))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range z.File {
		if strings.Contains(f.Name, "internal/staff") || strings.HasSuffix(f.Name, "_test.go") {
			t.Errorf("the archive holds %s", f.Name)
		}
	}
	if err := os.CopyFS(filepath.Join(dir, "source"), z); err != nil { // with the modes, so the scripts can be run
		t.Fatal(err)
	}
	return container{dir, filepath.Join(moduleRoot(t), "out", "test-cache")}
}

func (c container) run(script string) ([]byte, error) {
	cmd := exec.Command(filepath.Join(c.dir, script))
	cmd.Dir = c.dir
	cmd.Env = append(os.Environ(), "AUTOGRADER="+c.dir, "FAULTLINE_CACHE="+c.cache)
	return cmd.CombinedOutput()
}

// grade grades the files, and returns results.json, nil if there is none.
func (c container) grade(t *testing.T, files map[string][]byte) ([]byte, error) {
	t.Helper()
	submission := filepath.Join(c.dir, "submission")
	if err := os.RemoveAll(submission); err != nil {
		t.Fatal(err)
	}
	for name, text := range files {
		if err := writeTree(filepath.Join(submission, filepath.Dir(name)), map[string][]byte{filepath.Base(name): text}); err != nil {
			t.Fatal(err)
		}
	}
	out, err := c.run("source/run_autograder")
	if err != nil {
		t.Logf("%s", out)
	}
	text, _ := os.ReadFile(filepath.Join(c.dir, "results", "results.json"))
	return text, err
}

// gradescopeScore is the score that Gradescope would show, and of how many tests.
func gradescopeScore(t *testing.T, text []byte) (points float64, tests int) {
	t.Helper()
	var g struct {
		Score *float64
		Tests []struct{ Score *float64 }
	}
	if err := json.Unmarshal(text, &g); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	for _, test := range g.Tests {
		if test.Score != nil {
			points += *test.Score
		}
	}
	if g.Score != nil {
		points = *g.Score
	}
	return points, len(g.Tests)
}
