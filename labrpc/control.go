package labrpc

import (
	"cmp"
	"container/heap"
	"fmt"
	"reflect"
	"slices"
	"time"

	"faultline/labrpc/internal/codec"
	"faultline/labs/trace"
)

// A Message is a message as the network sees it.
type Message struct {
	From, To string
	N        int           // its number on the link from From to To, counted from 1
	At       time.Duration // when it was sent, since the run began
	Packet   []byte        // a copy

	// Of a call these say what it is about. Both are zero for a datagram.
	Method string // such as "KV.Get"
	Reply  bool   // it is an answer, not a request

	types *codec.Types // of the network
}

// Decode reads the arguments of a request, or what a reply carries, into the variable
// that v points to. It fails for a datagram, for an answer that is an error, and where
// the bytes are no encoding of the variable's type: that of another type may be one by
// chance. What it reads shares no memory with the message.
func (m Message) Decode(v any) error {
	if m.Method == "" || m.types == nil {
		return fmt.Errorf("%w: a datagram carries no values", ErrEncoding)
	}
	h, body := parse(m.Packet)
	if h.kind != kindRequest && h.kind != kindReply {
		return RemoteError(body)
	}
	into := reflect.ValueOf(v)
	if into.Kind() != reflect.Pointer || into.IsNil() {
		return fmt.Errorf("%w: %T has no place for a value: give a pointer to a variable", ErrEncoding, v)
	}
	plan, err := m.types.Plan(into.Type().Elem())
	if err != nil {
		return fmt.Errorf("%w: %w", ErrEncoding, err)
	}
	if err := plan.Decode(body, into.Elem()); err != nil {
		return fmt.Errorf("%w: %w", ErrEncoding, err)
	}
	return nil
}

// An Action is what a script does to a message. The zero value lets it pass to
// the fate that the plan or chance has for it.
type Action struct {
	Drop   bool            // the message is lost, whatever else stands here
	Delay  time.Duration   // how much later it arrives
	Copies []time.Duration // one more copy for each, that much after the first
}

// And is what becomes of a message to which both happen: it is lost if either loses it,
// and the delays add up.
func (a Action) And(b Action) Action {
	return Action{Drop: a.Drop || b.Drop, Delay: a.Delay + b.Delay, Copies: slices.Concat(a.Copies, b.Copies)}
}

// Intercept has f decide about each message when it is sent, before its fate;
// nil ends that. There is one such function at a time. It belongs to the script
// of a case: what it does is not in Happened, and Calm does not end it.
// It is called with no lock held and may call any method of the network; when
// several goroutines send, it runs in each of them.
func (n *Network) Intercept(f func(Message) Action) {
	n.mu.Lock()
	defer n.unlock()
	n.intercept = f
}

// Tap has f see every message that is handed to the network from now on, also
// those that are lost. Each tap has a copy of the bytes of its own. It is
// called like the function of Intercept, and before it.
func (n *Network) Tap(f func(Message)) {
	n.mu.Lock()
	defer n.unlock()
	n.taps = append(n.taps, f)
}

// A cut separates two sets of nodes.
type cut struct {
	left, right []string
	oneWay      bool
}

func (c *cut) stops(l *link) bool {
	return slices.Contains(c.left, l.from) && slices.Contains(c.right, l.to) ||
		!c.oneWay && slices.Contains(c.right, l.from) && slices.Contains(c.left, l.to)
}

// isCut reports whether nothing passes a link. A node always reaches itself.
func (n *Network) isCut(l *link) bool {
	return l.from != l.to && slices.ContainsFunc(n.cuts, func(c *cut) bool { return c.stops(l) })
}

// Cut separates every node of a from every node of b, in both directions,
// until Heal or Calm. Lost is what is sent during a cut, and what would arrive
// during it. Cuts add up.
func (n *Network) Cut(a, b []string) { n.scriptCut(Fault{Kind: Cut, Left: a, Right: b}) }

