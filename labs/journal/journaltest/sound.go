package journaltest

import (
	"encoding/binary"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"faultline/labs/disk"
	"faultline/labs/journal/journalapi"
)

// A reading is what the checker makes of a disk. It goes by the layout alone, and
// knows nothing of a journal: the file system was closed.
type reading struct {
	d        *disk.Device
	super    journalapi.Superblock
	problems []string

	blocks  map[uint32][]byte
	inodes  []journalapi.Inode
	owner   map[uint32]uint32  // of each block in use: its inode
	data    map[uint32][]byte  // of each file and directory
	entries map[uint32][]entry // of each directory
	named   map[uint32][]string
	tree    tree
}

// An entry of a directory that is in use.
type entry struct {
	journalapi.Entry
	slot int
}

// mostProblems is how many problems are told of one disk.
const mostProblems = 5

func (r *reading) complain(format string, args ...any) {
	if len(r.problems) < mostProblems {
		r.problems = append(r.problems, fmt.Sprintf(format, args...))
	}
}

// examine reads a whole disk, looks for everything that the layout forbids, and returns
// what the disk holds. If the superblock is none, it looks no further.
func examine(d *disk.Device) *reading {
	r := &reading{d: d, blocks: map[uint32][]byte{}, owner: map[uint32]uint32{}, data: map[uint32][]byte{},
		entries: map[uint32][]entry{}, named: map[uint32][]string{}, tree: newTree()}
	var err error
	if r.super, err = journalapi.DecodeSuperblock(r.block(0), d.NumBlocks()); err != nil {
		r.complain("%v", err)
		return r
	}
	if !isZero(r.block(0)[8+7*4:]) {
		r.complain("there is something behind the superblock in block 0")
	}
	r.readInodes()
	for n, inode := range r.inodes {
		if inode.Type == journalapi.Directory {
			r.readDirectory(uint32(n))
		}
	}
	r.walk()
	r.checkLinks()
	r.checkBitmap()
	return r
}

// sound says what is wrong with a disk, "" if nothing is.
func (r *reading) sound() string { return strings.Join(r.problems, "; ") }

func (r *reading) block(bn uint32) []byte {
	if b := r.blocks[bn]; b != nil {
		return b
	}
	b := make([]byte, disk.BlockSize)
	good(r.d.Read(uint64(bn), b))
	r.blocks[bn] = b
	return b
}

func isZero(b []byte) bool {
	return len(b) == 0 || b[0] == 0 && same(b) == len(b)
}

// readInodes reads all inodes, and what is in their blocks.
func (r *reading) readInodes() {
	for n := range r.super.Inodes {
		bn, at := r.super.Place(n)
		raw := r.block(bn)[at : at+journalapi.InodeSize]
		inode := journalapi.DecodeInode(raw)
		r.inodes = append(r.inodes, inode)
		switch {
		case inode.Type == journalapi.Free && !isZero(raw):
			r.complain("inode %d is free, and its bytes are not all zero", n)
		case inode.Type == journalapi.Free:
		case inode.Type > journalapi.Directory || n == 0:
			r.complain("inode %d has the type %d, which it cannot have", n, inode.Type)
			r.inodes[n] = journalapi.Inode{}
		default:
			if !isZero(raw[4:8]) || !isZero(raw[60:]) {
				r.complain("inode %d has something where the layout has zeros", n)
			}
			r.readBlocks(n, inode)
		}
	}
}

// readBlocks reads the blocks of a file or directory.
func (r *reading) readBlocks(n uint32, inode journalapi.Inode) {
	if inode.Size > journalapi.MaxFile || inode.Type == journalapi.Directory && (inode.Size%disk.BlockSize != 0 || inode.Size == 0) {
		r.complain("inode %d has a size of %d bytes, which it cannot have", n, inode.Size)
		return
	}
	var pointers []byte
	if r.claim(n, inode.Indirect) {
		pointers = r.block(inode.Indirect)
	}
	data := make([]byte, inode.Size)
	for i := range max(journalapi.Direct, blocksOf(len(data)), journalapi.Direct+len(pointers)/4) {
		bn := uint32(0)
		switch {
		case i < journalapi.Direct:
			bn = inode.Direct[i]
		case pointers != nil:
			bn = binary.BigEndian.Uint32(pointers[4*(i-journalapi.Direct):])
		}
		inside := i*disk.BlockSize < len(data)
		switch {
		case bn == 0 && inside && inode.Type == journalapi.Directory:
			r.complain("directory %d has a hole, block %d", n, i)
		case bn != 0 && !inside:
			r.complain("inode %d has %d bytes, and a block %d", n, len(data), i)
			r.claim(n, bn)
		case r.claim(n, bn):
			b := r.block(bn)
			if m := copy(data[i*disk.BlockSize:], b); !isZero(b[m:]) {
				r.complain("inode %d has %d bytes, and what is behind them in its last block is not zero", n, len(data))
			}
		}
	}
	r.data[n] = data
}

// claim notes that a block belongs to an inode, if there is such a block and it is not
// another's. 0 is no block.
func (r *reading) claim(n, bn uint32) bool {
	switch {
	case bn == 0:
		return false
	case bn < r.super.DataStart || bn >= r.super.Blocks:
		r.complain("inode %d refers to block %d, and data is in blocks %d to %d", n, bn, r.super.DataStart, r.super.Blocks-1)
		return false
	case r.owner[bn] != 0:
		r.complain("block %d belongs to inode %d, and to inode %d", bn, r.owner[bn], n)
		return false
	}
	r.owner[bn] = n
	return true
}

