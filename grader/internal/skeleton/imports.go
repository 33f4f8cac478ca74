package skeleton

import (
	"go/ast"
	"go/token"
	"path"
	"regexp"
	"strconv"
	"strings"
)

// labsPath is the package of TODO.
const labsPath = "faultline/labs"

// packages returns the names that the file uses as a package: the x of every
// x.Name for which the file declares no x.
func (s *source) packages() map[string]bool {
	undeclared := make(map[*ast.Ident]bool)
	for _, id := range s.tree.Unresolved {
		undeclared[id] = true
	}
	names := make(map[string]bool)
	ast.Inspect(s.tree, func(n ast.Node) bool {
		if sel, ok := n.(*ast.SelectorExpr); ok {
			if id, ok := sel.X.(*ast.Ident); ok && undeclared[id] {
				names[id.Name] = true
			}
		}
		return true
	})
	return names
}

// importCuts removes the imports that lost their last use and adds the one of
// labs where it is missing. An import that was not used before stays: its name
// may be another than its path lets one guess, and the compiler knows better.
func (s *source) importCuts(before map[string]bool) []cut {
	now := s.packages()
	dead := func(spec *ast.ImportSpec) bool {
		name := importName(spec)
		return before[name] && !now[name]
	}
	add := now["labs"]
	var decls []*ast.GenDecl
	for _, d := range s.tree.Decls {
		if d, ok := d.(*ast.GenDecl); ok && d.Tok == token.IMPORT {
			decls = append(decls, d)
		}
	}
	for _, spec := range s.tree.Imports {
		add = add && (importPath(spec) != labsPath || spec.Name != nil)
	}
	if len(decls) == 0 && add {
		at := s.lineEnd(s.offset(s.tree.Name.End()))
		return []cut{{start: at, end: at, with: "\nimport " + strconv.Quote(labsPath) + "\n"}}
	}
	var cuts []cut
	for i, d := range decls {
		extra := add && i == len(decls)-1
		if blocks, changed := s.importBlocks(d, dead, extra); changed {
			cuts = append(cuts, s.importCut(d, blocks))
		}
	}
	return cuts
}

// importBlocks returns the text of the imports that stay, in the blocks that
// blank lines make of them, and says whether that is a change. Imports of the
// house stand in the last block, after the standard library's.
func (s *source) importBlocks(d *ast.GenDecl, dead func(*ast.ImportSpec) bool, extra bool) ([][]string, bool) {
	var blocks [][]string
	changed, house, newBlock, above := extra, false, true, 0
	for _, spec := range d.Specs {
		spec := spec.(*ast.ImportSpec)
		start, end := s.offset(spec.Pos()), s.nodeEnd(spec)
		if spec.Doc != nil {
			start = s.offset(spec.Doc.Pos())
		}
		newBlock = newBlock || s.line(s.file.Pos(start)) > above+1
		above = s.line(spec.End())
		if dead(spec) {
			changed = true
			continue
		}
		if newBlock {
			blocks, newBlock = append(blocks, nil), false
		}
		last := len(blocks) - 1
		blocks[last] = append(blocks[last], strings.TrimSpace(string(s.text[start:end])))
		house = strings.HasPrefix(importPath(spec), "faultline/")
	}
	if extra {
		if !house {
			blocks = append(blocks, nil)
		}
		last := len(blocks) - 1
		blocks[last] = append(blocks[last], strconv.Quote(labsPath))
	}
	return blocks, changed
}

// importCut replaces an import declaration by one with the given blocks.
func (s *source) importCut(d *ast.GenDecl, blocks [][]string) cut {
	c := cut{start: s.offset(d.Pos()), end: s.offset(d.End())}
	switch {
	case len(blocks) == 0:
		c.end = s.nodeEnd(d)
		if d.Doc != nil {
			c.start = s.offset(d.Doc.Pos())
		}
	case len(blocks) == 1 && len(blocks[0]) == 1 && !strings.Contains(blocks[0][0], "\n"):
		c.with = "import " + blocks[0][0]
	default:
		var parts []string
		for _, b := range blocks {
			parts = append(parts, strings.Join(b, "\n"))
		}
		c.with = "import (\n" + strings.Join(parts, "\n\n") + "\n)"
	}
	if len(blocks) > 0 && !d.Lparen.IsValid() {
		c.end = s.nodeEnd(d) // the block has the comment behind the import
		c.with += "\n"
	}
	return c
}

func importPath(spec *ast.ImportSpec) string {
	p, err := strconv.Unquote(spec.Path.Value)
	if err != nil {
		return "" // the parser has checked it
	}
	return p
}

var majorVersion = regexp.MustCompile(`^v[0-9]+$`)

// importName is the name under which a file uses an import: the given one, or
// the last element of the path, leaving out a major version ("math/rand/v2").
func importName(spec *ast.ImportSpec) string {
	if spec.Name != nil {
		return spec.Name.Name
	}
	p := importPath(spec)
	if majorVersion.MatchString(path.Base(p)) {
		p = path.Dir(p)
	}
	return path.Base(p)
}
