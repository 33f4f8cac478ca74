package ring

import (
	"context"
	"fmt"
	"slices"

	"faultline/labs/ring/ringapi"
)

// Get implements ringapi.Store.
//
//lab:todo D
func (n *node) Get(ctx context.Context, key string) ([]byte, ringapi.Version, error) {
	found, err := n.atOwner(ctx, key, "Read", key)
	it := found.Item
	if err == nil && (it.Deleted || it.Version == ringapi.Version{}) {
		err = ringapi.ErrNoKey
	}
	if err != nil {
		return nil, ringapi.Version{}, err
	}
	return it.Value, it.Version, nil
}

// Put implements ringapi.Store.
//
//lab:todo D
func (n *node) Put(ctx context.Context, key string, value []byte) (ringapi.Version, error) {
	return n.write(ctx, Item{Key: key, Value: value})
}

// Delete implements ringapi.Store.
//
//lab:todo D
func (n *node) Delete(ctx context.Context, key string) (ringapi.Version, error) {
	return n.write(ctx, Item{Key: key, Deleted: true})
}

// write first finds out which version is the latest, and then has its own item stored as
// a later one. However often that is tried, and whoever is the owner then: it is one
// version, and storing it twice is storing it once.
//
//lab:omit
func (n *node) write(ctx context.Context, it Item) (ringapi.Version, error) {
	found, err := n.atOwner(ctx, it.Key, "Read", it.Key)
	if err != nil {
		return ringapi.Version{}, err
	}
	n.mu.Lock()
	n.clock = max(n.clock, found.Version.N) + 1
	it.Version = ringapi.Version{N: n.clock, By: fmt.Sprintf("%s/%d", n.process.Name(), n.process.Incarnation())}
	n.mu.Unlock()
	if _, err := n.atOwner(ctx, it.Key, "Write", it); err != nil {
		return ringapi.Version{}, err
	}
	return it.Version, nil
}

// Found is what a node says of a key: the item if the key is Mine, and otherwise whom to
// ask instead, if it knows.
//
//lab:omit
type Found struct {
	Mine bool
	Ask  ringapi.Member
	Item
}

// atOwner has a method executed by the owner of a key. Who is asked must agree that he is
// the owner: this node may have an old view of the ring.
//
//lab:omit
func (n *node) atOwner(ctx context.Context, key, method string, args any) (Found, error) {
	for {
		next, err := n.Lookup(ctx, n.id(key))
		if err != nil {
			return Found{}, err
		}
		for range n.cfg.Successors + 2 {
			var f Found
			err := n.call(ctx, next.Node, method, args, &f)
			if err == nil && f.Mine {
				return f, nil
			}
			if next = f.Ask; err != nil || next.Node == "" {
				break
			}
		}
		if err := n.wait(ctx, n.cfg.Timeout/2); err != nil {
			return Found{}, err
		}
	}
}

// Read tells the owner's item.
//
//lab:omit
func (d *desk) Read(key string, f *Found) (err error) {
	n := d.n
	n.mu.Lock()
	defer n.mu.Unlock()
	*f, err = n.entry(key)
	return err
}

// entry is what this node says of a key. The lock is held.
//
//lab:omit
func (n *node) entry(key string) (Found, error) {
	id, pred := n.id(key), n.pred
	switch {
	case !n.member:
		return Found{}, errNoMember
	case n.owns(id):
		return Found{Mine: true, Item: n.items[key]}, nil
	case pred.Node != "" && !between(pred.ID, id, n.cfg.Self.ID):
		return Found{Ask: pred}, nil
	}
	return Found{}, nil // it is this node's, but not everything is here yet
}

// Write stores an item with the owner and those who hold it too. If the owner has a later
// one, that has been written at the same time.
//
//lab:omit
func (d *desk) Write(ctx context.Context, it Item, f *Found) (err error) {
	n := d.n
	n.mu.Lock()
	*f, err = n.entry(it.Key)
	if f.Mine {
		n.keep([]Item{it})
	}
	n.mu.Unlock()
	if err == nil && f.Mine {
		n.replicate(ctx, []Item{it})
	}
	return err
}

// replicate stores items with the next r-1 members that live.
//
//lab:omit
func (n *node) replicate(ctx context.Context, items []Item) {
	var kept []ringapi.Member
	for {
		heirs := n.heirs()
		i := slices.IndexFunc(heirs, func(m ringapi.Member) bool { return !slices.Contains(kept, m) })
		if i < 0 {
			return
		}
		err := n.call(ctx, heirs[i].Node, "Keep", items, nil)
		if err != nil { // a message may have been lost
			err = n.call(ctx, heirs[i].Node, "Keep", items, nil)
		}
		if err != nil {
			n.suspect(heirs[i])
			continue
		}
		kept = append(kept, heirs[i])
	}
}

// heirs are the members that hold what this node owns, beside itself.
//
//lab:omit
func (n *node) heirs() []ringapi.Member {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.succ[:min(len(n.succ), n.cfg.Successors-1)]
}
