package labrpc

import (
	"container/heap"
	"fmt"
	"net"
	"slices"
	"strconv"
	"sync"
	"time"

	"faultline/labrpc/internal/codec"
	"faultline/labs/trace"
)

// Config says how a network behaves. The zero value is calm and traces nothing.
type Config struct {
	Seed   uint64 // of every fate
	Faults Faults // how often each fault happens

	// Plan, unless nil, is all the faults that happen, whatever the rates and
	// the timed faults of Faults say. Latency, bandwidth, queue, FIFO and MTU
	// still hold. An empty plan is a run without faults.
	Plan *Plan

	// Trace gets every event in the order in which it took effect; nil for
	// none. It is called by one goroutine at a time, with no lock held, and may
	// call any method of the network but Close; events which that causes
	// follow. While another goroutine is in Trace, a method returns at once and
	// leaves its events to that goroutine.
	Trace func(trace.Event)

	// Point is called at the begin of each WriteTo, ReadFrom and Call, and before
	// each execution of a request. Nothing is done yet and no lock is held then: a
	// place for a scheduler to let another goroutine go first. Nil for none.
	Point func()

	// Describe says in a few words what a packet is, for the trace. It must
	// accept any bytes and must not keep them. Nil describes a packet of eight
	// bytes as "8 B". Messages of calls are described by their methods and values.
	Describe func(packet []byte) string

	// Start is when the run began: times of events and of plans count from
	// there. Zero stands for the time of New.
	Start time.Time
}

// A Network is a set of nodes and the links between them. Its methods may be
// called by any number of goroutines at once.
type Network struct {
	cfg     Config
	faults  Faults // with defaults
	planned map[linkKey]map[int][]Fault
	types   codec.Types // of arguments and replies

	mu        sync.Mutex // guards all below, and all nodes, links and conns
	nodes     map[string]*Node
	order     []*Node // in order of creation
	links     map[linkKey]*link
	linkOrder []*link // in order of creation
	cuts      []*cut
	calm      bool
	closed    bool
	happened  Plan
	intercept func(Message) Action
	taps      []func(Message)
	inFlight  int

	agenda agenda
	seq    uint64      // of the last entry of the agenda
	timer  *time.Timer // for the first entry of the agenda; nil before there was one

	events    []trace.Event // not reported yet
	spare     []trace.Event // room for the next events
	reporting bool          // a goroutine is in cfg.Trace
	reported  *sync.Cond    // reporting has become false
	starts    []func()      // restarted programs, not started yet
}

// New returns a network without nodes. Faults that are planned for a time that
// has come happen before New returns. It panics when a fault of the
// configuration could not stand in a plan.
func New(cfg Config) *Network {
	if cfg.Start.IsZero() {
		cfg.Start = time.Now()
	}
	n := &Network{
		cfg:    cfg,
		faults: cfg.Faults.withDefaults(),
		nodes:  make(map[string]*Node),
		links:  make(map[linkKey]*link),
	}
	n.reported = sync.NewCond(&n.mu)
	n.mu.Lock()
	n.plan()
	n.work()
	n.unlock()
	return n
}

// plan sorts out what is to come: by message, and by time.
func (n *Network) plan() {
	timed := slices.Clone(n.cfg.Faults.Timed)
	if n.cfg.Plan != nil {
		timed = nil
		n.planned = make(map[linkKey]map[int][]Fault)
		for _, f := range *n.cfg.Plan {
			mustParse(f)
			switch {
			case f.timed():
				timed = append(timed, f)
				continue
			case f.Kind == Lose, f.Kind == Fail:
				continue
			}
			key := linkKey{f.From, f.To}
			if n.planned[key] == nil {
				n.planned[key] = make(map[int][]Fault)
			}
			n.planned[key][f.N] = append(n.planned[key][f.N], f)
		}
	}
	for _, f := range timed {
		mustParse(f)
		if !f.timed() {
			panic("labrpc: Faults.Timed holds a " + string(f.Kind) +
				": faults of messages belong into a Plan")
		}
	}
	n.schedule(timed)
}

func mustParse(f Fault) {
	if _, err := ParseFault(f.String()); err != nil {
		panic(fmt.Sprintf("labrpc: the configuration plans an impossible fault: %v", err))
	}
}

func (f Fault) timed() bool { return f.Kind == Cut || f.Kind == Pause || f.Kind == Crash }

// Node returns the node with this name, and creates it the first time. It
// panics when the name has other characters than letters, digits, '-', '_' and
// '.', because plans and traces could not be read back.
func (n *Network) Node(name string) *Node {
	mustName(name)
	n.mu.Lock()
	defer n.unlock()
	return n.node(name)
}

func (n *Network) node(name string) *Node {
	d := n.nodes[name]
	if d == nil {
		d = &Node{net: n, name: name, incarnation: 1}
		n.nodes[name] = d
		n.order = append(n.order, d)
	}
	return d
}

func mustName(name string) {
	if !validName(name) {
		panic("labrpc: " + strconv.Quote(name) +
			" cannot name a node: use letters, digits, '-', '_' and '.', for example \"kv-1\"")
	}
}

func validName(name string) bool {
	for i := range len(name) {
		c := name[i]
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9':
		case c == '-', c == '_', c == '.':
		default:
			return false
		}
	}
	return name != ""
}

