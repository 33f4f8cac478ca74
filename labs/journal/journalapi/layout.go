package journalapi

import (
	"bytes"
	"encoding/binary"
	"fmt"

	"faultline/labs/disk"
)

// The layout of a disk. Numbers have their high byte first. All blocks are in one of
// five regions, in this order:
//
//	block 0         superblock
//	JournalStart    journal, JournalBlocks long; its format is up to you
//	InodeStart      inodes, 32 in a block; the first is not used, and zero
//	BitmapStart     one block: bit i%8, from the lowest, of byte i/8 says that block i is in use
//	DataStart       files, directories and indirect blocks, up to the end
//
// The bits of blocks before DataStart are set, and those of blocks that the device
// does not have.
const (
	Magic          = "faultln7" // the superblock begins with it
	MaxBlocks      = 8 * disk.BlockSize
	RootInode      = 1
	InodeSize      = 128
	InodesPerBlock = disk.BlockSize / InodeSize
	Direct         = 10                 // blocks of a file that its inode names
	Pointers       = disk.BlockSize / 4 // blocks of a file that its indirect block names
	MaxFile        = (Direct + Pointers) * disk.BlockSize
	EntrySize      = 64
	EntriesInBlock = disk.BlockSize / EntrySize
	MaxName        = EntrySize - 4 // bytes of an element of a name
)

// Geometry says how large the regions of a file system are.
type Geometry struct {
	Journal int // blocks, 16 to 256
	Inodes  int // a multiple of 32
}

// A Superblock says where the regions are. It stands at the begin of block 0, in this
// order, after Magic, four bytes each; the rest of the block is zero.
type Superblock struct {
	Blocks        uint32 // of the device
	JournalStart  uint32
	JournalBlocks uint32
	InodeStart    uint32
	Inodes        uint32 // how many there are, with the one that is not used
	BitmapStart   uint32
	DataStart     uint32
}

// NewSuperblock returns the superblock for a device of so many blocks. It fails if
// the geometry makes no sense.
func NewSuperblock(blocks uint64, g Geometry) (Superblock, error) {
	s := Superblock{Blocks: uint32(blocks), JournalStart: 1, JournalBlocks: uint32(g.Journal), Inodes: uint32(g.Inodes)}
	s.InodeStart = s.JournalStart + s.JournalBlocks
	s.BitmapStart = s.InodeStart + s.Inodes/InodesPerBlock
	s.DataStart = s.BitmapStart + 1
	switch {
	case g.Journal < 16 || g.Journal > 256:
		return s, fmt.Errorf("a journal of %d blocks: it has 16 to 256", g.Journal)
	case g.Inodes < InodesPerBlock || g.Inodes > MaxBlocks || g.Inodes%InodesPerBlock != 0:
		return s, fmt.Errorf("%d inodes: their number is a multiple of %d", g.Inodes, InodesPerBlock)
	case blocks > MaxBlocks || uint64(s.DataStart)+1 > blocks:
		return s, fmt.Errorf("%d blocks: it takes %d to %d", blocks, s.DataStart+1, MaxBlocks)
	}
	return s, nil
}

// Encode writes the superblock into block 0.
func (s Superblock) Encode(block []byte) {
	clear(block)
	copy(block, Magic)
	for i, n := range []uint32{s.Blocks, s.JournalStart, s.JournalBlocks, s.InodeStart, s.Inodes,
		s.BitmapStart, s.DataStart} {
		binary.BigEndian.PutUint32(block[8+4*i:], n)
	}
}

// DecodeSuperblock reads block 0 of a device of so many blocks. It fails with
// ErrCorrupt unless that is a superblock which NewSuperblock could have made.
func DecodeSuperblock(block []byte, blocks uint64) (Superblock, error) {
	n := func(i int) uint32 { return binary.BigEndian.Uint32(block[8+4*i:]) }
	s := Superblock{n(0), n(1), n(2), n(3), n(4), n(5), n(6)}
	want, err := NewSuperblock(blocks, Geometry{Journal: int(s.JournalBlocks), Inodes: int(s.Inodes)})
	if err != nil || string(block[:8]) != Magic || s != want {
		return s, fmt.Errorf("%w: block 0 is no superblock of a device of %d blocks", ErrCorrupt, blocks)
	}
	return s, nil
}

// A Type is what an inode is.
type Type uint16

// The types of inodes. A free inode is zero, all of its bytes.
const (
	Free Type = iota
	File
	Directory
)

// An Inode is a file or directory. Block i of it is at Direct[i], or at the i-th
// number, less Direct, of its indirect block; 0 is a hole, which reads as zero. Behind the
// last byte of a file, its last block is zero, and it has no blocks.
//
// A directory has no holes, and its size is a multiple of the block size. Its Links
// are two, and one for each directory in it; those of a file are its names. A block
// belongs to one inode, and once to that. Every inode in use can be reached from the
// root, a directory by one name only.
type Inode struct {
	Type     Type   // two bytes at 0
	Links    uint16 // at 2
	Size     uint64 // at 8
	Direct   [Direct]uint32
	Indirect uint32 // at 56; the rest is zero
}

// Place says where inode n is: in which block, and at which byte of it.
func (s Superblock) Place(n uint32) (block uint32, at int) {
	return s.InodeStart + n/InodesPerBlock, int(n%InodesPerBlock) * InodeSize
}

// Encode writes the inode into its InodeSize bytes.
func (n Inode) Encode(b []byte) {
	clear(b[:InodeSize])
	binary.BigEndian.PutUint16(b, uint16(n.Type))
	binary.BigEndian.PutUint16(b[2:], n.Links)
	binary.BigEndian.PutUint64(b[8:], n.Size)
	for i, block := range n.Direct {
		binary.BigEndian.PutUint32(b[16+4*i:], block)
	}
	binary.BigEndian.PutUint32(b[56:], n.Indirect)
}

// DecodeInode reads an inode.
func DecodeInode(b []byte) Inode {
	n := Inode{Type: Type(binary.BigEndian.Uint16(b)), Links: binary.BigEndian.Uint16(b[2:]),
		Size: binary.BigEndian.Uint64(b[8:]), Indirect: binary.BigEndian.Uint32(b[56:])}
	for i := range n.Direct {
		n.Direct[i] = binary.BigEndian.Uint32(b[16+4*i:])
	}
	return n
}

// An Entry is a name in a directory: four bytes for the inode, and the name, padded
// with zeros. An entry that is not used is zero, all of its bytes. The first two of
// each directory are "." and "..", the directory itself and the one that it is in,
// which for the root is the root. Every other name is an element of a name in io/fs,
// and no directory has a name twice.
type Entry struct {
	Inode uint32
	Name  string
}

// Encode writes the entry into its EntrySize bytes.
func (e Entry) Encode(b []byte) {
	clear(b[:EntrySize])
	binary.BigEndian.PutUint32(b, e.Inode)
	copy(b[4:EntrySize], e.Name)
}

// DecodeEntry reads an entry.
func DecodeEntry(b []byte) Entry {
	name, _, _ := bytes.Cut(b[4:EntrySize], []byte{0})
	return Entry{Inode: binary.BigEndian.Uint32(b), Name: string(name)}
}
