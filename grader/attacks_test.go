package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"cmp"
	"compress/gzip"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/txtar"
	"github.com/spf13/cobra"

	"faultline/grader/internal/class"
	"faultline/grader/internal/export"
	"faultline/grader/internal/grading"
	"faultline/grader/internal/submission"
	"faultline/grader/internal/suites"
	"faultline/labs"
)

// An attack is a submission that is out for points, or for the grader. Its file is
// in testdata/attacks: what it tries, then what must become of it, then its files.
//
//	verdict: A B     one of these verdicts for its case
//	case: ID         the case (default: messaging/A/fifo)
//	lab: NAME        the lab (default: messaging)
//	says: TEXT       what the student's report must say
//	refused: TEXT    why nothing of it may be taken
//	missing: TEXT    why there may be nothing of the lab
//	never: TEXT      what no file of the results may hold
//	name: NAME       of the submission (default: that of the file)
//	archive: KIND    it is a zip or a tar.gz, whatever the names of its files
//	link: FROM TO    a symbolic link; pipe: NAME a named pipe
//	pad: NAME N      a file of N zeros; raw: TEXT all of an archive
//
// A file with the text STARTER is that of the starter code.
type attack struct {
	name, about string
	head        map[string]string
	files       []txtar.File
}

func (a attack) get(key, otherwise string) string {
	if v, ok := a.head[key]; ok {
		return v
	}
	return otherwise
}

// submission is the name of the attack in the class.
func (a attack) submission() string {
	return strings.ReplaceAll(a.get("name", a.name), `\n`, "\n")
}

func (a attack) lab() string { return a.get("lab", "messaging") }

func loadAttacks(t testing.TB) (all []attack) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("testdata", "attacks", "*.txtar"))
	if err != nil {
		t.Fatal(err)
	}
	keys := []string{"verdict", "case", "lab", "says", "refused", "missing", "never", "name", "archive", "link", "pipe", "pad", "raw"}
	for _, file := range files {
		ar, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		a := attack{name: strings.TrimSuffix(filepath.Base(file), ".txtar"), head: map[string]string{}, files: ar.Files}
		for i, line := range strings.Split(strings.TrimSpace(string(ar.Comment)), "\n") {
			key, value, _ := strings.Cut(line, ": ")
			switch {
			case i == 0:
				a.about = line
			case !slices.Contains(keys, key):
				t.Fatalf("%s: no key %q", file, key)
			default:
				a.head[key] = value
			}
		}
		if a.get("verdict", "")+a.get("refused", "")+a.get("missing", "") == "" {
			t.Fatalf("%s: it says nothing of what must become of it", file)
		}
		all = append(all, a)
	}
	return all
}

// write puts the attack into the folder of the class.
func (a attack) write(t testing.TB, dir string, starters map[string]map[string][]byte) {
	t.Helper()
	for i, f := range a.files {
		if strings.TrimSpace(string(f.Data)) == "STARTER" {
			a.files[i].Data = starters[a.lab()][filepath.Base(f.Name)]
		}
	}
	if kind := a.get("archive", ""); kind != "" {
		text := []byte(a.get("raw", ""))
		if len(text) == 0 {
			text = map[string]func(testing.TB) []byte{"zip": a.zip, "tar.gz": a.tar}[kind](t)
		}
		check(t, os.WriteFile(filepath.Join(dir, a.submission()+"."+kind), text, 0o644))
		return
	}
	at := func(name string) string {
		path := filepath.Join(dir, a.submission(), name)
		check(t, os.MkdirAll(filepath.Dir(path), 0o755))
		return path
	}
	for _, f := range a.files {
		check(t, os.WriteFile(at(f.Name), f.Data, 0o644))
	}
	if from, to, ok := strings.Cut(a.get("link", ""), " "); ok {
		check(t, os.Symlink(to, at(from)))
	}
	if name := a.get("pipe", ""); name != "" {
		check(t, syscall.Mkfifo(at(name), 0o644))
	}
	if name, size := a.pad(); name != "" {
		check(t, os.WriteFile(at(name), make([]byte, size), 0o644))
	}
}

func (a attack) pad() (name string, size int) {
	name, n, _ := strings.Cut(a.get("pad", ""), " ")
	size, _ = strconv.Atoi(n)
	return name, size
}

func (a attack) zip(t testing.TB) []byte {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	add := func(name string, mode fs.FileMode, text []byte) {
		h := &zip.FileHeader{Name: name, Method: zip.Deflate}
		h.SetMode(mode)
		w, err := z.CreateHeader(h)
		check(t, err)
		_, err = w.Write(text)
		check(t, err)
	}
	if from, to, ok := strings.Cut(a.get("link", ""), " "); ok {
		add(from, fs.ModeSymlink|0o777, []byte(to))
	}
	if name, size := a.pad(); name != "" {
		add(name, 0o644, make([]byte, size))
	}
	for _, f := range a.files {
		add(f.Name, 0o644, f.Data)
	}
	check(t, z.Close())
	return b.Bytes()
}

