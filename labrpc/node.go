package labrpc

import (
	"errors"
	"fmt"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"faultline/labs/trace"
)

// A Node is a machine of the network. It has one open connection, or one process,
// or none of them. Its methods may be called by any number of goroutines at once.
type Node struct {
	net   *Network
	name  string
	calls atomic.Uint64 // how many its processes have begun

	// The lock of the network guards these.
	conn        *conn    // the open one; nil for none
	process     *Process // the running one; nil for none
	incarnation uint32
	crashed     bool
	paused      bool
	pauser      *timed    // the planned fault that paused it last; nil for a script
	inbox       []*flight // what arrived while the node was paused
	outbox      []*flight // what it sent meanwhile
	onRestart   func()
	onCrash     []func()
}

// Errors of Listen and Start.
var (
	ErrListening = errors.New("the node has an open connection already: close it first")
	ErrStarted   = errors.New("the node runs a process already: close it first")
	ErrCrashed   = errors.New("the node has crashed: restart it first")
)

// Name returns the node's name, which is its address.
func (d *Node) Name() string { return d.name }

// Listen opens the node's connection. It fails with ErrListening while another
// one is open, with ErrStarted while the node runs a process, with ErrCrashed
// when the node is down, and with net.ErrClosed once the network is closed.
func (d *Node) Listen() (net.PacketConn, error) {
	d.net.mu.Lock()
	defer d.net.unlock()
	err := d.free()
	if d.net.closed {
		err = net.ErrClosed
	}
	if err != nil {
		return nil, fmt.Errorf("listen on %s: %w", d.name, err)
	}
	c := &conn{node: d}
	c.ready = sync.NewCond(&d.net.mu)
	d.conn = c
	d.net.emit(d.net.now(), trace.Event{Kind: trace.Open, Node: d.name})
	return c, nil
}

// free returns why the node can neither listen nor start.
func (d *Node) free() error {
	switch {
	case d.crashed:
		return ErrCrashed
	case d.conn != nil:
		return ErrListening
	case d.process != nil:
		return ErrStarted
	}
	return nil
}

// Incarnation returns which life of the node this is: 1 at first, one more
// after each restart. Between a crash and the restart it is that of the dead.
func (d *Node) Incarnation() uint32 {
	d.net.mu.Lock()
	defer d.net.unlock()
	return d.incarnation
}

// OnRestart has f called, in a goroutine of its own, after each restart that a
// plan or Faults.Timed brings about, so that the node's program can be started
// again. The caller of Restart starts it himself. There is one f; nil is none.
func (d *Node) OnRestart(f func()) {
	d.net.mu.Lock()
	defer d.net.unlock()
	d.onRestart = f
}

// OnCrash has f called at each crash of the node, at that very moment: what the
// node has beside its connection, a disk for example, crashes with it. It is
// called with the network's lock held, so it must neither wait nor use the
// network. Functions are called in the order in which they were given.
func (d *Node) OnCrash(f func()) {
	d.net.mu.Lock()
	defer d.net.unlock()
	d.onCrash = append(d.onCrash, f)
}

// Crash closes the node's connection for ever, or ends its process: what is left
// of its program gets net.ErrClosed or ErrStopped. Its disks crash with it: see
// OnCrash. Messages that arrive while the node is down are dropped. One
// that is under way longer reaches the next life of the node, as on any network
// whose packets do not know that their receiver has restarted; those that the
// node sent still arrive, unless a pause held them back. A crash also ends a pause. A node that is down stays as
// it is.
func (d *Node) Crash() {
	d.net.mu.Lock()
	defer d.net.unlock()
	d.crash(d.net.now())
}

func (d *Node) crash(now time.Duration) bool {
	if d.crashed || d.net.closed {
		return false
	}
	d.crashed, d.paused = true, false
	d.net.emit(now, trace.Event{Kind: trace.Crash, Node: d.name, N: int(d.incarnation)})
	d.shut()
	for _, m := range append(d.outbox, d.inbox...) {
		d.net.drop(now, m, "crashed")
	}
	d.outbox, d.inbox = nil, nil
	for _, f := range d.onCrash {
		f()
	}
	return true
}

// Restart brings a crashed node back in its next incarnation, without a
// connection or a process. A node that is up stays as it is.
func (d *Node) Restart() {
	d.net.mu.Lock()
	defer d.net.unlock()
	d.restart(d.net.now())
}

func (d *Node) restart(now time.Duration) bool {
	if !d.crashed || d.net.closed {
		return false
	}
	d.crashed = false
	d.incarnation++
	d.net.emit(now, trace.Event{Kind: trace.Restart, Node: d.name, N: int(d.incarnation)})
	return true
}

// Pause makes the node neither hear nor be heard until Resume, like a process
// that was stopped: what it sends sets off then, what arrives waits, and
// ReadFrom returns no packet. Only the network stops, its goroutines run on. A
// node that is paused or down stays as it is.
func (d *Node) Pause() {
	d.net.mu.Lock()
	defer d.net.unlock()
	d.pause(d.net.now(), nil)
}

func (d *Node) pause(now time.Duration, by *timed) {
	if d.paused || d.crashed || d.net.closed {
		return
	}
	d.paused, d.pauser = true, by
	d.net.emit(now, trace.Event{Kind: trace.Pause, Node: d.name})
}

// Resume ends a pause, a planned one too. First what waited for the node is
// delivered, then what it sent sets off, each in its order.
func (d *Node) Resume() {
	d.net.mu.Lock()
	defer d.net.unlock()
	d.resume(d.net.now())
}

func (d *Node) resume(now time.Duration) {
	if !d.paused || d.net.closed {
		return
	}
	d.paused = false
	d.net.emit(now, trace.Event{Kind: trace.Resume, Node: d.name})
	inbox, outbox := d.inbox, d.outbox
	d.inbox, d.outbox = nil, nil
	for _, m := range inbox {
		d.net.receive(now, m)
	}
	for _, m := range outbox {
		d.net.launch(now, m)
	}
	if d.conn != nil {
		d.conn.ready.Broadcast()
	}
}

// shut closes the node's connection or ends its process, if it has one.
func (d *Node) shut() {
	if d.process != nil {
		d.process.shut()
	}
	if c := d.conn; c != nil {
		d.conn = nil
		c.closed = true
		c.queue = nil
		c.read.stop()
		c.write.stop()
		c.ready.Broadcast()
	}
}
