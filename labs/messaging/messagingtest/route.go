package messagingtest

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"math/rand/v2"
	"net"
	"slices"
	"strconv"
	"sync"
	"time"

	"faultline/labrpc"
	"faultline/labs/labtest"
	"faultline/labs/messaging/messagingapi"
)

// The nodes of a route, in their order.
const (
	sourceNode = "source"
	relay1     = "relay-1"
	relay2     = "relay-2"
	sinkNode   = "sink"
)

// hopTime is how long a hop is busy with a message. It keeps a relay from getting
// more than it can hold.
const hopTime = 200 * time.Microsecond

// backlog is how many messages an end holds that nobody has taken.
const backlog = 256

// A passage is a message in a relay's memory.
type passage struct {
	relay  string
	toSink bool
	n      int // its number among those that passed this relay in this direction, from 1
	msg    []byte
}

// A memory is a rule for what a relay's memory does to a message: it may change
// p.msg, and says what it did, or nothing if it did nothing.
type memory func(p passage) (what string)

// A route is the suite's way through two relays, as a network of four nodes. All
// that a solution can see of it is its two ends.
type route struct {
	t            *labtest.T
	net          *labrpc.Network
	source, sink *end

	mu     sync.Mutex
	memory memory
	passed map[string]int // by relay and direction
	flips  [2]int         // messages that a memory has damaged, on the way to the source and to the sink
	checks int            // checksums of hops that were right

	damage map[uint32]string // by the CRC of a damaged message: who did what, for the trace
}

// An end is what a solution gets as its Path.
type end struct {
	route *route
	next  string
	conn  net.PacketConn
	turn  chan struct{} // holds a token while the first hop is busy
	inbox chan []byte

	cost cost          // of what was sent here; the lock of the route guards it
	last time.Duration // when something was sent here last; so is this
}

// A cost is what was sent.
type cost struct{ messages, bytes int }

var _ messagingapi.Path = (*end)(nil)

// newRoute builds the four nodes and starts the programs of the relays.
func newRoute(t *labtest.T, faults labrpc.Faults) *route {
	r := &route{t: t, passed: map[string]int{}, damage: map[uint32]string{}}
	faults.FIFO = true
	r.net = t.Network(labrpc.Config{Faults: faults, Describe: r.describe})
	r.source = r.openEnd(sourceNode, relay1)
	r.sink = r.openEnd(sinkNode, relay2)
	for _, name := range []string{relay1, relay2} {
		r.net.Node(name).OnRestart(func() { r.relay(name) })
		r.relay(name)
	}
	return r
}

// openEnd starts a node at one end, next to the relay that is named next.
func (r *route) openEnd(name, next string) *end {
	conn := labtest.Must(r.net.Node(name).Listen())
	e := &end{route: r, next: next, conn: conn,
		turn: make(chan struct{}, 1), inbox: make(chan []byte, backlog)}
	go r.hops(conn, func(_ string, msg []byte) {
		select {
		case e.inbox <- msg:
		default: // no room
		}
	})
	return e
}

// hops takes what arrives at a node, until the node crashes. Each message is one
// whose checksum was right.
func (r *route) hops(conn net.PacketConn, take func(from string, msg []byte)) {
	buf := make([]byte, messagingapi.MaxMessage+4)
	for {
		n, from, err := conn.ReadFrom(buf)
		if err != nil {
			return
		}
		if wholeHop(buf[:n]) { // else somebody's plan has damaged it, which a hop notices
			r.mu.Lock()
			r.checks++
			r.mu.Unlock()
			take(from.String(), bytes.Clone(buf[4:n]))
		}
	}
}

// relay runs the program of a relay until it crashes.
func (r *route) relay(name string) {
	conn, err := r.net.Node(name).Listen()
	if err != nil {
		return // it has crashed again
	}
	other := map[string]string{sourceNode: relay2, relay2: sourceNode, relay1: sinkNode, sinkNode: relay1}
	go r.hops(conn, func(from string, msg []byte) {
		// The hop is over and its checksum was right. From here to the next
		// checksum, nothing looks after the message.
		r.remember(name, from == sourceNode || from == relay1, msg)
		conn.WriteTo(hop(msg), labrpc.Addr(other[from]))
	})
}

// remember has a message lie in a relay's memory.
func (r *route) remember(relay string, toSink bool, msg []byte) {
	to, direction := "source", 0
	if toSink {
		to, direction = "sink", 1
	}
	r.mu.Lock()
	r.passed[relay+to]++
	n := r.passed[relay+to]
	rule := r.memory
	r.mu.Unlock()
	if rule == nil {
		return
	}
	whole := bytes.Clone(msg)
	what := rule(passage{relay: relay, toSink: toSink, n: n, msg: msg})
	if what == "" {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	number := r.flips[0] + r.flips[1] + 1
	if r.t.Size("damaged-messages", number) < number {
		copy(msg, whole)
		return
	}
	r.flips[direction]++
	r.damage[crc32.ChecksumIEEE(msg)] = what + " in the memory of " + relay
}

// memorize sets what the memories do from now on, and counts messages anew; nil
// is nothing.
func (r *route) memorize(m memory) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.memory = m
	clear(r.passed)
}

// tally returns how many checksums of hops were right, and how many messages a
// memory damaged on the way to the source and on the way to the sink.
func (r *route) tally() (checks, toSource, toSink int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.checks, r.flips[0], r.flips[1]
}

// crash crashes a relay.
func (r *route) crash(relay string) { r.net.Node(relay).Crash() }

// restart starts a relay again.
func (r *route) restart(relay string) {
	r.net.Node(relay).Restart()
	r.relay(relay)
}

