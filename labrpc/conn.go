package labrpc

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"os"
	"strconv"
	"sync"
	"time"

	"faultline/labs/trace"
)

// bufferPackets is how many packets may wait for ReadFrom.
const bufferPackets = 256

// Errors of WriteTo, to be tested with errors.Is.
var (
	ErrTooLong = errors.New("the packet is longer than the network carries")
	ErrAddr    = errors.New("no node can have this address")
)

// conn is the net.PacketConn of a node. Its errors are *net.OpError.
type conn struct {
	node  *Node
	ready *sync.Cond // a packet, an end, a deadline: look again

	// The lock of the network guards these.
	closed      bool
	queue       []*flight // delivered, not read
	read, write deadline
}

// put hands a message to one reader.
func (c *conn) put(m *flight) {
	c.queue = append(c.queue, m)
	c.ready.Signal()
}

// ReadFrom waits for the next packet. Of one that is longer than p, the rest is
// lost, as with UDP.
func (c *conn) ReadFrom(p []byte) (int, net.Addr, error) {
	n := c.node.net
	n.point()
	n.mu.Lock()
	defer n.unlock()
	for {
		if err := c.failed(&c.read); err != nil {
			return 0, nil, c.error("read", nil, err)
		}
		if len(c.queue) > 0 && !c.node.paused {
			break
		}
		c.ready.Wait()
	}
	m := c.queue[0]
	c.queue[0] = nil
	c.queue = c.queue[1:]
	return copy(p, m.packet), Addr(m.link.from), nil
}

// WriteTo hands a copy of p to the network. It takes no time, and its success
// says nothing about the packet's arrival.
func (c *conn) WriteTo(p []byte, to net.Addr) (int, error) {
	n := c.node.net
	n.point()
	text := n.describe(p)
	n.mu.Lock()
	defer n.unlock()
	if err := c.failed(&c.write); err != nil {
		return 0, c.error("write", to, err)
	}
	if to == nil || !validName(to.String()) {
		return 0, c.error("write", to, ErrAddr)
	}
	if len(p) > n.faults.MTU {
		return 0, c.error("write", to, fmt.Errorf("%w: %d bytes, at most %d", ErrTooLong, len(p), n.faults.MTU))
	}
	n.send(c.node, to.String(), &flight{packet: bytes.Clone(p), text: text})
	return len(p), nil
}

func (n *Network) point() {
	if n.cfg.Point != nil {
		n.cfg.Point()
	}
}

func (n *Network) describe(p []byte) string {
	switch {
	case n.cfg.Trace == nil:
		return ""
	case n.cfg.Describe != nil:
		return n.cfg.Describe(p)
	default:
		return strconv.Itoa(len(p)) + " B"
	}
}

// failed returns why an operation with this deadline cannot go on.
func (c *conn) failed(d *deadline) error {
	switch {
	case c.closed:
		return net.ErrClosed
	case d.passed:
		return os.ErrDeadlineExceeded
	default:
		return nil
	}
}

func (c *conn) error(op string, to net.Addr, err error) error {
	return &net.OpError{Op: op, Net: "faultline", Source: c.LocalAddr(), Addr: to, Err: err}
}

// Close closes the connection and makes waiting readers return net.ErrClosed.
// Packets that were not read are lost. Closing twice is an error.
func (c *conn) Close() error {
	n := c.node.net
	n.mu.Lock()
	defer n.unlock()
	if c.closed {
		return c.error("close", nil, net.ErrClosed)
	}
	c.node.shut()
	n.emit(n.now(), trace.Event{Kind: trace.Close, Node: c.node.name})
	return nil
}

// LocalAddr returns the node's name as an Addr.
func (c *conn) LocalAddr() net.Addr { return Addr(c.node.name) }

// SetDeadline sets both deadlines; the zero time is none.
func (c *conn) SetDeadline(t time.Time) error { return c.set(t, &c.read, &c.write) }

// SetReadDeadline sets the time after which ReadFrom fails with
// os.ErrDeadlineExceeded, also for calls that wait already.
func (c *conn) SetReadDeadline(t time.Time) error { return c.set(t, &c.read) }

// SetWriteDeadline sets the time after which WriteTo fails.
func (c *conn) SetWriteDeadline(t time.Time) error { return c.set(t, &c.write) }

func (c *conn) set(t time.Time, list ...*deadline) error {
	n := c.node.net
	n.mu.Lock()
	defer n.unlock()
	if c.closed {
		return c.error("set", nil, net.ErrClosed)
	}
	for _, d := range list {
		c.setOne(d, t)
	}
	c.ready.Broadcast()
	return nil
}

// A deadline is a time and whether it has passed. A timer decides that, not a
// comparison of times after waking: the two could disagree by a clock's step,
// and the reader would sleep on for ever.
type deadline struct {
	passed bool
	timer  *time.Timer // nil for none; also tells which deadline is in force
}

func (d *deadline) stop() {
	if d.timer != nil {
		d.timer.Stop()
		d.timer = nil
	}
}

func (c *conn) setOne(d *deadline, t time.Time) {
	d.stop()
	d.passed = false
	if t.IsZero() {
		return
	}
	wait := time.Until(t)
	if wait <= 0 {
		d.passed = true
		return
	}
	var timer *time.Timer
	timer = time.AfterFunc(wait, func() {
		n := c.node.net
		n.mu.Lock()
		defer n.unlock()
		if d.timer == timer {
			d.passed = true
			c.ready.Broadcast()
		}
	})
	d.timer = timer
}
