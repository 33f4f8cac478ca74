package ring

import (
	"maps"
	"slices"

	"faultline/labs/ring/ringapi"
)

// An Item is a key with what was written to it last. That of a deleted key is kept as
// well: it outlasts the older values that others may still have.
//
//lab:omit
type Item struct {
	Key     string
	Value   []byte
	Deleted bool
	Version ringapi.Version
}

// Keys implements ringapi.Store.
//
//lab:todo D
func (n *node) Keys() (keys []string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, key := range slices.Sorted(maps.Keys(n.items)) {
		if !n.items[key].Deleted {
			keys = append(keys, key)
		}
	}
	return keys
}

// id is where a key lives.
//
//lab:omit
func (n *node) id(key string) ringapi.ID { return KeyID(key, n.cfg.Bits) }

// keep takes in items, except where it has a later version. That makes it right to send
// an item twice, late, or from several sides. The lock is held.
//
//lab:omit
func (n *node) keep(items []Item) {
	for _, it := range items {
		if had, ok := n.items[it.Key]; ok && had.Version.Compare(it.Version) >= 0 {
			continue
		}
		n.items[it.Key] = it
		n.claimed[it.Key] = n.rounds
	}
}

// Keep is called by those who have items for this node.
//
//lab:omit
func (d *desk) Keep(items []Item, _ *struct{}) error {
	n := d.n
	n.mu.Lock()
	defer n.mu.Unlock()
	if !n.member {
		return errNoMember
	}
	n.keep(items)
	return nil
}

// choose returns the items whose ids fit, in the order of their keys. The lock is held.
//
//lab:omit
func (n *node) choose(fits func(id ringapi.ID) bool) (items []Item) {
	for _, key := range slices.Sorted(maps.Keys(n.items)) {
		if fits(n.id(key)) {
			items = append(items, n.items[key])
		}
	}
	return items
}

// owns reports whether an id is this node's own, and all that was written there is here.
// The lock is held.
//
//lab:omit
func (n *node) owns(id ringapi.ID) bool { return n.member && between(n.ready, id, n.cfg.Self.ID) }

// versions are the versions of items by their keys.
//
//lab:omit
func versions(items []Item) map[string]ringapi.Version {
	list := make(map[string]ringapi.Version)
	for _, it := range items {
		list[it.Key] = it.Version
	}
	return list
}
