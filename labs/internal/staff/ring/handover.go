package ring

import (
	"context"
	"errors"
	"slices"

	"faultline/labs/ring/ringapi"
)

// precede makes m the predecessor. What is m's own then is given up at once; what has
// become this node's own must be taken over first. The lock is held.
//
//lab:todo D
func (n *node) precede(m ringapi.Member) {
	n.pred = m
	if inside(n.ready, m.ID, n.cfg.Self.ID) {
		n.ready = m.ID
	}
	if n.ready != m.ID {
		go n.takeOver(context.Background())
	}
}

// announce tells those that come after next that this node is about to become next's
// predecessor. Should next fail before anybody else knows of this node, one of them inherits
// from it, and must leave alone what is this node's own by then.
//
//lab:omit
func (n *node) announce(ctx context.Context, next ringapi.Member) {
	v, err := n.look(ctx, next)
	if err != nil {
		return // then next makes no room either
	}
	for _, m := range v.Successors {
		n.call(ctx, m.Node, "Expect", n.cfg.Self, nil) // who does not answer inherits nothing
	}
}

// Expect is called by a node that is about to join.
//
//lab:omit
func (d *desk) Expect(m ringapi.Member, _ *struct{}) error {
	d.n.mu.Lock()
	defer d.n.mu.Unlock()
	d.n.expect(m)
	return nil
}

// expect remembers a node that has announced itself. The lock is held.
//
//lab:omit
func (n *node) expect(m ringapi.Member) {
	n.announced = append(slices.DeleteFunc(n.announced, func(other ringapi.Member) bool { return other == m }), m)
	n.announced = n.announced[max(0, len(n.announced)-remembered):]
}

// A Want asks for the items of a range that are not there in these versions.
//
//lab:omit
type Want struct {
	After, Upto ringapi.ID
	Versions    map[string]ringapi.Version
}

// An Estate is what another one has for who takes over: items, and members that have
// announced themselves there.
//
//lab:omit
type Estate struct {
	Items     []Item
	Announced []ringapi.Member
}

// takeOver makes this node ready to own what its predecessor owned, who is dead. Whatever
// that one had acknowledged is with one of those that come next.
//
//lab:todo D
func (n *node) takeOver(ctx context.Context) {
	n.mu.Lock()
	pred, next := n.pred, n.succ
	if !n.member || pred.Node == "" || n.ready == pred.ID {
		n.mu.Unlock()
		return
	}
	want := Want{After: pred.ID, Upto: n.cfg.Self.ID}
	want.Versions = versions(n.choose(func(id ringapi.ID) bool { return between(want.After, id, want.Upto) }))
	n.mu.Unlock()
	for _, m := range next {
		var e Estate
		if n.call(ctx, m.Node, "Copy", want, &e) != nil {
			continue
		}
		n.mu.Lock()
		n.keep(e.Items)
		for _, m := range e.Announced {
			n.expect(m)
		}
		n.mu.Unlock()
	}
	n.meet(ctx, pred)
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.pred == pred {
		n.ready = pred.ID
	}
}

// meet asks who has announced itself after the predecessor whether it has joined. If so,
// it is the predecessor.
//
//lab:omit
func (n *node) meet(ctx context.Context, pred ringapi.Member) {
	n.mu.Lock()
	announced := n.newcomers(pred.ID, n.cfg.Self.ID)
	n.mu.Unlock()
	for _, m := range announced {
		switch _, err := n.look(ctx, m); {
		case err == nil:
			n.notify(m)
		case errors.Is(err, context.DeadlineExceeded):
			n.suspect(m)
		}
	}
}

// newcomers are those between two ids that have announced themselves. The lock is held.
//
//lab:omit
func (n *node) newcomers(after, before ringapi.ID) (list []ringapi.Member) {
	for _, m := range n.announced {
		if inside(after, m.ID, before) {
			list = append(list, m)
		}
	}
	return list
}

// Copy gives another node what it wants.
//
//lab:omit
func (d *desk) Copy(want Want, e *Estate) error {
	n := d.n
	n.mu.Lock()
	defer n.mu.Unlock()
	if !n.member {
		return errNoMember
	}
	for _, it := range n.choose(func(id ringapi.ID) bool { return between(want.After, id, want.Upto) }) {
		if want.Versions[it.Key].Compare(it.Version) < 0 {
			e.Items = append(e.Items, it)
		}
	}
	e.Announced = n.newcomers(want.After, want.Upto)
	return nil
}

// bequeath gives everything to those that come next, before the node leaves: of each key
// there shall be as many copies as before. It returns who has it.
//
//lab:todo D
func (n *node) bequeath(ctx context.Context, next []ringapi.Member) (heirs []ringapi.Member) {
	n.mu.Lock()
	all := n.choose(func(ringapi.ID) bool { return true })
	n.mu.Unlock()
	for _, m := range next {
		for range 3 {
			if n.call(ctx, m.Node, "Keep", all, nil) == nil {
				heirs = append(heirs, m)
				break
			}
		}
	}
	return heirs
}
