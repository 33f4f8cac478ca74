package labtest

import (
	"fmt"
	"runtime"
	"slices"
	"time"

	"faultline/labs"
	"faultline/labs/simsync/points"
	"faultline/labs/trace"
)

// closing is how long, in virtual time, the goroutines of a solution may take
// to end after their Close. It is longer than any timeout the labs ask for.
const closing = 5 * time.Second

// leaving is how long the scenario of a failed run may take to notice that.
const leaving = time.Second

// options say what surrounds a run.
type options struct {
	emit func(trace.Event)

	// suppose says which faults, a line each, have happened in what the run is
	// trying out. They go into the trace when the run fails before it supposes
	// something else: also when the program dies. Nil is for nobody.
	suppose func(faults string)

	native bool // under go test, not in the machine
	real   bool // time is real
}

// run is the whole of one run: the same suite, request and machine give the same
// events and outcome.
func (s Suite) run(c Case, req Request, opt options) Outcome {
	t := &T{suite: s, c: c, req: req, emit: opt.emit, suppose: opt.suppose, native: opt.native, real: opt.real,
		failed: make(chan struct{})}
	if t.native {
		t.before = t.standing()
	}
	t.start, t.idle = time.Now(), runtime.NumGoroutine()
	points.Configure(schedule(t))
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer t.catch()
		if c.Derive != nil && req.Derive {
			c.Derive(t)
		} else {
			c.Run(t)
		}
		t.finish()
	}()
	timer := time.NewTimer(c.limit())
	defer timer.Stop()
	select {
	case <-done:
	case <-t.failed:
	case <-timer.C:
		go t.overdue("the whole scenario", c.limit())
		<-t.failed
	}
	if t.native {
		t.abandon(done)
	}
	return t.result()
}

// schedule draws how often the run's locks step aside.
func schedule(t *T) points.Schedule {
	if slices.Contains(t.req.Calm, CalmLocks) {
		return calmSchedule(t)
	}
	rates := points.Rates()
	return points.Schedule{Seed: t.req.Seed, Rate: rates[t.Rand("locks").IntN(len(rates))], Spins: t.spins}
}

// calmSchedule is one in which no lock steps aside.
func calmSchedule(t *T) points.Schedule { return points.Schedule{Spins: t.spins} }

func (t *T) result() Outcome {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.outcome.Verdict == "" {
		return Outcome{Verdict: labs.Pass}
	}
	if t.outcome.Property == "" {
		t.outcome.Property = t.c.Title
	}
	return t.outcome
}

// catch turns the panic of an unwritten function into an outcome under go test,
// and passes over what a solution does that is closed after a failure. In the
// machine every panic ends the program, and the host reads its last words: a panic
// that was caught and raised again would have lost its place.
func (t *T) catch() {
	if !t.native {
		return
	}
	switch p := recover().(type) {
	case nil:
	case labs.Unwritten:
		t.end(Outcome{
			Verdict: labs.NotImplemented,
			Finding: Finding{Actual: fmt.Sprintf("stage %s is not implemented yet", p.Stage)},
		})
	default:
		if !t.over.Load() {
			panic(p)
		}
	}
}

// finish checks what every case must leave behind.
func (t *T) finish() {
	t.Join(t.c.limit(), "every call of the scenario")
	for f := t.cleanup(); f != nil; f = t.cleanup() {
		f()
	}
	t.checkGoroutines()
}

// cleanup takes the latest cleanup that has not begun; nil if there is none.
func (t *T) cleanup() (f func()) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if last := len(t.cleanups) - 1; last >= 0 {
		f, t.cleanups = t.cleanups[last], t.cleanups[:last]
	}
	return f
}

// abandon ends what a failed run began, for the next case runs in the same
// process: a sender that nobody closed would go on sending beside it. The scenario
// gets a moment to leave its verb first, so that it does not use what is closed.
// Done is closed when it has.
func (t *T) abandon(done <-chan struct{}) {
	select {
	case <-t.failed:
	default:
		return // it has cleaned up itself
	}
	within(leaving, done)
	t.over.Store(true)
	for f := t.cleanup(); f != nil; f = t.cleanup() {
		closed := make(chan struct{})
		go func() { // of its own: a cleanup that finds something wrong ends its goroutine
			defer close(closed)
			defer t.catch()
			f()
		}()
		within(closing, closed)
	}
}

// within waits until done is closed, but not longer than d.
func within(d time.Duration, done <-chan struct{}) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-done:
	case <-timer.C:
	}
}

// checkGoroutines fails if a goroutine of the solution outlives the case.
func (t *T) checkGoroutines() {
	for end := time.Now().Add(closing); t.crowded(); t.Sleep(closing / 50) {
		if time.Now().After(end) {
			break
		}
	}
	if !t.crowded() {
		return
	}
	for _, g := range t.goroutines(stacks()) {
		frame, _ := g.Of(t.suite.Package)
		t.Fail(Finding{
			Property: "Close ends every goroutine",
			Expected: "no goroutine of the solution is left once everything is closed",
			Actual:   fmt.Sprintf("a goroutine is still there %v later (%s)", closing, g.State),
			Where:    frame.Position(),
		})
	}
}

// crowded reports whether there may be goroutines of the solution. In the machine and
// in a bubble their number tells. In real time others come and go beside the run: one
// that ends meanwhile would hide one that does not.
func (t *T) crowded() bool {
	if t.real {
		return len(t.goroutines(stacks())) > 0
	}
	return runtime.NumGoroutine() > t.idle+1
}

// goroutines returns those of the solution in the dump that began with the run:
// the Test function of its own folder is none.
func (t *T) goroutines(dump string) []Goroutine {
	var mine []Goroutine
	for _, g := range Goroutines(dump) {
		if _, ok := g.Of(t.suite.Package); ok && !t.before[g.ID] {
			mine = append(mine, g)
		}
	}
	return mine
}

// standing are the numbers of all goroutines that there are. In a bubble it waits first
// for those that are about to end, of a case before: one that is gone later would make
// room in crowded for one that stays.
func (t *T) standing() map[int]bool {
	if !t.real {
		settle()
	}
	all := Goroutines(stacks())
	for !t.real && slices.ContainsFunc(all[1:], Goroutine.runs) {
		runtime.Gosched()
		all = Goroutines(stacks())
	}
	numbers := map[int]bool{}
	for _, g := range all {
		numbers[g.ID] = true
	}
	return numbers
}

// settle waits until all other goroutines of the bubble wait for something, or are gone.
func settle() { time.Sleep(time.Nanosecond) }
