package labtest

import (
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"faultline/labrpc"
	"faultline/labs"
	"faultline/labs/simsync/points"
	"faultline/labs/trace"
)

// A T is one run of a case. Its verbs may be used by any of the run's
// goroutines. A verb that finds the property broken ends its goroutine, and the
// run.
type T struct {
	suite        Suite
	c            Case
	req          Request
	emit         func(trace.Event)
	suppose      func(faults string) // see options
	start        time.Time
	idle         int          // how many goroutines were there before the run
	before       map[int]bool // their numbers, natively
	native, real bool
	quiet        bool // nothing that it says is heard: see Try

	clients group
	failed  chan struct{} // closed with the first outcome that is not a pass
	over    atomic.Bool   // the run has failed, and abandon ends what it began

	mu       sync.Mutex
	outcome  Outcome
	steps    int
	ops      int
	cleanups []func()
	net      *labrpc.Network
	disks    map[string]any // a *lives for each disk, by the names of node and disk
}

// Step writes a line of the story: what the scenario does, in a student's words.
func (t *T) Step(format string, args ...any) {
	t.mu.Lock()
	t.steps++
	n := t.steps
	t.mu.Unlock()
	t.record(trace.Event{Kind: trace.Step, N: n, Text: fmt.Sprintf(format, args...)})
}

// Note explains something in the trace that is not a step of the story.
func (t *T) Note(format string, args ...any) {
	t.record(trace.Event{Kind: trace.Note, Text: fmt.Sprintf(format, args...)})
}

// Reach says that the run got into a situation which its case declares. A case
// none of whose runs reach it has proved nothing.
func (t *T) Reach(situation string) {
	t.record(trace.Event{Kind: trace.Reach, Text: situation})
}

func (t *T) record(e trace.Event) {
	e.At = time.Since(t.start)
	t.emit(e)
}

// Since is the virtual time since the run began.
func (t *T) Since() time.Duration { return time.Since(t.start) }

// Sleep lets virtual time pass.
func (t *T) Sleep(d time.Duration) { time.Sleep(d) }

// Real reports whether time is real: under go test a scenario is made shorter.
func (t *T) Real() bool { return t.real }

// Seed is the seed of the run.
func (t *T) Seed() uint64 { return t.req.Seed }

// Rand returns a source of random choices that depends on the run's seed and on
// the given purpose only: drawing more for one purpose changes no other.
func (t *T) Rand(purpose string) *rand.Rand {
	return Rand(t.req.Seed, purpose)
}

// Rand is T.Rand for what is drawn outside a run, as a driver is.
func Rand(seed uint64, purpose string) *rand.Rand {
	h := fnv.New64a()
	h.Write([]byte(purpose))
	return rand.New(rand.NewPCG(seed, h.Sum64()))
}

// Size returns how many of something the scenario is to have: n, or fewer if the
// request says so. The name is one word. The grader uses this to look for the
// smallest scenario that still shows a bug, so a case must be fair with any number
// from 1 to n. What is left should be the beginning of the whole: draw for each
// operation from a Rand of its own, not from one stream for all.
func (t *T) Size(name string, n int) int {
	for _, s := range t.req.Sizes {
		if s.Name == name {
			n = min(n, s.N)
		}
	}
	t.record(trace.Event{Kind: SizeEvent, N: n, Text: name})
	return n
}

// Network makes the network of the run. The run's seed and plan decide its
// faults: faults bounds them, and is calm when zero.
func (t *T) Network(cfg labrpc.Config) *labrpc.Network {
	cfg.Seed = t.req.Seed
	cfg.Plan = t.req.Plan
	if slices.Contains(t.req.Calm, CalmLatency) {
		cfg.Faults.Latency, cfg.Faults.Bandwidth = labrpc.Range{}, 0
	}
	if !t.quiet {
		cfg.Trace = t.emit
	}
	cfg.Start = t.start
	cfg.Point = points.Point // its calls are scheduling points, too
	net := labrpc.New(cfg)
	t.mu.Lock()
	t.net = net
	t.mu.Unlock()
	t.Cleanup(net.Close)
	return net
}

// Cleanup calls f when the case is over, the latest first. After a failure it is
// called under go test only, and of a scenario of Try: else nothing of a failed run is
// left in the machine.
func (t *T) Cleanup(f func()) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.cleanups = append(t.cleanups, f)
}

// Fail ends the run: the property is broken.
func (t *T) Fail(f Finding) {
	t.Report(f)
	runtime.Goexit()
}

// Report is Fail for callbacks, whose goroutine is not theirs to end.
func (t *T) Report(f Finding) { t.end(Outcome{Verdict: labs.Fail, Finding: f}) }

// Check is Fail unless ok.
func (t *T) Check(ok bool, f Finding) {
	if !ok {
		t.Fail(f)
	}
}

// end sets the outcome of the run; the first one stays.
func (t *T) end(o Outcome) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.outcome.Verdict != "" {
		return
	}
	t.outcome = o
	close(t.failed)
}
