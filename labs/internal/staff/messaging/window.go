package messaging

import (
	"context"
	"errors"
	"net"
	"sync"
	"time"

	"faultline/labs/messaging/messagingapi"
)

// windowSender has several messages in flight. One goroutine reads the acks;
// its read deadline is the time at which the next packet must be sent again.
type windowSender struct {
	//lab:begin C
	conn    net.PacketConn
	to      net.Addr
	opt     messagingapi.Options
	turn    chan struct{} // holds a token while a Send looks for its place
	done    chan struct{} // closed when run has ended
	closing sync.Once

	monitor // guards the fields below
	closed  bool
	acked   int         // how many messages have been acknowledged
	flight  []*inFlight // the messages after those, in order
	room    int         // how many messages after those the receiver takes; -1: not known
	rto     *timeoutEstimator
	//lab:end
}

// inFlight is a message that is not acknowledged yet.
//
//lab:omit
type inFlight struct {
	packet   []byte
	copies   int       // how often it was sent
	sent     time.Time // when it was last sent
	due      time.Time // when it is to be sent again
	answered bool      // an ack has answered it: the receiver holds it, unless it had no room
}

// NewWindowSender returns a sliding-window sender that owns conn and sends to
// the receiver at to.
//
//lab:todo C
func NewWindowSender(conn net.PacketConn, to net.Addr, opt messagingapi.Options) messagingapi.Sender {
	s := &windowSender{
		conn: conn,
		to:   to,
		opt:  opt,
		turn: make(chan struct{}, 1),
		done: make(chan struct{}),
		room: -1,
		rto:  newTimeoutEstimator(opt.Timeout),
	}
	go s.run()
	return s
}

// Send implements messagingapi.Sender.
//
//lab:todo C
func (s *windowSender) Send(ctx context.Context, msg []byte) error {
	if len(msg) > messagingapi.MaxPayload {
		return errors.New("send: message is longer than MaxPayload")
	}
	select { // a channel serves those who wait in the order in which they came
	case s.turn <- struct{}{}:
		defer func() { <-s.turn }()
	case <-ctx.Done():
		return ctx.Err()
	}
	s.Lock()
	defer s.Unlock()
	// One message is taken on even if the window is closed, to probe whether it
	// still is. The Send of that one waits on, for a place that is real.
	if err := s.await(ctx, func() bool { return len(s.flight) < max(s.window(), 1) }); err != nil {
		return err
	}
	s.launch(msg)
	return s.await(ctx, func() bool { return len(s.flight) <= s.window() })
}

// Flush implements messagingapi.Sender.
//
//lab:todo C
func (s *windowSender) Flush(ctx context.Context) error {
	s.Lock()
	defer s.Unlock()
	sent := s.acked + len(s.flight)
	return s.await(ctx, func() bool { return s.acked >= sent })
}

// Close implements messagingapi.Sender.
//
//lab:todo C
func (s *windowSender) Close() (err error) {
	s.closing.Do(func() { err = s.conn.Close() }) // ends the ReadFrom of run
	<-s.done
	return err
}

// await waits until a condition holds. The caller holds the lock.
//
//lab:omit
func (s *windowSender) await(ctx context.Context, holds func() bool) error {
	for {
		switch {
		case s.closed:
			return messagingapi.ErrClosed
		case ctx.Err() != nil:
			return ctx.Err()
		case holds():
			return nil
		}
		s.wait(ctx)
	}
}

// window returns how many messages may be in flight. As long as the receiver
// has not said what it takes, that is what Options say.
//
//lab:omit
func (s *windowSender) window() int {
	if s.room < 0 {
		return s.opt.Window
	}
	return min(s.room, s.opt.Window)
}

// launch puts a message into flight.
//
//lab:omit
func (s *windowSender) launch(msg []byte) {
	packet := Marshal(messagingapi.Packet{
		Kind:    messagingapi.Data,
		Session: s.opt.Session,
		Seq:     s.number(len(s.flight)),
		Payload: msg,
	})
	due := time.Now().Add(s.rto.timeout()) // of the probe, if the window is closed
	s.flight = append(s.flight, &inFlight{packet: packet, due: due})
	s.transmit()
}

