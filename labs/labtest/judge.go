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
func (m Models) Judge(events []trace.Event) Outcome {
	return m.judge(events, modelSteps).outcome
}

// A ruling is what the checker found in the first history that it did not accept, or
// that it accepted all.
type ruling struct {
	outcome Outcome
	model   porcupine.Model
	history []porcupine.Operation
	info    porcupine.LinearizationInfo
}

func (m Models) judge(events []trace.Event, budget int) ruling {
	for _, e := range events {
		if e.Kind != trace.Model {
			continue
		}
		build, ok := m[e.Node]
		if !ok {
			return ruling{outcome: Outcome{Verdict: labs.GraderError, Finding: Finding{Actual: "no model " + e.Node}}}
		}
		if v := judge(build(e.Text), History(events), budget); v.outcome.Verdict != labs.Pass {
			if v.outcome.Verdict == labs.Fail {
				v.outcome.Actual += v.circumstances(events)
			}
			return v
		}
	}
	return ruling{outcome: Outcome{Verdict: labs.Pass}}
}

// judge checks each partition by itself, in order, each with its own budget.
func judge(model porcupine.Model, ops []Op, budget int) ruling {
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
		if v := judgePart(model, part, budget); v.outcome.Verdict != labs.Pass {
			return v
		}
	}
	return ruling{outcome: Outcome{Verdict: labs.Pass}}
}

func judgePart(model porcupine.Model, history []porcupine.Operation, budget int) ruling {
	steps, counted := 0, model
	counted.Step = func(state, input, output any) (bool, any) {
		if steps++; steps > budget {
			return false, state
		}
		return model.Step(state, input, output)
	}
	result, info := porcupine.CheckOperationsVerbose(counted, history, 0)
	v := ruling{outcome: Outcome{Verdict: labs.Pass}, model: model, history: history, info: info}
	switch {
	case steps > budget:
		v.outcome = Outcome{Verdict: labs.Inconclusive, Finding: Finding{
			Actual: fmt.Sprintf("the checker gave up after %d steps on %d operations", budget, len(history)),
		}}
	case result != porcupine.Ok:
		v.outcome = Outcome{Verdict: labs.Fail, Finding: v.explain()}
	}
	return v
}

// explain says how far the best order of the operations gets and what cannot
// come next in it.
func (v ruling) explain() Finding {
	best := v.best()
	state := v.model.Init()
	for _, op := range best {
		_, state = v.model.Step(state, op.Input, op.Output)
	}
	var next []string
	for _, op := range v.stuck(best) {
		next = append(next, op.Input.(Op).String())
	}
	return Finding{
		Expected: "some order of the operations explains every result, " +
			"each operation between its call and its return",
		About: v.about(),
		Actual: fmt.Sprintf("no order does: %d of %d operations fit, then there is %s, and next cannot be %s",
			len(best), len(v.history), v.model.DescribeState(state), strings.Join(next, " or ")),
	}
}

// about is the key that all operations have, if that is what they are about.
func (v ruling) about() string {
	key := v.history[0].Input.(Op).Subject()
	for _, op := range v.history {
		if op.Input.(Op).Subject() != key {
			return ""
		}
	}
	return key
}

// best is the order of operations that gets furthest.
func (v ruling) best() (best []porcupine.Operation) {
	for _, order := range v.info.PartialLinearizationsOperations()[0] {
		if longer(order, best) {
			best = order
		}
	}
	return best
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

// stuck lists the operations that would have to come after those of an order:
// the ones that no operation left out returned before.
func (v ruling) stuck(order []porcupine.Operation) (next []porcupine.Operation) {
	placed := map[int64]bool{}
	for _, op := range order {
		placed[op.Call] = true
	}
	first := int64(1) << 62
	for _, op := range v.history {
		if !placed[op.Call] {
			first = min(first, op.Return)
		}
	}
	for _, op := range v.history {
		if !placed[op.Call] && op.Call < first {
			next = append(next, op)
		}
	}
	return next
}
