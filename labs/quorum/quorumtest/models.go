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
		Partition:         byKey,
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

// endless is after every event of a run.
const endless = 1 << 62

// byKey sorts operations by their keys. A Put of which nobody knows is still on its
// way when the run is over: it gets no end. "It never happened" is then "it happens
// when nobody looks any more". Gets that came to nothing say nothing, and neither do
// Puts that never sent their value.
func byKey(history []porcupine.Operation) [][]porcupine.Operation {
	var parts [][]porcupine.Operation
	place := map[string]int{}
	for _, o := range history {
		op := o.Input.(labtest.Op)
		unknown := !op.Done || op.Result == maybe || op.Result == closed
		if op.Result == gaveUp || unknown && op.Name == "Get" {
			continue
		}
		if unknown {
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
