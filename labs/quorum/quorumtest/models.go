//go:build !wasip1

package quorumtest

import (
	"fmt"
	"strings"

	"github.com/anishathalye/porcupine"

	"faultline/labs/labtest"
)

// Models are the sequential specifications that histories are checked against.
func Models() labtest.Models {
	return labtest.Models{"register": register}
}

// register is one key, whose state is its value: keys have nothing to do with each
// other, so each is checked by itself.
func register(string) porcupine.Model {
	return porcupine.Model{
		Partition:         labtest.ByKey(unknown, silent),
		Init:              func() any { return noKey },
		Step:              func(state, input, _ any) (bool, any) { return next(state.(string), input.(labtest.Op)) },
		DescribeOperation: func(input, _ any) string { return input.(labtest.Op).String() },
		DescribeState:     func(state any) string { return fmt.Sprintf("%q", state) },
	}
}

func next(state string, op labtest.Op) (bool, string) {
	_, value, _ := strings.Cut(op.Arg, " ")
	if op.Name == "Put" {
		return true, value
	}
	return op.Result == state, state
}

// unknown reports whether nobody knows what became of an operation.
func unknown(op labtest.Op) bool { return !op.Done || op.Result == maybe || op.Result == closed }

// silent reports whether an operation says nothing: a Get that came to nothing, a Put
// that never sent its value.
func silent(op labtest.Op) bool { return op.Result == gaveUp || unknown(op) && op.Name == "Get" }
