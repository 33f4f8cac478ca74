package messaging

import (
	"context"
	"errors"
	"net"
	"sync"
	"time"

	"faultline/labs/messaging/messagingapi"
)

// maxDatagram is one byte more than the longest packet, so that a longer
// datagram, which ReadFrom cuts off, does not pass for a packet.
//
//lab:omit
const maxDatagram = messagingapi.HeaderSize + messagingapi.MaxPayload + 1

// stopAndWaitSender has at most one message outstanding. It needs no goroutine
// of its own: who sends also reads the acks.
type stopAndWaitSender struct {
	//lab:begin B
	conn    net.PacketConn
	to      net.Addr
	opt     messagingapi.Options
	closed  chan struct{} // closed by Close
	closing sync.Once

	turn        chan struct{} // holds a token while a call uses what follows
	number      uint16        // of the outstanding message, or of the next one
	outstanding []byte        // the packet without an ack; nil if there is none
	//lab:end
}

// NewSender returns a stop-and-wait sender that owns conn and sends to the
// receiver at to.
//
//lab:todo B
func NewSender(conn net.PacketConn, to net.Addr, opt messagingapi.Options) messagingapi.Sender {
	return &stopAndWaitSender{
		conn:   conn,
		to:     to,
		opt:    opt,
		closed: make(chan struct{}),
		turn:   make(chan struct{}, 1),
		number: firstNumber(opt),
	}
}

// Send implements messagingapi.Sender.
//
//lab:todo B
func (s *stopAndWaitSender) Send(ctx context.Context, msg []byte) error {
	if len(msg) > messagingapi.MaxPayload {
		return errors.New("send: message is longer than MaxPayload")
	}
	if err := s.begin(ctx); err != nil {
		return err
	}
	defer s.end()
	// An earlier Send may have given up on its message, which may have arrived.
	// Its number must not be used again before we know.
	if err := s.settle(ctx); err != nil {
		return err
	}
	s.outstanding = Marshal(messagingapi.Packet{
		Kind:    messagingapi.Data,
		Session: s.opt.Session,
		Seq:     s.number,
		Payload: msg,
	})
	return s.settle(ctx)
}

// Flush implements messagingapi.Sender.
//
//lab:todo B
func (s *stopAndWaitSender) Flush(ctx context.Context) error {
	if err := s.begin(ctx); err != nil {
		return err
	}
	defer s.end()
	return s.settle(ctx)
}

// Close implements messagingapi.Sender.
//
//lab:todo B
func (s *stopAndWaitSender) Close() (err error) {
	s.closing.Do(func() {
		close(s.closed)
		err = s.conn.Close() // ends a ReadFrom
	})
	return err
}

// begin waits for the turn of a call. Calls have their turns in the order in
// which they came, as a channel serves those who wait for it.
//
//lab:omit
func (s *stopAndWaitSender) begin(ctx context.Context) error {
	if err := s.over(ctx); err != nil {
		return err
	}
	select {
	case s.turn <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	case <-s.closed:
		return messagingapi.ErrClosed
	}
}

// end passes the turn on.
//
//lab:omit
func (s *stopAndWaitSender) end() { <-s.turn }

// over returns why a call must end now, or nil.
//
//lab:omit
func (s *stopAndWaitSender) over(ctx context.Context) error {
	select {
	case <-s.closed:
		return messagingapi.ErrClosed
	default:
		return ctx.Err()
	}
}

// settle sends the outstanding packet, if there is one, until it is
// acknowledged. If ctx ends first, the packet stays outstanding.
//
//lab:omit
func (s *stopAndWaitSender) settle(ctx context.Context) error {
	wake := func() { s.conn.SetReadDeadline(time.Unix(1, 0)) }
	defer context.AfterFunc(ctx, wake)()
	for s.outstanding != nil {
		s.conn.WriteTo(s.outstanding, s.to) // an error is one more way to lose a packet
		if err := s.awaitAck(ctx, time.Now().Add(s.opt.Timeout)); err != nil {
			return err
		}
	}
	return nil
}

// awaitAck reads packets until nothing is outstanding or the deadline is over. A
// read may end before that, when the wake of an earlier call comes late.
//
//lab:omit
func (s *stopAndWaitSender) awaitAck(ctx context.Context, deadline time.Time) error {
	buf := make([]byte, maxDatagram)
	for s.outstanding != nil && time.Now().Before(deadline) {
		s.conn.SetReadDeadline(deadline)
		// Only now: if ctx ended earlier, the line above undid what wake did.
		if err := s.over(ctx); err != nil {
			return err
		}
		n, _, err := s.conn.ReadFrom(buf)
		switch {
		case err == nil:
			s.take(buf[:n])
		case s.over(ctx) != nil:
			return s.over(ctx)
		case !timedOut(err):
			return err
		}
	}
	return nil
}

