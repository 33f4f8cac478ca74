// Package journal is a solution of lab 7.
package journal

import (
	"maps"
	"sync"

	"faultline/labs/disk"
	"faultline/labs/journal/journalapi"
)

// Mkfs is a journalapi.Mkfs. The superblock goes first and comes last: while there
// is none, there is no file system that could be half made.
//
//lab:todo A
func Mkfs(d *disk.Device, g journalapi.Geometry) error {
	super, err := journalapi.NewSuperblock(d.NumBlocks(), g)
	if err != nil {
		return err
	}
	blocks := emptyTree(super)
	maps.Copy(blocks, emptyLog(super))
	if err := writeAndFlush(d, map[uint32][]byte{0: make([]byte, disk.BlockSize)}); err != nil {
		return err
	}
	if err := writeAndFlush(d, blocks); err != nil {
		return err
	}
	first := make([]byte, disk.BlockSize)
	super.Encode(first)
	return writeAndFlush(d, map[uint32][]byte{0: first})
}

// emptyTree is the blocks of a file system that has a root and nothing else.
//
//lab:omit
func emptyTree(super journalapi.Superblock) map[uint32][]byte {
	blocks := map[uint32][]byte{}
	for bn := super.InodeStart; bn <= super.DataStart; bn++ {
		blocks[bn] = make([]byte, disk.BlockSize)
	}
	root := journalapi.Inode{Type: journalapi.Directory, Links: 2, Size: disk.BlockSize}
	root.Direct[0] = super.DataStart
	bn, at := super.Place(journalapi.RootInode)
	root.Encode(blocks[bn][at:])
	putDots(blocks[super.DataStart], journalapi.RootInode, journalapi.RootInode)
	bits := blocks[super.BitmapStart]
	for i := range uint32(journalapi.MaxBlocks) {
		if i <= super.DataStart || i >= super.Blocks {
			bits[i/8] |= 1 << (i % 8)
		}
	}
	return blocks
}

// fileSystem implements journalapi.FileSystem.
type fileSystem struct {
	//lab:begin A
	device  *disk.Device
	super   journalapi.Superblock
	delayed bool
	log     *log // used by whoever commits

	mu         sync.Mutex // held while an operation is carried out, and never while the disk writes
	changed    *sync.Cond // a commit has ended
	running    *group     // operations that nobody has begun to commit
	committing *group     // operations that are on their way to the log; nil for none
	logged     blocks     // committed, and not at their place yet: never changed, but replaced
	cache      blocks     // some of what is at its place
	failed     error      // of the disk: from then on nobody knows what is on it
	closed     bool
	//lab:end
}

// Mount is a journalapi.Mount.
//
//lab:todo A
func Mount(d *disk.Device, o journalapi.Options) (journalapi.FileSystem, error) {
	super, err := readSuperblock(d)
	if err != nil {
		return nil, err
	}
	log, err := recoverLog(d, super)
	if err != nil {
		return nil, err
	}
	f := &fileSystem{device: d, super: super, delayed: o.Delayed, log: log, running: newGroup(), cache: blocks{}}
	f.changed = sync.NewCond(&f.mu)
	return f, nil
}

//lab:omit
func readSuperblock(d *disk.Device) (journalapi.Superblock, error) {
	b := make([]byte, disk.BlockSize)
	if err := d.Read(0, b); err != nil {
		return journalapi.Superblock{}, err
	}
	return journalapi.DecodeSuperblock(b, d.NumBlocks())
}

// Sync implements journalapi.FileSystem.
//
//lab:todo A
func (f *fileSystem) Sync() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.closed {
		return journalapi.ErrClosed
	}
	return f.settle(f.running)
}

// Close implements journalapi.FileSystem.
//
//lab:todo A
func (f *fileSystem) Close() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.closed {
		return journalapi.ErrClosed
	}
	f.closed = true
	if err := f.settle(f.running); err != nil {
		return err
	}
	for f.committing != nil {
		f.changed.Wait()
	}
	return f.log.checkpoint(f.logged)
}
