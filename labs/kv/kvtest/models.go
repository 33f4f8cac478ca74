//go:build !wasip1

package kvtest

import (
	"fmt"

	"github.com/anishathalye/porcupine"

	"faultline/labs/labtest"
)

// Models are the sequential specifications that histories are checked against.
func Models() labtest.Models {
	return labtest.Models{"kv": keyModel}
}

// keyModel is one key: keys have nothing to do with each other, so each is checked
// by itself.
func keyModel(string) porcupine.Model {
	return porcupine.Model{
		Partition: labtest.ByKey(unknown, silent),
		Init:      func() any { return value{} },
		Step: func(state, input, output any) (bool, any) {
			return next(state.(value), input.(labtest.Op))
		},
		DescribeOperation: func(input, _ any) string { return input.(labtest.Op).String() },
		DescribeState:     func(state any) string { return state.(value).String() },
	}
}

// unknown reports whether nobody knows what became of an operation. A full disk may
// have room when a copy of the request comes.
func unknown(op labtest.Op) bool { return !op.Done || op.Result == maybe || op.Result == full }

// silent reports whether an operation says nothing: a read that came to nothing, a
// change that was never sent.
func silent(op labtest.Op) bool { return op.Result == gaveUp || unknown(op) && op.Name == "Get" }

func next(v value, op labtest.Op) (bool, value) {
	after, result := v.apply(parse(fmt.Sprintf("%s %s", op.Name, op.Arg)))
	return unknown(op) || result == op.Result, after
}
