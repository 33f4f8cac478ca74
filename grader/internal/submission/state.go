package submission

import (
	"go/ast"
	"slices"
)

// checkVar refuses package-level variables: all simulated nodes share them, and
// they outlive a crash. The two kinds that are no state may stay.
func (c *checker) checkVar(spec *ast.ValueSpec) {
	if isAssertion(spec) {
		if slices.ContainsFunc(spec.Values, c.runs) {
			c.report(c.line(spec.Pos()), "runs code before the lab begins: to show that a type has the methods of an interface, "+
				"write var _ Interface = (*Type)(nil)")
		}
		return
	}
	if c.isErrors(spec) {
		for _, name := range spec.Names {
			c.errs[name.Name] = true
		}
		return
	}
	for _, name := range spec.Names {
		c.report(c.line(name.Pos()), "has the package-level variable %s, which all nodes share and which "+
			"survives a crash: make it a constant or the field of a struct", name.Name)
	}
}

// isAssertion recognizes var _ T = value.
func isAssertion(spec *ast.ValueSpec) bool {
	named := func(id *ast.Ident) bool { return id.Name != "_" }
	return spec.Type != nil && !slices.ContainsFunc(spec.Names, named)
}

// isErrors recognizes var ErrX = errors.New("…"), fmt.Errorf likewise. The value
// must be an error also by its type, if one is written: var x any = errors.New("")
// could be assigned anything later.
func (c *checker) isErrors(spec *ast.ValueSpec) bool {
	if id, ok := spec.Type.(*ast.Ident); spec.Type != nil && (!ok || id.Name != "error") {
		return false
	}
	for _, value := range spec.Values {
		call, ok := value.(*ast.CallExpr)
		if !ok || !c.isFunc(call.Fun, "errors", "New") && !c.isFunc(call.Fun, "fmt", "Errorf") ||
			slices.ContainsFunc(call.Args, mayHoldState) {
			return false
		}
	}
	return len(spec.Values) == len(spec.Names)
}

// runs reports whether a value is made by a call. A conversion of nil is none.
func (c *checker) runs(e ast.Expr) (calls bool) {
	ast.Inspect(e, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			calls = true
		case *ast.CallExpr:
			name, plain := n.Fun.(*ast.Ident)
			calls = calls || !c.convertsNil(n) && !(plain && name.Name == "new")
		}
		return !calls
	})
	return calls
}

// convertsNil recognizes (T)(nil). What is in the first parentheses must be a type: it
// may be a function as well.
func (c *checker) convertsNil(call *ast.CallExpr) bool {
	of, ok := call.Fun.(*ast.ParenExpr)
	if !ok || len(call.Args) != 1 {
		return false
	}
	if arg, ok := call.Args[0].(*ast.Ident); !ok || arg.Name != "nil" {
		return false
	}
	switch t := of.X.(type) {
	case *ast.Ident:
		return t.Obj != nil && t.Obj.Kind == ast.Typ
	case *ast.SelectorExpr:
		return c.isImported(t.X)
	case *ast.StarExpr, *ast.ArrayType, *ast.MapType, *ast.ChanType, *ast.FuncType, *ast.InterfaceType:
		return true
	}
	return false
}

// mayHoldState says whether an argument of fmt.Errorf may be more than text and
// other errors: errors.As would find the state in fmt.Errorf("%w", &state{}).
func mayHoldState(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.BasicLit, *ast.Ident:
		return false
	case *ast.SelectorExpr: // of a package, and not the field of something that is made here
		_, name := e.X.(*ast.Ident)
		return !name
	case *ast.BinaryExpr:
		return mayHoldState(e.X) || mayHoldState(e.Y)
	}
	return true
}

// isFunc says whether an expression is the function of the standard library. The
// file must import the package: a type named errors may have a method New.
func (c *checker) isFunc(e ast.Expr, pkg, name string) bool {
	sel, ok := e.(*ast.SelectorExpr)
	if !ok || sel.Sel.Name != name {
		return false
	}
	return c.isPackage(sel.X, pkg)
}

// isPackage says whether an expression is the name of the imported package.
func (c *checker) isPackage(e ast.Expr, path string) bool {
	id, ok := e.(*ast.Ident)
	return ok && id.Obj == nil && slices.ContainsFunc(c.tree.Imports, func(spec *ast.ImportSpec) bool {
		return importPath(spec) == path && id.Name == known(spec)
	})
}
