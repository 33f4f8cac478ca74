package main

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"faultline/grader/internal/class"
	"faultline/grader/internal/mutant"
	"faultline/grader/internal/suites"
	"faultline/labs"
)

// The kinds of what somebody in a synthetic class hands in of a lab.
const (
	asReference = "reference"
	asVariant   = "variant"  // another correct design
	asMutant    = "mutant"   // with one bug
	asHalf      = "half"     // the first files of the reference, the rest as it was given
	asStarter   = "starter"  // not begun
	asNothing   = "nothing"  // not handed in
	asAttack    = "attacked" // see attack
)

// deal is what twenty honest hand-ins are: one lab of one person each.
func deal() []string {
	parts := []struct {
		kind string
		n    int
	}{{asReference, 3}, {asVariant, 4}, {asMutant, 8}, {asHalf, 2}, {asStarter, 2}, {asNothing, 1}}
	var all []string
	for _, p := range parts {
		all = append(all, slices.Repeat([]string{p.kind}, p.n)...)
	}
	return all
}

// A handIn is what somebody hands in of a lab, and what must come of it.
type handIn struct {
	kind, name string // of a mutant or a variant
	files      map[string][]byte
	caught     []string // cases that must not pass
}

// A synthetic is a class that nobody has taught, made of what the staff has: the same
// for the same size, on every machine.
type synthetic struct {
	tb       testing.TB
	w        *workshop
	labs     []suites.Suite
	stock    map[string]map[string][]handIn // by lab and kind
	handedIn map[string]map[string]handIn   // by person and lab
	attacks  map[string]attack              // by person
}

// newSynthetic makes a class of so many in some labs, as --labs names them. Two of five
// are attackers, as far as there are attacks; these hand in the other labs like
// everybody.
func newSynthetic(tb testing.TB, w *workshop, size int, only string) *synthetic {
	wanted, err := wantedLabs(only)
	check(tb, err)
	s := &synthetic{tb: tb, w: w, labs: wanted, stock: map[string]map[string][]handIn{},
		handedIn: map[string]map[string]handIn{}, attacks: map[string]attack{}}
	for _, lab := range labs.All() {
		s.stock[lab.Name] = s.stockOf(lab)
	}
	attacks := loadAttacks(tb)
	attackers := min(len(attacks), size*2/5)
	for i := range size {
		name := fmt.Sprintf("student-%03d", i)
		if i < attackers {
			a := attacks[i*len(attacks)/attackers]
			name = a.submission()
			s.attacks[name] = a
		}
		s.handedIn[name] = map[string]handIn{}
		for _, suite := range wanted {
			s.handedIn[name][suite.Lab.Name] = s.draw(i, suite.Lab)
		}
	}
	return s
}

// stockOf is all that the staff has of a lab.
func (s *synthetic) stockOf(lab labs.Lab) map[string][]handIn {
	ref, err := s.w.reference(lab)
	check(s.tb, err)
	starter, err := s.w.solution(lab, "")
	check(s.tb, err)
	stock := map[string][]handIn{
		asReference: {{kind: asReference, files: ref.Files}},
		asStarter:   {{kind: asStarter, files: starter.Files}},
		asNothing:   {{kind: asNothing}},
	}
	for kind, folder := range map[string]string{asMutant: "mutants", asVariant: "variants"} {
		all, err := mutant.Load(filepath.Join(s.w.root, referenceDir(lab), folder))
		check(s.tb, err)
		for _, m := range all {
			files, err := m.Apply(ref.Files)
			check(s.tb, err)
			stock[kind] = append(stock[kind], handIn{kind, m.Name, files, slices.Concat(m.Kill, m.Fails)})
		}
	}
	for n := 1; n < len(lab.Files); n++ {
		files := maps.Clone(starter.Files)
		for _, name := range lab.Files[:n] {
			files[name] = ref.Files[name]
		}
		stock[asHalf] = append(stock[asHalf], handIn{kind: asHalf, files: files})
	}
	return stock
}

// draw is what the i-th of the class hands in of a lab. No two have the same
// text, as in life: each has so many lines more at the top, which is another program
// to the compiler.
func (s *synthetic) draw(i int, lab labs.Lab) handIn {
	kinds := deal()
	place := i*7 + lab.Number*3 // 7 and 20 have no common divisor: the labs of one person differ, and each lab has all
	kind := kinds[place%len(kinds)]
	stock := s.stock[lab.Name][kind]
	p := stock[(i*11+place/len(kinds))%len(stock)]
	if p.kind == asNothing || p.kind == asStarter {
		return p
	}
	first := lab.Files[0]
	p.files = maps.Clone(p.files)
	p.files[first] = slices.Concat([]byte(strings.Repeat("//\n", i)), []byte("\n"), p.files[first])
	return p
}

