package mutate

import (
	"fmt"
	"go/ast"
	"maps"
)

// Statements are all statements of the functions that stand in lists, each list as a
// whole before those inside of it.
func (s *Source) Statements() []Statement { return s.statements }

// enumerate finds the statements.
func (s *Source) enumerate() {
	s.number = map[ast.Stmt]int{}
	lists := 0
	for _, name := range s.names() {
		for _, decl := range s.trees[name].Decls {
			fn, ok := decl.(*ast.FuncDecl)
			if !ok {
				continue
			}
			first := lists
			ast.Inspect(fn, func(n ast.Node) bool {
				if list := listOf(n); len(list) > 0 {
					lists++
					for _, stmt := range list {
						s.add(stmt, Statement{File: name, Func: nameOf(fn), list: lists, place: lists - first})
					}
				}
				return true
			})
		}
	}
}

func (s *Source) add(stmt ast.Stmt, st Statement) {
	st.Line, st.offset = s.line(stmt.Pos()), s.offset(stmt.Pos())
	st.Text = lineAt(s.files[st.File], st.Line)
	s.number[stmt] = len(s.statements)
	s.statements = append(s.statements, st)
}

// listOf is the list of statements that a node has, if it is one that has one.
func listOf(n ast.Node) []ast.Stmt {
	switch n := n.(type) {
	case *ast.BlockStmt:
		if len(n.List) > 0 && isClause(n.List[0]) {
			return nil
		}
		return n.List
	case *ast.CaseClause:
		return n.Body
	case *ast.CommClause:
		return n.Body
	}
	return nil
}

func isClause(s ast.Stmt) bool {
	switch s.(type) {
	case *ast.CaseClause, *ast.CommClause:
		return true
	}
	return false
}

// nameOf is the name of a function, after that of its receiver's type.
func nameOf(fn *ast.FuncDecl) string {
	if fn.Recv == nil {
		return fn.Name.Name
	}
	name := ""
	ast.Inspect(fn.Recv.List[0].Type, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok && name == "" {
			name = id.Name
		}
		return true
	})
	return name + "." + fn.Name.Name
}

// countersFile is the file that Instrument adds.
const countersFile = "zz_reached.go"

// reachedPrefix begins the lines that an instrumented package prints.
const reachedPrefix = "reached statement"

// Instrument returns the files of the package with a counter before each statement.
// When a counter has come to 1, and then to each power of 8, it prints a line, which
// Reached reads.
func (s *Source) Instrument() map[string][]byte {
	edits := map[string][]edit{}
	for i, st := range s.statements {
		edits[st.File] = append(edits[st.File], edit{st.offset, st.offset, fmt.Sprintf("reached_(%d); ", i)})
	}
	files := maps.Clone(s.files)
	for name, some := range edits {
		files[name] = apply(s.files[name], some)
	}
	pkg := s.trees[s.names()[0]].Name.Name
	files[countersFile] = fmt.Appendf(nil, countersText, pkg, len(s.statements), reachedPrefix)
	return files
}

const countersText = `package %s

var hits_, due_ [%d]int

func reached_(i int) {
	if hits_[i]++; hits_[i] > due_[i] {
		println(%q, i, hits_[i])
		due_[i] = 8*hits_[i] - 1
	}
}
`

// Reached reads a line that an instrumented package has printed: the run has come to
// a statement so many times.
func Reached(line string) (statement, times int, ok bool) {
	n, _ := fmt.Sscanf(line, reachedPrefix+" %d %d", &statement, &times)
	return statement, times, n == 2
}

// A Gap is a part of a list of statements that no run has come to. It is known by the
// first of its statements.
type Gap struct{ Statement }

// ID is the name by which a gap stays known, whatever else is reached: the number of
// its list among those of the function.
func (g Gap) ID() string { return fmt.Sprintf("%s/%s/unreached/%d", g.File, g.Func, g.place) }

// Gaps lists what was not reached, given what was. Of a statement that was not
// reached, its parts are not listed.
func (s *Source) Gaps(reached []bool) []Gap {
	var gaps []Gap
	inside := map[int]bool{} // lists, of which a gap is told already
	for _, name := range s.names() {
		ast.Inspect(s.trees[name], func(n ast.Node) bool {
			before := true // the statement before was reached
			for _, stmt := range listOf(n) {
				i := s.number[stmt]
				if !reached[i] && before && !inside[s.statements[i].list] {
					gaps = append(gaps, Gap{s.statements[i]})
				}
				if before = reached[i]; !before {
					s.within(stmt, inside)
				}
			}
			return true
		})
	}
	return gaps
}

// within notes the lists inside of a statement.
func (s *Source) within(stmt ast.Stmt, lists map[int]bool) {
	ast.Inspect(stmt, func(n ast.Node) bool {
		for _, part := range listOf(n) {
			lists[s.statements[s.number[part]].list] = true
		}
		return true
	})
}
