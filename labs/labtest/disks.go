package labtest

import (
	"cmp"
	"hash/fnv"
	"strconv"
	"sync"

	"faultline/labrpc"
	"faultline/labs/disk"
	"faultline/labs/simsync/points"
)

// A Disk is what a [disk.Device], a [disk.Volume] and a [disk.Log] are to a harness that
// crashes them.
type Disk[D any] interface {
	Crash(disk.Config) D
	Fork(disk.Config) D
	Print() uint64
	Flushes() int
	Writes() int
	Dirty() int
	OpenChoices() []disk.Choice
}

// Volume returns the volume of a node. When the node crashes, by plan or by
// script, its volume crashes with it, and from then on Volume returns the next
// life: a program that is started again asks again. A node may have several,
// with a Config.Name each; the first call with a name decides how it behaves.
//
// What a crash leaves is drawn from the seed, unless cfg.Fate decides, and each
// loss becomes a fault of the run when the program first reads what was lost.
// Given a plan, a crash loses what the plan says, and the flushes fail that it names.
func (t *T) Volume(node *labrpc.Node, cfg disk.Config) *disk.Volume {
	return diskOf(t, node, cfg, disk.NewVolume)
}

// Log returns the log of a node. It is like Volume.
func (t *T) Log(node *labrpc.Node, cfg disk.Config) *disk.Log {
	return diskOf(t, node, cfg, disk.NewLog)
}

// lives are those of one disk of a node.
type lives[D Disk[D]] struct {
	mu      sync.Mutex
	now     D
	crashes int
}

func diskOf[D Disk[D]](t *T, node *labrpc.Node, cfg disk.Config, fresh func(disk.Config) D) D {
	cfg.Node, cfg.Name = node.Name(), cmp.Or(cfg.Name, defaultDisk)
	cfg.Point = points.Point
	if !t.quiet {
		cfg.Trace = t.record
	}
	if t.req.Plan != nil && cfg.Fails == nil {
		cfg.Fails = func(n int) bool { return t.failsByPlan(cfg, n) }
	}
	key := cfg.Node + " " + cfg.Name
	t.mu.Lock()
	l, known := t.disks[key].(*lives[D])
	if !known {
		l = &lives[D]{now: fresh(cfg)}
		if t.disks == nil {
			t.disks = map[string]any{}
		}
		t.disks[key] = l
	}
	t.mu.Unlock()
	if !known {
		node.OnCrash(func() { l.crash(t, cfg) })
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.now
}

// defaultDisk is what a disk without a name is called.
const defaultDisk = "disk"

// crash ends a life and begins the next.
func (l *lives[D]) crash(t *T, cfg disk.Config) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.crashes++
	fault := labrpc.Fault{Kind: labrpc.Lose, From: cfg.Node, Disk: cfg.Name, Point: labrpc.AtCrash, N: l.crashes}
	switch {
	case t.req.Plan != nil:
		cfg.Fate = plannedLosses(*t.req.Plan, fault).Fate()
	case cfg.Fate == nil:
		h := fnv.New64a()
		h.Write([]byte(cfg.Node + " " + cfg.Name + " " + strconv.Itoa(l.crashes)))
		cfg.Fate = disk.Draw(t.req.Seed ^ h.Sum64())
	}
	net := t.network()
	cfg.Lost = func(loss disk.Loss) {
		f := fault
		f.Lost = loss.String()
		net.Happen(f)
	}
	l.now = l.now.Crash(cfg)
}

// failsByPlan reports whether the run's plan has a flush of a disk fail, and if so has
// that happen.
func (t *T) failsByPlan(cfg disk.Config, n int) bool {
	fault := labrpc.Fault{Kind: labrpc.Fail, From: cfg.Node, Disk: cfg.Name, N: n}
	for _, f := range *t.req.Plan {
		if f.String() == fault.String() {
			t.network().Happen(fault)
			return true
		}
	}
	return false
}

func (t *T) network() *labrpc.Network {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.net
}

// plannedLosses is all that a plan has for a disk at one of its crashes. A
// request whose plan loses what no disk can was not accepted.
func plannedLosses(p labrpc.Plan, at labrpc.Fault) (all disk.Losses) {
	for _, f := range p {
		if f.Kind == labrpc.Lose && f.From == at.From && f.Disk == at.Disk && f.Point == at.Point && f.N == at.N {
			list, _ := disk.ParseLosses(f.Lost)
			all = append(all, list...)
		}
	}
	return all
}
