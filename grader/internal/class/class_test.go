package class_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"faultline/grader/internal/class"
	"faultline/grader/internal/result"
	"faultline/grader/internal/submission"
	"faultline/labs"
	"faultline/labs/trace"
)

func write(t *testing.T, dir, name, text string) {
	t.Helper()
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// names lists a folder.
func names(t *testing.T, dir string) (list []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		list = append(list, e.Name())
	}
	return list
}

func TestAStageTakesThePlaceOfAFolderAsAWhole(t *testing.T) {
	out := t.TempDir()
	for _, file := range []string{"first", "second"} {
		s, err := class.Begin(out, "carl")
		if err != nil {
			t.Fatal(err)
		}
		write(t, s.Dir, file, "x")
		if err := s.Commit(); err != nil {
			t.Fatal(err)
		}
		if got := names(t, filepath.Join(out, "carl")); !slices.Equal(got, []string{file}) {
			t.Errorf("the folder has %v, want %s", got, file)
		}
	}
	if got := names(t, out); !slices.Equal(got, []string{"carl"}) {
		t.Errorf("beside it are %v", got)
	}
}

func TestAfterAKillASubmissionHasItsOldFolderOrItsNewOne(t *testing.T) {
	for _, test := range []struct {
		title string
		lay   []string // files that the killed grader left
		want  string   // what the submission then has
	}{
		{"before anything was moved", []string{"carl/old", ".new-carl/half"}, "old"},
		{"between the two renames", []string{".old-carl/old", ".new-carl/new"}, "old"},
		{"before the old one was removed", []string{".old-carl/old", "carl/new"}, "new"},
		{"half of the old one was removed", []string{".old-carl/", "carl/new"}, "new"},
		{"while the first one was written", []string{".new-carl/half"}, ""},
	} {
		t.Run(test.title, func(t *testing.T) {
			out := t.TempDir()
			for _, file := range test.lay {
				dir, name := filepath.Split(filepath.Join(out, file))
				if strings.HasSuffix(file, "/") {
					dir, name = filepath.Join(out, file), "."
				}
				if name == "." {
					os.MkdirAll(dir, 0o755)
				} else {
					write(t, dir, name, "x")
				}
			}
			if err := class.Recover(out); err != nil {
				t.Fatal(err)
			}
			var want []string
			if test.want != "" {
				want = []string{"carl"}
				if got := names(t, filepath.Join(out, "carl")); !slices.Equal(got, []string{test.want}) {
					t.Errorf("it has %v, want %s", got, test.want)
				}
			}
			if got := names(t, out); !slices.Equal(got, want) {
				t.Errorf("there are %v, want %v", got, want)
			}
		})
	}
	if err := class.Recover(filepath.Join(t.TempDir(), "none")); err != nil {
		t.Errorf("a folder that is not there yet: %v", err)
	}
}

