package rpc

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"time"

	"faultline/labs/rpc/rpcapi"
)

// client has a goroutine that reads; each Call sends for itself.
type client struct {
	//lab:begin C
	conn    net.PacketConn
	server  net.Addr
	opt     rpcapi.ClientOptions
	closed  chan struct{} // closed by Close
	closing sync.Once
	running sync.WaitGroup // the goroutines of the client

	mu          sync.Mutex // guards the fields below
	incarnation uint32     // the server's latest that is known; 0 for none
	next        uint32     // the number of the next call
	calls       map[uint32]*call
	idle        *time.Timer // sends an Ack
	//lab:end
}

// A call is one that is not over. The lock of the client guards it.
//
//lab:omit
type call struct {
	packet    rpcapi.Packet // its ServerIncarnation is 0 until it is for a life of the server
	acked     bool
	rebound   bool // the server asks for it with its incarnation
	over      bool
	reply     rpcapi.Packet // when it is over: the Reply or the Reject
	news      chan struct{} // holds a token when something above has changed
	cancelled bool          // Call has returned
}

// NewClient returns a client that owns conn and calls the server at server.
//
//lab:todo C
func NewClient(conn net.PacketConn, server net.Addr, opt rpcapi.ClientOptions) rpcapi.Client {
	c := &client{
		conn:   conn,
		server: server,
		opt:    opt,
		closed: make(chan struct{}),
		next:   1,
		calls:  make(map[uint32]*call),
	}
	c.idle = time.AfterFunc(time.Hour, c.acknowledge)
	c.idle.Stop()
	c.running.Go(c.read)
	return c
}

// Call implements rpcapi.Client.
//
//lab:todo C
func (c *client) Call(ctx context.Context, method string, args []byte) ([]byte, error) {
	if len(method) > rpcapi.MaxMethod || len(args) > rpcapi.MaxBody {
		return nil, fmt.Errorf("%w: its method or its arguments are too long", rpcapi.ErrNotExecuted)
	}
	if err := c.ended(ctx); err != nil {
		return nil, errors.Join(rpcapi.ErrNotExecuted, err)
	}
	k := c.begin(method, args)
	for wait := c.opt.Timeout; ; wait = min(2*wait, c.opt.Probe) {
		c.transmit(k)
		over, err := c.await(ctx, k, wait)
		switch {
		case err != nil:
			c.abandon(k)
			return nil, errors.Join(k.conclusion(), err)
		case over:
			return k.result()
		}
	}
}

// Close implements rpcapi.Client.
//
//lab:todo C
func (c *client) Close() (err error) {
	c.closing.Do(func() {
		c.mu.Lock()
		close(c.closed) // under the lock, so that no goroutine begins after this
		c.mu.Unlock()
		err = c.conn.Close()
		c.running.Wait()
		c.idle.Stop()
	})
	return err
}

// ended returns why a call must end now, or nil.
//
//lab:omit
func (c *client) ended(ctx context.Context) error {
	select {
	case <-c.closed:
		return rpcapi.ErrClosed
	default:
		return ctx.Err()
	}
}

// begin gives a call its number.
//
//lab:omit
func (c *client) begin(method string, args []byte) *call {
	c.mu.Lock()
	defer c.mu.Unlock()
	k := &call{
		packet: rpcapi.Packet{
			Kind:              rpcapi.Call,
			Client:            c.opt.ID,
			ClientIncarnation: c.opt.Incarnation,
			Number:            c.next,
			Method:            method,
			Body:              append([]byte(nil), args...),
		},
		news: make(chan struct{}, 1),
	}
	c.calls[c.next] = k
	c.next++
	c.idle.Stop()
	return k
}

// transmit sends a call. It is for the life of the server that was known when it
// was first sent; a later life must not take it for its own.
//
//lab:omit
func (c *client) transmit(k *call) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if k.packet.ServerIncarnation == 0 {
		k.packet.ServerIncarnation = c.incarnation
	}
	k.rebound = false
	c.send(k.packet)
}

// send sends a packet with the Done of this moment. The caller holds the lock. An
// error of WriteTo is one more way to lose a packet.
//
//lab:omit
func (c *client) send(p rpcapi.Packet) {
	p.Done = c.next
	for number := range c.calls {
		p.Done = min(p.Done, number)
	}
	c.conn.WriteTo(encode(p), c.server)
}