// write lays the class out in a folder.
func (s *synthetic) write(dir string) {
	starters := map[string]map[string][]byte{}
	for _, lab := range labs.All() {
		starters[lab.Name] = s.stock[lab.Name][asStarter][0].files
	}
	for name, of := range s.handedIn {
		a, attacks := s.attacks[name]
		if attacks {
			a.write(s.tb, dir, starters)
		}
		for lab, p := range of {
			if p.kind != asNothing && (!attacks || a.isFolder() && lab != a.lab()) {
				check(s.tb, writeTree(filepath.Join(dir, name, lab), p.files))
			}
		}
		if !attacks {
			check(s.tb, os.MkdirAll(filepath.Join(dir, name), 0o755)) // also of who handed in nothing
		}
	}
}

// isFolder reports whether the attack is one lab of a submission that may have others.
func (a attack) isFolder() bool {
	return a.get("archive", "")+a.get("refused", "")+a.get("missing", "") == ""
}

// composition says what the class is made of.
func (s *synthetic) composition() string {
	count := map[string]int{}
	for name, of := range s.handedIn {
		a, attacks := s.attacks[name]
		for lab, p := range of {
			switch {
			case attacks && lab == a.lab():
				count[asAttack]++
			case attacks && !a.isFolder():
				count[asNothing]++
			default:
				count[p.kind]++
			}
		}
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "%d submissions of %d labs:", len(s.handedIn), len(s.labs))
	for _, kind := range slices.Sorted(maps.Keys(count)) {
		fmt.Fprintf(&b, " %d %s", count[kind], kind)
	}
	return b.String()
}

// hold checks what became of everybody.
func (s *synthetic) hold(out string) {
	for name, of := range s.handedIn {
		a, attacks := s.attacks[name]
		if _, wanted := of[a.lab()]; attacks && wanted {
			attacked{out}.hold(s.tb, a)
		}
		if attacks && !a.isFolder() {
			continue
		}
		rec, err := class.ReadRecord(filepath.Join(out, name))
		check(s.tb, err)
		for lab, p := range of {
			if !attacks || lab != a.lab() {
				s.holdLab(out, rec, lab, p)
			}
		}
	}
}

// holdLab checks what became of one lab.
func (s *synthetic) holdLab(out string, rec *class.Record, lab string, p handIn) {
	l, _ := rec.Of(lab)
	who := fmt.Sprintf("%s/%s, %s %s", rec.Name, lab, p.kind, p.name)
	if l.HandedIn != (p.kind != asNothing) {
		s.tb.Errorf("%s: handed in: %t", who, l.HandedIn)
	}
	if !l.HandedIn {
		return
	}
	r, err := class.ReadResult(filepath.Join(out, rec.Name, lab+".json"), "")
	check(s.tb, err)
	if err := fault(r); err != nil {
		s.tb.Errorf("%s: %v", who, err)
	}
	for _, c := range r.Cases() {
		passes := c.Verdict == labs.Pass
		switch caught := slices.Contains(p.caught, c.ID); {
		case (p.kind == asReference || p.kind == asVariant) && passes == caught:
			s.tb.Errorf("%s: %s is %s (%s)", who, c.ID, c.Verdict, c.Reason)
		case p.kind == asMutant && passes && caught:
			s.tb.Errorf("%s: %s does not catch it", who, c.ID)
		case p.kind == asStarter && c.Verdict != labs.NotImplemented:
			s.tb.Errorf("%s: %s is %s (%s)", who, c.ID, c.Verdict, c.Reason)
		}
	}
}

// TestASyntheticClassHasOfEverything also holds that no two hand in the same text, so
// that a class of n has n programs for the compiler.
func TestASyntheticClassHasOfEverything(t *testing.T) {
	w := &workshop{root: moduleRoot(t)}
	for size, want := range map[int]string{
		20:  "20 submissions of 7 labs: 8 attacked 13 half 54 mutant 7 nothing 21 reference 12 starter 25 variant",
		300: "300 submissions of 7 labs: 120 attacked 192 half 766 mutant 156 nothing 287 reference 193 starter 386 variant",
	} {
		s := newSynthetic(t, w, size, "")
		if got := s.composition(); got != want {
			t.Errorf("%s\nwant %s", got, want)
		}
		texts := map[string]string{}
		for name, of := range s.handedIn {
			for lab, p := range of {
				text := fmt.Sprintf("%s %q", lab, p.files)
				if other := texts[text]; other != "" && p.kind != asNothing && p.kind != asStarter {
					t.Errorf("%s has %s as %s has it", name, lab, other)
				}
				texts[text] = name
			}
		}
	}
}
