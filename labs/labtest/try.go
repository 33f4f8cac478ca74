package labtest

import (
	"fmt"
	"runtime"
	"time"

	"faultline/labs"
	"faultline/labs/simsync/points"
	"faultline/labs/trace"
)

// tryLimit is how much virtual time one scenario of many may take.
const tryLimit = 2 * time.Minute

// Try performs one of many small scenarios of an exhaustive case, in silence: what it
// says goes nowhere, so a thousand of them are no longer story than one. A scenario
// that fails is performed once more, with everything in the trace, and ends the run.
// It has a clock, a network, disks and cleanups of its own and two minutes of
// virtual time, and what it judges is not judged. All that it does must depend on its T.
//
// A plan of the run is for the scenario that failed; those before it ran without, and
// what their disks lose is the script's or the seed's.
func (t *T) Try(scenario func(*T)) {
	first := t.rehearse(scenario)
	points.Configure(schedule(t)) // the locks step aside in the same order each time
	if first.Verdict == labs.Pass {
		return
	}
	t.start = time.Now()
	overdue := time.AfterFunc(tryLimit, func() { t.overdue("the scenario", tryLimit) })
	defer overdue.Stop()
	scenario(t)
	t.finish()
	t.Fail(Finding{
		Property: "the same steps have the same result each time",
		Expected: "what happened when this was tried first: " + first.Actual,
		Actual: "it did not happen again; is there something in your code that depends on the order of a map, " +
			"on which goroutine comes first, or on earlier runs?",
	})
}

// rehearse performs a scenario on a T that nobody hears.
func (t *T) rehearse(scenario func(*T)) Outcome {
	req := t.req
	req.Plan = nil
	r := &T{suite: t.suite, c: t.c, req: req,
		emit: func(trace.Event) {}, quiet: true, native: t.native, real: t.real, before: t.before,
		failed: make(chan struct{})}
	switch {
	case r.real:
		r.before = r.standing()
	case r.native:
		settle()
	}
	r.start, r.idle = time.Now(), runtime.NumGoroutine()
	points.Configure(schedule(t))
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer r.catch()
		scenario(r)
		r.finish()
	}()
	timer := time.NewTimer(tryLimit)
	defer timer.Stop()
	select {
	case <-done:
	case <-r.failed:
	case <-timer.C:
		r.end(Outcome{Verdict: labs.Fail, Finding: Finding{Actual: fmt.Sprintf("it took longer than %v", tryLimit)}})
	}
	r.abandon(done)
	return r.result()
}
