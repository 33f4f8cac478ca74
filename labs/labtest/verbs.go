package labtest

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"time"

	"faultline/labs"
	"faultline/labs/trace"
)

// Go runs f beside the scenario. The case ends only when f has.
func (t *T) Go(f func()) {
	t.clients.add()
	go func() {
		defer t.clients.done()
		defer t.catch()
		f()
	}()
}

// Within runs f and fails unless it returns within d of virtual time. What says
// what f is, as the object of a sentence: "Send of m1".
func (t *T) Within(d time.Duration, what string, f func()) {
	if !t.Returns(d, f) {
		t.overdue(what, d)
	}
}

// Returns runs f and reports whether it returned within d of virtual time. If
// not, f goes on beside the scenario, as after Go.
func (t *T) Returns(d time.Duration, f func()) bool {
	done := make(chan struct{})
	t.Go(func() {
		defer close(done)
		f()
	})
	return t.wait(d, done)
}

// Join waits until everything that Go began has ended, and fails if that takes
// longer than d.
func (t *T) Join(d time.Duration, what string) {
	if !t.Ended(d) {
		t.overdue(what, d)
	}
}

// Ended reports whether everything that Go began ends within d.
func (t *T) Ended(d time.Duration) bool {
	done := make(chan struct{})
	go func() {
		defer close(done)
		t.clients.wait()
	}()
	return t.wait(d, done)
}

// wait reports whether done was closed within d. If the run has failed
// meanwhile, the calling goroutine ends; but not when it cleans up behind a
// failure, since its other calls must follow.
func (t *T) wait(d time.Duration, done <-chan struct{}) (closed bool) {
	failed := t.failed
	if t.over.Load() {
		failed = nil
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-done:
		closed = true
	case <-failed:
	case <-timer.C:
	}
	select {
	case <-failed:
		runtime.Goexit()
	default:
	}
	return closed
}

// Eventually waits until cond holds, and fails if that takes longer than d.
func (t *T) Eventually(d time.Duration, what string, cond func() bool) {
	for end := time.Now().Add(d); !cond(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.overdue(what, d)
		}
	}
}

// Context returns a context that ends after d of virtual time and with the case.
func (t *T) Context(d time.Duration) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), d)
	t.Cleanup(cancel)
	return ctx
}

// Op is one operation of a client: it records the call, runs f, and records what
// f returns as the result. An operation reads "Send a1".
func (t *T) Op(client, operation string, f func() (result string)) {
	end := t.begin(client, operation)
	end(f())
}

// begin records the call of an operation, and end its result.
func (t *T) begin(client, operation string) (end func(result string)) {
	t.mu.Lock()
	t.ops++
	n := t.ops
	t.mu.Unlock()
	t.record(trace.Event{Kind: trace.Call, Node: client, N: n, Text: operation})
	return func(result string) { t.record(trace.Event{Kind: trace.Return, Node: client, N: n, Text: result}) }
}

// Judge names the model that the history of the run must satisfy, and its
// parameters. The grader checks the history when the run is over.
func (t *T) Judge(model, parameters string) {
	t.record(trace.Event{Kind: trace.Model, Node: model, Text: parameters})
}

// DumpNote begins the note that holds the solution's goroutines at the moment
// when something had taken too long.
const DumpNote = "goroutines of the solution: "

// Dump returns the dump of goroutines that an event of a run holds, if it holds one.
func Dump(e trace.Event) (text string, ok bool) {
	if e.Kind != trace.Note {
		return "", false
	}
	return strings.CutPrefix(e.Text, DumpNote)
}

// IsDump reports whether an event holds a dump of goroutines: reports show it apart.
func IsDump(e trace.Event) bool {
	_, ok := Dump(e)
	return ok
}

// overdue ends the run because a call took too long: the function that the scenario
// waits for is where to look.
func (t *T) overdue(what string, d time.Duration) {
	dump := stacks()
	o := Outcome{Verdict: labs.Fail, Finding: Finding{
		Expected: fmt.Sprintf("%s returns within %v of virtual time", what, d),
		Actual:   "it did not return",
	}}
	best := -1
	for _, g := range t.goroutines(dump) {
		if t.suspicion(g) > best {
			best = t.suspicion(g)
			o.Where = g.entry(t.suite.Package).Position()
			o.Actual = "a goroutine of yours " + g.stays()
		}
	}
	t.tooLate(dump, o)
}

// tooLate ends the run because something took too long. A goroutine of the solution that
// waits for a lock explains more than all else: then the run ends with a deadlock, and
// with its place.
func (t *T) tooLate(dump string, o Outcome) {
	mine := t.goroutines(dump)
	if i := slices.IndexFunc(mine, Goroutine.WaitsForLock); i >= 0 {
		frame, _ := mine[i].Of(t.suite.Package)
		o.Verdict, o.Where = labs.Deadlock, frame.Position()
		o.Actual = "a goroutine of yours waits for a lock that nobody releases"
	}
	t.endWith(dump, o)
	runtime.Goexit()
}

// endWith ends the run, with the solution's goroutines of a dump in the trace.
func (t *T) endWith(dump string, o Outcome) {
	t.Note("%s%s", DumpNote, Mine(dump, t.suite.Package))
	t.end(o)
}

// suspicion ranks goroutines of the solution: most of all the call that has just
// taken too long, then other calls of the scenario, then goroutines of its own.
func (t *T) suspicion(g Goroutine) int {
	switch {
	case g.calledBy("labtest.(*T).Returns", t.suite.Package):
		return 2
	case g.calledBy(t.suite.Lab+"test.", t.suite.Package):
		return 1
	}
	return 0
}
