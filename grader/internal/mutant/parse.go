package mutant

import (
	"fmt"
	"io/fs"
	"regexp"
	"strings"
)

// Parse reads the text of a mutant. Errors name the mutant and the line.
func Parse(name string, text []byte) (Mutant, error) {
	p := parser{Mutant: Mutant{Name: name}, keys: make(map[string]bool)}
	for line := range strings.Lines(string(normalize(text))) {
		p.line++
		if err := p.add(strings.TrimSuffix(line, "\n")); err != nil {
			return Mutant{}, p.errorf("line %d: %v", p.line, err)
		}
	}
	if err := p.endHunk(); err != nil {
		return Mutant{}, p.errorf("line %d: %v", p.line, err)
	}
	if err := p.check(); err != nil {
		return Mutant{}, p.errorf("%v", err)
	}
	return p.Mutant, nil
}

// A parser takes a mutant line by line.
type parser struct {
	Mutant
	line int
	keys map[string]bool // of the header, that have been seen
	open bool            // a hunk has begun
	hunk hunk
}

var (
	hunksHeader = regexp.MustCompile(`^-- (\S+) --$`)
	wholeHeader = regexp.MustCompile(`^== (\S+) ==$`)
	keyLine     = regexp.MustCompile(`^(ref|kill|fails):\s*(.*)$`)
	caseID      = regexp.MustCompile(`^[a-z][a-z0-9]*/[A-Z]/[a-z0-9][a-z0-9-]*$`)
)

func (p *parser) add(line string) error {
	if m := hunksHeader.FindStringSubmatch(line); m != nil {
		return p.begin(section{file: m[1]})
	}
	if m := wholeHeader.FindStringSubmatch(line); m != nil {
		return p.begin(section{file: m[1], whole: true})
	}
	if len(p.sections) == 0 {
		return p.addHeader(strings.TrimSpace(line))
	}
	s := &p.sections[len(p.sections)-1]
	if s.whole {
		s.text = append(append(s.text, line...), '\n')
		return nil
	}
	return p.addHunk(line)
}

// begin begins the section of a file.
func (p *parser) begin(s section) error {
	if err := p.endHunk(); err != nil {
		return err
	}
	if !fs.ValidPath(s.file) || s.file == "." {
		return fmt.Errorf("%q is no path of a file below the solution's folder", s.file)
	}
	for _, other := range p.sections {
		if other.file == s.file {
			return fmt.Errorf("%s has a section already: put everything about it there", s.file)
		}
	}
	p.sections = append(p.sections, s)
	return nil
}

func (p *parser) addHeader(line string) error {
	m := keyLine.FindStringSubmatch(line)
	if m == nil {
		p.What = strings.TrimSpace(p.What + " " + line)
		return nil
	}
	key, value := m[1], m[2]
	if p.keys[key] {
		return fmt.Errorf("a second %q line: make them one", key+":")
	}
	p.keys[key] = true
	if key == "ref" {
		p.Ref = value
		return nil
	}
	ids := strings.Fields(value)
	for _, id := range ids {
		if !caseID.MatchString(id) {
			return fmt.Errorf("%q is no case: write lab/Stage/case, as in messaging/B/lost-ack", id)
		}
	}
	if key == "kill" {
		p.Kill = ids
	} else {
		p.Fails = ids
	}
	return nil
}

func (p *parser) addHunk(line string) error {
	if line == "" {
		return p.endHunk()
	}
	marker, rest := line[0], line[1:]+"\n"
	p.open = true
	switch marker {
	case '-':
		p.hunk.old += rest
	case '+':
		p.hunk.new += rest
	case ' ':
		p.hunk.old += rest
		p.hunk.new += rest
	default:
		return fmt.Errorf("a line of a hunk begins with '-', '+' or a space, this one with %q", marker)
	}
	return nil
}

// endHunk puts the open hunk, if there is one, into its section.
func (p *parser) endHunk() error {
	if !p.open {
		return nil
	}
	h := p.hunk
	p.hunk, p.open = hunk{}, false
	switch {
	case h.old == "":
		return fmt.Errorf("the hunk that ends here has only '+' lines: add a line of the file that shows the place")
	case h.old == h.new:
		return fmt.Errorf("the hunk that ends here changes nothing: add a '-' or a '+' line")
	}
	s := &p.sections[len(p.sections)-1]
	s.hunks = append(s.hunks, h)
	return nil
}

// check says what is missing from the whole.
func (p *parser) check() error {
	switch {
	case p.What == "":
		return fmt.Errorf("says not what is wrong: begin with a sentence about it")
	case len(p.sections) == 0:
		return fmt.Errorf(`changes no file: add a section, as in "-- mailbox.go --"`)
	}
	for _, s := range p.sections {
		if len(s.hunks) == 0 && len(s.text) == 0 {
			return fmt.Errorf("the section of %s is empty: fill it or take it out", s.file)
		}
	}
	return nil
}
