package ring

import (
	"context"
	"slices"

	"faultline/labs/ring/ringapi"
)

// A View is what a node tells others of its part of the ring.
//
//lab:omit
type View struct {
	Pred       ringapi.Member
	Successors []ringapi.Member
}

// Look tells how the node sees its part of the ring. Who answers is alive.
//
//lab:omit
func (d *desk) Look(_ struct{}, v *View) (err error) {
	*v, err = d.n.view()
	return err
}

//lab:omit
func (n *node) view() (View, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if !n.member {
		return View{}, errNoMember
	}
	return View{n.pred, n.succ}, nil
}

//lab:omit
func (n *node) look(ctx context.Context, m ringapi.Member) (v View, err error) {
	if m == n.cfg.Self {
		return n.view()
	}
	err = n.call(ctx, m.Node, "Look", struct{}{}, &v)
	return v, err
}

// stabilize makes the list of successors right, if that of the successor is. Whoever
// has joined before the successor is known to it as its predecessor; he must be asked,
// for he may be dead.
//
//lab:todo C
func (n *node) stabilize(ctx context.Context) {
	n.round.Lock()
	defer n.round.Unlock()
	was, view, err := n.living(ctx)
	if _, out := n.view(); err != nil || out != nil {
		return
	}
	next := was
	if x := view.Pred; x.Node != "" && inside(n.cfg.Self.ID, x.ID, was.ID) {
		if v, err := n.look(ctx, x); err == nil {
			next, view = x, v
		}
	}
	if next == n.cfg.Self {
		n.notify(next)
		return
	}
	n.adopt(was, next, view)
	n.call(ctx, next.Node, "Notify", n.cfg.Self, nil) // if it is lost, the next round brings another one
}

// living returns the first successor that answers, and how it sees the ring. The node
// itself always answers.
//
//lab:omit
func (n *node) living(ctx context.Context) (ringapi.Member, View, error) {
	for {
		n.mu.Lock()
		next := n.successor()
		n.mu.Unlock()
		view, err := n.look(ctx, next)
		if err == nil || next == n.cfg.Self {
			return next, view, err
		}
		n.suspect(next)
	}
}

// adopt makes next the successor in place of was, and takes over its list. If there is
// another one meanwhile, it is left alone: who came or went knows better.
//
//lab:omit
func (n *node) adopt(was, next ringapi.Member, v View) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.successor() == was {
		n.follow(append([]ringapi.Member{next}, v.Successors...))
	}
}

// Notify is called by a node that takes this one for its successor.
//
//lab:omit
func (d *desk) Notify(m ringapi.Member, _ *struct{}) error {
	d.n.notify(m)
	return nil
}

//lab:omit
func (n *node) notify(m ringapi.Member) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.pred.Node == "" || inside(n.pred.ID, m.ID, n.cfg.Self.ID) {
		n.precede(m)
	}
}

// checkPredecessor makes room for another predecessor when this one is dead.
//
//lab:todo C
func (n *node) checkPredecessor(ctx context.Context) {
	pred, known := n.Predecessor()
	if !known || pred == n.cfg.Self {
		return
	}
	if _, err := n.look(ctx, pred); err != nil {
		n.suspect(pred)
	}
}

// probe asks one of the nodes that did not answer. If it does now, it may be part of
// another ring: each of the two became whole by itself while they did not hear each
// other. One link between them is enough, since from it the rounds put one member after
// the other in its place. So this node makes itself known to its successor there. The
// other one is asked again until its ring has this node in it.
//
//lab:todo C
func (n *node) probe(ctx context.Context) {
	n.mu.Lock()
	if len(n.suspects) == 0 {
		n.mu.Unlock()
		return
	}
	m := n.suspects[0]
	n.mu.Unlock()
	next, err := n.find(ctx, m, n.cfg.Self.ID)
	n.mu.Lock()
	n.suspects = slices.DeleteFunc(slices.Clone(n.suspects), func(s ringapi.Member) bool { return s == m })
	if err != nil || next != n.cfg.Self {
		n.suspects = append(n.suspects, m) // to be asked again, after the others
	}
	n.mu.Unlock()
	if err == nil && next != n.cfg.Self {
		n.call(ctx, next.Node, "Notify", n.cfg.Self, nil)
	}
}
