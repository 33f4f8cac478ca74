package skeleton

import (
	"go/ast"
	"strings"
)

// regionCuts pairs the begins with the ends, each begin with the stubs above it.
func (s *source) regionCuts(marks []marker) ([]cut, error) {
	var cuts []cut
	for len(marks) > 0 {
		stubs := 0
		for stubs < len(marks) && marks[stubs].verb == stub {
			stubs++
		}
		if stubs > 0 && !follows(marks[:min(stubs+1, len(marks))]) {
			return nil, s.errorAt(marks[stubs-1].line, "//lab:stub must be on the line before a //lab:begin")
		}
		first := marks[stubs]
		if first.verb == end {
			return nil, s.errorAt(first.line, "//lab:end without //lab:begin: add //lab:begin before the region")
		}
		if len(marks) == stubs+1 {
			return nil, s.errorAt(first.line, "//lab:begin without //lab:end: add //lab:end after the region")
		}
		last := marks[stubs+1]
		if last.verb != end {
			return nil, s.errorAt(last.line,
				"//lab:%s inside the region that begins on line %d: add //lab:end before it", last.verb, first.line)
		}
		if err := s.checkRegion(first, last); err != nil {
			return nil, err
		}
		cuts = append(cuts, s.regionCut(marks[:stubs], first, last))
		marks = marks[stubs+2:]
	}
	return cuts, nil
}

// follows says whether markers are stubs on consecutive lines, then a begin.
func follows(marks []marker) bool {
	for i := 1; i < len(marks); i++ {
		if marks[i].line != marks[i-1].line+1 {
			return false
		}
	}
	return marks[len(marks)-1].verb == begin
}

func (s *source) regionCut(stubs []marker, first, last marker) cut {
	with := []string{"// Your code here (" + first.arg + ").\n"}
	start := first.start
	for i, m := range stubs {
		if i == 0 {
			start = m.start
		}
		with = append(with, m.arg+"\n")
	}
	return cut{
		start: start,
		end:   last.end,
		with:  strings.Join(with, ""),
		stage: first.arg,
		lines: countLines(s.text[first.end:last.start]),
		line:  first.line,
	}
}

// checkRegion demands that a region lies in a struct or a body, and that it
// begins and ends in the same block. Without that rule, a begin before an "if"
// and an end in it would leave braces that pair up by luck.
func (s *source) checkRegion(first, last marker) error {
	inside, crosses := false, false
	ast.Inspect(s.tree, func(n ast.Node) bool {
		if n == nil {
			return false
		}
		hasFirst := n.Pos() < first.pos && first.pos < n.End()
		hasLast := n.Pos() < last.pos && last.pos < n.End()
		switch n.(type) {
		case *ast.File, *ast.CommentGroup:
			return true
		case *ast.CaseClause, *ast.CommClause:
			// A clause ends with its last statement, so that a marker below that
			// is outside of it. Only a clause that the region opens can cross.
			crosses = crosses || !hasFirst && hasLast
		case *ast.BlockStmt, *ast.StructType:
			inside = inside || hasFirst && hasLast
			crosses = crosses || hasFirst != hasLast
		default:
			crosses = crosses || hasFirst != hasLast
		}
		return true
	})
	switch {
	case crosses:
		return s.errorAt(first.line,
			"the region crosses a block: put its //lab:end (line %d) in the same block", last.line)
	case !inside:
		return s.errorAt(first.line,
			"//lab:begin is neither in a struct nor in a body: use //lab:omit for declarations")
	}
	return nil
}
