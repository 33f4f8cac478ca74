package journal

import (
	"maps"
	"slices"

	"faultline/labs/disk"
)

// A group is operations that are committed together.
type group struct {
	//lab:begin C
	logged blocks
	fresh  blocks
	freed  map[uint32]bool
	done   bool // it is durable
	//lab:end
}

//lab:omit
func newGroup() *group {
	return &group{logged: blocks{}, fresh: blocks{}, freed: map[uint32]bool{}}
}

// join adds an operation. If it changes a block again, the last contents count.
//
//lab:omit
func (g *group) join(c *change) {
	for bn := range c.freed {
		delete(g.logged, bn)
		delete(g.fresh, bn)
		g.freed[bn] = true
	}
	maps.Copy(g.logged, c.logged)
	maps.Copy(g.fresh, c.fresh)
}

// settle waits until a group is durable. Whoever comes while nobody commits does it
// for all who have joined meanwhile: that is group commit. The lock is held before
// and after, and not while the disk writes.
//
//lab:todo C
func (f *fileSystem) settle(g *group) error {
	for !g.done && f.failed == nil {
		if f.committing != nil {
			f.changed.Wait()
		} else {
			f.commit()
		}
	}
	return f.failed
}

// commit makes the running group durable. A disk that failed is not asked again: it
// forgets what it failed to write.
//
//lab:todo B
func (f *fileSystem) commit() {
	g := f.running
	f.running, f.committing = newGroup(), g
	logged := f.logged
	f.mu.Unlock()
	checkpointed, err := f.write(g, logged)
	f.mu.Lock()
	if checkpointed {
		maps.Copy(f.cache, logged)
		logged = nil
	}
	maps.Copy(f.cache, g.fresh)
	f.logged = blocks{}
	maps.Copy(f.logged, logged)
	for bn := range g.freed {
		delete(f.logged, bn)
	}
	maps.Copy(f.logged, g.logged)
	f.failed = err
	g.done = err == nil
	f.committing = nil
	f.changed.Broadcast()
}

// write brings a group into the log, behind what is logged already. What is in fresh
// blocks is at its place before anything refers to it. The log need not have copies of
// blocks that the group frees: they are revoked, or a recovery would write them over
// what comes there next.
//
//lab:omit
func (f *fileSystem) write(g *group, logged blocks) (checkpointed bool, err error) {
	if len(g.logged) == 0 {
		return false, nil
	}
	if !f.log.fits(len(g.logged)) {
		checkpointed = true
		if err := f.log.checkpoint(logged); err != nil {
			return true, err
		}
		logged = nil
	}
	var revoked []uint32
	for bn := range g.freed {
		if logged[bn] != nil {
			revoked = append(revoked, bn)
		}
	}
	slices.Sort(revoked)
	if err := write(f.device, g.fresh); err != nil {
		return checkpointed, err
	}
	return checkpointed, f.log.append(g.logged, revoked)
}

// write writes blocks in the order of their numbers.
//
//lab:omit
func write(d *disk.Device, b blocks) error {
	for _, bn := range slices.Sorted(maps.Keys(b)) {
		if err := d.Write(uint64(bn), b[bn]); err != nil {
			return err
		}
	}
	return nil
}

//lab:omit
func writeAndFlush(d *disk.Device, b blocks) error {
	if err := write(d, b); err != nil {
		return err
	}
	return d.Flush()
}