// hop is a message with the checksum of a hop in front.
func hop(msg []byte) []byte {
	return append(binary.BigEndian.AppendUint32(nil, crc32.ChecksumIEEE(msg)), msg...)
}

func wholeHop(hop []byte) bool {
	return len(hop) >= 4 && binary.BigEndian.Uint32(hop) == crc32.ChecksumIEEE(hop[4:])
}

// describe is a message as the trace shows it. A damaged one has another CRC, and
// its damage is told.
func (r *route) describe(hop []byte) string {
	if !wholeHop(hop) {
		return strconv.Itoa(len(hop)) + " bytes that no hop sent"
	}
	crc := binary.BigEndian.Uint32(hop)
	text := strconv.Itoa(len(hop)-4) + " bytes, crc " + strconv.FormatUint(uint64(crc), 16)
	r.mu.Lock()
	defer r.mu.Unlock()
	if what := r.damage[crc]; what != "" {
		text += "; " + what
	}
	return text
}

// Send implements messagingapi.Path.
func (e *end) Send(ctx context.Context, msg []byte) error {
	if len(msg) > messagingapi.MaxMessage {
		return errors.New("send: the message has " + strconv.Itoa(len(msg)) + " bytes, at most " +
			strconv.Itoa(messagingapi.MaxMessage) + " are possible")
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	packet := hop(msg)
	select {
	case e.turn <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-e.turn }()
	e.count(len(msg))
	e.conn.WriteTo(packet, labrpc.Addr(e.next))
	e.route.t.Sleep(hopTime)
	return nil
}

func (e *end) count(size int) {
	e.route.mu.Lock()
	defer e.route.mu.Unlock()
	e.cost.messages++
	e.cost.bytes += size
	e.last = e.route.t.Since()
}

// lately says how much the solution's end has sent, and when it did so last.
func (e *end) lately(who string) string {
	e.route.mu.Lock()
	defer e.route.mu.Unlock()
	if e.cost.messages == 0 {
		return "the " + who + " has sent nothing"
	}
	return fmt.Sprintf("the %s has sent %s, the last at %v", who, many(e.cost.messages, "message", "messages"),
		e.last.Round(time.Millisecond))
}

// spent returns what was sent at an end so far.
func (e *end) spent() cost {
	e.route.mu.Lock()
	defer e.route.mu.Unlock()
	return e.cost
}

// Receive implements messagingapi.Path.
func (e *end) Receive(ctx context.Context) ([]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	select {
	case msg := <-e.inbox:
		return msg, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// A flipper does to a message what a bad memory may do, by random numbers.
type flipper struct {
	mu  sync.Mutex
	rng *rand.Rand
}

// chance says yes in so many of 100 cases.
func (f *flipper) chance(percent int) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.rng.IntN(100) < percent
}

// flip flips a bit, or some, somewhere in a message.
func (f *flipper) flip(msg []byte) string {
	f.mu.Lock()
	kind := f.rng.IntN(4)
	f.mu.Unlock()
	switch {
	case len(msg) == 0:
		return ""
	case kind == 0:
		return f.head(msg, 16)
	case kind == 1:
		if what := f.pair(msg); what != "" {
			return what
		}
	case kind == 2:
		return f.burst(msg)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	return flipBit(msg, f.rng.IntN(8*len(msg)))
}

// head flips a bit of the first bytes, where a message says what it is.
func (f *flipper) head(msg []byte, size int) string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return flipBit(msg, f.rng.IntN(8*min(len(msg), size)))
}

// headOrAny flips a bit of the first bytes every other time, else anything.
func (f *flipper) headOrAny(msg []byte, size int) string {
	if len(msg) > 0 && f.chance(50) {
		return f.head(msg, size)
	}
	return f.flip(msg)
}

// burst flips some bits near each other.
func (f *flipper) burst(msg []byte) string {
	f.mu.Lock()
	defer f.mu.Unlock()
	at := f.rng.IntN(8 * len(msg))
	for i := range 2 + f.rng.IntN(14) {
		if b := at + i; b < 8*len(msg) && (i == 0 || f.rng.IntN(2) == 0) {
			flipBit(msg, b)
		}
	}
	return "some bits from bit " + strconv.Itoa(at) + " on flipped"
}

// pair flips the same bit in two bytes, of which one has it and the other not.
// That changes no sum of bytes and no exclusive or of them, nor of words.
func (f *flipper) pair(msg []byte) string {
	if len(msg) == 0 {
		return ""
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	for range 64 {
		i := f.rng.IntN(len(msg))
		j := i % 8
		if steps := (len(msg) - 1 - j) / 8; steps > 0 {
			j += 8 * f.rng.IntN(steps+1)
		}
		if bit := byte(1) << f.rng.IntN(8); msg[i]&bit != msg[j]&bit {
			msg[i] ^= bit
			msg[j] ^= bit
			return fmt.Sprintf("a bit moved between bytes %d and %d", i, j)
		}
	}
	return ""
}

// flipBit flips bit b, which is in byte b/8.
func flipBit(msg []byte, b int) string {
	msg[b/8] ^= 1 << (b % 8)
	return "bit " + strconv.Itoa(b) + " flipped"
}

// naive carries a file as the hops alone would: the suite's own ends, which trust
// them. It returns what arrived.
func (r *route) naive(file []byte) (got []byte) {
	r.t.Go(func() {
		for part := range slices.Chunk(file, messagingapi.MaxMessage) {
			r.source.Send(context.Background(), part)
		}
	})
	r.t.Within(patience, "the transfer without a check at the ends", func() {
		for len(got) < len(file) {
			part, _ := r.sink.Receive(context.Background())
			got = append(got, part...)
		}
	})
	return got
}
