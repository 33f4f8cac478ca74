package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"faultline/grader/internal/mutant"
	"faultline/grader/internal/result"
	"faultline/labs"
)

func TestFiguresReplaceTheTableOfAPage(t *testing.T) {
	proof := proofFigures([]labProof{
		{Mutants: 60, Caught: 60, Fair: 1200, Repeated: 900, Crashes: result.Crashes{States: 6000, Recoveries: 11000}},
		{Mutants: 40, Caught: 39, Fair: 300, Repeated: 100, False: 1},
	})
	all := append(proof, measure{What: "lab 1", Elsewhere: "214 s", Ours: 3.25, Unit: "s", Bound: 10})
	page := filepath.Join(t.TempDir(), "page.md")
	before, after := "# Page\n\n"+figuresBegin, figuresEnd+"\nmore\n"
	if err := os.WriteFile(page, []byte(before+"| old |\n"+after), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := writeFigures(page, all); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	want := before + strings.TrimPrefix(`
| what | elsewhere | bound | ours |
|---|---|---|---|
| mutants caught by their cases, of 100 | - | ≥ 100 % | 99 % (not kept) |
| false failures in 1,500 runs of correct solutions | 3 in 500 | ≤ 0 | 1 (not kept) |
| faults of the grader, another hash of a run too, in 1,000 runs that were repeated | - | ≤ 0 | 0 |
| recoveries checked, from 6,000 states that crashes of the references leave of a disk | - | ≥ 10,000 | 11,000 |
| lab 1 | 214 s | ≤ 10 s | 3.2 s |
`, "\n") + after
	if string(got) != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestOfSeveralProofsALabsLastCounts(t *testing.T) {
	dir := t.TempDir()
	var b bench
	for i, text := range []string{
		`{"schema": "faultline/selftest/v1", "labs": [{"lab": "kv", "mutants": 2, "caught": 1}, {"lab": "ring", "mutants": 3, "caught": 3}]}`,
		`{"schema": "faultline/selftest/v1", "labs": [{"lab": "kv", "mutants": 2, "caught": 2}]}`,
	} {
		path := filepath.Join(dir, string(rune('a'+i)))
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		b.proofs = append(b.proofs, path)
	}
	all, err := b.earlier()
	if err != nil || all[0].Ours != 100 || !strings.Contains(all[0].What, "of 5") {
		t.Errorf("got %+v, %v", all, err)
	}
}

func TestAPageWithoutAPlaceForTheTableIsLeftAlone(t *testing.T) {
	page := filepath.Join(t.TempDir(), "page.md")
	if err := os.WriteFile(page, []byte(figuresEnd+figuresBegin), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := writeFigures(page, nil); err == nil || !strings.Contains(err.Error(), "no place") {
		t.Errorf("error %v", err)
	}
	if text, _ := os.ReadFile(page); string(text) != figuresEnd+figuresBegin {
		t.Errorf("the page is now %q", text)
	}
}

func TestTheLinesOfGoBenchmarksAreRead(t *testing.T) {
	text := "goos: linux\nBenchmarkCall/labrpc-2         \t  417000\t      2400 ns/op\t    417123 calls/s\t 120 B/op\n" +
		"BenchmarkExplore-2 \t      30\t  1.5e+07 ns/op\t     15012 states/s\nBenchmarkCall/labrpc_traced \t 1\t 2 ns/op\t 1.2e+05 calls/s\n"
	want := [][]string{{"Call/labrpc", "417123", "calls/s"}, {"Explore", "15012", "states/s"}, {"Call/labrpc_traced", "1.2e+05", "calls/s"}}
	got := benchLine.FindAllStringSubmatch(text, -1)
	if len(got) != len(want) {
		t.Fatalf("got %q", got)
	}
	for i, m := range got {
		if m[1] != want[i][0] || m[2] != want[i][1] || m[3] != want[i][2] {
			t.Errorf("got %q, want %q", m[1:], want[i])
		}
	}
}

func TestAClassGivesFiguresOnceItIsGraded(t *testing.T) {
	b := bench{class: filepath.Join(t.TempDir(), "measured.json")}
	m := classMeasure{Submissions: 300, Labs: 7, Jobs: 2, Took: 5 * time.Hour, All: usage{Sum: 900 << 10}, Early: usage{Sum: 600 << 10}}
	check(t, m.save(b.class))
	if _, err := b.earlier(); err == nil || !strings.Contains(err.Error(), "not graded yet") {
		t.Errorf("of a class that is not graded yet: %v", err)
	}
	m.Finished = true
	check(t, m.save(b.class))
	all, err := b.earlier()
	check(t, err)
	got := markdown(all)
	want := strings.TrimPrefix(`
| what | elsewhere | bound | ours |
|---|---|---|---|
| a class of 300 in 7 labs, on 2 cores, graded | - | ≤ 12 h | 5 h |
| the most memory that it took, 900 MB, to that in its first quarter | - | ≤ 1.5 | 1.5 |
`, "\n")
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// TestThePageHasTheFiguresThatWereMeasured and these are of the mutants that there are.
func TestThePageHasTheFiguresThatWereMeasured(t *testing.T) {
	root := moduleRoot(t)
	measured := func(pattern string) []string {
		paths, err := filepath.Glob(filepath.Join(root, "grader", "testdata", "figures", pattern))
		check(t, err)
		return paths
	}
	b := bench{proofs: measured("proof-*.json"), natives: measured("native-*.json")}
	for _, optional := range []struct {
		to   *string
		name string
	}{{&b.explained, "explained.json"}, {&b.class, "class.json"}} {
		if paths := measured(optional.name); len(paths) > 0 {
			*optional.to = paths[0]
		}
	}
	all, err := b.earlier()
	check(t, err)
	page, err := os.ReadFile(filepath.Join(root, "README.md"))
	check(t, err)
	for row := range strings.Lines(markdown(all)) {
		if !strings.Contains(string(page), row) {
			t.Errorf("README.md lacks this; run make page:\n%s", row)
		}
	}
	proofs, err := readLabs("faultline/selftest/v1", b.proofs, func(p labProof) string { return p.Lab })
	check(t, err)
	if len(proofs) != len(labs.All()) || len(b.natives) != len(labs.All()) {
		t.Errorf("%d proofs and %d native ones of %d labs: run make figures", len(proofs), len(b.natives), len(labs.All()))
	}
	for _, p := range proofs {
		lab, _ := labs.Find(p.Lab)
		if file := measured("proof-" + p.Lab + ".json"); len(file) == 0 {
			t.Errorf("the proof of %s is in a file of another name", p.Lab)
		}
		mutants, err := mutant.Load(filepath.Join(root, referenceDir(lab), "mutants"))
		check(t, err)
		if p.Mutants != len(mutants) {
			t.Errorf("%s: the figures are of %d mutants, and there are %d: run make figures LABS=%[1]s", p.Lab, p.Mutants, len(mutants))
		}
	}
}
