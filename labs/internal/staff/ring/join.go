package ring

import (
	"context"
	"errors"
	"slices"

	"faultline/labs/ring/ringapi"
)

// Join implements ringapi.Node.
//
//lab:todo C
func (n *node) Join(ctx context.Context, via string) error {
	if via == "" {
		n.begin(n.cfg.Self, nil, nil)
		return nil
	}
	for n.join(ctx, via) != nil {
		if err := n.wait(ctx, n.cfg.Timeout); err != nil {
			return err
		}
	}
	return nil
}

// join finds the node's successor, and has it make room. The ring may still know an
// earlier life of this node, which is to be avoided.
//
//lab:omit
func (n *node) join(ctx context.Context, via string) error {
	self := n.cfg.Self
	next, err := n.find(ctx, ringapi.Member{Node: via}, self.ID, self.Node)
	for err == nil {
		n.announce(ctx, next)
		var room Room
		if err = n.call(ctx, next.Node, "MakeRoom", self, &room); err == nil && room.Made {
			n.begin(room.Pred, append([]ringapi.Member{next}, room.Successors...), room.Items)
			return nil
		}
		next = room.Pred
	}
	return err
}

// Room is the place that a node gets between its successor and Pred. If it is not
// Made, the place is before Pred, who must be asked instead.
//
//lab:omit
type Room struct {
	Made bool
	View
	Items []Item // what is the new node's own then
}

// errUnsure says that a node does not know what is its own just now, or does not have
// all of it yet.
//
//lab:omit
var errUnsure = errors.New("not ready")

// MakeRoom takes in a predecessor. If it is the one that the node has, that one has
// lost its memory, and the one before it is not known.
//
//lab:omit
func (d *desk) MakeRoom(m ringapi.Member, room *Room) error {
	n := d.n
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.pred.Node == m.Node {
		n.pred = ringapi.Member{}
	}
	switch {
	case !n.member:
		return errNoMember
	case n.pred.Node == "", n.ready != n.pred.ID:
		return errUnsure
	}
	*room = Room{Made: inside(n.pred.ID, m.ID, n.cfg.Self.ID), View: View{n.pred, n.succ}}
	if room.Made {
		room.Items = n.choose(func(id ringapi.ID) bool { return between(room.Pred.ID, id, m.ID) })
		n.precede(m)
	}
	return nil
}

// Leave implements ringapi.Node.
//
//lab:todo C
func (n *node) Leave(ctx context.Context) error {
	defer n.Close()
	n.round.Lock()
	defer n.round.Unlock()
	n.mu.Lock()
	gone := Departure{Self: n.cfg.Self, View: View{n.pred, n.succ}, Ready: n.ready}
	n.member = false
	n.mu.Unlock()
	gone.Heirs = n.bequeath(ctx, gone.Successors)
	for _, m := range gone.Successors {
		if n.farewell(ctx, m, gone) {
			break
		}
	}
	if gone.Pred.Node != "" && gone.Pred != n.cfg.Self {
		n.farewell(ctx, gone.Pred, gone)
	}
	return ctx.Err()
}

// farewell tells a neighbour, and reports whether he lives.
//
//lab:omit
func (n *node) farewell(ctx context.Context, m ringapi.Member, gone Departure) bool {
	for range 3 {
		if n.call(ctx, m.Node, "Left", gone, nil) == nil {
			return true
		}
	}
	return false
}

// A Departure is what a node that leaves knew of its part of the ring.
//
//lab:omit
type Departure struct {
	Self ringapi.Member
	View
	Ready ringapi.ID       // where that begins of which it had everything
	Heirs []ringapi.Member // who has it now
}

// Left is called by a neighbour that leaves.
//
//lab:omit
func (d *desk) Left(gone Departure, _ *struct{}) error {
	n := d.n
	n.mu.Lock()
	defer n.mu.Unlock()
	// Who asked him meanwhile has struck him out already: then there is no predecessor.
	wasPred, wasNext := n.pred == gone.Self || n.pred.Node == "", n.successor() == gone.Self
	n.forget(gone.Self)
	if wasPred && n.ready == gone.Self.ID && slices.Contains(gone.Heirs, n.cfg.Self) {
		n.ready = gone.Ready
	}
	if wasPred && gone.Pred.Node != "" {
		n.precede(gone.Pred)
	}
	if wasNext {
		n.follow(gone.Successors)
	}
	return nil
}
