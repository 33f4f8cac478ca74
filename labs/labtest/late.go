package labtest

import (
	"fmt"

	"faultline/labs"
	"faultline/labs/simsync/points"
)

// Late ends the run because something took too long, as Join and Within do, in the
// words of a case that knows more than that a call has not returned: which message
// has not come, and what of it was last seen. The dump of the solution's goroutines
// goes into the trace.
func (t *T) Late(f Finding) { t.tooLate(stacks(), Outcome{Verdict: labs.Fail, Finding: f}) }

// spins ends the run because the goroutine that calls it has gone round and round. It
// does not return: the loop would go on beside what is left of the run, and no deferred
// call of the solution's is to run in a state that its author never saw.
func (t *T) spins() {
	dump := stacks()
	asks := Goroutines(dump)[0] // the first
	frame, mine := asks.Of(t.suite.Package)
	if !mine { // a program that the solution wrote, which has a package of its own
		frame = asks.caller("/labs/simsync")
	}
	t.endWith(dump, Outcome{Verdict: labs.Stuck, Finding: Finding{
		Expected: "every goroutine waits for something now and then",
		Actual: fmt.Sprintf("a loop of yours goes on and on: after %d million steps nothing else has happened",
			points.RoundLimit/1_000_000),
		Where: frame.Position(),
	}})
	select {}
}
