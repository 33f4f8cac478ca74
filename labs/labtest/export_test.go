//go:build !wasip1

package labtest

import "faultline/labs/trace"

// RunCase is a run as the machine performs it, for the tests.
func (s Suite) RunCase(c Case, req Request, emit func(trace.Event)) Outcome {
	return s.run(c, req, options{emit: emit, native: true})
}

// JudgeWithin is Judge with another budget of steps.
func (m Models) JudgeWithin(budget int, events []trace.Event) Outcome {
	return m.judge(events, budget).outcome
}

// Stays is what is said of a goroutine that should not be there any more.
func (g Goroutine) Stays() string { return g.stays() }
