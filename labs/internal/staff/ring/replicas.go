package ring

import (
	"context"
	"maps"
	"slices"

	"faultline/labs/ring/ringapi"
)

// grace is for how many rounds a node keeps what no owner has told it to hold.
//
//lab:omit
const grace = 3

// syncReplicas compares what the node owns with what those hold who have to. Versions go
// over the network, and values only where somebody lacks one.
//
//lab:todo D
func (n *node) syncReplicas(ctx context.Context) {
	n.takeOver(ctx)
	heirs := n.heirs()
	n.mu.Lock()
	n.rounds++
	own := n.choose(n.owns)
	n.mu.Unlock()
	ok := true
	for _, m := range heirs {
		if len(own) == 0 {
			break
		}
		ok = n.syncReplica(ctx, m, own) && ok
	}
	n.mu.Lock()
	n.safe, n.safeWith = nil, heirs
	if ok {
		n.safe = versions(own)
	}
	n.mu.Unlock()
	n.returnStrays(ctx)
}

// Differences are the keys that a node lacks, and the items that it has in a later version.
//
//lab:omit
type Differences struct {
	Lacks []string
	Later []Item
}

//lab:omit
func (n *node) syncReplica(ctx context.Context, m ringapi.Member, own []Item) bool {
	var diff Differences
	if n.call(ctx, m.Node, "Compare", versions(own), &diff) != nil {
		return false
	}
	n.mu.Lock()
	n.keep(diff.Later)
	n.mu.Unlock()
	return len(diff.Lacks) == 0 || n.call(ctx, m.Node, "Keep", pick(own, diff.Lacks), nil) == nil
}

// pick returns those of the items that have one of the keys.
//
//lab:omit
func pick(items []Item, keys []string) (list []Item) {
	for _, it := range items {
		if slices.Contains(keys, it.Key) {
			list = append(list, it)
		}
	}
	return list
}

// Compare is called by an owner: this node has to hold these keys.
//
//lab:omit
func (d *desk) Compare(theirs map[string]ringapi.Version, diff *Differences) error {
	n := d.n
	n.mu.Lock()
	defer n.mu.Unlock()
	if !n.member {
		return errNoMember
	}
	*diff = n.compare(theirs)
	for key := range theirs {
		n.claimed[key] = n.rounds
	}
	return nil
}

//lab:omit
func (n *node) compare(theirs map[string]ringapi.Version) (diff Differences) {
	for _, key := range slices.Sorted(maps.Keys(theirs)) {
		mine, ok := n.items[key]
		switch c := mine.Version.Compare(theirs[key]); {
		case !ok || c < 0:
			diff.Lacks = append(diff.Lacks, key)
		case c > 0:
			diff.Later = append(diff.Later, mine)
		}
	}
	return diff
}

// returnStrays brings what no owner has asked for to those who own it, and drops it when
// they have it safe. Nobody knows better than the owner who has to hold a key.
//
//lab:todo D
func (n *node) returnStrays(ctx context.Context) {
	n.mu.Lock()
	strays := n.choose(func(id ringapi.ID) bool { return !n.owns(id) })
	strays = slices.DeleteFunc(strays, func(it Item) bool { return n.rounds-n.claimed[it.Key] <= grace })
	n.mu.Unlock()
	for len(strays) > 0 {
		owner, err := n.find(ctx, n.cfg.Self, n.id(strays[0].Key))
		var a Answers
		if err != nil || owner == n.cfg.Self {
			return
		}
		if n.call(ctx, owner.Node, "Return", Stray{n.cfg.Self, versions(strays)}, &a) != nil {
			return
		}
		if len(a.Lacks) > 0 {
			n.call(ctx, owner.Node, "Keep", pick(strays, a.Lacks), nil) // it is dropped in a later round
		}
		n.drop(pick(strays, a.Safe))
		rest := slices.DeleteFunc(slices.Clone(strays), func(it Item) bool { return slices.Contains(a.Mine, it.Key) })
		if len(rest) == len(strays) {
			return // the ring does not agree yet
		}
		strays = rest
	}
}

// drop drops items, unless they have changed.
//
//lab:omit
func (n *node) drop(items []Item) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, it := range items {
		if n.items[it.Key].Version == it.Version && !n.owns(n.id(it.Key)) {
			delete(n.items, it.Key)
			delete(n.claimed, it.Key)
		}
	}
}

// A Stray is what a node has that nobody has asked for.
//
//lab:omit
type Stray struct {
	From     ringapi.Member
	Versions map[string]ringapi.Version
}

// Answers say which of the keys belong to the node that is asked, which of them it lacks
// or has in an earlier version, and which are safe without the one who asks.
//
//lab:omit
type Answers struct{ Mine, Lacks, Safe []string }

// Return is called by a node that has strays.
//
//lab:omit
func (d *desk) Return(s Stray, a *Answers) error {
	n := d.n
	heirs := n.heirs()
	n.mu.Lock()
	defer n.mu.Unlock()
	if !n.member {
		return errNoMember
	}
	for key := range s.Versions {
		if n.owns(n.id(key)) {
			a.Mine = append(a.Mine, key)
		}
	}
	slices.Sort(a.Mine)
	lacks := n.compare(s.Versions).Lacks
	for _, key := range a.Mine {
		switch {
		case slices.Contains(lacks, key):
			a.Lacks = append(a.Lacks, key)
		case n.safe[key] == n.items[key].Version && slices.Equal(n.safeWith, heirs) && !slices.Contains(heirs, s.From):
			a.Safe = append(a.Safe, key)
		}
	}
	return nil
}