// number returns the number of flight[i].
//
//lab:omit
func (s *windowSender) number(i int) uint16 {
	return (s.opt.First + uint16(s.acked+i)) & mask(s.opt)
}

// index returns the i for which number(i) is n. It is at least len(flight) for
// the number of a message that is not in flight.
//
//lab:omit
func (s *windowSender) index(n uint16) int {
	return int((n - s.number(0)) & mask(s.opt))
}

// run takes in acks and sends again what is due, until the connection is closed.
//
//lab:omit
func (s *windowSender) run() {
	defer close(s.done)
	buf := make([]byte, maxDatagram)
	for {
		n, _, err := s.conn.ReadFrom(buf)
		if err != nil && !timedOut(err) {
			break
		}
		s.Lock()
		if err == nil {
			s.take(buf[:n])
		}
		s.transmit()
		s.Unlock()
	}
	s.Lock()
	defer s.Unlock()
	s.closed = true
	s.broadcast()
}

// transmit sends what is new or due and sets the deadline of the next read.
// Beyond the window only the first message is sent, as a probe. What the
// receiver holds is not sent again. The first message it cannot hold, else it
// would have acknowledged it: if it answered that one, it had no room.
//
//lab:omit
func (s *windowSender) transmit() {
	now := time.Now()
	var next time.Time // zero: no deadline
	for i, m := range s.flight {
		if i > 0 && (m.answered || i >= s.window()) {
			continue
		}
		isNew := m.copies == 0 && i < s.window()
		if isNew || !m.due.After(now) {
			if m.copies > 0 {
				s.rto.expired(m.sent, now)
			}
			s.conn.WriteTo(m.packet, s.to) // an error is one more way to lose a packet
			m.copies++
			m.sent, m.due = now, now.Add(s.rto.timeout())
		}
		if next.IsZero() || m.due.Before(next) {
			next = m.due
		}
	}
	s.conn.SetReadDeadline(next)
}

// take takes in a datagram.
//
//lab:omit
func (s *windowSender) take(b []byte) {
	p, err := Unmarshal(b)
	if err != nil || p.Kind != messagingapi.Ack || p.Session != s.opt.Session {
		return
	}
	arrived := s.index(p.Ack)
	if arrived > len(s.flight) {
		return // a late ack: it says less than we know
	}
	if i := s.index(p.Seq); i < len(s.flight) {
		m := s.flight[i]
		if m.copies == 1 && !m.answered {
			s.rto.sample(time.Since(m.sent))
		}
		m.answered = true
	}
	s.acked += arrived
	s.flight = s.flight[arrived:]
	s.adjust(arrived > 0, int(p.Window))
	s.broadcast()
}

// adjust takes in how many messages the receiver has room for.
//
//lab:omit
func (s *windowSender) adjust(progress bool, room int) {
	opened := s.room == 0 && room > 0
	if progress {
		s.room = room
	} else {
		s.room = max(s.room, room) // room never shrinks: of two acks, the smaller is older
	}
	if (progress || opened) && len(s.flight) > 0 && s.flight[0].answered {
		s.flight[0].copies = 0 // there was no room for it, now it goes out as if new
	}
}

// windowReceiver has a goroutine that answers packets and puts messages into
// order, from where Receive takes them.
type windowReceiver struct {
	//lab:begin C
	conn    net.PacketConn
	opt     messagingapi.Options
	done    chan struct{} // closed when serve has ended
	closing sync.Once

	monitor  // guards the fields below
	closed   bool
	ready    [][]byte          // in order, not taken yet
	early    map[uint16][]byte // by number: arrived before a message that precedes them
	session  uint32            // the highest so far
	expected uint16            // the number of the first message that has not arrived
	answered uint16            // the number of the last packet that was answered
	from     net.Addr          // where that packet came from
	told     int               // the room that the last ack spoke of
	//lab:end
}

