package mutant

import (
	"bytes"
	"cmp"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// A Mutant is a change of a reference solution. The zero value changes nothing.
type Mutant struct {
	Name  string   // of its file, without ".txt"
	What  string   // is wrong
	Ref   string   // the idea or the paper that it breaks; may be empty
	Kill  []string // the cases that must catch it, as lab/Stage/case; a variant has none
	Fails []string // the cases that a variant is known to fail, as lab/Stage/case

	sections []section
}

// A section is what happens to one file.
type section struct {
	file  string
	whole bool // the file becomes text; else the hunks change it
	text  []byte
	hunks []hunk
}

// A hunk replaces old, which is never empty, by another text. Both are whole
// lines with their newlines.
type hunk struct{ old, new string }

// Load reads the mutants of a folder, its *.txt files, sorted by name. A folder
// without any has none.
func Load(dir string) ([]Mutant, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("cannot list the mutants: %w", err)
	}
	var all []Mutant
	for _, e := range entries {
		name, ok := strings.CutSuffix(e.Name(), ".txt")
		if !ok || e.IsDir() {
			continue
		}
		text, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			return nil, fmt.Errorf("cannot read a mutant: %w", err)
		}
		m, err := Parse(name, text)
		if err != nil {
			return nil, err
		}
		all = append(all, m)
	}
	slices.SortFunc(all, func(a, b Mutant) int { return cmp.Compare(a.Name, b.Name) })
	return all, nil
}

// Apply returns the files of the reference with the change made. The input is
// not modified, and files that do not change are shared with it. A change that
// does not fit is an error that names the mutant, the file and the hunk.
func (m Mutant) Apply(files map[string][]byte) (map[string][]byte, error) {
	out := maps.Clone(files)
	for _, s := range m.sections {
		text, ok := files[s.file]
		switch {
		case s.whole && ok && bytes.Equal(normalize(text), s.text):
			return nil, m.errorf("%s is that of the reference: change it, or take the section out", s.file)
		case s.whole:
			if out == nil {
				out = make(map[string][]byte)
			}
			out[s.file] = s.text
			continue
		case !ok:
			return nil, m.errorf("the reference has no file %s: it has %s",
				s.file, strings.Join(slices.Sorted(maps.Keys(files)), ", "))
		}
		changed, err := m.change(s, string(normalize(text)))
		if err != nil {
			return nil, err
		}
		out[s.file] = []byte(changed)
	}
	return out, nil
}

// change applies the hunks of a section to the text of its file.
func (m Mutant) change(s section, text string) (string, error) {
	type place struct{ number, start int }
	var places []place
	for i, h := range s.hunks {
		found := occurrences(text, h.old)
		if len(found) != 1 {
			first, _, _ := strings.Cut(h.old, "\n")
			return "", m.errorf("%s: hunk %d occurs %d times, it must occur exactly once; its first line is %q",
				s.file, i+1, len(found), strings.TrimSpace(first))
		}
		places = append(places, place{number: i, start: found[0]})
	}
	slices.SortFunc(places, func(a, b place) int { return a.start - b.start })
	var out strings.Builder
	at, last := 0, 0
	for _, p := range places {
		if p.start < at {
			return "", m.errorf("%s: hunks %d and %d overlap: make them one", s.file,
				min(last, p.number)+1, max(last, p.number)+1)
		}
		h := s.hunks[p.number]
		out.WriteString(text[at:p.start])
		out.WriteString(h.new)
		at, last = p.start+len(h.old), p.number
	}
	return out.String() + text[at:], nil
}

// occurrences returns the offsets at which lines occur in text. They begin where
// a line does: "x++\n" is not found in "\tmax++\n". They may overlap.
func occurrences(text, lines string) []int {
	var found []int
	for at := 0; at < len(text); {
		if strings.HasPrefix(text[at:], lines) {
			found = append(found, at)
		}
		n := strings.IndexByte(text[at:], '\n')
		if n < 0 {
			break
		}
		at += n + 1
	}
	return found
}

func (m Mutant) errorf(format string, args ...any) error {
	return fmt.Errorf("%s: %s", m.Name, fmt.Sprintf(format, args...))
}

// normalize makes lines end in a newline alone.
func normalize(text []byte) []byte { return bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n")) }
