package journal

import (
	"encoding/binary"
	"fmt"
	"slices"

	"faultline/labs/disk"
	"faultline/labs/journal/journalapi"
)

// Fsck is a journalapi.Fsck. It looks at the disk as it will be when the log has been
// carried out, mends it in memory, and writes what it has changed. A crash while it
// writes leaves another damaged disk, which another Fsck mends.
//
//lab:todo D
func Fsck(d *disk.Device, repair bool) (problems []string, err error) {
	super, err := readSuperblock(d)
	if err != nil {
		return nil, err
	}
	l, redo, err := readLog(d, super)
	if err != nil {
		return nil, err
	}
	k := &checker{device: d, super: super, image: redo, changed: blocks{}, owner: map[uint32]uint32{}}
	k.checkInodes()
	k.checkDirectories()
	k.checkTree()
	k.checkLinks()
	k.checkBitmap()
	if k.err != nil || !repair {
		return k.problems, k.err
	}
	if len(k.changed) > 0 {
		if err := writeAndFlush(d, k.changed); err != nil {
			return k.problems, err
		}
	}
	return k.problems, l.checkpoint(redo) // whose blocks are those that were changed
}

// A checker goes over a disk in passes. Each believes what those before it have mended.
type checker struct {
	//lab:begin D
	device   *disk.Device
	super    journalapi.Superblock
	image    blocks            // what has been read, and mended
	changed  blocks            // what of it has been mended
	owner    map[uint32]uint32 // the inode that each block in use belongs to
	problems []string
	err      error // of the disk, the first
	//lab:end
}

//lab:omit
func (k *checker) found(format string, args ...any) {
	k.problems = append(k.problems, fmt.Sprintf(format, args...))
}

//lab:omit
func (k *checker) read(bn uint32) []byte {
	if b, ok := k.image[bn]; ok {
		return b
	}
	b := make([]byte, disk.BlockSize)
	if k.err == nil {
		k.err = k.device.Read(uint64(bn), b)
	}
	k.image[bn] = b
	return b
}

//lab:omit
func (k *checker) edit(bn uint32) []byte {
	b := k.read(bn)
	k.changed[bn] = b
	return b
}

//lab:omit
func (k *checker) inode(n uint32) journalapi.Inode {
	bn, at := k.super.Place(n)
	return journalapi.DecodeInode(k.read(bn)[at:])
}

//lab:omit
func (k *checker) setInode(n uint32, inode journalapi.Inode) {
	bn, at := k.super.Place(n)
	inode.Encode(k.edit(bn)[at:])
}

// checkInodes is the first pass: each inode by itself, and who owns which block.
//
//lab:todo D
func (k *checker) checkInodes() {
	for n := range k.super.Inodes {
		bn, at := k.super.Place(n)
		raw := k.read(bn)[at : at+journalapi.InodeSize]
		inode := journalapi.DecodeInode(raw)
		switch {
		case n == journalapi.RootInode && inode.Type != journalapi.Directory:
			k.found("inode %d, the root, is no directory", n)
			inode.Type = journalapi.Directory
		case inode.Type > journalapi.Directory || n == 0 && inode.Type != journalapi.Free:
			k.found("inode %d has the type %d", n, inode.Type)
			inode = journalapi.Inode{}
		case inode.Type == journalapi.Free:
			inode = journalapi.Inode{}
		}
		if inode.Type != journalapi.Free {
			k.checkBlocks(n, &inode)
		}
		want := make([]byte, journalapi.InodeSize)
		inode.Encode(want)
		if !slices.Equal(raw, want) {
			k.found("inode %d is not as it should be", n)
			k.setInode(n, inode)
		}
	}
	for n := range k.super.Inodes { // now that it is known which blocks are free
		if k.inode(n).Type == journalapi.Directory {
			k.closeGaps(n)
		}
	}
}

// checkBlocks takes away from an inode what it cannot own.
//
//lab:omit
func (k *checker) checkBlocks(n uint32, inode *journalapi.Inode) {
	inode.Indirect = k.claim(n, inode.Indirect, true)
	size := min(inode.Size, journalapi.MaxFile)
	if size != inode.Size {
		k.found("inode %d has %d bytes", n, inode.Size)
	}
	end := 0
	for i := range journalapi.Direct + journalapi.Pointers {
		inside := inode.Type == journalapi.Directory || inode.Size > journalapi.MaxFile || i < blocksOf(size)
		if i < journalapi.Direct {
			inode.Direct[i] = k.claim(n, inode.Direct[i], inside)
		} else if inode.Indirect != 0 {
			at := 4 * (i - journalapi.Direct)
			bn := binary.BigEndian.Uint32(k.read(inode.Indirect)[at:])
			if now := k.claim(n, bn, inside); now != bn {
				binary.BigEndian.PutUint32(k.edit(inode.Indirect)[at:], now)
			}
		}
		if k.at(inode, i) != 0 {
			end = i + 1
		}
	}
	if inode.Size > journalapi.MaxFile {
		size = uint64(end) * disk.BlockSize
	}
	inode.Size = size
	last, rest := blocksOf(size)-1, int(size%disk.BlockSize)
	if bn := k.at(inode, max(last, 0)); rest > 0 && bn != 0 && inode.Type == journalapi.File {
		if tail := k.read(bn)[rest:]; slices.ContainsFunc(tail, func(b byte) bool { return b != 0 }) {
			k.found("inode %d has something behind its end", n)
			clear(k.edit(bn)[rest:])
		}
	}
}

