package rpc

import (
	"context"
	"errors"
	"net"
	"sync"

	"faultline/labs/rpc/rpcapi"
)

// server has a goroutine that reads, and one for each call that is being
// executed.
type server struct {
	//lab:begin C
	conn    net.PacketConn
	opt     rpcapi.ServerOptions
	handle  rpcapi.Handler
	ctx     context.Context // ends with the server
	end     context.CancelFunc
	closing sync.Once
	running sync.WaitGroup // the goroutines of the server

	mu      sync.Mutex // guards the fields below
	clients map[uint32]*caller
	waiting []*execution // for a worker, in order
	workers int          // that are busy
	//lab:end
}

// A caller is one life of a client.
//
//lab:omit
type caller struct {
	incarnation uint32
	done        uint32 // every call with a lower number is over
	calls       map[uint32]*execution
}

// An execution is a call that has come: it waits, is being executed, or has been.
//
//lab:omit
type execution struct {
	call  rpcapi.Packet
	from  net.Addr
	ctx   context.Context // ends when nobody waits for the call any more
	end   context.CancelFunc
	reply []byte // the packet; nil before the handler has returned
}

// NewServer returns a server that owns conn.
//
//lab:todo C
func NewServer(conn net.PacketConn, opt rpcapi.ServerOptions, handle rpcapi.Handler) rpcapi.Server {
	s := &server{conn: conn, opt: opt, handle: handle, clients: make(map[uint32]*caller)}
	s.ctx, s.end = context.WithCancel(context.Background())
	s.running.Go(s.read)
	return s
}

// Remembered implements rpcapi.Server.
//
//lab:todo C
func (s *server) Remembered() (n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.clients {
		for _, e := range c.calls {
			if e.reply != nil {
				n++
			}
		}
	}
	return n
}

// Close implements rpcapi.Server.
//
//lab:todo C
func (s *server) Close() (err error) {
	s.closing.Do(func() {
		s.end()
		err = s.conn.Close()
		s.running.Wait()
	})
	return err
}

// read takes in what clients send, until the connection is closed.
//
//lab:omit
func (s *server) read() {
	buf := make([]byte, maxDatagram)
	for {
		n, from, err := s.conn.ReadFrom(buf)
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil {
			continue
		}
		if p, ok := decode(buf[:n]); ok {
			s.take(p, from)
		}
	}
}

// take takes in a packet of a client.
//
//lab:omit
func (s *server) take(p rpcapi.Packet, from net.Addr) {
	if p.Kind != rpcapi.Call && p.Kind != rpcapi.Ack && p.Kind != rpcapi.Cancel {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.caller(p)
	if c == nil {
		return // from a life that is over
	}
	if p.ServerIncarnation != s.opt.Incarnation {
		if p.Kind == rpcapi.Call {
			s.answer(rpcapi.Reject, p, from)
		}
		return
	}
	c.forget(p.Done)
	if p.Number < c.done {
		return // a late copy: whoever sent it knows what came of it
	}
	e := c.calls[p.Number]
	switch {
	case p.Kind == rpcapi.Cancel:
		if e == nil { // the call itself may still come
			e = s.execution(p, from)
			c.calls[p.Number] = e
		}
		e.end()
		s.answer(rpcapi.Ack, p, from)
	case p.Kind == rpcapi.Call && e == nil:
		e = s.execution(p, from)
		c.calls[p.Number] = e
		s.waiting = append(s.waiting, e)
		s.dispatch()
	case p.Kind == rpcapi.Call && e.reply != nil:
		s.conn.WriteTo(e.reply, from)
	case p.Kind == rpcapi.Call:
		s.answer(rpcapi.Ack, p, from)
	}
}

// caller returns the client that a packet is from, or nil if it is from an
// earlier life. The first packet of a new life makes orphans of the calls of the
// old one.
//
//lab:omit
func (s *server) caller(p rpcapi.Packet) *caller {
	c := s.clients[p.Client]
	switch {
	case c != nil && p.ClientIncarnation < c.incarnation:
		return nil
	case c != nil && p.ClientIncarnation == c.incarnation:
		return c
	case c != nil:
		c.forget(^uint32(0))
	}
	c = &caller{incarnation: p.ClientIncarnation, calls: make(map[uint32]*execution)}
	s.clients[p.Client] = c
	return c
}

// forget forgets every call below a number, and ends those that still go on.
//
//lab:omit
func (c *caller) forget(below uint32) {
	if below <= c.done {
		return
	}
	c.done = below
	for number, e := range c.calls {
		if number < below {
			e.end()
			delete(c.calls, number)
		}
	}
}

//lab:omit
func (s *server) execution(p rpcapi.Packet, from net.Addr) *execution {
	ctx, end := context.WithCancel(s.ctx)
	return &execution{call: p, from: from, ctx: ctx, end: end}
}

// dispatch gives calls to workers that are free. The caller holds the lock.
//
//lab:omit
func (s *server) dispatch() {
	for s.workers < s.opt.Workers && len(s.waiting) > 0 {
		e := s.waiting[0]
		s.waiting = s.waiting[1:]
		if e.ctx.Err() != nil {
			continue // cancelled before it began
		}
		s.workers++
		s.running.Go(func() { s.execute(e) })
	}
}

// execute executes a call and sends the reply, unless nobody waits for it.
//
//lab:omit
func (s *server) execute(e *execution) {
	defer e.end()
	body, err := s.handle(e.ctx, e.call.Method, e.call.Body)
	status := uint8(rpcapi.OK)
	if err != nil {
		status, body = rpcapi.Failed, []byte(err.Error())
	}
	if len(body) > rpcapi.MaxBody {
		status, body = rpcapi.Failed, []byte("the reply is too long")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.workers--
	if e.ctx.Err() == nil {
		p := s.packet(rpcapi.Reply, e.call)
		p.Status, p.Body = status, body
		e.reply = encode(p)
		s.conn.WriteTo(e.reply, e.from)
	}
	s.dispatch()
}

// packet is a packet of the server that answers another.
//
//lab:omit
func (s *server) packet(kind uint8, to rpcapi.Packet) rpcapi.Packet {
	return rpcapi.Packet{
		Kind:              kind,
		Client:            to.Client,
		ClientIncarnation: to.ClientIncarnation,
		ServerIncarnation: s.opt.Incarnation,
		Number:            to.Number,
	}
}

//lab:omit
func (s *server) answer(kind uint8, p rpcapi.Packet, from net.Addr) {
	s.conn.WriteTo(encode(s.packet(kind, p)), from)
}