// NewWindowReceiver returns a sliding-window receiver that owns conn.
//
//lab:todo C
func NewWindowReceiver(conn net.PacketConn, opt messagingapi.Options) messagingapi.Receiver {
	r := &windowReceiver{
		conn:     conn,
		opt:      opt,
		done:     make(chan struct{}),
		early:    make(map[uint16][]byte),
		expected: firstNumber(opt),
	}
	go r.serve()
	return r
}

// Receive implements messagingapi.Receiver.
//
//lab:todo C
func (r *windowReceiver) Receive(ctx context.Context) ([]byte, error) {
	r.Lock()
	defer r.Unlock()
	for {
		switch {
		case r.closed:
			return nil, messagingapi.ErrClosed
		case ctx.Err() != nil:
			return nil, ctx.Err()
		case len(r.ready) > 0:
			return r.next(), nil
		}
		r.wait(ctx)
	}
}

// Close implements messagingapi.Receiver.
//
//lab:todo C
func (r *windowReceiver) Close() (err error) {
	r.closing.Do(func() { err = r.conn.Close() }) // ends the ReadFrom of serve
	<-r.done
	return err
}

// next takes the next message. The sender hears of the new room once it is half
// the buffer more than it knows of. An ack for each message would be many; one
// for the first alone would let it send one message and wait for the next ack
// (the silly window, RFC 9293 §3.8.6.2.2).
//
//lab:omit
func (r *windowReceiver) next() []byte {
	msg := r.ready[0]
	r.ready = r.ready[1:]
	if r.room()-r.told >= (r.opt.Buffer+1)/2 {
		r.ack()
	}
	return msg
}

// room returns how many messages, from expected on, may be held. Those in early
// are among them.
//
//lab:omit
func (r *windowReceiver) room() int { return r.opt.Buffer - len(r.ready) }

// ack tells the sender what has arrived and how much room there is.
//
//lab:omit
func (r *windowReceiver) ack() {
	r.told = r.room()
	r.conn.WriteTo(Marshal(messagingapi.Packet{
		Kind:    messagingapi.Ack,
		Session: r.session,
		Seq:     r.answered,
		Ack:     r.expected,
		Window:  uint16(r.told),
	}), r.from)
}

// serve answers packets until the connection is closed.
//
//lab:omit
func (r *windowReceiver) serve() {
	defer close(r.done)
	buf := make([]byte, maxDatagram)
	for {
		n, from, err := r.conn.ReadFrom(buf)
		if err != nil {
			break
		}
		p, err := Unmarshal(buf[:n])
		if err != nil || p.Kind != messagingapi.Data {
			continue
		}
		r.Lock()
		r.accept(p, from)
		r.Unlock()
	}
	r.Lock()
	defer r.Unlock()
	r.closed = true
	r.broadcast()
}

// accept takes in a data packet and answers it. Also a copy and a packet that
// there is no room for get an answer: the sender of the one has missed an ack,
// the sender of the other asks for room.
//
//lab:omit
func (r *windowReceiver) accept(p messagingapi.Packet, from net.Addr) {
	if p.Session < r.session {
		return // a late packet of a sender that is gone
	}
	if p.Session > r.session {
		r.session, r.expected = p.Session, firstNumber(r.opt)
		clear(r.early)
	}
	// For a copy of a message that has arrived, ahead is at least half of the
	// number space, and room at most that.
	if ahead := (p.Seq - r.expected) & mask(r.opt); int(ahead) < r.room() {
		r.early[p.Seq] = p.Payload
	}
	for msg, ok := r.early[r.expected]; ok; msg, ok = r.early[r.expected] {
		delete(r.early, r.expected)
		r.ready = append(r.ready, msg)
		r.expected = nextNumber(r.expected, r.opt)
	}
	r.answered, r.from = p.Seq, from
	r.ack()
	r.broadcast()
}
