package ringtest

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/bits"
	"slices"
	"sync"
	"time"

	"faultline/labrpc"
	"faultline/labs/labtest"
	"faultline/labs/ring/ringapi"
)

// The times of every ring. A message takes 1ms on a calm network. On a slow one it
// takes so long that what the peers do meanwhile is nothing.
const (
	timeout  = 50 * time.Millisecond
	slowly   = 20 * time.Millisecond
	patience = 20 * timeout // no lookup takes longer where the contract bounds it
)

// A floor says what a ring consists of.
type floor struct {
	Bits   int
	IDs    []ringapi.ID // of the members, in ascending order
	Table  ringapi.Table
	Near   int
	Faults labrpc.Faults
	Slow   bool // a message takes as long as slowly says, and the timeout is ten times as long
}

// An overlay is a ring of peers of the solution, and a network between.
type overlay struct {
	t       *labtest.T
	floor   floor
	net     *labrpc.Network
	members []ringapi.Member
	peers   []ringapi.Peer // in the order of members

	mu       sync.Mutex
	requests []labrpc.Message // since the last lookup began
	messages int              // answers too
	wanted   ringapi.ID       // what the last lookup is about
	most     int              // requests that a lookup may take; zero is any number
	why      string           // why not more
	asked    []ringapi.ID     // what has been looked up in a storm
	lost     int              // which message of the next lookup is lost, counted from 1; zero is none
	victim   labrpc.Message   // the one that is lost
}

func (s Solution) overlay(t *labtest.T, f floor) *overlay {
	o := &overlay{t: t, floor: f}
	for _, id := range f.IDs {
		o.members = append(o.members, ringapi.Member{ID: id, Node: node(id)})
	}
	t.Step("%s; each knows %s, near %d", o, f.Table, f.Near)
	wait := timeout
	if f.Slow {
		wait *= 10
		f.Faults.Latency = labrpc.Range{Min: slowly, Max: slowly}
	}
	o.net = t.Network(labrpc.Config{Faults: f.Faults})
	o.net.Tap(o.watch)
	o.net.Intercept(o.intercept)
	for _, m := range o.members {
		p := labtest.Must(o.net.Node(m.Node).Start())
		o.peers = append(o.peers, s.NewPeer(p, ringapi.PeerConfig{
			Bits: f.Bits, Self: m, Members: o.members, Table: f.Table, Near: f.Near, Timeout: wait}))
	}
	t.Cleanup(func() {
		t.Within(10*time.Second, "Close of all peers", func() {
			for _, p := range o.peers {
				p.Close()
			}
		})
	})
	return o
}

// String is the ring in a few words.
func (o *overlay) String() string {
	ids := list(o.floor.IDs)
	if len(o.floor.IDs) > 20 {
		ids = list(o.floor.IDs[:6]) + " …"
	}
	return fmt.Sprintf("a ring of 2^%d ids with %s at %s", o.floor.Bits, labtest.Count(len(o.members), "peer"), ids)
}

// watch counts messages. A lookup that goes round for ever is stopped here.
func (o *overlay) watch(m labrpc.Message) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.messages++
	if o.messages == o.lost {
		o.victim, o.lost = m, 0
	}
	if m.Reply {
		return
	}
	o.requests = append(o.requests, m)
	if o.most > 0 && len(o.requests) > o.most {
		o.t.Report(labtest.Finding{
			Property: "a lookup comes nearer with every step",
			Expected: fmt.Sprintf("at most %s for the lookup of %d, on a ring of %s: %s",
				labtest.Count(o.most, "request"), o.wanted, labtest.Count(len(o.members), "peer"), o.why),
			Actual: "one more was sent; the way so far: " + way(o.requests),
		})
	}
}

// intercept loses the message that watch has chosen.
func (o *overlay) intercept(m labrpc.Message) labrpc.Action {
	o.mu.Lock()
	defer o.mu.Unlock()
	v := o.victim
	return labrpc.Action{Drop: m.From == v.From && m.To == v.To && m.N == v.N}
}

// way is the way of a lookup, its end at most.
func way(requests []labrpc.Message) string {
	text := ""
	if skip := len(requests) - 8; skip > 0 {
		text, requests = fmt.Sprintf("(%d more) ", skip), requests[skip:]
	}
	for i, m := range requests {
		if i > 0 {
			text += ", "
		}
		text += m.From + " to " + m.To
	}
	return text
}

// begin forgets the messages so far: a lookup begins.
func (o *overlay) begin(id ringapi.ID) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.requests, o.messages, o.wanted = nil, 0, id
}

