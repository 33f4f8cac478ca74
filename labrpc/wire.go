package labrpc

import (
	"bytes"
	"slices"
	"strconv"
	"time"

	"faultline/labs/trace"
)

type linkKey struct{ from, to string }

// A link carries the messages of one node to one other.
type link struct {
	from, to string
	seed     uint64
	count    Counters
	methods  map[string]*Counters // of calls
	free     time.Duration        // when the bandwidth is free again
	last     time.Duration        // when the last message arrives, if the link is FIFO
}

func (n *Network) link(from, to string) *link {
	key := linkKey{from, to}
	l := n.links[key]
	if l == nil {
		l = &link{from: from, to: to, seed: linkSeed(n.cfg.Seed, from, to)}
		n.links[key] = l
		n.linkOrder = append(n.linkOrder, l)
	}
	return l
}

// A flight is one copy of a message on its way.
type flight struct {
	link   *link
	n      int
	packet []byte // shared by the copies, so never written to
	text   string // what it is, for the trace
	action Action // of the script

	kind    messageKind
	method  string // of a call, "" of a packet
	damaged bool   // it is of a call, and this copy's checksum is wrong
}

// event is an event of the message.
func (m *flight) event(kind trace.Kind, text string) trace.Event {
	return trace.Event{Kind: kind, Node: m.link.from, Peer: m.link.to, N: m.n, Text: text}
}

// send takes a message from a node, asks the script about it, and sends it off.
// The lock is held, except while callbacks run.
func (n *Network) send(d *Node, to string, m *flight) {
	l := n.link(d.name, to)
	m.link, m.n = l, l.count.Sent+1
	m.count(m.sent)
	n.inFlight++
	now := n.now()
	n.emit(now, m.event(trace.Send, m.text))
	if len(n.taps) > 0 || n.intercept != nil {
		n.consult(now, m)
		now = n.now()
	}
	if n.closed {
		return
	}
	if d.paused {
		d.outbox = append(d.outbox, m)
		return
	}
	n.launch(now, m)
}

// consult shows the message to the taps and the script.
func (n *Network) consult(now time.Duration, m *flight) {
	taps, intercept := n.taps, n.intercept
	n.unlock()
	show := func() Message {
		return Message{From: m.link.from, To: m.link.to, N: m.n, At: now, Packet: bytes.Clone(m.packet),
			Method: m.method, Reply: m.kind > kindRequest, types: &n.types}
	}
	for _, tap := range taps {
		tap(show())
	}
	if intercept != nil {
		m.action = intercept(show())
	}
	n.mu.Lock()
}

// launch decides the fate of a message and puts its copies on the agenda. A
// lost message has taken its share of the bandwidth: else a plan with one drop
// less would shift all messages behind it.
func (n *Network) launch(now time.Duration, m *flight) {
	departs, lost := n.depart(now, m)
	if lost != "" {
		n.drop(now, m, lost)
		return
	}
	arrives := departs + n.faults.Latency.pick(roll(m.link.seed, m.n, aspectLatency))
	list := n.faultsOf(m)
	if len(list) == 0 && m.action.Delay == 0 && len(m.action.Copies) == 0 {
		n.fly(now, arrives, m) // as most do
		return
	}
	n.dispatch(now, arrives, m, list)
}

// depart returns when a message has left its node, or why it never does.
func (n *Network) depart(now time.Duration, m *flight) (departs time.Duration, lost string) {
	if m.action.Drop {
		return 0, "script"
	}
	departs, ok := n.transmit(now, m)
	switch {
	case !ok:
		return 0, "queue full"
	case n.isCut(m.link):
		return 0, "cut"
	}
	return departs, ""
}

