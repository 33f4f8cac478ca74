//go:build !wasip1

package journaltest

import (
	"strings"

	"github.com/anishathalye/porcupine"

	"faultline/labs/labtest"
)

// Models are the sequential specifications that histories are checked against.
func Models() labtest.Models { return labtest.Models{"tree": treeModel} }

// A state is a tree that nobody changes, and its text.
type state struct {
	tree tree
	text string
}

// treeModel is a file system whose operations take effect one after the other.
func treeModel(string) porcupine.Model {
	return porcupine.Model{
		Init: func() any { return state{newTree(), newTree().String()} },
		Step: func(s, input, _ any) (bool, any) {
			return s.(state).next(input.(labtest.Op))
		},
		Equal:             func(a, b any) bool { return a.(state).text == b.(state).text },
		DescribeOperation: func(input, _ any) string { return input.(labtest.Op).String() },
		DescribeState:     func(s any) string { return s.(state).text },
	}
}

// next is what an operation makes of a state, and whether its result is right.
func (s state) next(op labtest.Op) (bool, any) {
	if op.Name == "read" || op.Name == "list" {
		return s.tree.answer(op.Name, op.Arg) == op.Result, s
	}
	after := s.tree.clone()
	result := outcome(parse(strings.TrimSpace(op.Name + " " + op.Arg)).apply(after))
	if result != done {
		return result == op.Result, s
	}
	return result == op.Result, state{after, after.String()}
}
