package ring

import (
	"context"

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

// A Want asks for the items of a range that are not there in these versions.
//
//lab:omit
type Want struct {
	After, Upto ringapi.ID
	Versions    map[string]ringapi.Version
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
		var items []Item
		if n.call(ctx, m.Node, "Copy", want, &items) != nil {
			continue
		}
		n.mu.Lock()
		n.keep(items)
		n.mu.Unlock()
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.pred == pred {
		n.ready = pred.ID
	}
}

// Copy gives another node what it wants.
//
//lab:omit
func (d *desk) Copy(want Want, items *[]Item) error {
	n := d.n
	n.mu.Lock()
	defer n.mu.Unlock()
	if !n.member {
		return errNoMember
	}
	for _, it := range n.choose(func(id ringapi.ID) bool { return between(want.After, id, want.Upto) }) {
		if want.Versions[it.Key].Compare(it.Version) < 0 {
			*items = append(*items, it)
		}
	}
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
