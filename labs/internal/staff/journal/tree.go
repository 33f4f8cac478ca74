package journal

import (
	"fmt"
	"slices"

	"faultline/labs/disk"
	"faultline/labs/journal/journalapi"
)

// entries calls f for each entry of a directory that is in use.
//
//lab:omit
func (k *checker) entries(n uint32, f func(place, journalapi.Entry)) {
	inode := k.inode(n)
	for i := range blocksOf(inode.Size) {
		bn := k.at(&inode, i)
		for at := 0; at < disk.BlockSize; at += journalapi.EntrySize {
			if e := journalapi.DecodeEntry(k.read(bn)[at:]); e.Inode != 0 {
				f(place{bn, at}, e)
			}
		}
	}
}

//lab:omit
func (k *checker) setEntry(p place, e journalapi.Entry) { e.Encode(k.edit(p.block)[p.at:]) }

// checkDirectories is the second pass: each directory by itself.
//
//lab:todo D
func (k *checker) checkDirectories() {
	for n := range k.super.Inodes {
		if inode := k.inode(n); inode.Type == journalapi.Directory {
			names := map[string]bool{}
			for i := range blocksOf(inode.Size) {
				bn := k.at(&inode, i)
				for at := 0; at < disk.BlockSize; at += journalapi.EntrySize {
					k.checkEntry(n, i*journalapi.EntriesInBlock+at/journalapi.EntrySize, place{bn, at}, names)
				}
			}
		}
	}
}

// checkEntry makes an entry what it should be, or takes it away. Where ".." should lead is
// known later.
//
//lab:omit
func (k *checker) checkEntry(directory uint32, slot int, p place, names map[string]bool) {
	raw := k.read(p.block)[p.at : p.at+journalapi.EntrySize]
	e := journalapi.DecodeEntry(raw)
	switch {
	case slot == 0:
		e = journalapi.Entry{Inode: directory, Name: "."}
	case slot == 1 && (e.Name != ".." || !k.inUse(e.Inode)):
		e = journalapi.Entry{Inode: directory, Name: ".."}
	case slot == 1:
	case e.Name == "." || e.Name == ".." || !valid(e.Name) || slices.Contains([]byte(e.Name), '/'):
		e = journalapi.Entry{}
	case !k.inUse(e.Inode) || names[e.Name]:
		e = journalapi.Entry{}
	}
	names[e.Name] = true
	want := make([]byte, journalapi.EntrySize)
	e.Encode(want)
	if !slices.Equal(raw, want) {
		k.found("directory %d, entry %d is not as it should be", directory, slot)
		k.setEntry(p, e)
	}
}

//lab:omit
func (k *checker) inUse(n uint32) bool {
	return n > 0 && n < k.super.Inodes && k.inode(n).Type != journalapi.Free
}

// checkTree is the third pass: everything can be reached from the root, and directories
// in one way only.
//
//lab:todo D
func (k *checker) checkTree() {
	reached := map[uint32]bool{}
	k.visit(journalapi.RootInode, journalapi.RootInode, reached)
	for _, n := range k.lost(reached) {
		if reached[n] {
			continue // with one that came before it
		}
		k.found("inode %d cannot be reached", n)
		home := k.lostAndFound(reached)
		k.enter(home, fmt.Sprintf("#%d", n), n)
		reached[n] = true
		if k.inode(n).Type == journalapi.Directory {
			k.visit(n, home, reached)
		}
	}
}

// visit goes through a directory and all below it.
//
//lab:omit
func (k *checker) visit(n, parent uint32, reached map[uint32]bool) {
	reached[n] = true
	k.entries(n, func(p place, e journalapi.Entry) {
		switch {
		case e.Name == ".":
		case e.Name == "..":
			if e.Inode != parent {
				k.found("the \"..\" of directory %d is inode %d, and it is in %d", n, e.Inode, parent)
				k.setEntry(p, journalapi.Entry{Inode: parent, Name: ".."})
			}
		case k.inode(e.Inode).Type == journalapi.File:
			reached[e.Inode] = true
		case reached[e.Inode]:
			k.found("directory %d has another name, %s", e.Inode, e.Name)
			k.setEntry(p, journalapi.Entry{})
		default:
			k.visit(e.Inode, n, reached)
		}
	})
}

// lost lists the inodes that were not reached: first the directories that no other has an
// entry for, since what is below them comes along, then the rest.
//
//lab:omit
func (k *checker) lost(reached map[uint32]bool) (list []uint32) {
	below := map[uint32]bool{}
	var all []uint32
	for n := range k.super.Inodes {
		if !k.inUse(n) || reached[n] {
			continue
		}
		all = append(all, n)
		if k.inode(n).Type == journalapi.Directory {
			k.entries(n, func(_ place, e journalapi.Entry) {
				if e.Name != "." && e.Name != ".." {
					below[e.Inode] = true
				}
			})
		}
	}
	for _, n := range all {
		if k.inode(n).Type == journalapi.Directory && !below[n] {
			list = append(list, n)
		}
	}
	for _, n := range all { // cycles: one of their directories is as good as another
		if k.inode(n).Type == journalapi.Directory {
			list = append(list, n)
		}
	}
	return append(list, all...)
}

// lostAndFound returns the directory of that name, and makes it if there is none.
//
//lab:omit
func (k *checker) lostAndFound(reached map[uint32]bool) (n uint32) {
	const name = "lost+found"
	k.entries(journalapi.RootInode, func(p place, e journalapi.Entry) {
		if e.Name == name && k.inode(e.Inode).Type == journalapi.Directory {
			n = e.Inode
		} else if e.Name == name {
			k.setEntry(p, journalapi.Entry{}) // a file has taken the name
			k.enter(journalapi.RootInode, fmt.Sprintf("#%d", e.Inode), e.Inode)
		}
	})
	if n != 0 {
		return n
	}
	for n = journalapi.RootInode; n < k.super.Inodes; n++ {
		if k.inode(n).Type == journalapi.Free {
			inode := journalapi.Inode{Type: journalapi.Directory, Links: 2, Size: disk.BlockSize}
			inode.Direct[0] = k.take(n)
			k.setInode(n, inode)
			putDots(k.edit(inode.Direct[0]), n, journalapi.RootInode)
			k.enter(journalapi.RootInode, name, n)
			reached[n] = true
			return n
		}
	}
	k.err = journalapi.ErrNoSpace
	return journalapi.RootInode
}

// enter makes an entry. A name that there is already gets another end.
//
//lab:omit
func (k *checker) enter(directory uint32, name string, n uint32) {
	taken := map[string]bool{}
	k.entries(directory, func(_ place, e journalapi.Entry) { taken[e.Name] = true })
	for taken[name] {
		name += "#"
	}
	inode := k.inode(directory)
	var list []uint32
	for i := range blocksOf(inode.Size) {
		bn := k.at(&inode, i)
		list = append(list, bn)
		for at := 0; at < disk.BlockSize; at += journalapi.EntrySize {
			if journalapi.DecodeEntry(k.read(bn)[at:]).Inode == 0 {
				k.setEntry(place{bn, at}, journalapi.Entry{Inode: n, Name: name})
				return
			}
		}
	}
	bn := k.take(directory)
	k.setBlocks(directory, append(list, bn))
	k.setEntry(place{bn, 0}, journalapi.Entry{Inode: n, Name: name})
}
