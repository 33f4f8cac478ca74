package ring

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"faultline/labrpc"
	"faultline/labs/ring/ringapi"
)

// node is a member of a ring whose members come and go. What it knows of the others
// may be wrong at any time; its rounds make it right again.
type node struct {
	//lab:begin C
	process *labrpc.Process
	cfg     ringapi.NodeConfig

	round sync.Mutex // held while the node stabilizes: who leaves must not announce itself any more

	mu       sync.Mutex       // guards the fields below
	member   bool             // it has joined, and not left
	pred     ringapi.Member   // the zero Member if it knows none
	succ     []ringapi.Member // the next ones upwards, without itself; none if alone; its elements never change
	fingers  []ringapi.Member // by exponent
	finger   int              // the next one to be looked after
	suspects []ringapi.Member // those that did not answer, the latest last
	//lab:end

	//lab:begin D
	items     map[string]Item            // by key
	ready     ringapi.ID                 // whatever was written after it, up to the node itself, is here
	announced []ringapi.Member           // those that were about to join before it, the latest last
	clock     uint64                     // the latest number that this node has given to a write
	rounds    int                        // of syncReplicas
	claimed   map[string]int             // when an owner last told this node to hold a key, in rounds
	safe      map[string]ringapi.Version // what all of safeWith had after the last round
	safeWith  []ringapi.Member           // its heirs then
	//lab:end
}

// remembered is how many nodes a node remembers that did not answer, and how many that
// announced themselves.
//
//lab:omit
const remembered = 16

// NewNode returns a node that runs as process, and registers its methods there. It is
// no member of a ring before its Join.
//
//lab:todo C
func NewNode(process *labrpc.Process, cfg ringapi.NodeConfig) ringapi.Node {
	n := &node{process: process, cfg: cfg, fingers: make([]ringapi.Member, cfg.Bits),
		items: make(map[string]Item), claimed: make(map[string]int)}
	process.Register(nodeService, &desk{n}) // it fails only if the process has ended, and then so does all else
	return n
}

// nodeService is the name under which a node registers its methods.
const nodeService = "Node"

// A desk is the node as others see it.
type desk struct {
	//lab:begin C
	n *node
	//lab:end
}

// errNoMember is the answer of a node that has not joined yet, or has left: others
// take it for dead.
//
//lab:omit
var errNoMember = errors.New("not a member")

// Successors implements ringapi.Node.
//
//lab:todo C
func (n *node) Successors() []ringapi.Member {
	n.mu.Lock()
	defer n.mu.Unlock()
	return slices.Clone(n.succ)
}

// Predecessor implements ringapi.Node.
//
//lab:todo C
func (n *node) Predecessor() (ringapi.Member, bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.pred, n.pred.Node != ""
}

// Close implements ringapi.Node. All that runs for the node ends with its process.
//
//lab:todo C
func (n *node) Close() { n.process.Close() }

// call calls a method of another node, and waits one Timeout for the answer.
//
//lab:omit
func (n *node) call(ctx context.Context, node, method string, args, reply any) error {
	ctx, cancel := context.WithTimeout(ctx, n.cfg.Timeout)
	defer cancel()
	return n.process.Call(ctx, node, nodeService+"."+method, args, reply)
}

// wait lets time pass, unless ctx or the node ends first.
//
//lab:omit
func (n *node) wait(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-n.process.Done():
		return ringapi.ErrClosed
	case <-time.After(d):
		return nil
	}
}

// begin makes the node a member that knows these neighbours, and has these items: all
// that is its own.
//
//lab:omit
func (n *node) begin(pred ringapi.Member, succ []ringapi.Member, items []Item) {
	n.mu.Lock()
	n.member, n.pred, n.ready = true, pred, pred.ID
	n.follow(succ)
	n.keep(items)
	n.mu.Unlock()
	for _, look := range []func(context.Context){n.stabilize, n.checkPredecessor, n.fixFinger, n.probe, n.syncReplicas} {
		go func() {
			for ok := true; ok; ok = n.wait(context.Background(), n.cfg.Stabilize) == nil {
				look(context.Background())
			}
		}()
	}
}

// successor is the next member upwards, the node itself if it is alone. The lock is held.
//
//lab:omit
func (n *node) successor() ringapi.Member {
	if len(n.succ) == 0 {
		return n.cfg.Self
	}
	return n.succ[0]
}

// follow takes over a list of successors. It ends where it comes to the node itself:
// then the ring has no more members. The lock is held.
//
//lab:omit
func (n *node) follow(list []ringapi.Member) {
	if end := slices.Index(list, n.cfg.Self); end >= 0 {
		list = list[:end]
	}
	n.succ = slices.Clone(list[:min(len(list), n.cfg.Successors)])
}

// forget strikes out a node wherever it is known. The lock is held.
//
//lab:omit
func (n *node) forget(m ringapi.Member) {
	is := func(other ringapi.Member) bool { return other == m }
	n.succ = slices.DeleteFunc(slices.Clone(n.succ), is)
	n.suspects = slices.DeleteFunc(n.suspects, is)
	n.announced = slices.DeleteFunc(n.announced, is)
	for i := range n.fingers {
		if is(n.fingers[i]) {
			n.fingers[i] = ringapi.Member{}
		}
	}
	if is(n.pred) {
		n.pred = ringapi.Member{}
	}
}

// suspect takes a node for dead. It may only be cut off, so it is not forgotten.
//
//lab:omit
func (n *node) suspect(m ringapi.Member) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.forget(m)
	n.suspects = append(n.suspects, m)
	n.suspects = n.suspects[max(0, len(n.suspects)-remembered):]
}