// traffic returns the requests of the last lookup, and the number of all messages.
func (o *overlay) traffic() ([]labrpc.Message, int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return slices.Clone(o.requests), o.messages
}

// owner is the first member at or after an id.
func (o *overlay) owner(id ringapi.ID) ringapi.Member {
	for _, m := range o.members {
		if m.ID >= id {
			return m
		}
	}
	return o.members[0]
}

// ask has a peer look up an id, for at most d of virtual time (zero is for ever), and
// says how it ended.
func (o *overlay) ask(from int, id ringapi.ID, mode ringapi.Mode, d time.Duration) (result string) {
	ctx, cancel := o.t.Patient(d)
	defer cancel()
	o.t.Op(o.members[from].Node, fmt.Sprintf("Lookup %d %s", id, mode), func() string {
		m, err := o.peers[from].Lookup(ctx, id, mode)
		switch {
		case err == nil && m != o.owner(id) && m.ID == o.owner(id).ID:
			result = fmt.Sprintf("the member %+v, which there is not", m)
		case err == nil:
			result = node(m.ID)
		case errors.Is(err, ringapi.ErrClosed):
			result = "closed"
		case errors.Is(err, context.DeadlineExceeded):
			result = "the context's error"
		default:
			result = "error: " + err.Error()
		}
		return result
	})
	return result
}

// find has a peer look up an id, which must give its owner.
func (o *overlay) find(from int, id ringapi.ID, mode ringapi.Mode, d time.Duration) {
	o.begin(id)
	got := o.ask(from, id, mode, d)
	want := o.owner(id).Node
	if got != want { // what is not wrong is not put into words, since there is much of it
		o.t.Fail(labtest.Finding{
			Property: "a lookup finds the first member at or after the id",
			Expected: fmt.Sprintf("%s finds that %d belongs to %s (%s, %s; %s)", o.members[from].Node, id, want, mode, o.floor.Table, o),
			Actual:   fmt.Sprintf("it gives %s after %v", got, o.wayNow()),
		})
	}
}

func (o *overlay) wayNow() string {
	requests, _ := o.traffic()
	if len(requests) == 0 {
		return "no request"
	}
	return labtest.Count(len(requests), "request") + ": " + way(requests)
}

// near returns the nearest members, which a member must know.
func (o *overlay) near(i int) (list []ringapi.Member) {
	for d := -o.below(); d <= o.floor.Near; d++ {
		if m := o.next(i, d); m != o.members[i] && !slices.Contains(list, m) {
			list = append(list, m)
		}
	}
	return list
}

// below is how many of the nearest are downwards.
func (o *overlay) below() int {
	if o.floor.Table == ringapi.Fingers {
		return 1
	}
	return o.floor.Near
}

// next is the d-th member upwards from one.
func (o *overlay) next(i, d int) ringapi.Member {
	n := len(o.members)
	return o.members[((i+d)%n+n)%n]
}

// hops is H of the contract.
func (o *overlay) hops() int { return hops(len(o.members)) }

// hops is H of a ring of n members.
func hops(n int) int { return bits.Len(uint(n-1)) + 2 }

// allowHops lets the next lookup take as many requests as the contract allows where
// ids are spread evenly. The answer of a recursive lookup is a request too.
func (o *overlay) allowHops(mode ringapi.Mode) {
	o.most = o.hops() + int(mode)
	o.why = fmt.Sprintf("H = %d others may be asked, which is log2 of %d rounded up, and 2", o.hops(), len(o.members))
	if mode == ringapi.Recursive {
		o.why = fmt.Sprintf("it may be passed on H = %d times, which is log2 of %d rounded up, and 2, and then answered",
			o.hops(), len(o.members))
	}
}

// allowBits lets every lookup take as many requests as the contract allows on any
// ring.
func (o *overlay) allowBits() {
	o.most = 2*o.floor.Bits + 1
	o.why = fmt.Sprintf("it may ask or be passed on 2×Bits = %d times, and then be answered", 2*o.floor.Bits)
}

// both are the values of Mode.
func both() []ringapi.Mode { return []ringapi.Mode{ringapi.Iterative, ringapi.Recursive} }

// tables are the values of Table.
func tables() []ringapi.Table { return []ringapi.Table{ringapi.Fingers, ringapi.Leaves} }

// evenly draws the ids of n members on a ring of 2^m.
func evenly(t *labtest.T, n, m int) []ringapi.ID {
	rnd := t.Rand("members")
	seen := map[ringapi.ID]bool{}
	for len(seen) < n {
		seen[ringapi.ID(rnd.Uint64N(1<<m))] = true
	}
	return slices.Sorted(maps.Keys(seen))
}