func TestAKeyIsOfAllThatAResultDependsOn(t *testing.T) {
	tree := func() fstest.MapFS {
		return fstest.MapFS{
			"labs/kv/kvtest/suite.go": {Data: []byte("package kvtest")}, "labs/ring/ringtest/suite.go": {Data: []byte("package ringtest")},
			"labs/kv/kvapi/api.go": {Data: []byte("package kvapi")}, "labs/ring/ringapi/api.go": {Data: []byte("package ringapi")},
			"labs/internal/staff/kv/a.go": {Data: []byte("package kv")},
			"grader/main_test.go":         {Data: []byte("package main")}, "handouts/a.md": {Data: []byte("read")},
			"grader/internal/html/assets/report.css": {Data: []byte("p{}")},
		}
	}
	sol := func() submission.Solution {
		return submission.Solution{Dir: "a", Files: map[string][]byte{"a.go": []byte("package kv"), "b.go": nil}}
	}
	key := func(tree fs.FS, order, lab string, sol submission.Solution) string {
		k, err := class.NewKeys(tree, order)
		if err != nil {
			t.Fatal(err)
		}
		return k.Of(lab, sol)
	}
	base := key(tree(), "seeds", "kv", sol())
	for _, test := range []struct {
		title   string
		changes bool
		change  func(fstest.MapFS, *string, *string, *submission.Solution)
	}{
		{"nothing", false, func(fstest.MapFS, *string, *string, *submission.Solution) {}},
		{"the folder's name", false, func(_ fstest.MapFS, _, _ *string, s *submission.Solution) { s.Dir = "b" }},
		{"a handout", false, func(f fstest.MapFS, _, _ *string, _ *submission.Solution) { f["handouts/a.md"].Data = nil }},
		{"a reference", false, func(f fstest.MapFS, _, _ *string, _ *submission.Solution) {
			f["labs/internal/staff/kv/a.go"].Data = nil
		}},
		{"a test of the grader", false, func(f fstest.MapFS, _, _ *string, _ *submission.Solution) { f["grader/main_test.go"].Data = nil }},
		{"the suite", true, func(f fstest.MapFS, _, _ *string, _ *submission.Solution) { f["labs/kv/kvtest/suite.go"].Data = nil }},
		{"the suite of another lab", false, func(f fstest.MapFS, _, _ *string, _ *submission.Solution) {
			f["labs/ring/ringtest/suite.go"].Data = nil
		}},
		{"the contract of another lab, which this one may need", true, func(f fstest.MapFS, _, _ *string, _ *submission.Solution) {
			f["labs/ring/ringapi/api.go"].Data = nil
		}},
		{"what a page looks like", true, func(f fstest.MapFS, _, _ *string, _ *submission.Solution) {
			f["grader/internal/html/assets/report.css"].Data = nil
		}},
		{"the order", true, func(_ fstest.MapFS, order, _ *string, _ *submission.Solution) { *order = "other" }},
		{"the lab", true, func(_ fstest.MapFS, _, lab *string, _ *submission.Solution) { *lab = "ring" }},
		{"a file", true, func(_ fstest.MapFS, _, _ *string, s *submission.Solution) { s.Files["b.go"] = []byte("x") }},
		{"a note", true, func(_ fstest.MapFS, _, _ *string, s *submission.Solution) { s.Notes = []string{"x"} }},
	} {
		f, order, lab, s := tree(), "seeds", "kv", sol()
		test.change(f, &order, &lab, &s)
		if got := key(f, order, lab, s); (got != base) != test.changes {
			t.Errorf("%s: the key changes: %t, want %t", test.title, got != base, test.changes)
		}
	}
}

func TestShardsShareAClass(t *testing.T) {
	for _, name := range []string{"anna", "bert", "carl", "", "=x", "ö"} {
		n := 0
		for i := 1; i <= 5; i++ {
			if (&class.Shard{I: i, N: 5}).Has(name) {
				n++
			}
		}
		if n != 1 || !(*class.Shard)(nil).Has(name) {
			t.Errorf("%q is in %d of 5 shards", name, n)
		}
	}
	for _, text := range []string{"", "1", "0/3", "4/3", "1/0", "a/b", "-1/3", "1/3/5"} {
		if s, err := class.ParseShard(text); err == nil {
			t.Errorf("%q is %v", text, s)
		}
	}
	if s, err := class.ParseShard("2/3"); err != nil || s.String() != "2/3" {
		t.Error(s, err)
	}
}

