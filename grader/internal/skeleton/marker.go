package skeleton

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"regexp"
	"strings"
)

// The markers, as they are written after "//lab:".
const (
	todo  = "todo"
	begin = "begin"
	end   = "end"
	stub  = "stub"
	omit  = "omit"
)

// A marker is one comment of a reference that asks for a cut.
type marker struct {
	verb, arg  string
	pos        token.Pos
	line       int
	start, end int // the whole line, with its newline
}

// misspelt matches what is meant to be a marker and would be left in the
// starter code, with the solution below it, if it were taken for prose.
var misspelt = regexp.MustCompile(`^(//\s+|/\*\s*)lab:(todo|begin|end|stub|omit)\b`)

var stageLetter = regexp.MustCompile(`^[A-Z]$`)

// markers finds the markers of a file, in order.
func (s *source) markers() ([]marker, error) {
	var marks []marker
	for _, group := range s.tree.Comments {
		for _, c := range group.List {
			if misspelt.MatchString(c.Text) {
				return nil, s.errorAt(s.line(c.Slash), "a marker is written without a space, as in //lab:todo A")
			}
			text, ok := strings.CutPrefix(c.Text, "//lab:")
			if !ok {
				continue
			}
			m := marker{pos: c.Slash, line: s.line(c.Slash)}
			m.start, m.end = s.lineStart(s.offset(c.Slash)), s.lineEnd(s.offset(c.Slash))
			m.verb, m.arg, _ = strings.Cut(text, " ")
			m.verb, m.arg = strings.TrimSpace(m.verb), strings.TrimSpace(m.arg)
			if err := s.checkMarker(m); err != nil {
				return nil, err
			}
			marks = append(marks, m)
		}
	}
	return marks, nil
}

// checkMarker says what is wrong with a marker by itself.
func (s *source) checkMarker(m marker) error {
	if len(bytes.TrimSpace(s.text[m.start:s.offset(m.pos)])) > 0 {
		return s.errorAt(m.line, "//lab:%s follows code: put it on a line of its own", m.verb)
	}
	switch m.verb {
	case todo, begin:
		if !stageLetter.MatchString(m.arg) {
			return s.errorAt(m.line, "//lab:%s needs the letter of a stage, as in //lab:%s A", m.verb, m.verb)
		}
	case stub:
		if !isStatement(m.arg) {
			return s.errorAt(m.line, "//lab:stub needs one statement, as in //lab:stub return 0, false")
		}
	case end, omit:
		if m.arg != "" {
			return s.errorAt(m.line, "//lab:%s stands alone: take %q out", m.verb, m.arg)
		}
	default:
		return s.errorAt(m.line, "unknown marker //lab:%s: there are todo, begin, end, stub and omit", m.verb)
	}
	return nil
}

// isStatement says whether text is one statement that brings no marker along.
func isStatement(text string) bool {
	expr, err := parser.ParseExpr("func() {\n" + text + "\n}")
	if err != nil || strings.Contains(text, "//lab:") {
		return false
	}
	f, ok := expr.(*ast.FuncLit)
	return ok && len(f.Body.List) == 1
}

// cuts returns what the markers ask for, in the order of the text.
func (s *source) cuts(marks []marker) ([]cut, error) {
	if s.omitted(marks) {
		if len(marks) > 1 {
			return nil, s.errorAt(marks[1].line, "the whole file is omitted already: take this marker out")
		}
		return []cut{{end: len(s.text), lines: countLines(s.text) - 1, line: marks[0].line}}, nil
	}
	documented := s.documented()
	var cuts []cut
	var lines []marker
	for _, m := range marks {
		var more []cut
		var err error
		switch m.verb {
		case todo:
			more, err = s.todoCuts(m, documented[m.pos])
		case omit:
			more, err = s.omitCuts(m, documented[m.pos])
		default:
			lines = append(lines, m)
		}
		if err != nil {
			return nil, err
		}
		cuts = append(cuts, more...)
	}
	regions, err := s.regionCuts(lines)
	if err != nil {
		return nil, err
	}
	return s.inOrder(append(cuts, regions...))
}

// omitted says whether the first marker removes the whole file.
func (s *source) omitted(marks []marker) bool {
	return marks[0].verb == omit && marks[0].pos < s.tree.Package
}

// A declaration is something with a doc comment.
type declaration struct {
	node ast.Node
	doc  *ast.CommentGroup
}

// documented finds the declarations by the last line of their doc comment.
func (s *source) documented() map[token.Pos]declaration {
	found := make(map[token.Pos]declaration)
	add := func(n ast.Node, doc *ast.CommentGroup) {
		if doc != nil {
			found[doc.List[len(doc.List)-1].Slash] = declaration{node: n, doc: doc}
		}
	}
	for _, d := range s.tree.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			add(d, d.Doc)
		case *ast.GenDecl:
			add(d, d.Doc)
			for _, spec := range d.Specs {
				switch spec := spec.(type) {
				case *ast.ValueSpec:
					add(spec, spec.Doc)
				case *ast.TypeSpec:
					add(spec, spec.Doc)
				}
			}
		}
	}
	return found
}

// todoCuts takes out the marker and the body.
func (s *source) todoCuts(m marker, d declaration) ([]cut, error) {
	f, ok := d.node.(*ast.FuncDecl)
	if !ok || f.Body == nil {
		return nil, s.errorAt(m.line, "//lab:todo must be the last line of the doc comment of a func with a body")
	}
	open, closing := s.offset(f.Body.Lbrace), s.offset(f.Body.Rbrace)
	body := cut{
		start: open,
		end:   closing + 1,
		with:  "{\n\tpanic(labs.TODO(\"" + m.arg + "\"))\n}",
		stage: m.arg,
		lines: countLines(s.text[open+1 : closing]),
		line:  m.line,
	}
	return []cut{s.markerCut(m, d.doc), body}, nil
}

// markerCut takes out a marker at the end of a doc comment, and with it the
// empty comment lines that gofmt puts before a directive.
func (s *source) markerCut(m marker, doc *ast.CommentGroup) cut {
	start := m.start
	for start > s.offset(doc.Pos()) {
		above := s.lineStart(start - 1)
		if string(bytes.TrimSpace(s.text[above:start])) != "//" {
			break
		}
		start = above
	}
	return cut{start: start, end: m.end, line: m.line}
}

// omitCuts takes out a declaration with its doc comment.
func (s *source) omitCuts(m marker, d declaration) ([]cut, error) {
	if d.node == nil {
		return nil, s.errorAt(m.line,
			"//lab:omit must be the last line of the doc comment of a declaration, or be before the package clause")
	}
	c := cut{start: s.lineStart(s.offset(d.doc.Pos())), end: s.nodeEnd(d.node), line: m.line}
	c.lines = countLines(s.text[c.start:c.end]) - 1
	return []cut{c}, nil
}
