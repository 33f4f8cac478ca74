package main

import (
	"go/types"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"faultline/grader/internal/mutate"
	"faultline/grader/internal/suites"
	"faultline/labs"
	"faultline/labs/labtest"
)

// sampleBank is a bank of a function without imports, of which one mutant was killed,
// one survived, and the rest was not drawn.
func sampleBank(t *testing.T) *bank {
	t.Helper()
	const code = "package p\n\nfunc f(a int) int {\n\tif a < 3 {\n\t\treturn 20\n\t}\n\treturn a\n}\n"
	src, err := mutate.Load("p", map[string][]byte{"p.go": []byte(code)}, noImports{})
	if err != nil {
		t.Fatal(err)
	}
	b := &bank{suite: suites.All()[0], source: src, coverage: &coverage{reached: []bool{true, true, false}}}
	for _, m := range src.Mutants() {
		switch m.ID() {
		case "p.go/f/compare/1":
			b.mutants, b.ends = append(b.mutants, m), append(b.ends, "")
		case "p.go/f/negate/1":
			b.mutants, b.ends = append(b.mutants, m), append(b.ends, labs.Fail)
		case "p.go/f/number/3": // behind the condition that no run has met
			b.mutants, b.ends = append(b.mutants, m), append(b.ends, "")
		}
	}
	return b
}

type noImports struct{ types.Importer }

func TestASurvivorNeedsAReason(t *testing.T) {
	b := sampleBank(t)
	const survived, gap = "p.go/f/compare/1: both are right", "p.go/f/unreached/2: nobody asks"
	for _, test := range []struct {
		title, file string
		wrong       []string // a part of each line
	}{
		{"all have one", survived + "\n" + gap, nil},
		{"no file", "", []string{"compare/1: strengthen", "unreached/2: strengthen"}},
		{"a name without a reason", "p.go/f/compare/1:\n" + gap, []string{"compare/1: strengthen"}},
		{"a mutant that was not drawn stays", survived + "\n" + gap + "\np.go/f/number/1: it was drawn before", nil},
		{"one that is caught", survived + "\n" + gap + "\np.go/f/negate/1: it was not caught before", []string{"negate/1: it is caught now"}},
		{"one that is no more", survived + "\n" + gap + "\np.go/g/negate/1: g was here before", []string{"g/negate/1: it is caught now"}},
	} {
		t.Run(test.title, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), survivorsFile)
			if err := os.WriteFile(path, []byte("# why\n\n"+test.file+"\n"), 0o644); err != nil {
				t.Fatal(err)
			}
			known, err := readSurvivors(path)
			if err != nil {
				t.Fatal(err)
			}
			p := b.proof()
			known.judge(b, &p)
			if len(p.Wrong) != len(test.wrong) {
				t.Fatalf("wrong is %q, want %q", p.Wrong, test.wrong)
			}
			for i, part := range test.wrong {
				if !strings.Contains(p.Wrong[i], part) {
					t.Errorf("wrong is %q, want %q in it", p.Wrong[i], part)
				}
			}
		})
	}
}

func TestAnUpdateAddsWhatIsNewAndTakesOutWhatIsCaught(t *testing.T) {
	b := sampleBank(t)
	known := survivors{"p.go/f/compare/1": "both are right", "p.go/f/negate/1": "it was not caught before", "p.go/f/number/1": "not drawn"}
	known.update(b, b.proof())
	want := survivorsHead + "p.go/f/compare/1: both are right\np.go/f/number/1: not drawn\np.go/f/unreached/2:\n"
	if diff := cmp.Diff(want, known.String()); diff != "" {
		t.Errorf("- want, + got:\n%s", diff)
	}
}

func TestASurvivorStandsInTheFileOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), survivorsFile)
	if err := os.WriteFile(path, []byte("a: b\na: c\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := readSurvivors(path); err == nil || !strings.Contains(err.Error(), "a stands there twice") {
		t.Errorf("error is %v", err)
	}
	if known, err := readSurvivors(filepath.Join(t.TempDir(), "none")); err != nil || len(known) > 0 {
		t.Errorf("without a file: %v, %v", known, err)
	}
}

func TestABankIsCountedAndShown(t *testing.T) {
	p := sampleBank(t).proof()
	var text strings.Builder
	p.show(&text)
	const want = `lab 1 messaging: 3 mechanical mutants: 1 killed (fail 1), 1 survived, 1 where no case comes to
survived: p.go/f/compare/1 (line 4)
  - if a < 3 {
  + if a <= 3 {
no case comes to: p.go/f/unreached/2 (line 5)
  - return 20
`
	if diff := cmp.Diff(want, text.String()); diff != "" {
		t.Errorf("- want, + got:\n%s", diff)
	}
}

func TestRunsThatComeToAStatementAreOrderedByRoundAndCost(t *testing.T) {
	run := func(id string, nth, cost int, reached ...bool) coveredRun {
		return coveredRun{request: labtest.Request{Case: id}, nth: nth, cost: cost, reached: reached}
	}
	c := &coverage{reached: make([]bool, 3), runs: []coveredRun{
		run("slow", 0, 90, true, false, false), run("slow", 1, 80, true, true, false),
		run("quick", 0, 5, true, true, false), run("quick", 1, 6, true, false, false)}}
	c.sum()
	names := func(statement int) (list []string) {
		for _, r := range c.through(statement) {
			list = append(list, r.request.Case)
		}
		return list
	}
	for statement, want := range map[int][]string{-1: {"quick", "slow", "quick", "slow"}, 0: {"quick", "slow", "quick", "slow"},
		1: {"quick", "slow"}, 2: nil} {
		if diff := cmp.Diff(want, names(statement)); diff != "" {
			t.Errorf("statement %d (- want, + got):\n%s", statement, diff)
		}
	}
	if !c.reaches(-1) || !c.reaches(1) || c.reaches(2) {
		t.Errorf("reached is %v", c.reached)
	}
}
