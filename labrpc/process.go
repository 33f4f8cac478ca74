package labrpc

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"faultline/labs/trace"
)

// A Process is one life of a node's program: it calls methods of other
// processes and serves its own. It ends with the first crash of its node, or
// when it is closed, and never comes back; after a restart the node starts
// another one. Its methods may be called by any number of goroutines at once.
type Process struct {
	node        *Node
	incarnation uint32
	ctx         context.Context // of its handlers; ends with the process
	end         context.CancelFunc

	// The lock of the network guards these.
	ended   bool
	methods map[string]*method // by what they are called, such as "KV.Get"
	calls   map[uint64]waiting // under way, by number
}

// Start starts the node's program. A node has one process or one connection at a
// time: Start fails with ErrStarted or ErrListening while there is another, with
// ErrCrashed when the node is down, and with ErrStopped once the network is
// closed.
func (d *Node) Start() (*Process, error) {
	n := d.net
	n.mu.Lock()
	defer n.unlock()
	err := d.free()
	if n.closed {
		err = ErrStopped
	}
	if err != nil {
		return nil, fmt.Errorf("start %s: %w", d.name, err)
	}
	p := &Process{
		node:        d,
		incarnation: d.incarnation,
		methods:     make(map[string]*method),
		calls:       make(map[uint64]waiting),
	}
	p.ctx, p.end = context.WithCancel(context.Background())
	d.process = p
	n.emit(n.now(), trace.Event{Kind: trace.Open, Node: d.name})
	return p, nil
}

// Name returns the name of the process's node, which is its address.
func (p *Process) Name() string { return p.node.name }

// Incarnation returns which life of the node this is, from 1. The processes
// that one life closes and starts again have the same.
func (p *Process) Incarnation() uint32 { return p.incarnation }

// Done returns a channel that is closed when the process has ended.
func (p *Process) Done() <-chan struct{} { return p.ctx.Done() }

// Close ends the process: calls under way return ErrStopped, the contexts of
// handlers end, and their replies are not sent. It does not wait for them. A
// process that has ended returns ErrStopped.
func (p *Process) Close() error {
	n := p.node.net
	n.mu.Lock()
	defer n.unlock()
	if p.ended {
		return fmt.Errorf("close %s: %w", p.node.name, ErrStopped)
	}
	p.shut()
	n.emit(n.now(), trace.Event{Kind: trace.Close, Node: p.node.name})
	return nil
}

// shut ends the process. Its calls end in the order in which they began: the
// goroutines that wait for them go on in that order.
func (p *Process) shut() {
	p.ended = true
	p.node.process = nil
	for _, number := range slices.Sorted(maps.Keys(p.calls)) {
		p.calls[number].done <- answer{kind: kindStopped}
	}
	p.calls = nil
	p.end()
}
