package main

import (
	"errors"
	"hash/fnv"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"faultline/grader/internal/mutant"
	"faultline/grader/internal/submission"
	"faultline/labs"
)

// TestAKilledGradingGoesOnAsIfNothingHadHappened grades a small class to its end,
// and then again, killed with kill -9 at moments drawn over its whole length and
// started anew each time. Every byte must be the same.
func TestAKilledGradingGoesOnAsIfNothingHadHappened(t *testing.T) {
	if testing.Short() {
		t.Skip("it grades a class many times")
	}
	t.Parallel()
	dir := workFolder(t, moduleRoot(t))
	smallClass(t, filepath.Join(dir, "class"))
	g := gradings{dir: dir}
	g.run(t, "warm") // what is compiled now is compiled for all
	began := time.Now()
	g.run(t, "whole")
	length := time.Since(began)
	want := textsBelow(t, filepath.Join(dir, "whole"))
	const folders, kills = 5, 4
	for i := range folders {
		out := filepath.Join("killed", string(rune('a'+i)))
		for j := range kills {
			g.kill(t, out, length*time.Duration(draw(i, j))/100)
		}
		g.run(t, out)
		got := textsBelow(t, filepath.Join(dir, out))
		for name := range want {
			if diff := cmp.Diff(want[name], got[name]); diff != "" {
				t.Errorf("%s/%s (- not killed, + killed):\n%.2000s", out, name, diff)
			}
			delete(got, name)
		}
		if len(got) > 0 {
			t.Errorf("%s has also %v", out, slices.Sorted(maps.Keys(got)))
		}
	}
}

// draw is a number from 1 to 100 for the j-th kill of the i-th folder.
func draw(i, j int) int {
	h := fnv.New32a()
	h.Write([]byte{'k', byte(i), byte(j)})
	return 1 + int(h.Sum32()%100)
}

// smallClass writes a class of lab 4 that has got as far as stage A: one with
// everything right, one with a bug, one whose code does not compile, and one with
// nothing.
func smallClass(t *testing.T, dir string) {
	t.Helper()
	lab, _ := labs.Find("ring")
	ref, err := submission.Read(lab, filepath.Join(moduleRoot(t), referenceDir(lab)), nil)
	if err != nil {
		t.Fatal(err)
	}
	mutants, err := mutant.Load(filepath.Join(moduleRoot(t), referenceDir(lab), "mutants"))
	if err != nil {
		t.Fatal(err)
	}
	at := slices.IndexFunc(mutants, func(m mutant.Mutant) bool { return m.Name == "collision-overwrites" })
	bug, err := mutants[at].Apply(ref.Files)
	if err != nil {
		t.Fatal(err)
	}
	stageA := func(files map[string][]byte) map[string][]byte {
		return map[string][]byte{"hash.go": files["hash.go"], "ring.go": files["ring.go"]}
	}
	for name, files := range map[string]map[string][]byte{
		"anna": stageA(ref.Files), "bert": stageA(bug), "carl": {"arc.go": []byte("package ring\n\nno Go\n")}, "dora": {"README": nil},
	} {
		if err := writeTree(filepath.Join(dir, name), files); err != nil {
			t.Fatal(err)
		}
	}
}

// gradings are those of the class in a folder.
type gradings struct{ dir string }

func (g gradings) command(out string) *exec.Cmd {
	cmd := exec.Command("grader", "grade", "class", "--labs", "ring", "--out", out)
	cmd.Dir = g.dir
	return cmd
}

// run grades to the end.
func (g gradings) run(t *testing.T, out string) {
	t.Helper()
	if text, err := g.command(out).CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", out, err, text)
	}
}

// kill grades until a moment.
func (g gradings) kill(t *testing.T, out string, after time.Duration) {
	t.Helper()
	cmd := g.command(out)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	timer := time.AfterFunc(after, func() { cmd.Process.Kill() })
	defer timer.Stop()
	err := cmd.Wait()
	if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
}

// textsBelow are the text of every file below a folder, by its path.
func textsBelow(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		rel, _ := filepath.Rel(dir, path)
		files[filepath.ToSlash(rel)] = string(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// TestTryingAFolderLeavesNothingInIt also of a grader that was killed between the two
// steps.
func TestTryingAFolderLeavesNothingInIt(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, unfinished+"try"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := makeFolder(dir); err != nil {
		t.Fatal(err)
	}
	if left := textsBelow(t, dir); len(left) > 0 {
		t.Errorf("the folder has %v", slices.Sorted(maps.Keys(left)))
	}
}
