package mutate

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
)

// A Mutant is one change of a package. Its source applies it.
type Mutant struct {
	File     string
	Func     string // "Send", "Sender.Send", or the name of a constant
	Operator string
	N        int // of the operator's changes in the function, from 1

	Line     int // where the change begins, from 1
	Was, Now string

	// Statement is the innermost statement that holds all of the change, in
	// Statements: a run that does not come to it is not changed. Outside of
	// functions it is -1.
	Statement int

	edits []edit
}

// ID is the name by which a mutant stays known.
func (m Mutant) ID() string { return fmt.Sprintf("%s/%s/%s/%d", m.File, m.Func, m.Operator, m.N) }

// Mutants lists all changes that the operators can make, in the order of the text.
// Some may not compile.
func (s *Source) Mutants() []Mutant {
	var all []Mutant
	for _, name := range s.names() {
		c := &collector{Source: s, file: name, text: s.files[name], count: map[string]int{}}
		for _, decl := range s.trees[name].Decls {
			c.declaration(decl)
		}
		all = append(all, c.found...)
	}
	return all
}

// Sample returns so many of the mutants that compile, all of them if n is 0, in the
// order of the text. Which ones is decided by a hash of their names: when the source
// changes, nearly all stay.
func (s *Source) Sample(n int) []Mutant {
	drawn := s.Mutants()
	slices.SortFunc(drawn, func(a, b Mutant) int { return cmp.Compare(a.draw(), b.draw()) })
	var some []Mutant
	for _, m := range drawn {
		if n > 0 && len(some) == n {
			break
		}
		if s.compiles(m) {
			some = append(some, m)
		}
	}
	slices.SortFunc(some, func(a, b Mutant) int {
		return cmp.Or(strings.Compare(a.File, b.File), a.edits[0].from-b.edits[0].from, strings.Compare(a.ID(), b.ID()))
	})
	return some
}

// draw is the mutant's place in the lottery.
func (m Mutant) draw() uint64 {
	h := sha256.Sum256([]byte(m.ID()))
	return binary.BigEndian.Uint64(h[:])
}

// show fills in the line that changes.
func (m *Mutant) show(text []byte) {
	from := m.edits[0].from
	for _, e := range m.edits {
		from = min(from, e.from)
	}
	m.Line = 1 + bytes.Count(text[:from], []byte("\n"))
	m.Was = lineAt(text, m.Line)
	m.Now = lineAt(apply(text, m.edits), m.Line)
}

// lineAt is a line of a text, without its indentation.
func lineAt(text []byte, line int) string {
	lines := bytes.Split(text, []byte("\n"))
	return strings.TrimSpace(string(lines[line-1]))
}