// Happened returns the faults that happened so far, in order of time: those
// that took effect on a message, and the timed ones that began. What a script
// did through methods of the network or of a node is not among them. A network
// with the same Seed and Faults, this list as its Plan and the same users
// behaves the same.
func (n *Network) Happened() Plan {
	n.mu.Lock()
	defer n.unlock()
	return slices.Clone(n.happened)
}

// InFlight returns how many messages, copies included, are neither delivered
// nor dropped yet. Those held for a paused node count.
func (n *Network) InFlight() int {
	n.mu.Lock()
	defer n.unlock()
	return n.inFlight
}

// Close closes every connection and ends every process. Nothing is delivered, nothing else happens any
// more, and Listen and Start fail. It returns when every event has been reported: Trace
// is not called after that. So Close waits for a Trace that another goroutine
// is in, and must not be called by Trace itself.
func (n *Network) Close() {
	n.mu.Lock()
	n.shut()
	n.unlock()

	n.mu.Lock()
	defer n.mu.Unlock()
	for n.reporting {
		n.reported.Wait()
	}
}

func (n *Network) shut() {
	now := n.now()
	for _, d := range n.order {
		if d.conn != nil || d.process != nil {
			d.shut()
			n.emit(now, trace.Event{Kind: trace.Close, Node: d.name})
		}
		d.inbox, d.outbox = nil, nil
	}
	n.agenda, n.inFlight = nil, 0
	if n.timer != nil {
		n.timer.Stop()
	}
	n.closed = true
}

// now is the time since the run began.
func (n *Network) now() time.Duration { return time.Since(n.cfg.Start) }

// Happen notes a fault that somebody beside the network has brought about, such
// as a disk that lost something: Happened and the trace have it from now on. It
// panics when the fault could not stand in a plan.
func (n *Network) Happen(f Fault) {
	mustParse(f)
	n.mu.Lock()
	defer n.unlock()
	if !n.closed {
		n.happen(n.now(), f)
	}
}

// emit records an event for the trace; unlock reports it.
func (n *Network) emit(now time.Duration, e trace.Event) {
	if n.cfg.Trace != nil && !n.closed {
		e.At = now.Truncate(time.Microsecond)
		n.events = append(n.events, e)
	}
}

// happen notes a fault of the plan. The trace has it as well: a run that ends in
// a panic can still be replayed.
func (n *Network) happen(now time.Duration, f Fault) {
	n.happened = append(n.happened, f)
	n.emit(now, trace.Event{Kind: trace.Fault, Text: f.String()})
}

// unlock reports the events in order and releases the lock. Only one goroutine
// reports at a time. If each reported its own after releasing the lock, a later
// event could overtake an earlier one on the way to the trace.
func (n *Network) unlock() {
	starts := n.starts
	n.starts = nil
	for !n.reporting && len(n.events) > 0 {
		n.reporting = true
		batch := n.events
		n.events = n.spare[:0]
		n.mu.Unlock()
		for _, e := range batch {
			n.cfg.Trace(e)
		}
		n.mu.Lock()
		n.spare = batch[:0]
		n.reporting = false
		n.reported.Broadcast()
	}
	n.mu.Unlock()
	for _, start := range starts {
		go start()
	}
}

// An entry of the agenda is either a message that arrives or a timed fault that
// begins or ends.
type entry struct {
	due    time.Duration
	seq    uint64 // entries of the same instant keep the order in which they were made
	flight *flight
	timed  *timed
	ends   bool
}

// agenda is a heap, the next entry first.
type agenda []*entry

func (a agenda) Len() int      { return len(a) }
func (a agenda) Swap(i, j int) { a[i], a[j] = a[j], a[i] }
func (a agenda) Less(i, j int) bool {
	return a[i].due < a[j].due || a[i].due == a[j].due && a[i].seq < a[j].seq
}
func (a *agenda) Push(x any) { *a = append(*a, x.(*entry)) }
func (a *agenda) Pop() any {
	old := *a
	last := len(old) - 1
	e := old[last]
	old[last] = nil
	*a = old[:last]
	return e
}

// add puts an entry on the agenda and sees to it that somebody wakes for it.
func (n *Network) add(now time.Duration, e *entry) {
	n.seq++
	e.seq = n.seq
	heap.Push(&n.agenda, e)
	if n.agenda[0] == e {
		n.wake(e.due - now)
	}
}

// wake has the agenda worked on after d. There is one timer for all, since
// timers of their own would fire in any order when they are due together.
func (n *Network) wake(d time.Duration) {
	if n.timer != nil {
		n.timer.Reset(d)
		return
	}
	n.timer = time.AfterFunc(d, func() {
		n.mu.Lock()
		n.work()
		n.unlock()
	})
}

// work does all that is due.
func (n *Network) work() {
	if n.closed {
		return
	}
	now := n.now()
	for len(n.agenda) > 0 && n.agenda[0].due <= now {
		e := heap.Pop(&n.agenda).(*entry)
		switch {
		case e.flight != nil:
			n.arrive(now, e.flight)
		case e.ends:
			n.end(now, e.timed)
		default:
			n.begin(now, e.timed)
		}
	}
	if len(n.agenda) > 0 {
		n.wake(n.agenda[0].due - now)
	}
}

// Addr is the address of a node: its name.
type Addr string

var _ net.Addr = Addr("")

// Network returns "faultline".
func (a Addr) Network() string { return "faultline" }

// String returns the node's name.
func (a Addr) String() string { return string(a) }
