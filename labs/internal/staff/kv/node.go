package kv

import (
	"bytes"
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"faultline/labrpc"
	"faultline/labs/kv/kvapi"
)

// A node stores values and does what directory and routers ask.
type node struct {
	//lab:begin C
	process *labrpc.Process
	cfg     kvapi.NodeConfig

	mu      sync.Mutex
	session uint64
	values  map[string]stored
	epochs  map[string]uint64 // the latest epoch in which the node was asked for a key, also one it dropped
	//lab:end
}

//lab:omit
type stored struct {
	value   []byte
	version uint64
}

// NewNode starts a node, which owns the process.
//
//lab:todo C
func NewNode(p *labrpc.Process, cfg kvapi.NodeConfig) kvapi.Node {
	n := &node{process: p, cfg: cfg}
	n.begin(uint64(p.Incarnation()) << 32)
	p.Register(nodeService, &nodeHandlers{n})
	go n.beat()
	return n
}

// begin begins a session with nothing.
//
//lab:omit
func (n *node) begin(session uint64) {
	n.session = session
	n.values = map[string]stored{}
	n.epochs = map[string]uint64{}
}

// Keys implements kvapi.Node.
//
//lab:todo C
func (n *node) Keys() []string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return slices.Sorted(maps.Keys(n.values))
}

// Close implements kvapi.Node.
//
//lab:todo C
func (n *node) Close() { n.process.Close() }

// beat tells the directory that we live. If it has given us up, others have been
// written to instead of us: what we hold is old, and we begin again with nothing.
//
//lab:omit
func (n *node) beat() {
	ticker := time.NewTicker(n.cfg.Heartbeat)
	defer ticker.Stop()
	for {
		n.mu.Lock()
		session := n.session
		n.mu.Unlock()
		go n.tell(session) // an answer that is lost must not hold up the next sign of life
		select {
		case <-ticker.C:
		case <-n.process.Done():
			return
		}
	}
}

//lab:omit
func (n *node) tell(session uint64) {
	ctx, cancel := context.WithTimeout(context.Background(), n.cfg.Timeout)
	defer cancel()
	b := Beat{Replica{n.process.Name(), session}, n.cfg.Rack, n.cfg.Capacity}
	var givenUp Rejoin
	err := n.process.Call(ctx, n.cfg.Directory, directoryService+".Beat", b, &givenUp)
	n.mu.Lock()
	defer n.mu.Unlock()
	if err == nil && bool(givenUp) && n.session == session {
		n.begin(session + 1)
	}
}

// admit reports whether a request is for this session, and not older than what we
// know of the key. After it, nothing older is admitted. That is the fence: once a
// copy was made in an epoch, a Put with an earlier list, which lacks the newcomer,
// cannot be completed any more.
//
//lab:omit
func (n *node) admit(t Touch) bool {
	if t.Session != n.session || t.Epoch < n.epochs[t.Key] {
		return false
	}
	n.epochs[t.Key] = t.Epoch
	return true
}

// keep stores a value unless there is a newer one.
//
//lab:omit
func (n *node) keep(key string, value []byte, version uint64) {
	if version > n.values[key].version {
		n.values[key] = stored{bytes.Clone(value), version}
	}
}

// The nodeHandlers are the node as others see it.
//
//lab:omit
type nodeHandlers struct{ n *node }

// Store stores a value.
//
//lab:omit
func (h *nodeHandlers) Store(s Store, status *Status) error {
	h.n.mu.Lock()
	defer h.n.mu.Unlock()
	if h.n.admit(s.Touch) {
		h.n.keep(s.Key, s.Value, s.Version)
		*status = Fine
	}
	return nil
}

// Fetch returns a value.
//
//lab:omit
func (h *nodeHandlers) Fetch(t Touch, found *Found) error {
	h.n.mu.Lock()
	defer h.n.mu.Unlock()
	if !h.n.admit(t) {
		return nil
	}
	v, ok := h.n.values[t.Key]
	*found = Found{Fine, bytes.Clone(v.value), v.version}
	if !ok {
		found.Status = Absent
	}
	return nil
}

// Drop forgets a value, but not its epoch.
//
//lab:omit
func (h *nodeHandlers) Drop(t Touch, status *Status) error {
	h.n.mu.Lock()
	defer h.n.mu.Unlock()
	if h.n.admit(t) {
		delete(h.n.values, t.Key)
	}
	*status = Fine // if it was late, there is nothing left to do
	return nil
}

// Copy fetches a value from another node. Meanwhile Puts reach both.
//
//lab:omit
func (h *nodeHandlers) Copy(ctx context.Context, c Pull, status *Status) error {
	h.n.mu.Lock()
	admitted := h.n.admit(c.Touch)
	h.n.mu.Unlock()
	if !admitted {
		return nil
	}
	var found Found
	ctx, cancel := context.WithTimeout(ctx, h.n.cfg.Timeout)
	defer cancel()
	t := Touch{c.From.Session, c.Epoch, c.Key}
	if h.n.process.Call(ctx, c.From.Node, nodeService+".Fetch", t, &found) != nil || found.Status == Again {
		return nil
	}
	h.n.mu.Lock()
	defer h.n.mu.Unlock()
	if !h.n.admit(c.Touch) {
		return nil
	}
	if found.Status == Fine {
		h.n.keep(c.Key, found.Value, found.Version)
	}
	*status = Fine
	return nil
}