func (a attack) tar(t testing.TB) []byte {
	var b bytes.Buffer
	g := gzip.NewWriter(&b)
	w := tar.NewWriter(g)
	add := func(h tar.Header, text []byte) {
		h.Mode, h.Size = 0o644, int64(len(text))
		check(t, w.WriteHeader(&h))
		_, err := w.Write(text)
		check(t, err)
	}
	if from, to, ok := strings.Cut(a.get("link", ""), " "); ok {
		add(tar.Header{Name: from, Linkname: to, Typeflag: tar.TypeSymlink}, nil)
	}
	if name, size := a.pad(); name != "" {
		add(tar.Header{Name: name}, make([]byte, size))
	}
	for _, f := range a.files {
		add(tar.Header{Name: f.Name}, f.Data)
	}
	check(t, errors.Join(w.Close(), g.Close()))
	return b.Bytes()
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// TestNoAttackSucceeds grades a class in which everybody but one is out for
// something. Each must get its verdict and no point, nothing may be written outside
// the folder of results, and the honest one must have all the points.
func TestNoAttackSucceeds(t *testing.T) {
	if testing.Short() {
		t.Skip("it builds and runs many submissions")
	}
	t.Parallel()
	attacks := loadAttacks(t)
	if len(attacks) < 60 {
		t.Fatalf("only %d attacks", len(attacks))
	}
	dir := workFolder(t, moduleRoot(t))
	f := gradeAttacks(t, dir, attacks)

	entries, err := os.ReadDir(dir)
	check(t, err)
	for _, e := range entries {
		if e.Name() != "class" && e.Name() != "grades" {

			t.Errorf("somebody wrote %s", e.Name())
		}
	}
	for _, a := range attacks {
		t.Run(a.name, func(t *testing.T) { f.hold(t, a) })
	}
	t.Run("the honest one has every point", func(t *testing.T) {
		s, err := readSubmission(f.out, "honest")
		check(t, err)
		if len(s.Results) != 1 || s.Results[0].Points != s.Results[0].MaxPoints {
			t.Errorf("%+v", s.Results)
		}
	})
	t.Run("and so have the gradebooks", f.holdGradebooks)
}

// attacked is the class after it has been graded.
type attacked struct{ out string }

// gradeAttacks grades the attacks, with the cases that they are about.
func gradeAttacks(t *testing.T, dir string, attacks []attack) attacked {
	t.Helper()
	cmd := &cobra.Command{}
	var printed bytes.Buffer
	cmd.SetOut(&printed)
	cmd.SetErr(&printed)
	w, err := openWorkshop(cmd, 0)
	check(t, err)
	t.Cleanup(w.close)
	w.pools.CPULimit, w.pools.CPUTotal = time.Second, 10*time.Second

	cases := map[string]bool{}
	folder := filepath.Join(dir, "class")
	for _, lab := range labs.All() {
		if lab.Name == "messaging" {
			ref, err := w.reference(lab)
			check(t, err)
			check(t, writeTree(filepath.Join(folder, "honest", lab.Name), ref.Files))
		}
	}
	starters := map[string]map[string][]byte{}
	for _, lab := range labs.All() {
		starter, err := w.solution(lab, "")
		check(t, err)
		starters[lab.Name] = starter.Files
	}
	for _, a := range attacks {
		a.write(t, folder, starters)
		cases[a.get("case", "messaging/A/fifo")] = true
	}
	order := grading.Order{
		Select: func(c labs.Case) bool { return cases[c.ID()] },
		Seeds:  func(labs.Case) int { return 2 },
	}
	out := filepath.Join(dir, "grades")
	b, err := w.batch(folder, gradeFlags{out: out, labs: "messaging,rpc"}, order)
	check(t, err)
	b.buildTogether(t, attacks)
	if ours, err := b.run(context.Background()); cmp.Or(err, ours) != nil {
		t.Fatalf("the class was not graded to its end: %v\n%s", cmp.Or(err, ours), &printed)
	}
	if strings.Contains(printed.String(), "\x1b") || strings.Contains(printed.String(), "\nzoe") {
		t.Errorf("the terminal was shown\n%q", printed.String())
	}
	return attacked{out}
}

// buildTogether builds one guest of all submissions that compile, which takes a
// fraction of the time of one for each.
func (b *batch) buildTogether(t *testing.T, attacks []attack) {
	t.Helper()
	suite, _ := suites.Find("messaging")
	var sols []submission.Solution
	for _, s := range b.todo {
		folder, _, _ := open(s)
		sol, why, _ := b.solutionIn(folder, suite.Lab)
		broken := slices.ContainsFunc(attacks, func(a attack) bool {
			return a.submission() == s.Name && a.head["verdict"] == string(labs.BuildError)
		})
		if why == "" && !broken && len(sol.Check(suite.Lab)) == 0 {
			sols = append(sols, sol)
		}
	}
	if err := b.builder.Batch(context.Background(), suite, sols); err != nil {
		t.Logf("one by one, since together they do not compile: %v", err)
	}
}

// hold checks what became of an attack.
func (f attacked) hold(t testing.TB, a attack) {
	rec, err := class.ReadRecord(filepath.Join(f.out, a.submission()))
	check(t, err)
	if want := a.get("refused", ""); want != "" {
		if !strings.Contains(rec.Refused, want) {
			t.Errorf("%s\nrefused: %q\nwant %q", a.about, rec.Refused, want)
		}
		return
	}
	l, _ := rec.Of(a.lab())
	if want := a.get("missing", ""); want != "" {
		if l.HandedIn || l.Gist != want {
			t.Errorf("%s\n%+v\nwant %q", a.about, l, want)
		}
		return
	}
	s, err := readSubmission(f.out, a.submission())
	check(t, err)
	for _, r := range s.Results {
		if r.Lab != a.lab() {
			continue
		}
		if r.Points != 0 {
			t.Errorf("%s\n%s: %d points", a.about, r.Lab, r.Points)
		}
		for _, c := range r.Cases() {
			wanted := c.ID == a.get("case", a.lab()+"/A/fifo")
			if wanted && !slices.Contains(strings.Fields(a.head["verdict"]), string(c.Verdict)) {
				t.Errorf("%s\n%s: %s (%s)\nwant %s", a.about, c.ID, c.Verdict, c.Reason, a.head["verdict"])
			}
		}
	}
	f.holdTexts(t, a)
}

// holdTexts checks what the files of results of an attack say.
func (f attacked) holdTexts(t testing.TB, a attack) {
	text, err := os.ReadFile(filepath.Join(f.out, a.submission(), a.lab()+".txt"))
	check(t, err)
	if want := a.get("says", ""); !strings.Contains(string(text), want) {
		t.Errorf("%s\nthe report does not say %q:\n%s", a.about, want, text)
	}
	never := []string{"\x1b", "\x00", "\u202e"}
	if bad := strings.ReplaceAll(a.get("never", ""), `\n`, "\n"); bad != "" {
		never = append(never, bad)
	}
	files := []string{filepath.Join(f.out, staffFolder, a.submission()+".html")}
	entries, err := os.ReadDir(filepath.Join(f.out, a.submission()))
	check(t, err)
	for _, e := range entries {
		files = append(files, filepath.Join(f.out, a.submission(), e.Name()))
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		check(t, err)
		for _, bad := range never {
			html := filepath.Ext(file) == ".html" || !strings.HasPrefix(bad, "<") // in a text, HTML is text
			if html && bytes.Contains(text, []byte(bad)) {
				t.Errorf("%s\n%s holds %q", a.about, filepath.Base(file), bad)
			}
		}
	}
}

// holdGradebooks checks what is written of all of them, and for other platforms.
func (f attacked) holdGradebooks(t *testing.T) {
	all, err := readClass(&cobra.Command{}, f.out)
	check(t, err)
	for _, format := range export.All() {
		inputs := []export.Input{{Class: all}}
		if !format.Class {
			inputs = nil
			for _, s := range all {
				for _, r := range s.Results {
					inputs = append(inputs, export.Input{Result: r})
				}
			}
		}
		for _, in := range inputs {
			text, err := format.Write(in)
			if err != nil && format.Name != "classroom50" { // which wants a repository
				t.Errorf("%s: %v", format.Name, err)
			}
			for _, bad := range []string{"\x1b", "\x00", "\x08", "\u202e", "\n\"=", "\n::set-output"} {
				if bytes.Contains(text, []byte(bad)) {
					t.Errorf("%s holds %q", format.Name, bad)
				}
			}
		}
	}
	index, err := os.ReadFile(filepath.Join(f.out, staffFolder, indexPage))
	check(t, err)
	for _, bad := range []string{"<img src=x", "\x1b", "href=\"./eve%2f..", "\u202e"} {
		if strings.Contains(string(index), bad) {
			t.Errorf("the index holds %q", bad)
		}
	}
}
