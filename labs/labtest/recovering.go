package labtest

import (
	"fmt"
	"slices"
	"sync"
	"sync/atomic"

	"faultline/labs"
	"faultline/labs/disk"
	"faultline/labs/simsync/points"
	"faultline/labs/trace"
)

// recover has the component recover from one fate of a crash, and checks it. It
// calls each, unless nil, with the crashes that may interrupt that.
func (x *explorer[D]) recover(p crashPoint[D], fate disk.Fate, each func(crashPoint[D])) Finding {
	x.states++
	if len(p.past) > 0 {
		x.nested++
	}
	if p.head == "" && x.caught {
		p.head = x.head(p)
	}
	way := &trail{at: p.Crash, past: p.past, head: p.head, last: hit{flush: p.disk.Flushes()}}
	x.now = way
	x.suppose(way)
	var d D
	cfg := x.config(fate, way)
	if each != nil {
		cfg.BeforeFlush = func(int) {
			q := crashPoint[D]{Crash: p.Crash, disk: d.Fork(disk.Config{}), past: way.hits()}
			x.mu.Lock()
			defer x.mu.Unlock()
			each(q)
		}
	}
	d = p.disk.Fork(cfg)
	x.happens(trace.Restart, "recovers")
	contents, f := x.call(d)
	x.found = contents
	x.recovered(contents, f)
	if f == (Finding{}) {
		f = x.Check(p.Crash, contents)
	}
	if f == (Finding{}) {
		f = x.again(d, contents)
	}
	return f
}

// happens takes what becomes of the component into the trace, where somebody reads
// it: not when thousands of crashes are tried.
func (x *explorer[D]) happens(kind trace.Kind, text string) {
	if !x.caught && !x.cut.Load() {
		x.t.record(trace.Event{Kind: kind, Node: x.Node, Text: text})
	}
}

// recovered takes what a recovery found into the trace.
func (x *explorer[D]) recovered(contents string, f Finding) {
	if f != (Finding{}) {
		x.happens(trace.Note, "the recovery: "+f.Actual)
		return
	}
	x.happens(trace.Note, "recovered: "+contents)
}

// A trail is what a recovery has behind it. Whoever reads the disk, in whatever
// goroutine, adds to it: what is found lost.
type trail struct {
	at   Crash // of the workload
	past []hit
	head string // see the function of that name

	mu   sync.Mutex
	last hit
}

func (w *trail) add(l lost) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.last.lost = append(w.last.lost, l)
}

// hit is the latest crash.
func (w *trail) hit() hit {
	w.mu.Lock()
	defer w.mu.Unlock()
	return hit{flush: w.last.flush, lost: slices.Clip(w.last.lost)}
}

// hits are all crashes.
func (w *trail) hits() []hit { return append(slices.Clip(w.past), w.hit()) }

// config is that of a disk after a crash. What is found lost goes into the trail,
// unless that is nil.
func (x *explorer[D]) config(fate disk.Fate, way *trail) disk.Config {
	cfg := disk.Config{Node: x.Node, Name: x.Disk, Fate: fate}
	if way != nil {
		cfg.Fate = func(c disk.Choice) int {
			k := fate(c)
			if k < c.Options-1 {
				way.add(lost{disk.Loss{Cell: c.Cell, Left: k}, c.Write, c.Words()})
				x.suppose(way)
			}
			return k
		}
	}
	calls := new(atomic.Int64)
	cfg.Point = func() {
		if calls.Add(1) == mostCalls {
			x.endless()
		}
	}
	if !x.caught {
		cfg.Trace = func(e trace.Event) {
			if !x.cut.Load() {
				x.t.record(e)
			}
		}
	}
	return cfg
}

// again has the component recover once more from what its recovery has left:
// after an orderly end, and after a crash that loses what was not flushed. If it
// wrote nothing, it would only do the same again.
func (x *explorer[D]) again(d D, contents string) Finding {
	if d.Writes() == 0 {
		return Finding{}
	}
	fates, dirty := []disk.Fate{disk.Keep}, d.Dirty() > 0
	if dirty {
		fates = append(fates, disk.Lose)
	}
	for i, fate := range fates {
		if i > 0 {
			x.happens(trace.Crash, "loses what the recovery had not flushed")
		}
		x.happens(trace.Restart, "recovers once more")
		after, f := x.call(d.Fork(x.config(fate, nil)))
		x.recovered(after, f)
		what := "when it recovered once more"
		if i > 0 {
			what = "after one more crash, which lost what the recovery had not flushed"
		}
		if f != (Finding{}) {
			f.Actual = what + ": " + f.Actual
			return f
		}
		if after != contents {
			found, wanted, rest := differ(after, contents)
			return Finding{
				Property: "what was read after a recovery stays, whatever happens next",
				Expected: fmt.Sprintf("%q, as the first recovery found%s", wanted[0], theRest(rest)),
				Actual:   fmt.Sprintf("%q %s", found, what),
			}
		}
	}
	return Finding{}
}

// endless is what a recovery that goes on for ever is ended with.
type endless struct{}

// Error is what the runtime prints where a goroutine of the solution's own dies of it.
func (endless) Error() string { return endlessFinding().Expected + ": " + endlessFinding().Actual }

// endless ends a recovery that has called the disk too often.
func (x *explorer[D]) endless() {
	if x.caught {
		panic(endless{})
	}
	x.t.Fail(x.explain(failure[D]{endlessFinding(), crashPoint[D]{Crash: x.now.at}, x.now.hits()}))
}

func endlessFinding() Finding {
	return Finding{Expected: "a recovery comes to its end", Actual: fmt.Sprintf("it called the disk %d times", mostCalls)}
}

// call has the component recover.
func (x *explorer[D]) call(d D) (contents string, f Finding) {
	x.recoveries++
	points.Configure(calmSchedule(x.t)) // it is the same each time, and has all its rounds
	if x.caught {
		defer func() {
			switch p := recover().(type) {
			case nil:
			case labs.Unwritten:
				panic(p)
			case endless:
				f = endlessFinding()
			default:
				f = Finding{Expected: "a recovery that does not panic", Actual: fmt.Sprintf("it panicked: %v", p)}
			}
		}()
	}
	contents, err := x.Recover(d)
	if err != nil {
		f = Finding{Expected: "a recovery that succeeds: a crash is no reason to refuse",
			Actual: fmt.Sprintf("it failed: %v", err)}
	}
	return contents, f
}
