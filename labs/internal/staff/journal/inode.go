package journal

import (
	"encoding/binary"

	"faultline/labs/disk"
	"faultline/labs/journal/journalapi"
)

// inode reads an inode.
//
//lab:todo A
func (c *change) inode(n uint32) journalapi.Inode {
	bn, at := c.fs.super.Place(n)
	return journalapi.DecodeInode(c.read(bn)[at:])
}

// setInode writes an inode.
//
//lab:todo A
func (c *change) setInode(n uint32, inode journalapi.Inode) {
	bn, at := c.fs.super.Place(n)
	inode.Encode(c.edit(bn)[at:])
}

// newInode makes an inode of one that is free.
//
//lab:omit
func (c *change) newInode(inode journalapi.Inode) (n uint32, err error) {
	for n := uint32(journalapi.RootInode); n < c.fs.super.Inodes; n++ {
		if c.inode(n).Type == journalapi.Free {
			c.setInode(n, inode)
			return n, nil
		}
	}
	return 0, journalapi.ErrNoSpace
}

// block says where block i of a file is; 0 is a hole.
//
//lab:omit
func (c *change) block(inode *journalapi.Inode, i int) uint32 {
	switch {
	case i < journalapi.Direct:
		return inode.Direct[i]
	case inode.Indirect == 0:
		return 0
	}
	return binary.BigEndian.Uint32(c.read(inode.Indirect)[4*(i-journalapi.Direct):])
}

// setBlock says from now on that block i of a file is bn, which may be 0. The inode is
// not written.
//
//lab:omit
func (c *change) setBlock(inode *journalapi.Inode, i int, bn uint32) (err error) {
	if i < journalapi.Direct {
		inode.Direct[i] = bn
		return nil
	}
	if inode.Indirect == 0 {
		if inode.Indirect, err = c.allocate(c.logged); err != nil {
			return err
		}
	}
	binary.BigEndian.PutUint32(c.edit(inode.Indirect)[4*(i-journalapi.Direct):], bn)
	return nil
}

// blockForWrite returns block i of a file to be changed. A hole gets a block.
//
//lab:omit
func (c *change) blockForWrite(inode *journalapi.Inode, i int) ([]byte, error) {
	bn := c.block(inode, i)
	if bn == 0 {
		var err error
		if bn, err = c.allocate(c.fresh); err != nil {
			return nil, err
		}
		if err = c.setBlock(inode, i, bn); err != nil {
			return nil, err
		}
	}
	return c.edit(bn), nil
}

// shorten takes from a file what is behind its new size. What is left of the last
// block becomes zero: else it would be there again when the file grows.
//
//lab:omit
func (c *change) shorten(inode *journalapi.Inode, size uint64) error {
	keep := blocksOf(size)
	for i := keep; i < blocksOf(inode.Size); i++ {
		if bn := c.block(inode, i); bn != 0 {
			c.free(bn)
			if i < journalapi.Direct || keep > journalapi.Direct { // else the indirect block goes, too
				if err := c.setBlock(inode, i, 0); err != nil {
					return err
				}
			}
		}
	}
	if keep <= journalapi.Direct {
		c.free(inode.Indirect)
		inode.Indirect = 0
	}
	if rest := int(size % disk.BlockSize); rest > 0 {
		if bn := c.block(inode, keep-1); bn != 0 {
			clear(c.edit(bn)[rest:])
		}
	}
	inode.Size = size
	return nil
}

// blocksOf is how many blocks so many bytes take.
//
//lab:omit
func blocksOf(size uint64) int { return int((size + disk.BlockSize - 1) / disk.BlockSize) }

// drop takes a name from an inode. The last one takes the inode and its blocks along.
//
//lab:omit
func (c *change) drop(n uint32) error {
	inode := c.inode(n)
	inode.Links--
	if inode.Links > 0 && inode.Type == journalapi.File {
		c.setInode(n, inode)
		return nil
	}
	err := c.shorten(&inode, 0)
	c.setInode(n, journalapi.Inode{})
	return err
}
