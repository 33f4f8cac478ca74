package labtest

import (
	"fmt"
	"strings"
	"sync"
	"sync/atomic"

	"faultline/labs/disk"
	"faultline/labs/simsync"
	"faultline/labs/trace"
)

const (
	defaultDepth  = 2
	defaultStates = 2000
	samples       = 64      // random fates of a crash with more than can be tried
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
	sampled    int           // crashes with more fates than were tried
	strays     int           // crashes whose recovery did not read the same again

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
	if e.Node == "" {
		e.Node = "store"
	}
	e.Disk = diskName(e.Disk)
	if e.Depth == 0 {
		e.Depth = defaultDepth
	}
	if e.States == 0 {
		e.States = defaultStates
	}
	return &explorer[D]{Exploration: e, t: t, seen: map[seen]bool{}}
}

// work performs the workload and collects its crash points.
func (x *explorer[D]) work() {
	simsync.Configure(schedule(x.t))
	defer x.tellWork()
	var d D
	working := false
	d = x.New(disk.Config{Node: x.Node, Name: x.Disk, Trace: x.record, Point: point,
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
	simsync.Configure(simsync.Schedule{}) // a recovery is the same each time
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
	x.t.Step("%s", x.coverage(len(bad)))
	if len(bad) > 0 {
		x.fail(x.shrink(bad[0]), x.verdict(bad))
	}
	simsync.Configure(schedule(x.t))
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

// tryPoints tries all crash points, and returns one failure of each that fails.
func (x *explorer[D]) tryPoints() (bad []failure[D]) {
	failed := map[seen]failure[D]{}
	for _, p := range x.points {
		key := p.key()
		f, fails := failed[key]
		if !fails && !x.seen[key] {
			x.distinct++
			if f, fails = x.tryPoint(p); fails {
				failed[key] = f
			}
		}
		if fails {
			f.root = p
			bad = append(bad, f)
		}
	}
	return bad
}

func (p crashPoint[D]) key() seen {
	return seen{print: p.disk.Print(), acked: p.Acked, invoked: p.Invoked, depth: len(p.past)}
}

// A failure is a crash, or several in a row, that breaks something.
type failure[D Disk[D]] struct {
	Finding
	root crashPoint[D]
	hits []hit
}

// tryPoint tries every fate of a crash, then those of the crashes of its
// recoveries, and stops at the first that breaks something: broken code would
// explode, correct code does not.
func (x *explorer[D]) tryPoint(root crashPoint[D]) (f failure[D], failed bool) {
	for queue := []crashPoint[D]{root}; len(queue) > 0; queue = queue[1:] {
		p := queue[0]
		if len(p.past) > 0 && x.seen[p.key()] {
			continue
		}
		more, finding := x.tryFates(p)
		if finding != (Finding{}) {
			return failure[D]{finding, root, x.now.hits()}, true
		}
		x.seen[p.key()] = true
		queue = append(queue, more...)
	}
	return f, false
}

// tryFates tries the fates of one crash. It returns the crashes that may
// interrupt the recoveries.
func (x *explorer[D]) tryFates(p crashPoint[D]) (more []crashPoint[D], f Finding) {
	var each func(crashPoint[D])
	if len(p.past)+1 < x.Depth {
		each = func(q crashPoint[D]) {
			if !x.seen[q.key()] {
				more = append(more, q)
			}
		}
	}
	p.head = x.head(p)
	search := new(disk.Search)
	for n := 1; ; n++ {
		if f = x.recover(p, search.Fate(), each); f != (Finding{}) {
			return nil, f
		}
		if n == 1 && len(p.past) == 0 {
			if f = x.twice(p); f != (Finding{}) {
				return nil, f
			}
		}
		if !search.Next() {
			break
		}
		if n == x.States {
			x.sampled++
			return more, x.sample(p, each)
		}
	}
	if search.Strayed() {
		x.strays++
		return more, x.sample(p, each)
	}
	return more, Finding{}
}

// twice has the component recover from the latest crash once more.
func (x *explorer[D]) twice(p crashPoint[D]) Finding {
	after, f := x.call(p.disk.Fork(x.config(x.now.hit().losses().Fate(), nil)))
	if f == (Finding{}) && after != x.found {
		found, wanted, rest := differ(after, x.found)
		f = Finding{Property: sameDisk, Expected: fmt.Sprintf("%q each time%s", wanted[0], theRest(rest)),
			Actual: fmt.Sprintf("%q when it recovered from the same disk again", found)}
	}
	return f
}

// sample tries some of the fates of a crash that has too many.
func (x *explorer[D]) sample(p crashPoint[D], each func(crashPoint[D])) Finding {
	for _, fate := range disk.Sample(p.disk.OpenChoices(), samples) {
		if f := x.recover(p, fate, each); f != (Finding{}) {
			return f
		}
	}
	return Finding{}
}
