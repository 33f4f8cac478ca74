package journaltest

import (
	"encoding/binary"
	"fmt"
	"maps"
	"slices"

	"faultline/labs/disk"
	"faultline/labs/journal/journalapi"
	"faultline/labs/labtest"
)

// An image is blocks of a disk that somebody changes without a file system. What is
// changed gets to the disk by flush.
type image struct {
	d      *disk.Device
	super  journalapi.Superblock
	blocks map[uint32][]byte
	next   uint32 // the block that is taken next

	numbers map[string]uint32 // the inode of each name
}

// mkfs makes a small file system.
func (s Solution) mkfs(t *labtest.T, d *disk.Device) {
	err := s.Mkfs(d, journalapi.Geometry{Journal: smallJournal, Inodes: smallInodes})
	t.Check(err == nil, labtest.Finding{Expected: "Mkfs succeeds", Actual: fmt.Sprintf("it gave %q", fmt.Sprint(err))})
}

// openImage reads the superblock of a disk that has a new file system on it.
func openImage(t *labtest.T, d *disk.Device) *image {
	m := &image{d: d, blocks: map[uint32][]byte{}, numbers: map[string]uint32{}}
	var err error
	m.super, err = journalapi.DecodeSuperblock(m.block(0), d.NumBlocks())
	t.Check(err == nil, labtest.Finding{
		Property: "block 0 is the superblock of the file system", Expected: "Mkfs has written it", Actual: fmt.Sprint(err)})
	m.next = m.super.DataStart
	return m
}

// block returns a block, which may be changed.
func (m *image) block(bn uint32) []byte {
	if m.blocks[bn] == nil {
		m.blocks[bn] = make([]byte, disk.BlockSize)
		good(m.d.Read(uint64(bn), m.blocks[bn]))
	}
	return m.blocks[bn]
}

func (m *image) flush() {
	for _, bn := range slices.Sorted(maps.Keys(m.blocks)) {
		good(m.d.Write(uint64(bn), m.blocks[bn]))
	}
	good(m.d.Flush())
}

// take returns a block that is in use from now on, all zero.
func (m *image) take() uint32 {
	bn := m.next
	m.next++
	m.blocks[bn] = make([]byte, disk.BlockSize)
	m.block(m.super.BitmapStart)[bn/8] |= 1 << (bn % 8)
	return bn
}

// setInode writes an inode.
func (m *image) setInode(n uint32, inode journalapi.Inode) {
	bn, at := m.super.Place(n)
	inode.Encode(m.block(bn)[at:])
}

func (m *image) getInode(n uint32) journalapi.Inode {
	bn, at := m.super.Place(n)
	return journalapi.DecodeInode(m.block(bn)[at:])
}

// store writes a tree to a disk that has a new file system on it, by the layout alone:
// no file system is asked, and no journal is used. It returns the image, for those who
// want to damage it. Blocks that are all zero become holes.
func store(t *labtest.T, d *disk.Device, whole tree) *image {
	m := openImage(t, d)
	m.emptyRoot()
	numbers := map[*node]uint32{}
	whole.walk(func(name string, n *node) {
		if numbers[n] == 0 {
			numbers[n] = journalapi.RootInode + uint32(len(numbers))
		}
		m.numbers[name] = numbers[n]
	})
	parents := map[*node]uint32{whole.root: journalapi.RootInode}
	whole.walk(func(_ string, n *node) {
		for _, child := range n.entries {
			parents[child] = numbers[n]
		}
	})
	done := map[*node]bool{}
	whole.walk(func(_ string, n *node) {
		if done[n] {
			return
		}
		done[n] = true
		inode := journalapi.Inode{Type: journalapi.File, Links: uint16(whole.links(n)), Size: uint64(len(n.data))}
		data := n.data
		if n.dir {
			data = entriesOf(n, numbers, parents[n])
			inode.Type, inode.Size = journalapi.Directory, uint64(len(data))
		}
		m.fill(&inode, data)
		m.setInode(numbers[n], inode)
	})
	m.flush()
	return m
}

// emptyRoot gives back the block that the new root has, wherever Mkfs has put it.
func (m *image) emptyRoot() {
	for _, bn := range m.getInode(journalapi.RootInode).Direct {
		if bn >= m.super.DataStart && bn < m.super.Blocks {
			m.block(m.super.BitmapStart)[bn/8] &^= 1 << (bn % 8)
		}
	}
}

// entriesOf is what stands in a directory.
func entriesOf(n *node, numbers map[*node]uint32, parent uint32) []byte {
	list := []journalapi.Entry{{Inode: numbers[n], Name: "."}, {Inode: parent, Name: ".."}}
	for _, name := range slices.Sorted(maps.Keys(n.entries)) {
		list = append(list, journalapi.Entry{Inode: numbers[n.entries[name]], Name: name})
	}
	data := make([]byte, blocksOf(len(list)*journalapi.EntrySize)*disk.BlockSize)
	for i, e := range list {
		e.Encode(data[i*journalapi.EntrySize:])
	}
	return data
}

// fill gives an inode its blocks. A file has holes where there is nothing but zeros.
func (m *image) fill(inode *journalapi.Inode, data []byte) {
	for i := range blocksOf(len(data)) {
		part := data[i*disk.BlockSize : min(len(data), (i+1)*disk.BlockSize)]
		if isZero(part) && inode.Type == journalapi.File {
			continue
		}
		bn := m.take()
		copy(m.block(bn), part)
		switch far := i - journalapi.Direct; {
		case far < 0:
			inode.Direct[i] = bn
		default:
			if inode.Indirect == 0 {
				inode.Indirect = m.take()
			}
			binary.BigEndian.PutUint32(m.block(inode.Indirect)[4*far:], bn)
		}
	}
}
