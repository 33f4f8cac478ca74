package skeleton

import (
	"bytes"
	"fmt"
	"go/format"
	"slices"
)

// A Result is the starter code that one file of a reference gives.
type Result struct {
	// Source is the starter code, clean for gofmt. It is nil when the file
	// says //lab:omit before its package clause: then there is none.
	Source []byte

	// Removed counts, for each stage, the lines that were taken out: those
	// that are not blank, markers aside. What //lab:omit removed belongs to no
	// stage and is counted under "".
	Removed map[string]int
}

// Strip returns the starter code of the reference src. The name of the file is
// for errors, which say name:line and what to change. Source without markers
// comes back as it is, byte for byte.
func Strip(name string, src []byte) (Result, error) {
	s, err := parse(name, src)
	if err != nil {
		return Result{}, err
	}
	marks, err := s.markers()
	if err != nil {
		return Result{}, err
	}
	if len(marks) == 0 {
		return Result{Source: src, Removed: map[string]int{}}, nil
	}
	cuts, err := s.cuts(marks)
	if err != nil {
		return Result{}, err
	}
	removed := make(map[string]int)
	for _, c := range cuts {
		if c.lines > 0 {
			removed[c.stage] += c.lines
		}
	}
	if s.omitted(marks) {
		return Result{Removed: removed}, nil
	}
	out, err := s.finish(apply(src, cuts))
	if err != nil {
		return Result{}, err
	}
	return Result{Source: out, Removed: removed}, nil
}

// finish puts the imports of the stripped text in order and formats it.
func (s *source) finish(text []byte) ([]byte, error) {
	stripped, err := parse(s.name, text)
	if err != nil {
		return nil, fmt.Errorf(
			"what the markers leave is no Go: %w; let each region hold whole statements or fields", err)
	}
	out, err := format.Source(apply(text, stripped.importCuts(s.packages())))
	if err != nil {
		return nil, fmt.Errorf("%s: cannot format what is left: %w; run gofmt on the reference", s.name, err)
	}
	return out, nil
}

// A cut replaces the bytes from start up to end by other text.
type cut struct {
	start, end int
	with       string
	stage      string // that the removed code belongs to, if any
	lines      int    // how many of the removed lines count
	line       int    // of the marker that asks for the cut
}

// apply makes the cuts, which do not overlap and are sorted.
func apply(src []byte, cuts []cut) []byte {
	var out []byte
	at := 0
	for _, c := range cuts {
		out = append(out, src[at:c.start]...)
		out = append(out, c.with...)
		at = c.end
	}
	return append(out, src[at:]...)
}

// inOrder sorts cuts and refuses a marker inside code that another removes: one
// of the two does nothing, and its author thinks that it does.
func (s *source) inOrder(cuts []cut) ([]cut, error) {
	slices.SortFunc(cuts, func(a, b cut) int { return a.start - b.start })
	for i := 1; i < len(cuts); i++ {
		if outer, inner := cuts[i-1], cuts[i]; inner.start < outer.end {
			return nil, s.errorAt(inner.line,
				"this marker is inside code that the marker on line %d removes: take one of them out", outer.line)
		}
	}
	return cuts, nil
}

// countLines counts the lines that are not blank.
func countLines(text []byte) int {
	n := 0
	for line := range bytes.Lines(text) {
		if len(bytes.TrimSpace(line)) > 0 {
			n++
		}
	}
	return n
}
