package kv

import (
	"maps"
	"slices"
	"sync"
	"time"

	"faultline/labrpc"
	"faultline/labs/kv/kvapi"
)

// A directory knows the nodes, and for each key who holds it.
type directory struct {
	//lab:begin C
	process *labrpc.Process
	cfg     kvapi.DirectoryConfig

	mu      sync.Mutex // never held while a call is under way
	members map[string]*member
	keys    map[string]*listing
	writes  map[string]written // by router
	drops   []drop             // not confirmed yet
	//lab:end
}

// A member is the latest session of a node.
//
//lab:omit
type member struct {
	Replica
	rack     string
	capacity int
	heard    time.Time
	dead     bool
	holds    map[string]bool // keys that take its room, also those that it has not dropped yet
	load     int             // how many of them it shall keep
}

// A listing is what the directory knows of a key.
//
//lab:omit
type listing struct {
	version  uint64
	epoch    uint64
	replicas []string // the nodes that reads go to; none: the key is lost
	joining  string   // a node that gets every Put, but no reads until it has a copy
	turn     int      // which replica is asked first next time
	reads    int      // since the directory last looked (stage D)
	wanted   int      // how many nodes the reads call for (stage D)
}

// Written is the latest Put of a router. One that comes again keeps its version.
//
//lab:omit
type written struct {
	incarnation uint32
	number      uint64
	version     uint64
}

// NewDirectory starts the directory, which owns the process.
//
//lab:todo C
func NewDirectory(p *labrpc.Process, cfg kvapi.DirectoryConfig) kvapi.Directory {
	d := &directory{
		process: p,
		cfg:     cfg,
		members: map[string]*member{},
		keys:    map[string]*listing{},
		writes:  map[string]written{},
	}
	p.Register(directoryService, &directoryHandlers{d})
	go d.every(cfg.Timeout/2, d.buryDead)
	if cfg.Rebalance > 0 {
		go d.every(cfg.Rebalance, d.rebalance)
	}
	return d
}

// every does something at intervals while the process lives.
//
//lab:omit
func (d *directory) every(interval time.Duration, what func()) {
	ticker := time.NewTicker(interval)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
			what()
		case <-d.process.Done():
			return
		}
	}
}

// Where implements kvapi.Directory.
//
//lab:todo C
func (d *directory) Where(key string) []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	if e := d.keys[key]; e != nil {
		return slices.Clone(e.replicas)
	}
	return nil
}

// Close implements kvapi.Directory.
//
//lab:todo C
func (d *directory) Close() { d.process.Close() }

// buryDead takes the nodes that have been silent for too long off every list.
//
//lab:omit
func (d *directory) buryDead() {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, m := range d.members {
		if !m.dead && time.Since(m.heard) > d.cfg.DeadAfter {
			d.bury(m)
		}
	}
}

// bury ends a session: whatever the node says later, it is on no list any more.
//
//lab:omit
func (d *directory) bury(m *member) {
	m.dead = true
	for key := range m.holds {
		e := d.keys[key]
		e.replicas = without(e.replicas, m.Node)
		if e.joining == m.Node {
			e.joining = ""
		}
	}
	m.holds = nil
	d.drops = slices.DeleteFunc(d.drops, func(x drop) bool { return x.from == m })
}

// beat takes in a sign of life.
//
//lab:omit
func (d *directory) beat(b Beat) Rejoin {
	d.mu.Lock()
	defer d.mu.Unlock()
	m := d.members[b.Node]
	switch {
	case m == nil || b.Session > m.Session:
		if m != nil && !m.dead {
			d.bury(m) // it came back before it was missed, and has nothing
		}
		d.members[b.Node] = &member{Replica: b.Replica, rack: b.Rack, capacity: b.Capacity,
			heard: time.Now(), holds: map[string]bool{}}
	case b.Session == m.Session && m.dead:
		return true
	case b.Session == m.Session:
		m.heard = time.Now()
	}
	return false
}

// living are the members that are not dead, in order of name.
//
//lab:omit
func (d *directory) living() (list []*member) {
	for _, name := range slices.Sorted(maps.Keys(d.members)) {
		if m := d.members[name]; !m.dead {
			list = append(list, m)
		}
	}
	return list
}

// place chooses the nodes of a key that has none. It is false if too few have room.
//
//lab:omit
func (d *directory) place(key string, e *listing) bool {
	var chosen []string
	for range min(d.cfg.Replicas, len(d.living())) {
		m := d.best(key, chosen)
		if m == nil {
			return false
		}
		chosen = append(chosen, m.Node)
	}
	for _, name := range chosen {
		d.members[name].take(key)
	}
	e.replicas = chosen
	e.epoch++
	return true
}

// best is the node that a further copy should go to: in a rack that has none yet if
// there is one, and there where most of the room is free. Nil if there is no room.
//
//lab:omit
func (d *directory) best(key string, have []string) (best *member) {
	for _, m := range d.living() {
		if !m.canTake(key) || slices.Contains(have, m.Node) {
			continue
		}
		if best == nil {
			best = m
			continue
		}
		fresh, bestFresh := d.newRack(m, have), d.newRack(best, have)
		if fresh && !bestFresh || fresh == bestFresh && m.fill() < best.fill() {
			best = m
		}
	}
	return best
}

// canTake reports whether there is room for a key, which the node does not have and
// need not drop.
//
//lab:omit
func (m *member) canTake(key string) bool { return len(m.holds) < m.capacity && !m.holds[key] }

//lab:omit
func (m *member) take(key string) {
	m.holds[key] = true
	m.load++
}

// fill says how full a node will be.
//
//lab:omit
func (m *member) fill() float64 { return float64(m.load) / float64(m.capacity) }

// newRack reports whether no other of the nodes is in the rack of m.
//
//lab:omit
func (d *directory) newRack(m *member, nodes []string) bool {
	return !slices.ContainsFunc(nodes, func(name string) bool {
		return name != m.Node && d.members[name].rack == m.rack
	})
}

//lab:omit
func without(list []string, name string) []string {
	return slices.DeleteFunc(slices.Clone(list), func(x string) bool { return x == name })
}