// claim returns the block if the inode can own it, or else 0.
//
//lab:omit
func (k *checker) claim(n, bn uint32, inside bool) uint32 {
	switch {
	case bn == 0:
		return 0
	case bn < k.super.DataStart || bn >= k.super.Blocks:
		k.found("inode %d refers to block %d, which holds no data", n, bn)
		return 0
	case k.owner[bn] != 0:
		k.found("inode %d refers to block %d of inode %d", n, bn, k.owner[bn])
		return 0
	case !inside:
		k.found("inode %d has block %d behind its end", n, bn)
		return 0
	}
	k.owner[bn] = n
	return bn
}

// at is where block i of a file is.
//
//lab:omit
func (k *checker) at(inode *journalapi.Inode, i int) uint32 {
	switch {
	case i < journalapi.Direct:
		return inode.Direct[i]
	case inode.Indirect == 0:
		return 0
	}
	return binary.BigEndian.Uint32(k.read(inode.Indirect)[4*(i-journalapi.Direct):])
}

// closeGaps makes of what is left of a directory one that has no holes, and one block
// at least.
//
//lab:omit
func (k *checker) closeGaps(n uint32) {
	inode := k.inode(n)
	var list []uint32
	for i := range journalapi.Direct + journalapi.Pointers {
		if bn := k.at(&inode, i); bn != 0 {
			list = append(list, bn)
		}
	}
	if len(list) > 0 && inode.Size == uint64(len(list))*disk.BlockSize && k.at(&inode, len(list)-1) != 0 {
		return
	}
	k.found("directory %d has %d blocks and %d bytes", n, len(list), inode.Size)
	if len(list) == 0 {
		list = append(list, k.take(n))
	}
	k.setBlocks(n, list)
}

// setBlocks gives a directory just these blocks.
//
//lab:omit
func (k *checker) setBlocks(n uint32, list []uint32) {
	inode := k.inode(n)
	inode.Size, inode.Direct = uint64(len(list))*disk.BlockSize, [journalapi.Direct]uint32{}
	if len(list) > journalapi.Direct && inode.Indirect == 0 {
		inode.Indirect = k.take(n)
	}
	if inode.Indirect != 0 {
		clear(k.edit(inode.Indirect))
	}
	for i, bn := range list {
		if i < journalapi.Direct {
			inode.Direct[i] = bn
		} else {
			binary.BigEndian.PutUint32(k.edit(inode.Indirect)[4*(i-journalapi.Direct):], bn)
		}
	}
	k.setInode(n, inode)
}

// take gives a free block to an inode.
//
//lab:omit
func (k *checker) take(n uint32) uint32 {
	for bn := k.super.DataStart; bn < k.super.Blocks; bn++ {
		if k.owner[bn] == 0 {
			k.owner[bn] = n
			clear(k.edit(bn))
			return bn
		}
	}
	k.err = journalapi.ErrNoSpace
	return k.super.DataStart
}

// checkLinks is the pass before the last: the links that inodes count.
//
//lab:todo D
func (k *checker) checkLinks() {
	links := map[uint32]uint16{journalapi.RootInode: 1}
	for n := range k.super.Inodes {
		if k.inode(n).Type == journalapi.Directory {
			k.entries(n, func(_ place, e journalapi.Entry) { links[e.Inode]++ })
		}
	}
	links[journalapi.RootInode]-- // its ".." is its own
	for n := range k.super.Inodes {
		if inode := k.inode(n); inode.Type != journalapi.Free && inode.Links != links[n] {
			k.found("inode %d counts %d links and has %d", n, inode.Links, links[n])
			inode.Links = links[n]
			k.setInode(n, inode)
		}
	}
}

// checkBitmap is the last pass: by now it is known who owns which block.
//
//lab:todo D
func (k *checker) checkBitmap() {
	bits := k.read(k.super.BitmapStart)
	for bn := range uint32(journalapi.MaxBlocks) {
		used := bn < k.super.DataStart || bn >= k.super.Blocks || k.owner[bn] != 0
		if set := bits[bn/8]&(1<<(bn%8)) != 0; set != used {
			k.found("the bitmap is wrong about block %d", bn)
			k.edit(k.super.BitmapStart)[bn/8] ^= 1 << (bn % 8)
		}
	}
}
