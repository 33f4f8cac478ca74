//go:build !wasip1

package labtest

import (
	"strings"

	"github.com/anishathalye/porcupine"

	"faultline/labs/trace"
)

// never is after every event of a run.
const never = 1 << 62

// ByKey returns a partition for models of a store whose keys have nothing to do with
// each other: it sorts operations by the first of their arguments.
//
// An operation whose outcome is unknown is still on its way when the run is over: it
// gets no end, and the step that it may take at any time always applies it. "It never
// happened" is then "it happens when nobody looks any more", so a model that may also
// skip it would have nothing to add but work. One that is silent is left out: a read
// that came to nothing, a change that was never sent.
func ByKey(unknown, silent func(Op) bool) func([]porcupine.Operation) [][]porcupine.Operation {
	return func(history []porcupine.Operation) [][]porcupine.Operation {
		var parts [][]porcupine.Operation
		place := map[string]int{}
		for _, o := range history {
			op := o.Input.(Op)
			if silent(op) {
				continue
			}
			if unknown(op) {
				o.Return = never
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
}

// ParseHistory makes the events of a run that names a model, for tests of models: in
// its lines "c1 Put x a" calls and "c1 = ok" returns.
func ParseHistory(model, text string) []trace.Event {
	events := []trace.Event{{Kind: trace.Model, Node: model}}
	number := map[string]int{}
	for i, line := range strings.Split(strings.TrimSpace(text), "\n") {
		client, what, _ := strings.Cut(strings.TrimSpace(line), " ")
		if result, returns := strings.CutPrefix(what, "= "); returns {
			events = append(events, trace.Event{Kind: trace.Return, Node: client, N: number[client], Text: result})
			continue
		}
		number[client] = i + 1
		events = append(events, trace.Event{Kind: trace.Call, Node: client, N: i + 1, Text: what})
	}
	return events
}
