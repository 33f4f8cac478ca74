package journal

import (
	"errors"

	"faultline/labs/disk"
	"faultline/labs/journal/journalapi"
)

// blocks are the contents of blocks by their number.
type blocks map[uint32][]byte

// A change is what one operation does to the disk. Nothing of it is seen by others
// before the operation has succeeded; if it fails, nothing ever is.
type change struct {
	//lab:begin A
	fs     *fileSystem
	logged blocks          // what goes through the log
	fresh  blocks          // what is in blocks that were free: it can be written to its place at once
	freed  map[uint32]bool // blocks that were in use, and are free after it
	err    error           // of the disk, the first: from then on every block reads as zero
	//lab:end
}

// mostBlocks is how many blocks a change logs at most. A rename takes most: entries
// in two directories, a new block for one of them and the indirect block that names
// it, the bitmap, and ".." and four inodes.
//
//lab:omit
const mostBlocks = 10

// update carries out an operation: all of it, or nothing and an error. It returns when
// the operation is durable, unless the file system was mounted with Delayed.
//
//lab:todo A
func (f *fileSystem) update(operation func(*change) error) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	joined, err := f.perform(operation)
	if errors.Is(err, journalapi.ErrNoSpace) && f.freeing() {
		if err = f.settle(f.running); err == nil { // now what they freed may be used again
			joined, err = f.perform(operation)
		}
	}
	if err != nil || f.delayed {
		return err
	}
	return f.settle(joined)
}

// perform carries out an operation in memory, and returns the group that it joined.
//
//lab:omit
func (f *fileSystem) perform(operation func(*change) error) (*group, error) {
	for f.failed == nil && len(f.running.logged)+mostBlocks > f.log.capacity() {
		f.settle(f.running)
	}
	switch {
	case f.closed:
		return nil, journalapi.ErrClosed
	case f.failed != nil:
		return nil, f.failed
	}
	c := &change{fs: f, logged: blocks{}, fresh: blocks{}, freed: map[uint32]bool{}}
	err := operation(c)
	if c.err != nil {
		err = c.err
	}
	if err != nil {
		return nil, err
	}
	f.running.join(c)
	return f.running, nil
}

// look carries out an operation that changes nothing.
//
//lab:omit
func (f *fileSystem) look(operation func(*change) error) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.closed {
		return journalapi.ErrClosed
	}
	c := &change{fs: f}
	if err := operation(c); c.err == nil {
		return err
	}
	return c.err
}

// read returns a block as the operation sees it. It belongs to others, too: only what
// edit returns may be changed.
//
//lab:omit
func (c *change) read(bn uint32) []byte {
	f, g := c.fs, c.fs.committing
	if g == nil {
		g = &group{}
	}
	for _, place := range [...]blocks{c.logged, c.fresh, f.running.logged, f.running.fresh,
		g.logged, g.fresh, f.logged, f.cache} {
		if b, ok := place[bn]; ok {
			return b
		}
	}
	b := make([]byte, disk.BlockSize)
	if c.err == nil {
		c.err = f.device.Read(uint64(bn), b)
	}
	if len(f.cache) >= mostCached {
		clear(f.cache)
	}
	if c.err == nil {
		f.cache[bn] = b
	}
	return b
}

// mostCached is how many blocks are kept in memory that are not on their way to the
// disk.
//
//lab:omit
const mostCached = 256

// edit returns a block to be changed.
//
//lab:omit
func (c *change) edit(bn uint32) []byte {
	place := c.logged
	if c.isFresh(bn) {
		place = c.fresh
	}
	if b, ok := place[bn]; ok {
		return b
	}
	place[bn] = append([]byte(nil), c.read(bn)...)
	return place[bn]
}

// isFresh reports whether a block was free before the running group, and holds part
// of a file. Until the group is committed, nothing on the disk refers to it.
//
//lab:omit
func (c *change) isFresh(bn uint32) bool {
	return c.fresh[bn] != nil || c.fs.running.fresh[bn] != nil
}

// allocate returns a block that was free, all zero. A block that was freed may still
// be referred to by what is on the disk: it is not taken before that is committed.
//
//lab:omit
func (c *change) allocate(place blocks) (bn uint32, err error) {
	bits := c.read(c.fs.super.BitmapStart)
	for bn := c.fs.super.DataStart; bn < c.fs.super.Blocks; bn++ {
		if bits[bn/8]&(1<<(bn%8)) == 0 && !c.freed[bn] && !c.fs.frees(bn) {
			c.edit(c.fs.super.BitmapStart)[bn/8] |= 1 << (bn % 8)
			place[bn] = make([]byte, disk.BlockSize)
			return bn, nil
		}
	}
	return 0, journalapi.ErrNoSpace
}

// frees reports whether a block was freed, and that is not committed.
//
//lab:omit
func (f *fileSystem) frees(bn uint32) bool {
	return f.running.freed[bn] || f.committing != nil && f.committing.freed[bn]
}

// freeing reports whether there are such blocks.
//
//lab:omit
func (f *fileSystem) freeing() bool {
	return len(f.running.freed) > 0 || f.committing != nil && len(f.committing.freed) > 0
}

// free gives a block back. 0 is none.
//
//lab:omit
func (c *change) free(bn uint32) {
	if bn == 0 {
		return
	}
	c.edit(c.fs.super.BitmapStart)[bn/8] &^= 1 << (bn % 8)
	delete(c.logged, bn)
	delete(c.fresh, bn)
	c.freed[bn] = true
}
