//go:build !wasip1

package labtest

import (
	"fmt"
	"strings"

	"github.com/anishathalye/porcupine"

	"faultline/labs"
	"faultline/labs/trace"
)

// Models are the sequential specifications of a lab by name. Each is made from
// the parameters that the case gave to T.Judge; inputs and outputs of the model
// are values of Op. A model needs Init, Step and DescribeState, and its states
// must compare with == or its Equal.
type Models map[string]func(parameters string) porcupine.Model

// modelSteps bounds the work of the checker. It counts steps of the model and
// not time, so that a verdict does not depend on the machine.
const modelSteps = 2_000_000

// Judge checks the histories of a run that passed against the models which its
// case named. It runs outside the machine: the solution cannot reach it.
func (m Models) Judge(events []trace.Event) Outcome { return m.judge(events, modelSteps) }

func (m Models) judge(events []trace.Event, budget int) Outcome {
	for _, e := range events {
		if e.Kind != trace.Model {
			continue
		}
		build, ok := m[e.Node]
		if !ok {
			return Outcome{Verdict: labs.GraderError, Finding: Finding{Actual: "no model " + e.Node}}
		}
		if o := judge(build(e.Text), History(events), budget); o.Verdict != labs.Pass {
			return o
		}
	}
	return Outcome{Verdict: labs.Pass}
}

// judge checks each partition by itself, in order, each with its own budget.
func judge(model porcupine.Model, ops []Op, budget int) Outcome {
	history := make([]porcupine.Operation, len(ops))
	clients := map[string]int{}
	for i, o := range ops {
		if _, ok := clients[o.Client]; !ok {
			clients[o.Client] = len(clients)
		}
		history[i] = porcupine.Operation{
			ClientId: clients[o.Client], Input: o, Output: o, Call: int64(o.Call), Return: int64(o.Return),
		}
	}
	parts := [][]porcupine.Operation{history}
	if model.Partition != nil {
		parts = model.Partition(history)
		model.Partition = nil
	}
	for _, part := range parts {
		if o := judgePart(model, part, budget); o.Verdict != labs.Pass {
			return o
		}
	}
	return Outcome{Verdict: labs.Pass}
}

func judgePart(model porcupine.Model, history []porcupine.Operation, budget int) Outcome {
	steps, counted := 0, model
	counted.Step = func(state, input, output any) (bool, any) {
		if steps++; steps > budget {
			return false, state
		}
		return model.Step(state, input, output)
	}
	result, info := porcupine.CheckOperationsVerbose(counted, history, 0)
	switch {
	case steps > budget:
		return Outcome{Verdict: labs.Inconclusive, Finding: Finding{
			Actual: fmt.Sprintf("the checker gave up after %d steps on %d operations", budget, len(history)),
		}}
	case result == porcupine.Ok:
		return Outcome{Verdict: labs.Pass}
	}
	return Outcome{Verdict: labs.Fail, Finding: explain(model, history, info)}
}

// explain says how far the best order of the operations gets and what cannot
// come next in it.
func explain(model porcupine.Model, history []porcupine.Operation, info porcupine.LinearizationInfo) Finding {
	var best []porcupine.Operation
	for _, order := range info.PartialLinearizationsOperations()[0] {
		if longer(order, best) {
			best = order
		}
	}
	state, placed := model.Init(), map[int64]bool{}
	for _, op := range best {
		_, state = model.Step(state, op.Input, op.Output)
		placed[op.Call] = true
	}
	return Finding{
		Expected: "some order of the operations explains every result, " +
			"each operation between its call and its return",
		Actual: fmt.Sprintf("no order does: %d of %d operations fit, then there is %s, and next cannot be %s",
			len(best), len(history), model.DescribeState(state), strings.Join(stuck(history, placed), " or ")),
	}
}

// longer reports whether a is the longer order, or, of two that are as long, the
// one whose first different operation was called first. The checker gives its
// orders in no order.
func longer(a, b []porcupine.Operation) bool {
	if len(a) != len(b) {
		return len(a) > len(b)
	}
	for i := range a {
		if a[i].Call != b[i].Call {
			return a[i].Call < b[i].Call
		}
	}
	return false
}

// stuck lists the operations that would have to come next: those that no
// operation left out returned before.
func stuck(history []porcupine.Operation, placed map[int64]bool) []string {
	first := int64(1) << 62
	for _, op := range history {
		if !placed[op.Call] {
			first = min(first, op.Return)
		}
	}
	var next []string
	for _, op := range history {
		if !placed[op.Call] && op.Call < first {
			next = append(next, op.Input.(Op).String())
		}
	}
	return next
}
