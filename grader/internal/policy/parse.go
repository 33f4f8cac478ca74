package policy

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"

	"faultline/labs"
)

// Parse reads a policy. The error names the line and the key, as in
// "policy.yaml:3: labs.kv.weight: expected a whole number from 0 to 1000".
func Parse(file string, text []byte) (*Policy, error) {
	p, err := parse(text)
	if at := (*problem)(nil); errors.As(err, &at) {
		return nil, fmt.Errorf("%s:%d: %s%s", file, at.line, at.key, at.text)
	}
	return p, err
}

// A problem is what is wrong with a file, and where.
type problem struct {
	line int
	key  string // "labs.kv.weight: "; "" for the file as a whole
	text string
}

func (p *problem) Error() string { return p.key + p.text }

func parse(text []byte) (*Policy, error) {
	tree, err := parser.ParseBytes(text, 0)
	if err != nil {
		return nil, syntax(err)
	}
	docs := slices.DeleteFunc(tree.Docs, func(d *ast.DocumentNode) bool { return d.Body == nil })
	if len(docs) == 0 {
		return nil, nothing()
	}
	if len(docs) > 1 {
		return nil, &problem{line: 1, text: fmt.Sprintf("the file has %d documents, expected one", len(docs))}
	}
	p := &Policy{}
	err = node{docs[0].Body, ""}.fields(map[string]func(node) error{
		"labs": p.labs, "curve": p.curve, "late": p.late,
	})
	if err == nil && len(p.Labs) == 0 {
		err = nothing()
	}
	return p, err
}

func nothing() error {
	return &problem{line: 1, text: `there is no "labs": say how much each lab counts`}
}

// syntax is what the parser of YAML says, on one line.
func syntax(err error) error {
	p := &problem{line: 1, text: "this is no YAML"}
	var line, column int
	first, _, _ := strings.Cut(err.Error(), "\n")
	if n, _ := fmt.Sscanf(first, "[%d:%d]", &line, &column); n == 2 {
		_, message, _ := strings.Cut(first, "] ")
		p.line, p.text = line, "this is no YAML: "+message
	}
	return p
}

func (p *Policy) labs(n node) error {
	return n.each(func(name string, n node) error {
		lab, ok := labs.Find(name)
		if !ok || lab.Name != name {
			return n.wrong("there is no lab of this name: use one of %s", strings.Join(labNames(), ", "))
		}
		l := Lab{Name: name, Weight: -1}
		err := n.fields(map[string]func(node) error{
			"weight": func(n node) (err error) { l.Weight, err = n.number(0, 1000); return err },
			"stages": func(n node) (err error) { l.Stages, err = n.stages(lab); return err },
		})
		if err == nil && l.Weight < 0 {
			err = n.wrong(`it needs a "weight"`)
		}
		p.Labs = append(p.Labs, l)
		return err
	})
}

func labNames() (names []string) {
	for _, l := range labs.All() {
		names = append(names, l.Name)
	}
	return names
}

func (n node) stages(lab labs.Lab) (list []string, err error) {
	err = n.items(func(n node) error {
		letter, err := n.text()
		has := func(s labs.Stage) bool { return s.Letter == letter }
		switch {
		case err != nil:
			return err
		case !slices.ContainsFunc(lab.Stages, has):
			return n.wrong("lab %s has no stage %q", lab.Name, letter)
		case slices.Contains(list, letter):
			return n.wrong("stage %s is there twice", letter)
		}
		list = append(list, letter)
		return nil
	})
	if err == nil && len(list) == 0 {
		err = n.wrong("a lab of which no stage counts: leave the lab out")
	}
	return list, err
}

func (p *Policy) curve(n node) error {
	return n.items(func(n node) error {
		s := Step{From: -1, Worth: -1}
		err := n.fields(map[string]func(node) error{
			"from":  func(n node) (err error) { s.From, err = n.number(1, 99); return err },
			"worth": func(n node) (err error) { s.Worth, err = n.number(0, 99); return err },
		})
		last := Step{From: 100, Worth: 100}
		if len(p.Curve) > 0 {
			last = p.Curve[len(p.Curve)-1]
		}
		switch {
		case err != nil:
			return err
		case s.From < 0 || s.Worth < 0:
			return n.wrong(`a step needs "from" and "worth"`)
		case s.From >= last.From || s.Worth >= last.Worth:
			return n.wrong("a step must lie below the one before: fewer seeds, less worth")
		}
		p.Curve = append(p.Curve, s)
		return nil
	})
}

func (p *Policy) late(n node) error {
	l := &p.Late
	return n.fields(map[string]func(node) error{
		"free":    func(n node) (err error) { l.Free, err = n.number(0, 365); return err },
		"per-day": func(n node) (err error) { l.PerDay, err = n.number(0, 100); return err },
		"most":    func(n node) (err error) { l.Most, err = n.number(1, 365); return err },
		"days":    l.days,
	})
}

func (l *Late) days(n node) error {
	l.Days = map[string]map[string]int{}
	return n.each(func(name string, n node) error {
		l.Days[name] = map[string]int{}
		return n.each(func(lab string, n node) (err error) {
			if !slices.Contains(labNames(), lab) {
				return n.wrong("there is no lab of this name: use one of %s", strings.Join(labNames(), ", "))
			}
			l.Days[name][lab], err = n.number(0, 365)
			return err
		})
	})
}
