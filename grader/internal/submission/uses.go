package submission

import (
	"go/ast"
	"go/token"
	"path"
	"slices"
)

// checkUses refuses what the declarations do not show: an error value that is
// assigned again, a variable of another package that is changed, and functions
// that lead out of what a lab is about.
func (c *checker) checkUses() {
	if c.tree == nil {
		return
	}
	tables := c.tablesInCalls()
	ast.Inspect(c.tree, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt:
			if n.Tok != token.DEFINE {
				c.checkTargets(n.Lhs...)
			}
		case *ast.RangeStmt:
			if n.Tok == token.ASSIGN {
				c.checkTargets(n.Key, n.Value)
			}
		case *ast.IncDecStmt:
			c.checkTargets(n.X)
		case *ast.UnaryExpr:
			if n.Op == token.AND {
				c.checkTargets(n.X)
			}
		case *ast.SelectorExpr:
			c.checkNet(n)
			c.checkForbidden(n)
			c.checkMethod(n)
			if c.isTable(n) && !tables[n] {
				c.report(c.line(n.Pos()), "takes the table %s.%s, which all nodes share: write it where it is used, as an "+
					"argument of a function of that package", n.X.(*ast.Ident).Name, n.Sel.Name)
			}
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

// forbidden lists names of allowed packages that no solution needs, and what is
// wrong with each. The standard logger and the time zones are variables in
// disguise: what one node puts there, another finds.
func forbidden(pkg string) (names []string, why string) {
	switch pkg {
	case "log":
		return []string{"Default", "Flags", "Prefix", "SetFlags", "SetOutput", "SetPrefix", "Writer"},
			"changes or reads the logger that all nodes share: make one with log.New, or just print"
	case "time":
		return []string{"FixedZone", "LoadLocation", "LoadLocationFromTZData", "Local", "Location", "UTC"},
			"is about time zones, which all nodes share and no lab needs: use durations and instants"
	case "reflect":
		return []string{"NewAt", "SliceAt"}, "reaches memory behind the type system: write plain Go"
	}
	return nil, ""
}

// methods are calls that are forbidden whatever they are made on, if any file imports
// the package: who has a time, also from another file, has its zone.
func methods(pkg string) (names []string, why string) {
	switch pkg {
	case "time":
		return []string{"Location"}, "is about time zones, which all nodes share and no lab needs: use durations and instants"
	case "reflect":
		return []string{"UnsafeAddr", "UnsafePointer", "InterfaceData", "SetPointer"},
			"reaches memory behind the type system: write plain Go"
	}
	return nil, ""
}

func (c *checker) checkForbidden(sel *ast.SelectorExpr) {
	for _, spec := range c.tree.Imports {
		path := importPath(spec)
		if names, why := forbidden(path); slices.Contains(names, sel.Sel.Name) && c.isPackage(sel.X, path) {
			c.report(c.line(sel.Pos()), "uses %s.%s, which %s", path, sel.Sel.Name, why)
			return
		}
	}
}

// checkMethod refuses a method. Its value, without a call, does the same.
func (c *checker) checkMethod(sel *ast.SelectorExpr) {
	if c.isImported(sel.X) {
		return // a type or a function, of which checkForbidden knows
	}
	for path := range c.imported {
		if names, why := methods(path); slices.Contains(names, sel.Sel.Name) {
			c.report(c.line(sel.Pos()), "uses the method %s, which %s; if it is one of yours, give it another name", sel.Sel.Name, why)
		}
	}
}

// isTable reports whether a name is a table of a checksum, or makes one: the
// package keeps those it makes, and gives the same to everybody.
func (c *checker) isTable(sel *ast.SelectorExpr) bool {
	return (sel.Sel.Name == "IEEETable" || sel.Sel.Name == "MakeTable") && c.isChecksum(sel.X)
}

func (c *checker) isChecksum(e ast.Expr) bool {
	id, ok := e.(*ast.Ident)
	return ok && id.Obj == nil && slices.ContainsFunc(c.tree.Imports, func(spec *ast.ImportSpec) bool {
		path := importPath(spec)
		return (path == "hash/crc32" || path == "hash/crc64") && id.Name == known(spec)
	})
}

// tablesInCalls are the tables that a function of their own package gets at once,
// so that nobody else has them.
func (c *checker) tablesInCalls() map[*ast.SelectorExpr]bool {
	tables := map[*ast.SelectorExpr]bool{}
	ast.Inspect(c.tree, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		if fun, ok := call.Fun.(*ast.SelectorExpr); !ok || !c.isChecksum(fun.X) || fun.Sel.Name == "MakeTable" {
			return true
		}
		for _, arg := range call.Args {
			if made, ok := arg.(*ast.CallExpr); ok {
				arg = made.Fun
			}
			if sel, ok := arg.(*ast.SelectorExpr); ok {
				tables[sel] = true
			}
		}
		return true
	})
	return tables
}

// checkTargets refuses a change of a package-level error value, or of a variable
// of another package: each would be as good a place for state as any other.
func (c *checker) checkTargets(targets ...ast.Expr) {
	for _, e := range targets {
		root := rootOf(e)
		if sel, ok := root.(*ast.SelectorExpr); ok && c.isImported(sel.X) {
			c.report(c.line(sel.Pos()), "changes or takes the address of %s.%s, a variable of another package, which all nodes "+
				"share and which survives a crash: keep what changes in a struct", sel.X.(*ast.Ident).Name, sel.Sel.Name)
			continue
		}
		id, ok := e.(*ast.Ident)
		for paren, is := e.(*ast.ParenExpr); is; paren, is = e.(*ast.ParenExpr) {
			e = paren.X
			id, ok = e.(*ast.Ident)
		}
		if !ok || !c.errs[id.Name] || id.Obj != nil && id.Obj != c.tree.Scope.Lookup(id.Name) {
			continue // or a local variable of that name
		}
		c.report(c.line(id.Pos()), "changes the package-level variable %s, which all nodes share and which "+
			"survives a crash: keep what changes in a struct", id.Name)
	}
}

// rootOf is what a place in memory is a part of: in pkg.V[i].x it is pkg.V.
func rootOf(e ast.Expr) ast.Expr {
	for {
		switch inner := e.(type) {
		case *ast.ParenExpr:
			e = inner.X
		case *ast.StarExpr:
			e = inner.X
		case *ast.IndexExpr:
			e = inner.X
		case *ast.SliceExpr:
			e = inner.X
		case *ast.SelectorExpr:
			if _, name := inner.X.(*ast.Ident); name {
				return e
			}
			e = inner.X
		default:
			return e
		}
	}
}

// isImported reports whether an expression is the name of an imported package.
func (c *checker) isImported(e ast.Expr) bool {
	id, ok := e.(*ast.Ident)
	return ok && id.Obj == nil && slices.ContainsFunc(c.tree.Imports, func(spec *ast.ImportSpec) bool { return id.Name == known(spec) })
}

// known is the name by which a file knows an imported package.
func known(spec *ast.ImportSpec) string {
	if spec.Name != nil {
		return spec.Name.Name
	}
	return path.Base(importPath(spec))
}
