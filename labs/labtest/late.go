package labtest

import (
	"fmt"
	"runtime"

	"faultline/labs"
	"faultline/labs/simsync/points"
)

// Late ends the run because something took too long, as Join and Within do, in the
// words of a case that knows more than that a call has not returned: which message
// has not come, and what of it was last seen. The dump of the solution's goroutines
// goes into the trace. A goroutine of the solution that waits for a lock explains
// more than all else: then the run ends with a deadlock, and with its place.
func (t *T) Late(f Finding) {
	dump := stacks()
	o := Outcome{Verdict: labs.Fail, Finding: f}
	for _, g := range t.goroutines(dump) {
		if g.WaitsForLock() && o.Verdict == labs.Fail {
			frame, _ := g.Of(t.suite.Package)
			o.Verdict, o.Where = labs.Deadlock, frame.Position()
			o.Actual = "a goroutine of yours waits for a lock that nobody releases"
		}
	}
	t.endWith(dump, o)
	runtime.Goexit()
}

// spins ends the run because the goroutine that calls it has gone round and round. It
// does not return: the loop would go on beside what is left of the run, and no deferred
// call of the solution's is to run in a state that its author never saw.
func (t *T) spins() {
	dump := stacks()
	frame, _ := Goroutines(dump)[0].Of(t.suite.Package) // the first is who asks
	t.endWith(dump, Outcome{Verdict: labs.Stuck, Finding: Finding{
		Expected: "every goroutine waits for something now and then",
		Actual: fmt.Sprintf("a loop of yours goes on and on: after %d million steps nothing else has happened",
			points.RoundLimit/1_000_000),
		Where: frame.Position(),
	}})
	select {}
}
