package mutate

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"strconv"
	"strings"
)

// other is what a token becomes.
func other(t token.Token) token.Token {
	pairs := []token.Token{token.LSS, token.LEQ, token.GTR, token.GEQ, token.EQL, token.NEQ, token.LAND, token.LOR,
		token.ADD, token.SUB, token.INC, token.DEC, token.ADD_ASSIGN, token.SUB_ASSIGN, token.BREAK, token.CONTINUE}
	for i, p := range pairs {
		if p == t {
			return pairs[i^1]
		}
	}
	return token.ILLEGAL
}

// expression finds the mutants of a node that is no statement of a list.
func (c *collector) expression(n ast.Node) {
	switch n := n.(type) {
	case *ast.IfStmt:
		c.negate(n.Cond)
	case *ast.ForStmt:
		if n.Cond != nil {
			c.negate(n.Cond)
		}
	case *ast.SwitchStmt:
		c.clauses(n.Body)
		if n.Tag == nil {
			c.negateCases(n.Body)
		}
	case *ast.TypeSwitchStmt:
		c.clauses(n.Body)
	case *ast.SelectStmt:
		c.clauses(n.Body)
	case *ast.BinaryExpr:
		c.binary(n)
	case *ast.UnaryExpr:
		if n.Op == token.NOT && !c.isCondition(n) {
			c.replace("not", n, c.source(n.X))
		}
	case *ast.BasicLit:
		c.literal(n)
	case *ast.Ident:
		if v, ok := c.info.Uses[n].(*types.Const); ok && v.Parent() == types.Universe && (n.Name == "true" || n.Name == "false") {
			c.replace("bool", n, strconv.FormatBool(n.Name == "false"))
		}
	case *ast.CallExpr:
		c.call(n)
	case *ast.SliceExpr:
		c.slice(n)
	}
}

func (c *collector) negate(cond ast.Expr) { c.replace("negate", cond, "!("+c.source(cond)+")") }

// negateCases negates the conditions of a switch that has no tag.
func (c *collector) negateCases(body *ast.BlockStmt) {
	for _, clause := range body.List {
		for _, cond := range clause.(*ast.CaseClause).List {
			c.negate(cond)
		}
	}
}

// clauses leaves out each clause.
func (c *collector) clauses(body *ast.BlockStmt) {
	for _, clause := range body.List {
		if len(body.List) > 1 {
			c.replace("clause", clause, "")
		}
	}
}

// isCondition reports whether the node that is looked at is a whole condition, which
// "negate" is about.
func (c *collector) isCondition(n ast.Expr) bool {
	switch p := c.parent().(type) {
	case *ast.IfStmt:
		return p.Cond == n
	case *ast.ForStmt:
		return p.Cond == n
	case *ast.CaseClause:
		return true
	}
	return false
}

func (c *collector) binary(n *ast.BinaryExpr) {
	switch n.Op {
	case token.LAND, token.LOR:
		x, y := c.source(n.X), c.source(n.Y)
		c.replace("operand", n, "("+x+")")
		c.replace("operand", n, "("+y+")")
		c.replace("logic", n, fmt.Sprintf("(%s %s %s)", x, other(n.Op), y))
	case token.LSS, token.LEQ, token.GTR, token.GEQ:
		c.token("compare", n.OpPos, n.Op, other(n.Op))
	case token.EQL, token.NEQ:
		if !c.isCondition(n) {
			c.token("equal", n.OpPos, n.Op, other(n.Op))
		}
	case token.ADD, token.SUB:
		if c.isNumber(n) {
			c.token("arith", n.OpPos, n.Op, other(n.Op))
		}
	}
}

// isNumber reports whether an expression is a whole number.
func (c *collector) isNumber(e ast.Expr) bool {
	t := c.info.TypeOf(e)
	basic, ok := t.Underlying().(*types.Basic)
	return ok && basic.Info()&types.IsInteger != 0
}

// small is the largest number of which one more or less is tried. Larger ones are
// bounds and patience, where one more means nothing.
const small = 16

func (c *collector) literal(n *ast.BasicLit) {
	value, err := strconv.ParseInt(n.Value, 0, 64)
	if n.Kind != token.INT || err != nil {
		return
	}
	write := func(operator string, value int64) { c.replace(operator, n, strconv.FormatInt(value, 10)) }
	switch {
	case c.isDuration():
		write("duration", 0)
		write("duration", 10*value)
	case value > small:
		write("number", value/2)
		write("number", value*2)
	default:
		if !c.isRoom(n) {
			write("number", value+1)
		}
		if value > 0 {
			write("number", value-1)
		}
	}
}

// isDuration reports whether the number that is looked at counts units of time.
func (c *collector) isDuration() bool {
	p, ok := c.parent().(*ast.BinaryExpr)
	return ok && p.Op == token.MUL &&
		(strings.HasPrefix(c.source(p.Y), "time.") || strings.HasPrefix(c.source(p.X), "time."))
}

// isRoom reports whether an expression, which is looked at, is the capacity of
// something that is made: more of it changes nothing.
func (c *collector) isRoom(n ast.Expr) bool {
	p, ok := c.parent().(*ast.CallExpr)
	if !ok || c.source(p.Fun) != "make" || len(p.Args) < 2 || p.Args[len(p.Args)-1] != n {
		return false
	}
	_, list := c.info.TypeOf(p).Underlying().(*types.Slice)
	return !list || len(p.Args) == 3
}

func (c *collector) call(n *ast.CallExpr) {
	switch name := c.source(n.Fun); name {
	case "len":
		if !c.isRoom(n) {
			c.replace("length", n, "("+c.source(n)+" + 1)")
		}
		c.replace("length", n, "("+c.source(n)+" - 1)")
		return
	case "min":
		c.replace("min", n.Fun, "max")
		return
	case "max":
		c.replace("min", n.Fun, "min")
		return
	default:
		if name == "make" || strings.HasSuffix(name, "Equal") || strings.HasPrefix(name, "fmt.") {
			return
		}
	}
	for i := range len(n.Args) - 1 {
		a, b := n.Args[i], n.Args[i+1]
		if types.Identical(c.info.TypeOf(a), c.info.TypeOf(b)) && c.source(a) != c.source(b) && !n.Ellipsis.IsValid() {
			c.add("arguments", edit{c.offset(a.Pos()), c.offset(a.End()), c.source(b)},
				edit{c.offset(b.Pos()), c.offset(b.End()), c.source(a)})
		}
	}
}

func (c *collector) slice(n *ast.SliceExpr) {
	if n.Slice3 {
		return
	}
	for _, bound := range []ast.Expr{n.Low, n.High} {
		if bound != nil {
			c.replace("slice", bound, "")
		}
	}
}