// take takes in a datagram. It counts if it is an ack which says that the
// message after the outstanding one is the first that is missing. All else is
// damaged, or a late answer to an earlier message.
//
//lab:omit
func (s *stopAndWaitSender) take(b []byte) {
	p, err := Unmarshal(b)
	if err != nil || p.Kind != messagingapi.Ack || p.Session != s.opt.Session {
		return
	}
	if next := nextNumber(s.number, s.opt); p.Ack == next {
		s.number, s.outstanding = next, nil
	}
}

// stopAndWaitReceiver has a goroutine that answers packets and puts messages
// into a buffer, from which Receive takes them.
type stopAndWaitReceiver struct {
	//lab:begin B
	conn    net.PacketConn
	opt     messagingapi.Options
	buffer  chan []byte
	done    chan struct{} // closed when serve has ended
	closing sync.Once

	session  uint32 // the highest so far; only serve uses this and the next
	expected uint16 // the number of the next message
	//lab:end
}

// NewReceiver returns a stop-and-wait receiver that owns conn.
//
//lab:todo B
func NewReceiver(conn net.PacketConn, opt messagingapi.Options) messagingapi.Receiver {
	r := &stopAndWaitReceiver{
		conn:     conn,
		opt:      opt,
		buffer:   make(chan []byte, opt.Buffer),
		done:     make(chan struct{}),
		expected: firstNumber(opt),
	}
	go r.serve()
	return r
}

// Receive implements messagingapi.Receiver.
//
//lab:todo B
func (r *stopAndWaitReceiver) Receive(ctx context.Context) ([]byte, error) {
	select {
	case <-r.done: // even if the buffer is not empty
		return nil, messagingapi.ErrClosed
	default:
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	select {
	case msg := <-r.buffer:
		return msg, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-r.done:
		return nil, messagingapi.ErrClosed
	}
}

// Close implements messagingapi.Receiver.
//
//lab:todo B
func (r *stopAndWaitReceiver) Close() (err error) {
	r.closing.Do(func() { err = r.conn.Close() }) // ends the ReadFrom of serve
	<-r.done
	return err
}

// serve answers packets until the connection is closed.
//
//lab:omit
func (r *stopAndWaitReceiver) serve() {
	defer close(r.done)
	buf := make([]byte, maxDatagram)
	for {
		n, from, err := r.conn.ReadFrom(buf)
		if err != nil {
			return
		}
		p, err := Unmarshal(buf[:n])
		if err != nil || p.Kind != messagingapi.Data || !r.accept(p) {
			continue
		}
		r.conn.WriteTo(Marshal(messagingapi.Packet{
			Kind:    messagingapi.Ack,
			Session: r.session,
			Seq:     p.Seq,
			Ack:     r.expected,
			Window:  uint16(cap(r.buffer) - len(r.buffer)),
		}), from)
	}
}

// accept takes in a data packet and says whether to acknowledge it.
//
//lab:omit
func (r *stopAndWaitReceiver) accept(p messagingapi.Packet) bool {
	if p.Session < r.session {
		return false // a late packet of a sender that is gone
	}
	if p.Session > r.session {
		r.session, r.expected = p.Session, firstNumber(r.opt)
	}
	if p.Seq != r.expected {
		return true // a copy: its sender has not seen our ack
	}
	select {
	case r.buffer <- p.Payload:
		r.expected = nextNumber(r.expected, r.opt)
		return true
	default:
		return false // no room: without an ack, it will come again
	}
}

// firstNumber returns the number of the first message of a session.
//
//lab:omit
func firstNumber(opt messagingapi.Options) uint16 { return opt.First & mask(opt) }

// nextNumber returns the number of the message after the one with number n.
//
//lab:omit
func nextNumber(n uint16, opt messagingapi.Options) uint16 { return (n + 1) & mask(opt) }

// mask returns the largest number: n & mask(opt) is n modulo 2^SeqBits.
//
//lab:omit
func mask(opt messagingapi.Options) uint16 { return uint16(1<<opt.SeqBits - 1) }

// timedOut says whether a read failed only because its deadline is over.
//
//lab:omit
func timedOut(err error) bool {
	var e net.Error
	return errors.As(err, &e) && e.Timeout()
}
