package skeleton

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
)

// A source is a parsed file and its text, by offset.
type source struct {
	name string
	text []byte
	tree *ast.File
	file *token.File
}

func parse(name string, text []byte) (*source, error) {
	fset := token.NewFileSet()
	tree, err := parser.ParseFile(fset, name, text, parser.ParseComments)
	if err != nil {
		return nil, err
	}
	return &source{name: name, text: text, tree: tree, file: fset.File(tree.Package)}, nil
}

func (s *source) offset(pos token.Pos) int { return s.file.Offset(pos) }

// line is the line of the text, whatever a //line comment claims.
func (s *source) line(pos token.Pos) int { return s.file.PositionFor(pos, false).Line }

// lineStart is the offset of the first byte of the line around offset.
func (s *source) lineStart(offset int) int {
	return bytes.LastIndexByte(s.text[:offset], '\n') + 1
}

// lineEnd is the offset behind the newline of the line around offset.
func (s *source) lineEnd(offset int) int {
	if n := bytes.IndexByte(s.text[offset:], '\n'); n >= 0 {
		return offset + n + 1
	}
	return len(s.text)
}

// nodeEnd is the offset behind a node and behind the comment that follows it on
// its last line, if nothing else does.
func (s *source) nodeEnd(n ast.Node) int {
	end := s.offset(n.End())
	eol := s.lineEnd(end)
	rest := bytes.TrimSpace(s.text[end:eol])
	if len(rest) == 0 || bytes.HasPrefix(rest, []byte("//")) {
		return eol
	}
	return end
}

func (s *source) errorAt(line int, format string, args ...any) error {
	return fmt.Errorf("%s:%d: %s", s.name, line, fmt.Sprintf(format, args...))
}
