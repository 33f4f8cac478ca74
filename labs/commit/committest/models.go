//go:build !wasip1

package committest

import (
	"strings"

	"github.com/anishathalye/porcupine"

	"faultline/labs/labtest"
)

// Models are the sequential specifications that histories are checked against.
func Models() labtest.Models { return labtest.Models{"accounts": ledgers} }

// ledgers is the accounts of all participants, as one state: a transaction reads and
// changes several of them at one moment. The parameter is what is in them at first.
func ledgers(before string) porcupine.Model {
	return porcupine.Model{
		Partition:         whole,
		Init:              func() any { return parseMoney(before).String() },
		Step:              func(state, input, _ any) (bool, any) { return next(state.(string), input.(labtest.Op)) },
		DescribeOperation: func(input, _ any) string { return input.(labtest.Op).String() },
		DescribeState:     func(state any) string { return state.(string) },
	}
}

// never is after every event of a run.
const never = 1 << 62

// whole is the history without what was aborted. A transaction of which nobody knows what
// became of it gets no end.
func whole(history []porcupine.Operation) [][]porcupine.Operation {
	var list []porcupine.Operation
	for _, o := range history {
		op := o.Input.(labtest.Op)
		if op.Name != "Transact" || strings.HasPrefix(op.Result, "aborted") {
			continue
		}
		if !strings.HasPrefix(op.Result, "committed") {
			o.Return = never
		}
		list = append(list, o)
	}
	return [][]porcupine.Operation{list}
}

// next is what a transaction leaves. One that is unknown happens where it can: where it
// would have seen something else it has not happened, and at the end nobody looks.
func next(state string, op labtest.Op) (bool, string) {
	result, rest, _ := strings.Cut(op.Result, ", ")
	after, _ := parseMoney(state).after(parseEffect(rest))
	if after == nil {
		return result != "committed", state
	}
	return true, after.String()
}