func TestEventsComeBackWithTheResult(t *testing.T) {
	dir := t.TempDir()
	events := []trace.Event{{Kind: trace.Step, N: 1, Text: "start"}, {Kind: trace.Log, Node: "kv-1", Text: "a\nb \"c\""}}
	r := &result.Result{Schema: result.Schema, Lab: "kv", Number: 3, Stages: []result.Stage{{Letter: "A", Cases: []result.Case{
		{ID: "kv/A/a", Verdict: labs.Pass},
		{ID: "kv/A/b", Verdict: labs.Fail, Failure: &result.Failure{Hash: "h", Events: events, Subject: "k1", Beside: map[int]bool{1: true},
			Apart: &result.Apart{Events: events[:1], Beside: map[int]bool{0: true}}}},
	}}}}
	text, err := r.JSON()
	if err != nil {
		t.Fatal(err)
	}
	kept, err := class.WriteEvents(r)
	if err != nil {
		t.Fatal(err)
	}
	write(t, dir, "kv.json", string(text))
	write(t, dir, "events.json", string(kept))
	got, err := class.ReadResult(filepath.Join(dir, "kv.json"), filepath.Join(dir, "events.json"))
	if err != nil {
		t.Fatal(err)
	}
	f := got.Cases()[1].Failure
	if !slices.Equal(f.Events, events) || !slices.Equal(f.Apart.Events, events[:1]) {
		t.Errorf("%v %v", f.Events, f.Apart.Events)
	}
	if f.Subject != "k1" || !f.Beside[1] || len(f.Beside) != 1 || !f.Apart.Beside[0] {
		t.Errorf("%q %v %v", f.Subject, f.Beside, f.Apart.Beside)
	}
	write(t, dir, "events.json", strings.ReplaceAll(string(kept), `"h"`, `"of another run"`))
	got, err = class.ReadResult(filepath.Join(dir, "kv.json"), filepath.Join(dir, "events.json"))
	if err != nil || got.Cases()[1].Failure.Events != nil {
		t.Errorf("events of another run: %v %v", got.Cases()[1].Failure.Events, err)
	}
	if _, err := class.ReadResult(filepath.Join(dir, "kv.json"), ""); err != nil {
		t.Errorf("without events: %v", err)
	}
}

func TestARecordOfAnotherVersionIsRefused(t *testing.T) {
	dir := t.TempDir()
	if _, err := class.ReadRecord(dir); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no record: %v", err)
	}
	for text, want := range map[string]string{"{": "not the record of a submission", `{"schema": "v9"}`: `a record of version "v9"`} {
		write(t, dir, class.RecordFile, text)
		if _, err := class.ReadRecord(dir); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", text, err)
		}
	}
}

func TestChangesNameTheCases(t *testing.T) {
	c := func(id string, v labs.Verdict, points int, hash string) result.Case {
		rc := result.Case{ID: id, Verdict: v, Points: points, MaxPoints: 3}
		if hash != "" {
			rc.Failure = &result.Failure{Seed: 7, Hash: hash}
		}
		return rc
	}
	of := func(cases ...result.Case) *result.Result {
		return &result.Result{Stages: []result.Stage{{Letter: "A", Cases: cases}}}
	}
	before := of(c("l/A/a", labs.Pass, 3, ""), c("l/A/b", labs.Fail, 0, "x"), c("l/A/c", labs.Fail, 0, "x"), c("l/A/gone", labs.Pass, 3, ""))
	now := of(c("l/A/a", labs.Pass, 3, ""), c("l/A/b", labs.Pass, 3, ""), c("l/A/c", labs.Fail, 0, "y"), c("l/A/new", labs.Panic, 0, "z"))
	want := []string{
		"l/A/b: pass 3/3, before fail 0/3 at seed 7", "l/A/c: fail 0/3 at seed 7 as before, of another run",
		"l/A/new: panic 0/3 at seed 7, new", "l/A/gone: gone, before pass 3/3"}
	if got := class.Changes(before, now); !slices.Equal(got, want) {
		t.Errorf("%q\nwant %q", got, want)
	}
	class.Splice(before, of(c("l/A/b", labs.Pass, 3, ""), c("l/A/other", labs.Pass, 3, "")))
	if before.Points != 9 || before.MaxPoints != 12 || before.Stages[0].Points != 9 {
		t.Errorf("%d of %d points", before.Points, before.MaxPoints)
	}
}

func TestOneGraderAtATimeIsInAFolder(t *testing.T) {
	dir := t.TempDir()
	unlock, err := class.Lock(dir)
	if err != nil {
		t.Fatal(err)
	}
	if runtime.GOOS == "linux" {
		if _, err := class.Lock(dir); !errors.Is(err, class.ErrLocked) {
			t.Errorf("a second one: %v", err)
		}
	}
	unlock()
	if unlock, err = class.Lock(dir); err != nil {
		t.Fatal(err)
	}
	unlock()
	if got := names(t, dir); len(got) > 0 {
		t.Errorf("it left %v", got)
	}
}