// dispatch applies the faults of a message, then the script.
func (n *Network) dispatch(now, arrives time.Duration, m *flight, list []Fault) {
	if i := slices.IndexFunc(list, func(f Fault) bool { return f.Kind == Drop }); i >= 0 {
		n.happen(now, list[i])
		n.drop(now, m, "lost")
		return
	}
	clean := *m
	var copies []time.Duration
	for _, f := range list {
		switch f.Kind {
		case Delay:
			arrives += f.By
			n.emit(now, m.event(trace.Delay, "by "+f.By.String()))
		case Corrupt:
			if len(m.packet) == 0 {
				continue
			}
			bit := m.flip(f.Bit)
			n.emit(now, m.event(trace.Corrupt, "bit "+strconv.Itoa(bit)))
		case Duplicate:
			copies = append(copies, f.By)
			n.emit(now, m.event(trace.Duplicate, "after "+f.By.String()))
		}
		n.happen(now, f)
	}
	if by := m.action.Delay; by > 0 {
		arrives += by
		n.emit(now, m.event(trace.Delay, "by "+by.String()+", script"))
	}
	for _, by := range m.action.Copies {
		copies = append(copies, max(by, 0))
		n.emit(now, m.event(trace.Duplicate, "after "+max(by, 0).String()+", script"))
	}
	arrives = n.fly(now, arrives, m)
	for _, by := range copies {
		second := clean
		n.inFlight++
		n.fly(now, arrives+by, &second)
	}
}

// flip damages one bit of this copy of the message and says which. Messages of
// calls have a checksum, which finds it where the copy arrives.
func (m *flight) flip(bit int) int {
	bit %= len(m.packet) * 8
	if m.kind != kindPacket {
		m.damaged = true
		return bit
	}
	m.packet = bytes.Clone(m.packet)
	m.packet[bit/8] ^= 1 << (bit % 8)
	m.text += ", damaged"
	return bit
}

// fly puts a copy on the agenda and returns when it arrives.
func (n *Network) fly(now, arrives time.Duration, m *flight) time.Duration {
	if n.faults.FIFO {
		arrives = max(arrives, m.link.last)
		m.link.last = arrives
	}
	n.add(now, &entry{due: arrives, flight: m})
	return arrives
}

// transmit queues a message for the bandwidth of its link and returns when its
// last byte has left. There may be no room in the queue.
func (n *Network) transmit(now time.Duration, m *flight) (departs time.Duration, ok bool) {
	rate := n.faults.Bandwidth
	if rate <= 0 {
		return now, true
	}
	l := m.link
	starts := max(now, l.free)
	waiting := int((starts - now).Seconds() * float64(rate))
	if starts > now && waiting+len(m.packet) > n.faults.Queue {
		return 0, false
	}
	l.free = starts + time.Duration(int64(len(m.packet))*int64(time.Second)/int64(rate))
	return l.free, true
}

// faultsOf returns what the plan, or chance, does to a message.
func (n *Network) faultsOf(m *flight) []Fault {
	switch {
	case n.calm:
		return nil
	case n.cfg.Plan != nil:
		return n.planned[linkKey{m.link.from, m.link.to}][m.n]
	default:
		return n.faults.drawFaults(m.link, m.n, len(m.packet))
	}
}

// arrive ends the way of a copy.
func (n *Network) arrive(now time.Duration, m *flight) {
	if n.isCut(m.link) {
		n.drop(now, m, "cut")
		return
	}
	n.receive(now, m)
}

// receive gives a copy that has arrived to its node, if it can take it.
func (n *Network) receive(now time.Duration, m *flight) {
	d := n.nodes[m.link.to]
	if d != nil && d.paused {
		d.inbox = append(d.inbox, m)
		return
	}
	if lost := d.refuses(m); lost != "" {
		n.drop(now, m, lost)
		return
	}
	n.inFlight--
	m.count(func(c *Counters) { c.Delivered++ })
	n.emit(now, m.event(trace.Deliver, m.text))
	d.take(m)
}

// refuses returns why a node does not take a message, "" if it does. Nobody made
// the node nil.
func (d *Node) refuses(m *flight) string {
	switch {
	case d != nil && d.crashed:
		return "crashed"
	case d == nil, m.kind == kindPacket && d.conn == nil, m.kind != kindPacket && d.process == nil:
		return "nobody listens"
	case m.damaged:
		return "damaged: wrong checksum"
	case m.kind == kindPacket && len(d.conn.queue) == bufferPackets:
		return "buffer full"
	}
	return ""
}

// take hands a message to whom it is for.
func (d *Node) take(m *flight) {
	switch m.kind {
	case kindPacket:
		d.conn.put(m)
	case kindRequest:
		d.process.accept(m)
	default:
		d.process.settle(m)
	}
}

func (n *Network) drop(now time.Duration, m *flight, reason string) {
	n.inFlight--
	m.count(func(c *Counters) { c.Dropped++ })
	n.emit(now, m.event(trace.Drop, reason))
}
