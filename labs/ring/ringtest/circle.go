package ringtest

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"faultline/labrpc"
	"faultline/labs/labtest"
	"faultline/labs/ring/ringapi"
)

const (
	stabilize = 4 * timeout      // how long a round takes
	joinBound = 30 * time.Second // more than a Join takes, also in a storm
)

// A crew says what a ring is whose members come and go.
type crew struct {
	Bits   int
	R      int // how many successors a node knows
	Faults labrpc.Faults
}

// A circle is a ring of the solution's nodes, of whom some come and go.
type circle struct {
	t        *labtest.T
	solution Solution
	crew     crew
	net      *labrpc.Network
	ledger   *ledger
	padding  int  // how many bytes each value has beside its name
	stormy   bool // an operation may end without success

	mu     sync.Mutex
	values int                         // how many have been made
	alive  map[ringapi.ID]ringapi.Node // the members
	all    []ringapi.Node              // every node that ever was
	used   []ringapi.ID                // their ids: who crashed has not restarted
}

func (s Solution) circle(t *labtest.T, c crew) *circle {
	o := &circle{t: t, solution: s, crew: c, alive: map[ringapi.ID]ringapi.Node{}, ledger: newLedger(t)}
	o.net = t.Network(labrpc.Config{Faults: c.Faults})
	t.Cleanup(func() {
		t.Within(10*time.Second, "Close of all nodes", func() {
			for _, n := range o.all {
				n.Close()
			}
		})
	})
	return o
}

// begins starts a ring with its first member.
func (o *circle) begins(id ringapi.ID) {
	o.t.Step("%s begins a ring of 2^%d ids, where everybody knows %d successors", node(id), o.crew.Bits, o.crew.R)
	o.join(id, "")
}

// joins has new members join through another one, one after the other.
func (o *circle) joins(via ringapi.ID, ids ...ringapi.ID) {
	o.t.Step("%s through %s", joining(ids), node(via))
	for _, id := range ids {
		o.join(id, node(via))
	}
}

// joinAtOnce has new members join at the same time.
func (o *circle) joinAtOnce(via ringapi.ID, ids ...ringapi.ID) {
	if len(ids) == 1 {
		o.t.Step("%s through %s", joining(ids), node(via))
	} else {
		o.t.Step("%s through %s at the same time", joining(ids), node(via))
	}
	done := make(chan struct{}, len(ids))
	for _, id := range ids {
		o.t.Go(func() {
			o.join(id, node(via))
			done <- struct{}{}
		})
	}
	for range ids {
		<-done
	}
}

func joining(ids []ringapi.ID) string {
	if len(ids) == 1 {
		return node(ids[0]) + " joins"
	}
	return nodes(ids) + " join"
}

// nodes names nodes, the first of them.
func nodes(ids []ringapi.ID) string {
	text := ""
	for i, id := range ids[:min(len(ids), 12)] {
		if i > 0 {
			text += " "
		}
		text += node(id)
	}
	if more := len(ids) - 12; more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}

// start starts a node. It is no member yet.
func (o *circle) start(id ringapi.ID) ringapi.Node {
	p := labtest.Must(o.net.Node(node(id)).Start())
	n := o.solution.NewNode(p, o.config(id))
	o.mu.Lock()
	defer o.mu.Unlock()
	o.all, o.used = append(o.all, n), append(o.used, id)
	return n
}

func (o *circle) config(id ringapi.ID) ringapi.NodeConfig {
	return ringapi.NodeConfig{Bits: o.crew.Bits, Self: ringapi.Member{ID: id, Node: node(id)},
		Successors: o.crew.R, Stabilize: stabilize, Timeout: timeout}
}

// join starts a node and has it join.
func (o *circle) join(id ringapi.ID, via string) {
	n := o.start(id)
	o.t.Within(joinBound, "Join of "+node(id), func() {
		ctx, cancel := o.t.Patient(0)
		defer cancel()
		o.joined(id, n, n.Join(ctx, via))
	})
}

