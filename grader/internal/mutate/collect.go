package mutate

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"
)

// A collector finds the mutants of a file.
type collector struct {
	*Source
	file  string
	text  []byte
	fn    string         // the function
	count map[string]int // of an operator in a function
	stack []ast.Node     // from the declaration to the node that is looked at
	found []Mutant
}

// declaration finds the mutants of a function or of constants.
func (c *collector) declaration(decl ast.Decl) {
	switch d := decl.(type) {
	case *ast.FuncDecl:
		if name := d.Name.Name; name == "String" || name == "Error" {
			return
		}
		c.fn = nameOf(d)
		c.walk(d)
	case *ast.GenDecl:
		if d.Tok != token.CONST && d.Tok != token.VAR {
			return
		}
		for _, spec := range d.Specs {
			c.fn = spec.(*ast.ValueSpec).Names[0].Name
			c.walk(spec)
		}
	}
}

func (c *collector) walk(root ast.Node) {
	ast.Inspect(root, func(n ast.Node) bool {
		if n == nil {
			c.stack = c.stack[:len(c.stack)-1]
			return true
		}
		if call, ok := n.(*ast.CallExpr); ok && c.isText(call) {
			return false
		}
		c.stack = append(c.stack, n)
		c.expression(n)
		for i, stmt := range listOf(n) {
			c.stack = append(c.stack, stmt)
			c.statement(listOf(n), i)
			c.stack = c.stack[:len(c.stack)-1]
		}
		return true
	})
}

// isText reports whether a call is about a text for people.
func (c *collector) isText(call *ast.CallExpr) bool {
	switch name := c.source(call.Fun); name {
	case "panic", "errors.New", "fmt.Errorf":
		return true
	default:
		return strings.HasPrefix(name, "log.")
	}
}

// parent is the node around the one that is looked at, parentheses left out.
func (c *collector) parent() ast.Node {
	for i := len(c.stack) - 2; i >= 0; i-- {
		if _, ok := c.stack[i].(*ast.ParenExpr); !ok {
			return c.stack[i]
		}
	}
	return nil
}

// source is the text of a node.
func (c *collector) source(n ast.Node) string {
	return string(c.text[c.offset(n.Pos()):c.offset(n.End())])
}

// replace makes a mutant in which a node is another text.
func (c *collector) replace(operator string, n ast.Node, text string) {
	c.add(operator, edit{c.offset(n.Pos()), c.offset(n.End()), text})
}

// token makes a mutant in which the operator of an expression is another one.
func (c *collector) token(operator string, at token.Pos, was, now token.Token) {
	from := c.offset(at)
	c.add(operator, edit{from, from + len(was.String()), now.String()})
}

// add makes a mutant of edits.
func (c *collector) add(operator string, edits ...edit) {
	key := c.fn + "/" + operator
	c.count[key]++
	m := Mutant{File: c.file, Func: c.fn, Operator: operator, N: c.count[key], Statement: -1, edits: edits}
	for _, n := range slices.Backward(c.stack) {
		if stmt, ok := n.(ast.Stmt); ok {
			if i, listed := c.number[stmt]; listed {
				m.Statement = i
				break
			}
		}
	}
	m.show(c.text)
	c.found = append(c.found, m)
}

// unused is a statement that uses the local variables of a node, to stand in its
// place: without one, the compiler might refuse what is left.
func (c *collector) unused(n ast.Node) string {
	var names []string
	ast.Inspect(n, func(part ast.Node) bool {
		id, ok := part.(*ast.Ident)
		if !ok {
			return true
		}
		v, ok := c.info.Uses[id].(*types.Var)
		if ok && v.Kind() == types.LocalVar && v.Pos() < n.Pos() && !slices.Contains(names, id.Name) {
			names = append(names, id.Name)
		}
		return true
	})
	if len(names) == 0 {
		return ""
	}
	return strings.TrimSuffix(strings.Repeat("_, ", len(names)), ", ") + " = " + strings.Join(names, ", ")
}