// await waits until the call is over or must be sent again, and says which. It
// returns an error if nobody waits for the call any more.
//
//lab:omit
func (c *client) await(ctx context.Context, k *call, wait time.Duration) (over bool, err error) {
	timer := time.NewTimer(c.wait(k, wait))
	defer timer.Stop()
	for {
		select {
		case <-k.news:
			c.mu.Lock()
			over, rebound, acked := k.over, k.rebound, k.acked
			c.mu.Unlock()
			if over || rebound {
				return over, nil
			}
			if acked {
				timer.Reset(c.opt.Probe)
			}
		case <-timer.C:
			return false, nil
		case <-ctx.Done():
			return false, ctx.Err()
		case <-c.closed:
			return false, rpcapi.ErrClosed
		}
	}
}

//lab:omit
func (c *client) wait(k *call, wait time.Duration) time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	if k.acked {
		return c.opt.Probe
	}
	return wait
}

// result is what Call returns when the server has answered.
//
//lab:omit
func (k *call) result() ([]byte, error) {
	switch {
	case k.reply.Kind == rpcapi.Reject:
		return nil, fmt.Errorf("%w: the server has restarted", rpcapi.ErrUnknown)
	case k.reply.Status != rpcapi.OK:
		return nil, &rpcapi.RemoteError{Text: string(k.reply.Body)}
	}
	return k.reply.Body, nil
}

// conclusion is what is known of a call without an answer. No server executes it
// before it is for one of its lives.
//
//lab:omit
func (k *call) conclusion() error {
	if k.packet.ServerIncarnation == 0 {
		return rpcapi.ErrNotExecuted
	}
	return rpcapi.ErrUnknown
}

// cancelTries is how often a client tells the server that a call is cancelled.
// After that, the Done of its next call says the same.
//
//lab:omit
const cancelTries = 5

// abandon ends a call without an answer, and tells the server beside.
//
//lab:omit
func (c *client) abandon(k *call) {
	c.mu.Lock()
	defer c.mu.Unlock()
	k.cancelled, k.acked = true, false // an Ack of the call is none of the cancel
	select {
	case <-c.closed:
		return
	default:
	}
	if k.over || k.packet.ServerIncarnation == 0 {
		c.finish(k)
		return
	}
	c.running.Go(func() { c.cancel(k) })
}

// cancel sends a Cancel until something answers it.
//
//lab:omit
func (c *client) cancel(k *call) {
	p := k.packet
	p.Kind, p.Method, p.Body = rpcapi.Cancel, "", nil
	for range cancelTries {
		c.mu.Lock()
		c.send(p)
		c.mu.Unlock()
		if over, err := c.await(context.Background(), k, c.opt.Timeout); over || err != nil {
			break
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.finish(k)
}

// finish forgets a call. The caller holds the lock.
//
//lab:omit
func (c *client) finish(k *call) {
	k.over = true
	delete(c.calls, k.packet.Number)
	if len(c.calls) == 0 {
		c.idle.Reset(c.opt.Timeout)
	}
}

// acknowledge tells the server which replies have come, when no call has done so.
//
//lab:omit
func (c *client) acknowledge() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.calls) > 0 || c.incarnation == 0 {
		return
	}
	c.send(rpcapi.Packet{
		Kind:              rpcapi.Ack,
		Client:            c.opt.ID,
		ClientIncarnation: c.opt.Incarnation,
		ServerIncarnation: c.incarnation,
	})
}

// read takes in what the server sends, until the connection is closed.
//
//lab:omit
func (c *client) read() {
	buf := make([]byte, maxDatagram)
	for {
		n, _, err := c.conn.ReadFrom(buf)
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil {
			continue
		}
		p, ok := decode(buf[:n])
		if ok && p.Client == c.opt.ID && p.ClientIncarnation == c.opt.Incarnation {
			c.take(p)
		}
	}
}

// take takes in a packet of the server. Only the life that a call is for can say
// something of it; a later one can say that it is another.
//
//lab:omit
func (c *client) take(p rpcapi.Packet) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.incarnation = max(c.incarnation, p.ServerIncarnation)
	k := c.calls[p.Number]
	if k == nil {
		return
	}
	life := k.packet.ServerIncarnation
	switch {
	case p.Kind == rpcapi.Reject && life == 0:
		k.rebound = true
	case p.Kind == rpcapi.Reject && p.ServerIncarnation > life, p.Kind == rpcapi.Reply && p.ServerIncarnation == life,
		p.Kind == rpcapi.Ack && p.ServerIncarnation == life && k.cancelled:
		k.reply = p
		c.finish(k)
	case p.Kind == rpcapi.Ack && p.ServerIncarnation == life:
		k.acked = true
	default:
		return
	}
	select {
	case k.news <- struct{}{}:
	default: // it will be seen together with what is there already
	}
}