// CutOneWay stops messages from the nodes of from to the nodes of to, until
// Heal or Calm; those in the other direction pass.
func (n *Network) CutOneWay(from, to []string) {
	n.scriptCut(Fault{Kind: Cut, Left: from, Right: to, OneWay: true})
}

func (n *Network) scriptCut(f Fault) {
	for _, name := range slices.Concat(f.Left, f.Right) {
		mustName(name)
	}
	n.mu.Lock()
	defer n.unlock()
	n.cut(n.now(), f)
}

func (n *Network) cut(now time.Duration, f Fault) *cut {
	c := &cut{left: slices.Clone(f.Left), right: slices.Clone(f.Right), oneWay: f.OneWay}
	n.cuts = append(n.cuts, c)
	n.emit(now, trace.Event{Kind: trace.Cut, Text: f.sides()})
	return c
}

// Heal ends all cuts, planned ones too.
func (n *Network) Heal() {
	n.mu.Lock()
	defer n.unlock()
	n.cuts = nil
	n.emit(n.now(), trace.Event{Kind: trace.Heal, Text: "every cut"})
}

// Calm ends all cuts and pauses, and no random or planned fault happens any
// more. Messages in flight still arrive, late ones late. A node that crashed
// by plan still restarts when planned: a restart is no fault. What a script
// does later (Cut, Crash, Intercept) has its effect.
func (n *Network) Calm() {
	n.mu.Lock()
	defer n.unlock()
	paused := slices.ContainsFunc(n.order, func(d *Node) bool { return d.paused })
	if n.closed || n.calm && len(n.cuts) == 0 && !paused {
		return
	}
	n.calm = true
	now := n.now()
	n.cuts = nil
	n.agenda = slices.DeleteFunc(n.agenda, func(e *entry) bool {
		return e.timed != nil && !(e.ends && e.timed.crashed != nil)
	})
	heap.Init(&n.agenda)
	n.emit(now, trace.Event{Kind: trace.Heal, Text: "every fault"})
	for _, d := range n.order {
		d.resume(now)
	}
}

// A timed fault is a cut, a pause or a crash that begins and ends by itself.
type timed struct {
	fault   Fault
	cut     *cut  // what began, if it is a cut that has begun
	crashed *Node // who went down, if it is a crash that has begun
}

// schedule puts timed faults on the agenda. Sorting by begin first gives faults
// that meet at one instant the same order again when Happened is replayed.
func (n *Network) schedule(list []Fault) {
	slices.SortStableFunc(list, func(a, b Fault) int { return cmp.Compare(a.Begin, b.Begin) })
	now := n.now()
	for _, f := range list {
		t := &timed{fault: f}
		n.add(now, &entry{due: f.Begin, timed: t})
		if f.Kind != Crash || f.End != 0 {
			n.add(now, &entry{due: f.End, timed: t, ends: true})
		}
	}
}

func (n *Network) begin(now time.Duration, t *timed) {
	n.happen(now, t.fault)
	switch t.fault.Kind {
	case Cut:
		t.cut = n.cut(now, t.fault)
	case Pause:
		n.node(t.fault.From).pause(now, t)
	case Crash:
		if d := n.node(t.fault.From); d.crash(now) {
			t.crashed = d
		}
	}
}

func (n *Network) end(now time.Duration, t *timed) {
	switch t.fault.Kind {
	case Cut:
		if i := slices.Index(n.cuts, t.cut); i >= 0 {
			n.cuts = slices.Delete(n.cuts, i, i+1)
			n.emit(now, trace.Event{Kind: trace.Heal, Text: t.fault.sides()})
		}
	case Pause:
		if d := n.node(t.fault.From); d.pauser == t {
			d.resume(now)
		}
	case Crash:
		if d := t.crashed; d != nil && d.restart(now) && d.onRestart != nil {
			n.starts = append(n.starts, d.onRestart)
		}
	}
}
