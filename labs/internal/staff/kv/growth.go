package kv

import (
	"context"
	"maps"
	"slices"
)

// A move copies a key to a node, and may take it off another one afterwards.
//
//lab:omit
type move struct {
	key      string
	from, to *member
	epoch    uint64
	leave    string // "" for none
}

// A drop is a copy that has to go. Until it is gone, it takes room.
//
//lab:omit
type drop struct {
	key   string
	from  *member
	epoch uint64
}

// rebalance brings every key to as many nodes as it should have, then every node to
// as many keys as it should have.
//
//lab:todo D
func (d *directory) rebalance() {
	d.measure()
	d.mu.Lock()
	keys := slices.Sorted(maps.Keys(d.keys))
	d.mu.Unlock()
	for _, key := range keys {
		for d.carryOut(d.mend(key)) {
		}
	}
	d.dropAll()
	for d.carryOut(d.level()) {
	}
	d.dropAll()
}

// measure works out how many nodes the reads of each key call for. That rises at
// once, and falls slowly: a key that is read in bursts is not copied for each.
//
//lab:omit
func (d *directory) measure() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.cfg.HotReads == 0 {
		return
	}
	share := d.cfg.HotReads * int(d.cfg.Rebalance.Milliseconds()) / 1000
	for _, e := range d.keys {
		e.wanted = max((e.reads+share-1)/max(share, 1), e.wanted-1)
		e.reads = 0
	}
}

// mend returns the next step towards the nodes that a key should have, nil if there
// is none.
//
//lab:omit
func (d *directory) mend(key string) *move {
	d.mu.Lock()
	defer d.mu.Unlock()
	e := d.keys[key]
	want := max(d.cfg.Replicas, e.wanted)
	for len(e.replicas) > want {
		d.leave(key, d.spare(e))
	}
	to := d.best(key, e.replicas)
	switch {
	case to == nil || len(e.replicas) == 0:
		return nil
	case len(e.replicas) < want:
		return d.begin(key, to, "")
	}
	for _, name := range e.replicas { // one of two in a rack moves to a rack that has none
		if !d.newRack(d.members[name], e.replicas) && d.newRack(to, e.replicas) {
			return d.begin(key, to, name)
		}
	}
	return nil
}

// spare is the replica that can best be done without: one of several in a rack if
// there is one, and the fullest.
//
//lab:omit
func (d *directory) spare(e *listing) string {
	return slices.MaxFunc(e.replicas, func(a, b string) int {
		x, y := d.members[a], d.members[b]
		alone, other := d.newRack(x, e.replicas), d.newRack(y, e.replicas)
		switch {
		case alone != other && other, alone == other && x.fill() > y.fill():
			return 1
		}
		return -1
	})
}

// level returns a move from a node to one that is less full, nil if there is none
// that makes a difference.
//
//lab:omit
func (d *directory) level() *move {
	d.mu.Lock()
	defer d.mu.Unlock()
	nodes := d.living()
	slices.SortStableFunc(nodes, func(a, b *member) int { return a.load*b.capacity - b.load*a.capacity })
	for i := len(nodes) - 1; i > 0; i-- {
		for _, to := range nodes[:i] {
			from := nodes[i]
			if (from.load-1)*to.capacity < (to.load+1)*from.capacity {
				break // it would only change places
			}
			for _, key := range slices.Sorted(maps.Keys(from.holds)) {
				if to.canTake(key) && d.mayMove(d.keys[key], from, to) {
					return d.begin(key, to, from.Node)
				}
			}
		}
	}
	return nil
}

// mayMove reports whether the key can go from one node to the other and be in as
// many racks as before.
//
//lab:omit
func (d *directory) mayMove(e *listing, from, to *member) bool {
	rest := without(e.replicas, from.Node)
	return len(rest) < len(e.replicas) && (d.newRack(to, rest) || !d.newRack(from, rest))
}

// begin begins a copy: from now on Puts go to the new node as well.
//
//lab:omit
func (d *directory) begin(key string, to *member, leave string) *move {
	e := d.keys[key]
	e.epoch++
	e.joining = to.Node
	to.take(key)
	return &move{key, d.members[e.replicas[0]], to, e.epoch, leave}
}

// carryOut makes the copy. It reports whether there was one and all went well.
//
//lab:omit
func (d *directory) carryOut(m *move) bool {
	if m == nil {
		return false
	}
	ctx, cancel := context.WithTimeout(context.Background(), 2*d.cfg.Timeout)
	defer cancel()
	pull := Pull{Touch{m.to.Session, m.epoch, m.key}, m.from.Replica}
	var status Status
	err := d.process.Call(ctx, m.to.Node, nodeService+".Copy", pull, &status)

	d.mu.Lock()
	defer d.mu.Unlock()
	e := d.keys[m.key]
	if m.to.dead || e.joining != m.to.Node {
		return false
	}
	e.joining = ""
	if err != nil || status != Fine {
		d.forget(m.key, m.to)
		return false
	}
	e.replicas = append(without(e.replicas, ""), m.to.Node)
	if slices.Contains(e.replicas, m.leave) {
		d.leave(m.key, m.leave)
	}
	return true
}

// leave takes a node off a key's list.
//
//lab:omit
func (d *directory) leave(key, name string) {
	e := d.keys[key]
	e.replicas = without(e.replicas, name)
	d.forget(key, d.members[name])
}

// forget has a node drop what it has of a key. The epoch keeps a Drop that comes
// late from a node that has been given the key again.
//
//lab:omit
func (d *directory) forget(key string, m *member) {
	e := d.keys[key]
	e.epoch++
	m.load--
	d.drops = append(d.drops, drop{key, m, e.epoch})
}

// dropAll tells the nodes what they need not hold any more, until they confirm it.
//
//lab:omit
func (d *directory) dropAll() {
	d.mu.Lock()
	drops := slices.Clone(d.drops)
	d.mu.Unlock()
	for _, x := range drops {
		ctx, cancel := context.WithTimeout(context.Background(), d.cfg.Timeout)
		var status Status
		err := d.process.Call(ctx, x.from.Node, nodeService+".Drop", Touch{x.from.Session, x.epoch, x.key}, &status)
		cancel()
		d.mu.Lock()
		if i := slices.Index(d.drops, x); err == nil && i >= 0 {
			d.drops = slices.Delete(d.drops, i, i+1)
			delete(x.from.holds, x.key)
		}
		d.mu.Unlock()
	}
}
