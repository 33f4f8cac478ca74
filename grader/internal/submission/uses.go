package submission

import (
	"go/ast"
	"go/token"
	"slices"
)

// checkUses refuses what the declarations do not show: an error value that is
// assigned again, and the functions of net.
func (c *checker) checkUses() {
	if c.tree == nil {
		return
	}
	ast.Inspect(c.tree, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt:
			if n.Tok == token.ASSIGN {
				c.checkTargets(n.Lhs...)
			}
		case *ast.RangeStmt:
			if n.Tok == token.ASSIGN {
				c.checkTargets(n.Key, n.Value)
			}
		case *ast.UnaryExpr:
			if n.Op == token.AND {
				c.checkTargets(n.X)
			}
		case *ast.SelectorExpr:
			c.checkNet(n)
		}
		return true
	})
}

// netNames is what a solution may use of package net: what a connection of the
// simulated network is made of, and no way to open another.
var netNames = []string{"Addr", "Conn", "ErrClosed", "Error", "OpError", "PacketConn"}

func (c *checker) checkNet(sel *ast.SelectorExpr) {
	if c.isPackage(sel.X, "net") && !slices.Contains(netNames, sel.Sel.Name) {
		c.report(c.line(sel.Pos()), "uses net.%s, which leaves the simulated network; of net, allowed are %s",
			sel.Sel.Name, list(netNames))
	}
}

// checkTargets refuses a change of a package-level error value, which would be
// as good a place for state as any other variable.
func (c *checker) checkTargets(targets ...ast.Expr) {
	for _, e := range targets {
		for paren, ok := e.(*ast.ParenExpr); ok; paren, ok = e.(*ast.ParenExpr) {
			e = paren.X
		}
		id, ok := e.(*ast.Ident)
		if !ok || !c.errs[id.Name] || id.Obj != nil && id.Obj != c.tree.Scope.Lookup(id.Name) {
			continue // or a local variable of that name
		}
		c.report(c.line(id.Pos()), "changes the package-level variable %s, which all nodes share and which "+
			"survives a crash: keep what changes in a struct", id.Name)
	}
}