// readDirectory reads the entries of a directory.
func (r *reading) readDirectory(n uint32) {
	data, names := r.data[n], map[string]bool{}
	for slot := 0; (slot+1)*journalapi.EntrySize <= len(data); slot++ {
		raw := data[slot*journalapi.EntrySize:][:journalapi.EntrySize]
		e := journalapi.DecodeEntry(raw)
		dots := slot == 0 && e.Name == "." || slot == 1 && e.Name == ".."
		if e.Inode != 0 && !isZero(raw[4+len(e.Name):]) { // and there may be more that is wrong with it
			r.complain("directory %d, entry %d: there is something behind the name %q", n, slot, e.Name)
		}
		switch {
		case isZero(raw):
			continue
		case e.Inode == 0:
			r.complain("directory %d, entry %d: it is not used, and its bytes are not all zero", n, slot)
			continue
		case !dots && (!fs.ValidPath(e.Name) || e.Name == "." || strings.Contains(e.Name, "/")):
			r.complain("directory %d, entry %d: %q is no name", n, slot, e.Name)
			continue
		case names[e.Name]:
			r.complain("directory %d has the name %q twice", n, e.Name)
			continue
		case e.Inode >= r.super.Inodes || r.inodes[e.Inode].Type == journalapi.Free:
			r.complain("directory %d, entry %d: %q is inode %d, which is not in use", n, slot, e.Name, e.Inode)
			continue
		}
		names[e.Name] = true
		r.entries[n] = append(r.entries[n], entry{e, slot})
	}
	for i, name := range []string{".", ".."} {
		if !slices.ContainsFunc(r.entries[n], func(e entry) bool { return e.slot == i && e.Name == name }) {
			r.complain("directory %d: its entry %d is not %q", n, i, name)
		}
	}
}

// walk goes from the root through all directories, and makes the tree.
func (r *reading) walk() {
	if r.inodes[journalapi.RootInode].Type != journalapi.Directory {
		r.complain("inode %d, the root, is no directory", journalapi.RootInode)
		return
	}
	nodes := map[uint32]*node{journalapi.RootInode: r.tree.root}
	r.named[journalapi.RootInode] = []string{"."}
	var visit func(n, parent uint32, name string)
	visit = func(n, parent uint32, name string) {
		for _, e := range r.entries[n] {
			full := path.Join(name, e.Name)
			switch {
			case e.Name == "." && e.Inode != n:
				r.complain("%s: its \".\" is inode %d, and it is inode %d", name, e.Inode, n)
			case e.Name == ".." && e.Inode != parent:
				r.complain("%s: its \"..\" is inode %d, and it is in inode %d", name, e.Inode, parent)
			case e.Name == "." || e.Name == "..":
			default:
				r.named[e.Inode] = append(r.named[e.Inode], full)
				if child := nodes[e.Inode]; child != nil && child.dir {
					r.complain("directory %d has two names: %s", e.Inode, strings.Join(r.named[e.Inode], " and "))
					continue
				} else if child == nil {
					nodes[e.Inode] = &node{data: r.data[e.Inode]}
					if r.inodes[e.Inode].Type == journalapi.Directory {
						nodes[e.Inode] = &node{dir: true, entries: map[string]*node{}}
						visitLater := nodes[e.Inode]
						nodes[n].entries[e.Name] = visitLater
						visit(e.Inode, n, full)
					}
				}
				nodes[n].entries[e.Name] = nodes[e.Inode]
			}
		}
	}
	visit(journalapi.RootInode, journalapi.RootInode, ".")
}

// checkLinks compares the names that there are with the links that inodes count.
func (r *reading) checkLinks() {
	for n, inode := range r.inodes {
		names := r.named[uint32(n)]
		links := len(names)
		if inode.Type == journalapi.Directory {
			links = 2
			for _, e := range r.entries[uint32(n)] {
				if e.Name != "." && e.Name != ".." && r.inodes[e.Inode].Type == journalapi.Directory {
					links++
				}
			}
		}
		switch {
		case inode.Type == journalapi.Free:
		case len(names) == 0:
			r.complain("inode %d is in use, and has no name that one can get to", n)
		case int(inode.Links) != links:
			r.complain("inode %d (%s) says that it has %d links, and has %d", n, strings.Join(names, ", "), inode.Links, links)
		}
	}
}

// checkBitmap compares the blocks that are in use with those that the bitmap says are.
func (r *reading) checkBitmap() {
	bits := r.block(r.super.BitmapStart)
	for bn := range r.super.Blocks {
		set := bits[bn/8]&(1<<(bn%8)) != 0
		switch meta := bn < r.super.DataStart; {
		case meta && !set:
			r.complain("the bitmap says that block %d is free, where there is no data", bn)
		case meta:
		case set && r.owner[bn] == 0:
			r.complain("the bitmap says that block %d is in use, and nobody uses it", bn)
		case !set && r.owner[bn] != 0:
			r.complain("the bitmap says that block %d is free, and it belongs to inode %d", bn, r.owner[bn])
		}
	}
	for bn := r.super.Blocks; bn < journalapi.MaxBlocks; bn++ {
		if bn%8 == 0 && bits[bn/8] == 0xff {
			bn += 7
		} else if bits[bn/8]&(1<<(bn%8)) == 0 {
			r.complain("the bitmap says that block %d is free, which the device does not have", bn)
		}
	}
}

// inUse is how many blocks of data and how many inodes are in use.
func (r *reading) inUse() (blocks, inodes int) {
	for _, inode := range r.inodes {
		if inode.Type != journalapi.Free {
			inodes++
		}
	}
	return len(r.owner), inodes
}

// blocksOf is the number of blocks that hold so many bytes.
func blocksOf(size int) int { return (size + disk.BlockSize - 1) / disk.BlockSize }
