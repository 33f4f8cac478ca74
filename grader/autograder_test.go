package main

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
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

// TestAutograderFetchesGo runs setup.sh where Go is too old, with programs in the place
// of those that ask the network.
func TestAutograderFetchesGo(t *testing.T) {
	if testing.Short() {
		t.Skip("it builds the grader and grades with it")
	}
	for _, program := range []string{"sh", "tar", "go"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skip("no " + program)
		}
	}
	g := unpackAutograder(t, "1/A")
	golang, err := exec.LookPath("go")
	check(t, err)
	g.path = filepath.Join(g.dir, "bin")
	log := filepath.Join(g.dir, "log")
	say := "echo \"$(basename $0) $*\" >>" + log + "\n"
	for name, script := range map[string]string{
		"go":      "echo go version go1.1 linux/amd64\n",
		"apt-get": say,
		"dpkg":    "echo amd64\n",
		"curl":    say + "exit 22\n",
	} {
		check(t, os.MkdirAll(g.path, 0o755))
		check(t, os.WriteFile(filepath.Join(g.path, name), []byte("#!/bin/sh\n"+script), 0o755))
	}
	if out, err := g.run("source/setup.sh"); err == nil {
		t.Errorf("setup.sh ends well without Go\n%s", out)
	}

	// The archive has a Go that is the one here.
	curl := say + `while [ "$1" != -o ]; do shift; done
mkdir -p ` + g.dir + `/fetched/go/bin
printf '#!/bin/sh\nexec ` + golang + ` "$@"\n' >` + g.dir + `/fetched/go/bin/go
chmod +x ` + g.dir + `/fetched/go/bin/go
tar -C ` + g.dir + `/fetched -czf "$2" go
`
	check(t, os.WriteFile(filepath.Join(g.path, "curl"), []byte("#!/bin/sh\n"+curl), 0o755))
	for range 2 { // the second time it is there
		if out, err := g.run("source/setup.sh"); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
	}
	text, err := os.ReadFile(log)
	check(t, err)
	once := "apt-get update\napt-get install -y --no-install-recommends ca-certificates curl\n" +
		"curl -fsSL -o " + g.dir + "/go.tar.gz https://go.dev/dl/" + runtime.Version() + ".linux-amd64.tar.gz\n"
	if got := string(text); got != once+once { // with the attempt that failed
		t.Errorf("it ran\n%swant\n%s", got, once+once)
	}
	if _, err := os.Stat(filepath.Join(g.dir, "go.tar.gz")); err == nil {
		t.Error("the archive of Go stays")
	}
}

func TestAutograderScriptsPassShellcheck(t *testing.T) {
	if _, err := exec.LookPath("shellcheck"); err != nil {
		t.Skip("no shellcheck: to run this test, apt-get install shellcheck")
	}
	g := unpackAutograder(t, "1")
	cmd := exec.Command("shellcheck", "--external-sources", "--exclude=SC1091", "--shell=sh", "environment", "run_autograder", "setup.sh")
	cmd.Dir = filepath.Join(g.dir, "source")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

// A container is where Gradescope would run the scripts.
type container struct {
	dir, cache string
	path       string // a folder of programs that come first; may be empty
}

// unpackAutograder makes the archive of a part, twice, and unpacks it. What Go keeps in
// its cache is used: with nothing in it a compiler takes minutes.
func unpackAutograder(t *testing.T, part string) container {
	t.Helper()
	for _, name := range []string{"GOCACHE", "GOPATH", "GOMODCACHE"} {
		value, err := exec.Command("go", "env", name).Output()
		check(t, err)
		t.Setenv(name, strings.TrimSpace(string(value)))
	}
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
	return container{dir: dir, cache: filepath.Join(moduleRoot(t), "out", "test-cache")}
}

func (c container) run(script string) ([]byte, error) {
	cmd := exec.Command(filepath.Join(c.dir, script))
	cmd.Dir = c.dir
	cmd.Env = append(os.Environ(), "AUTOGRADER="+c.dir, "FAULTLINE_CACHE="+c.cache)
	if c.path != "" {
		cmd.Env = append(cmd.Env, "PATH="+c.path+string(filepath.ListSeparator)+os.Getenv("PATH"))
	}
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
