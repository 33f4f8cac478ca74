package labtest

import (
	"cmp"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"

	"faultline/labs/disk"
	"faultline/labs/simsync/points"
	"faultline/labs/trace"
)

const (
	defaultDepth  = 2
	defaultStates = 3000
	leastShare    = 16      // states for each crash, however many there are
	firstLook     = 32      // fates of a crash that are tried before it is said to have many
	mostCalls     = 100_000 // of the disk by one recovery
	mostShrinks   = 200     // recoveries to find a smaller loss

	client = "workload" // who calls its operations, for the trace
)

// An explorer is one exploration under way.
type explorer[D Disk[D]] struct {
	Exploration[D]
	t *T

	mu     sync.Mutex // guards the record of the workload
	ops    []operation
	acked  int
	points []crashPoint[D]

	seen       map[seen]bool // crashes that were tried already, at another moment
	distinct   int           // crash points that are not equal to an earlier one
	states     int           // that were recovered and checked
	nested     int           // of these, those that a crash of recovery left
	recoveries int           // calls of Recover
	strays     int           // crashes whose recovery did not read the same again

	sampled int // crashes with more fates than could be tried
	drawn   int // fates of those that were
	most    int // how many choices there were at one of them, at most
	skipped int // crashes of recoveries from those, that were left out

	stop int  // the flush before which the workload's record ends; 0 for none
	over bool // it has come

	cut    atomic.Bool // the recovery under way is to be interrupted, and has got there: what it does now never was
	caught bool        // panics of a recovery are; else they end the program, with their place
	said   string      // what the exploration found
	now    *trail      // of the recovery under way
	found  string      // the contents that it found
}

// An operation is one that the workload called.
type operation struct {
	what  string
	write int // how many writes the disk had seen
	done  bool
	end   func(result string) // in the trace; nil if it was called after the crash that is shown
}

// A crashPoint is a crash that may happen: the disk before any choice is made.
type crashPoint[D Disk[D]] struct {
	Crash
	disk D
	past []hit  // the crashes before this one
	head string // see the function of that name; "" where nobody asks
}

// A hit is a crash that happened, and what it took.
type hit struct {
	flush int
	lost  []lost
	lines []string // of the plan that it comes from
}

type lost struct {
	disk.Loss
	write uint64 // the number of the latest write of what was lost
	name  string // what was lost, in words
}

// seen says what two crashes must have in common to be the same.
type seen struct {
	print          uint64
	acked, invoked int
	depth          int
}

func newExplorer[D Disk[D]](t *T, e Exploration[D]) *explorer[D] {
	e.Node, e.Disk = cmp.Or(e.Node, "store"), cmp.Or(e.Disk, defaultDisk)
	e.Depth, e.States = cmp.Or(e.Depth, defaultDepth), cmp.Or(e.States, defaultStates)
	return &explorer[D]{Exploration: e, t: t, seen: map[seen]bool{}}
}

// work performs the workload and collects its crash points.
func (x *explorer[D]) work() {
	points.Configure(schedule(x.t))
	defer x.tellWork()
	var d D
	working := false
	d = x.New(disk.Config{Node: x.Node, Name: x.Disk, Trace: x.record, Point: points.Point,
		BeforeFlush: func(int) {
			if working {
				x.addPoint(d)
			}
		}})
	if x.Prepare != nil {
		x.Prepare(d)
	}
	working = true
	x.Workload(d, &Work{
		begin: func(what string) int { return x.begin(what, d.Writes()) },
		end:   x.end,
	})
	working = false
	x.addPoint(d)
}

// record takes what the disk of the workload does into the trace.
func (x *explorer[D]) record(e trace.Event) {
	if !x.stopped() {
		x.t.record(e)
	}
}

func (x *explorer[D]) stopped() bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.over
}

