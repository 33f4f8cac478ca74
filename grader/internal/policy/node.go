package policy

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"
)

// A node is a place in the file, and the key that leads to it.
type node struct {
	ast.Node
	path string
}

func (n node) wrong(format string, args ...any) error {
	p := &problem{line: 1, text: fmt.Sprintf(format, args...)}
	if n.Node != nil && n.GetToken() != nil {
		p.line = n.GetToken().Position.Line
	}
	if n.path != "" {
		p.key = n.path + ": "
	}
	return p
}

func (n node) below(key string) string { return strings.TrimPrefix(n.path+"."+key, ".") }

// each calls do for each key of a mapping, in the order of the file. What do finds
// wrong is at the line of the key.
func (n node) each(do func(key string, value node) error) error {
	var pairs []*ast.MappingValueNode
	switch m := n.Node.(type) {
	case *ast.MappingNode:
		pairs = m.Values
	case *ast.MappingValueNode:
		pairs = append(pairs, m)
	default:
		return n.wrong("expected keys and values, as in \"key: value\"")
	}
	seen := map[string]bool{}
	for _, pair := range pairs {
		if pair.Key.GetToken() == nil || pair.Key.IsMergeKey() {
			return n.wrong("a key here is not plain text: write it out")
		}
		key := pair.Key.GetToken().Value
		at := node{pair.Value, n.below(key)}
		if seen[key] {
			return node{pair.Key, at.path}.wrong("it is there twice")
		}
		seen[key] = true
		if err := do(key, at); err != nil {
			return err
		}
	}
	return nil
}

// fields reads a mapping whose keys are known.
func (n node) fields(known map[string]func(node) error) error {
	return n.each(func(key string, value node) error {
		read, ok := known[key]
		if !ok {
			return value.wrong("there is no such key: use one of %s", strings.Join(slices.Sorted(maps.Keys(known)), ", "))
		}
		return read(value)
	})
}

// items calls do for each item of a list.
func (n node) items(do func(node) error) error {
	list, ok := n.Node.(*ast.SequenceNode)
	if !ok {
		return n.wrong("expected a list, as in [A, B]")
	}
	for i, value := range list.Values {
		if err := do(node{value, fmt.Sprintf("%s[%d]", n.path, i)}); err != nil {
			return err
		}
	}
	return nil
}

// number is a whole number within bounds.
func (n node) number(low, high int) (int, error) {
	i, ok := n.Node.(*ast.IntegerNode)
	if ok {
		var v int
		switch x := i.Value.(type) {
		case int64:
			v = int(x)
		case uint64:
			v = int(min(x, 1<<62))
		}
		if low <= v && v <= high {
			return v, nil
		}
	}
	return 0, n.wrong("expected a whole number from %d to %d", low, high)
}

// text is a plain text.
func (n node) text() (string, error) {
	s, ok := n.Node.(*ast.StringNode)
	if !ok {
		return "", n.wrong("expected a text")
	}
	return s.Value, nil
}
