package mutate

import (
	"go/ast"
	"go/token"
	"go/types"
	"strings"
)

// statement finds the mutants of the i-th statement of a list.
func (c *collector) statement(list []ast.Stmt, i int) {
	stmt := list[i]
	switch s := stmt.(type) {
	case *ast.ExprStmt:
		c.lock(list, i)
		c.drop(stmt)
	case *ast.AssignStmt:
		if s.Tok != token.DEFINE {
			c.drop(stmt)
		}
		if now := other(s.Tok); now != token.ILLEGAL && c.isNumber(s.Lhs[0]) {
			c.token("arith", s.TokPos, s.Tok, now)
		}
	case *ast.IncDecStmt:
		c.drop(stmt)
		c.token("arith", s.TokPos, s.Tok, other(s.Tok))
	case *ast.SendStmt:
		c.drop(stmt)
	case *ast.DeferStmt:
		if c.info.TypeOf(s.Call.Fun).String() != "context.CancelFunc" { // without it, something is freed later; go vet knows that
			c.drop(stmt)
		}
		c.add("defer", edit{c.offset(s.Pos()), c.offset(s.Call.Pos()), ""})
	case *ast.GoStmt:
		c.drop(stmt)
		c.add("go", edit{c.offset(s.Pos()), c.offset(s.Call.Pos()), ""})
	case *ast.IfStmt:
		if s.Else == nil && leaves(s.Body) {
			c.replace("guard", stmt, c.unused(stmt))
		}
	case *ast.BranchStmt:
		if s.Label == nil && other(s.Tok) != token.ILLEGAL {
			c.token("branch", s.TokPos, s.Tok, other(s.Tok))
			c.drop(stmt)
		}
	case *ast.ReturnStmt:
		c.swallow(s)
		if len(s.Results) == 0 {
			c.drop(stmt)
		}
	}
	if i+1 < len(list) {
		c.swap(stmt, list[i+1])
	}
}

// drop leaves out a statement. A lock alone would only panic later; see lock.
func (c *collector) drop(stmt ast.Stmt) {
	if e, ok := stmt.(*ast.ExprStmt); ok {
		if call, ok := e.X.(*ast.CallExpr); ok && (c.isText(call) || strings.HasSuffix(c.source(call), "Lock()")) {
			return
		}
	}
	c.replace("drop", stmt, c.unused(stmt))
}

// leaves reports whether a block ends by leaving the function or a loop.
func leaves(body *ast.BlockStmt) bool {
	if len(body.List) == 0 {
		return false
	}
	switch body.List[len(body.List)-1].(type) {
	case *ast.ReturnStmt, *ast.BranchStmt:
		return true
	}
	return false
}

// swallow returns no error in place of one.
func (c *collector) swallow(s *ast.ReturnStmt) {
	if len(s.Results) == 0 {
		return
	}
	last := s.Results[len(s.Results)-1]
	if c.source(last) != "nil" && types.Identical(c.info.TypeOf(last), types.Universe.Lookup("error").Type()) {
		c.replace("swallow", last, "nil")
	}
}

// lock leaves out a lock together with the unlock that follows it in the list.
func (c *collector) lock(list []ast.Stmt, i int) {
	name, ok := strings.CutSuffix(c.source(list[i]), "Lock()")
	if !ok {
		return
	}
	for _, stmt := range list[i+1:] {
		if text := c.source(stmt); text == name+"Unlock()" || text == "defer "+name+"Unlock()" {
			c.add("lock", c.without(list[i]), c.without(stmt))
			return
		}
	}
}

func (c *collector) without(n ast.Node) edit {
	return edit{c.offset(n.Pos()), c.offset(n.End()), c.unused(n)}
}

// swap exchanges two statements, unless both only name values, or one only says when
// the lock is given back that the other takes.
func (c *collector) swap(a, b ast.Stmt) {
	x, y := c.source(a), c.source(b)
	pair := strings.ReplaceAll(x, "Lock()", "Unlock()") == strings.TrimPrefix(y, "defer ")
	if pair || x == y || !isSimple(a) || !isSimple(b) || defines(a) && defines(b) {
		return
	}
	c.add("swap", edit{c.offset(a.Pos()), c.offset(a.End()), y},
		edit{c.offset(b.Pos()), c.offset(b.End()), x})
}

func isSimple(s ast.Stmt) bool {
	switch s.(type) {
	case *ast.ExprStmt, *ast.AssignStmt, *ast.IncDecStmt, *ast.SendStmt, *ast.DeferStmt, *ast.GoStmt:
		return true
	}
	return false
}

func defines(s ast.Stmt) bool {
	a, ok := s.(*ast.AssignStmt)
	return ok && a.Tok == token.DEFINE
}