func (x *explorer[D]) begin(what string, writes int) int {
	op := operation{what: what, write: writes}
	if !x.stopped() {
		op.end = x.t.begin(client, what)
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	x.ops = append(x.ops, op)
	return len(x.ops) - 1
}

func (x *explorer[D]) end(n int) {
	x.mu.Lock()
	x.ops[n].done = true
	op, over := x.ops[n], x.over
	x.acked++
	x.mu.Unlock()
	if op.end != nil && !over {
		op.end("acknowledged")
	}
}

// tellWork writes the workload into the story, up to the crash: in one line, for the
// trace has its operations where they happened.
func (x *explorer[D]) tellWork() {
	x.mu.Lock()
	var told []string
	for _, op := range x.ops {
		if op.end != nil {
			told = append(told, op.what)
		}
	}
	x.mu.Unlock()
	if len(told) > 0 {
		x.t.Step("%s", strings.Join(told, "; "))
	}
}

// addPoint takes down the disk as a crash would now leave it.
func (x *explorer[D]) addPoint(d D) {
	left := d.Fork(disk.Config{})
	x.mu.Lock()
	defer x.mu.Unlock()
	at := Crash{Flush: left.Flushes(), Invoked: len(x.ops), Acked: x.acked}
	for _, op := range x.ops {
		at.Done = append(at.Done, op.done)
	}
	x.points = append(x.points, crashPoint[D]{Crash: at, disk: left})
	x.over = x.over || at.Flush == x.stop
}

// explore tries all crashes and fails the run if one of them breaks something.
func (x *explorer[D]) explore() {
	x.work()
	defer func() {
		select {
		case <-x.t.failed: // by Recover, perhaps: then the crash belongs into the trace
		default:
			x.suppose(nil)
		}
	}()
	end := x.points[len(x.points)-1]
	if f := x.recover(end, disk.Keep, nil); f != (Finding{}) { // uncaught: what is not written yet says so
		x.fail(failure[D]{f, end, []hit{{flush: end.Flush}}}, "this is a plain restart")
	}
	x.caught = true
	bad := x.tryPoints()
	x.t.record(trace.Event{Kind: StatesEvent, N: x.states})
	x.t.record(trace.Event{Kind: RecoveriesEvent, N: x.recoveries})
	x.t.Step("%s", x.coverage(len(bad)))
	if len(bad) > 0 {
		x.fail(x.shrink(bad[0]), x.verdict(bad))
	}
	points.Configure(schedule(x.t))
}

// fail has the crashes of a failure happen again, for the trace, and ends the run.
func (x *explorer[D]) fail(f failure[D], said string) {
	x.suppose(nil)
	x.caught, x.said = false, said
	finding := x.explain(f)
	if again, _ := x.perform(f.root, f.hits); again != (Finding{}) {
		x.t.Fail(finding)
	}
	x.t.Fail(Finding{
		Property: sameDisk,
		Expected: "the same from the same disk each time",
		Actual:   "this happened once, and not when it was tried again: " + finding.Actual,
	})
}

const sameDisk = "what a recovery finds depends on the disk and nothing else"

// tryPoints tries all crash points, and returns one failure of each that fails. First
// come those of which few states can come. The others share what is left to be tried.
func (x *explorer[D]) tryPoints() (bad []failure[D]) {
	attempts := map[seen]*attempt[D]{}
	var all, large []*attempt[D]
	for _, p := range x.points {
		if attempts[p.key()] == nil {
			a := &attempt[D]{of: p}
			attempts[p.key()] = a
			all = append(all, a)
		}
	}
	x.distinct = len(all)
	for i, a := range all {
		if !x.tryAll(a, x.share(len(all)-i)) {
			large = append(large, a)
		}
	}
	for i, a := range large {
		x.trySome(a, x.share(len(large)-i))
	}
	for _, p := range x.points {
		if f := attempts[p.key()].failure; f != nil {
			bad = append(bad, failure[D]{f.Finding, p, f.hits})
		}
	}
	return bad
}

// share is how many states each of some crashes gets.
func (x *explorer[D]) share(crashes int) int { return max((x.States-x.states)/crashes, leastShare) }

func (p crashPoint[D]) key() seen {
	return seen{print: p.disk.Print(), acked: p.Acked, invoked: p.Invoked, depth: len(p.past)}
}

// A failure is a crash, or several in a row, that breaks something.
type failure[D Disk[D]] struct {
	Finding
	root crashPoint[D]
	hits []hit
}

// tryAll tries every fate of a crash, then those of the crashes of its recoveries,
// and stops at the first that breaks something: broken code would explode, correct
// code does not. It reports whether it came to an end: not if there are more fates
// than it can try.
func (x *explorer[D]) tryAll(a *attempt[D], share int) bool {
	end := x.states + share
	if x.tryFates(a, firstLook) {
		x.tryInterrupted(a, end)
		return true
	}
	return false
}

// trySome goes on with a crash that tryAll did not come to an end with. A third of its
// share is for the crashes of recoveries.
func (x *explorer[D]) trySome(a *attempt[D], share int) {
	end := x.states + share
	most := share - share/3
	if a.search.Known().Most()-a.tried > most || !x.tryFates(a, most) {
		x.sample(a, a.search.Known(), most)
	}
	x.tryInterrupted(a, end)
}

// tryInterrupted tries the crashes of recoveries from a crash, until so many states
// were tried, or all if all fates of the crash were.
func (x *explorer[D]) tryInterrupted(root *attempt[D], end int) {
	for queue := root.next(); len(queue) > 0 && root.failure == nil; queue = queue[1:] {
		if x.seen[queue[0].key()] {
			continue
		}
		limit := max((end-x.states)/len(queue), leastShare)
		if root.sampled {
			limit = max((end-x.states)/len(queue), 2)
			if end <= x.states {
				x.skipped += len(queue)
				return
			}
		}
		a := &attempt[D]{of: queue[0]}
		if !x.tryFates(a, limit/2) {
			x.sample(a, a.search.Known(), limit-limit/2)
		}
		x.seen[a.of.key()] = true
		root.failure = a.failure
		queue = append(queue, a.next()...)
	}
}

// tryFates goes on to try the fates of a crash, no more than that. It reports whether
// nothing is left to try.
func (x *explorer[D]) tryFates(a *attempt[D], limit int) bool {
	a.of.head = x.head(a.of)
	for ; limit > 0; limit-- {
		x.try(a, a.search.Fate())
		if a.tried == 1 && len(a.of.past) == 0 && a.failure == nil {
			x.twice(a)
		}
		if a.failure != nil {
			return true
		}
		if !a.search.Next() {
			if a.search.Strayed() {
				x.strays++
				x.sample(a, a.of.disk.OpenChoices(), max(limit, leastShare))
			}
			return true
		}
	}
	return false
}

// try tries one fate of a crash, and takes down the crashes that may interrupt the
// recovery.
func (x *explorer[D]) try(a *attempt[D], fate disk.Fate) {
	var each func(crashPoint[D])
	var flushes []crashPoint[D]
	if len(a.of.past)+1 < x.Depth {
		each = func(q crashPoint[D]) { flushes = append(flushes, q) }
	}
	a.tried++
	if f := x.recover(a.of, fate, each); f != (Finding{}) {
		a.failure = &failure[D]{Finding: f, hits: x.now.hits()}
	}
	for i, q := range flushes {
		if !x.seen[q.key()] {
			a.add(turn{i, x.found}, q)
		}
	}
}

// sample tries some of the fates of a crash that has too many.
func (x *explorer[D]) sample(a *attempt[D], open disk.Choices, n int) {
	a.sampled = true
	for _, fate := range disk.Sample(open, n) {
		if a.failure != nil {
			break
		}
		x.try(a, fate)
	}
	x.sampled++
	x.drawn += a.tried
	x.most = max(x.most, len(open))
}

// twice has the component recover from the latest crash once more.
func (x *explorer[D]) twice(a *attempt[D]) {
	after, f := x.call(a.of.disk.Fork(x.config(x.now.hit().losses().Fate(), nil)))
	if f == (Finding{}) && after != x.found {
		found, wanted, rest := differ(after, x.found)
		f = Finding{Property: sameDisk, Expected: fmt.Sprintf("%q each time%s", wanted[0], theRest(rest)),
			Actual: fmt.Sprintf("%q when it recovered from the same disk again", found)}
	}
	if f != (Finding{}) {
		a.failure = &failure[D]{Finding: f, hits: x.now.hits()}
	}
}