// joined makes a node a member, whose Join has ended.
func (o *circle) joined(id ringapi.ID, n ringapi.Node, err error) {
	o.t.Check(err == nil, labtest.Finding{
		Property: "a node whose contact is a member gets its place",
		Expected: "Join of " + node(id) + " succeeds", Actual: fmt.Sprintf("it gives %q", fmt.Sprint(err))})
	o.mu.Lock()
	defer o.mu.Unlock()
	o.alive[id] = n
}

// gone strikes out members.
func (o *circle) gone(ids ...ringapi.ID) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, id := range ids {
		delete(o.alive, id)
	}
}

// fail has members crash.
func (o *circle) fail(ids ...ringapi.ID) {
	verb := "crash"
	if len(ids) == 1 {
		verb = "crashes"
	}
	o.t.Step("%s %s", nodes(ids), verb)
	o.gone(ids...)
	for _, id := range ids {
		o.net.Node(node(id)).Crash()
	}
}

// leave has a member leave while the network is calm.
func (o *circle) leave(id ringapi.ID) { o.leaveWithin(patience, id) }

// leaveWithin has a member leave, which takes at most d.
func (o *circle) leaveWithin(d time.Duration, id ringapi.ID) {
	o.t.Step("%s leaves", node(id))
	o.mu.Lock()
	n := o.alive[id]
	o.mu.Unlock()
	o.gone(id)
	o.t.Within(d, "Leave of "+node(id), func() {
		ctx, cancel := o.t.Patient(0)
		defer cancel()
		err := n.Leave(ctx)
		o.t.Check(err == nil, labtest.Finding{
			Property: "a member may leave", Expected: "Leave of " + node(id) + " succeeds", Actual: fmt.Sprintf("it gives %q", fmt.Sprint(err))})
	})
}

// again restarts a node that crashed, and has it join.
func (o *circle) again(id, via ringapi.ID) {
	o.t.Step("%s starts again, without memory, and joins through %s", node(id), node(via))
	o.net.Node(node(id)).Restart()
	o.join(id, node(via))
}

// living returns the members in ascending order.
func (o *circle) living() []ringapi.ID {
	o.mu.Lock()
	defer o.mu.Unlock()
	return slices.Sorted(maps.Keys(o.alive))
}

// taken returns the ids of all who were ever there.
func (o *circle) taken() []ringapi.ID {
	o.mu.Lock()
	defer o.mu.Unlock()
	return slices.Clone(o.used)
}

func (o *circle) node(id ringapi.ID) ringapi.Node {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.alive[id]
}

// bound is how long the repair of the ring may take.
func (o *circle) bound() time.Duration {
	return time.Duration(4*(len(o.living())+o.crew.R)) * stabilize
}

// ask has a member look up an id, for at most d of virtual time.
func (o *circle) ask(from, id ringapi.ID, d time.Duration) string {
	return o.askNode(o.node(from), node(from), id, d)
}

// askNode is ask of a node that need not be a member.
func (o *circle) askNode(n ringapi.Node, name string, id ringapi.ID, d time.Duration) (result string) {
	ctx, cancel := o.t.Patient(d)
	defer cancel()
	o.t.Op(name, fmt.Sprintf("Lookup %d", id), func() string {
		m, err := n.Lookup(ctx, id)
		switch {
		case err != nil:
			result = ended(err)
		case m.Node != "" && m.Node != node(m.ID): // closeNode looks for one without a name
			result = fmt.Sprintf("the member %+v, which there is not", m)
		default:
			result = strings.TrimSpace(m.Node)
		}
		return result
	})
	return result
}

// ended says how a call ended that cannot succeed.
func ended(err error) string {
	switch {
	case errors.Is(err, ringapi.ErrClosed):
		return "closed"
	case errors.Is(err, context.DeadlineExceeded):
		return "the context's error"
	case err == nil:
		return "no error"
	}
	return "error: " + err.Error()
}
