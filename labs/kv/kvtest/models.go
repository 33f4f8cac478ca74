//go:build !wasip1

package kvtest

import (
	"fmt"
	"strings"

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
		Partition: byKey,
		Init:      func() any { return value{} },
		Step: func(state, input, output any) (bool, any) {
			return next(state.(value), input.(labtest.Op))
		},
		DescribeOperation: func(input, _ any) string { return input.(labtest.Op).String() },
		DescribeState:     func(state any) string { return state.(value).String() },
	}
}

// endless is after every event of a run.
const endless = 1 << 62

// byKey sorts operations by their keys. One whose outcome nobody knows is still on
// its way when the run is over: it gets no end, and the step that it may take at
// any time always applies it. "It never happened" is then "it happens when nobody
// looks any more", so a model that may also skip it would have nothing to add but
// work. Reads that came to nothing, and changes that were never sent, say nothing.
func byKey(history []porcupine.Operation) [][]porcupine.Operation {
	var parts [][]porcupine.Operation
	place := map[string]int{}
	for _, o := range history {
		op := o.Input.(labtest.Op)
		if op.Result == gaveUp || unknown(op) && op.Name == "Get" {
			continue
		}
		if unknown(op) {
			o.Return = endless
		}
		key, _, _ := strings.Cut(op.Arg, " ")
		i, ok := place[key]
		if !ok {
			i = len(parts)
			place[key] = i
			parts = append(parts, nil)
		}
		parts[i] = append(parts[i], o)
	}
	return parts
}

// unknown reports whether nobody knows what became of an operation. A full disk may
// have room when a copy of the request comes.
func unknown(op labtest.Op) bool { return !op.Done || op.Result == maybe || op.Result == full }

func next(v value, op labtest.Op) (bool, value) {
	after, result := v.apply(parse(fmt.Sprintf("%s %s", op.Name, op.Arg)))
	return unknown(op) || result == op.Result, after
}
