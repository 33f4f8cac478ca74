package journal

import (
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"faultline/labs/disk"
	"faultline/labs/journal/journalapi"
)

//lab:omit
func putDots(block []byte, self, parent uint32) {
	journalapi.Entry{Inode: self, Name: "."}.Encode(block)
	journalapi.Entry{Inode: parent, Name: ".."}.Encode(block[journalapi.EntrySize:])
}

// A place is where an entry of a directory is: in which block, at which byte.
//
//lab:omit
type place struct {
	block uint32
	at    int
}

// entries calls f for each place of a directory, used or not, until f returns false.
//
//lab:omit
func (c *change) entries(directory uint32, f func(place, journalapi.Entry) bool) {
	inode := c.inode(directory)
	for i := range blocksOf(inode.Size) {
		bn := c.block(&inode, i)
		b := c.read(bn)
		for at := 0; at < disk.BlockSize; at += journalapi.EntrySize {
			if !f(place{bn, at}, journalapi.DecodeEntry(b[at:])) {
				return
			}
		}
	}
}

// find returns the inode that a name in a directory is of, and the entry's place.
//
//lab:omit
func (c *change) find(directory uint32, name string) (n uint32, at place, err error) {
	c.entries(directory, func(p place, e journalapi.Entry) bool {
		if e.Inode != 0 && e.Name == name {
			n, at = e.Inode, p
		}
		return n == 0
	})
	if n == 0 {
		err = fs.ErrNotExist
	}
	return n, at, err
}

// enter puts a name into a directory, which grows if it has to.
//
//lab:omit
func (c *change) enter(directory uint32, name string, n uint32) error {
	var free place
	c.entries(directory, func(p place, e journalapi.Entry) bool {
		if e.Inode == 0 {
			free = p
		}
		return free.block == 0
	})
	if free.block == 0 {
		inode := c.inode(directory)
		i := blocksOf(inode.Size)
		if i == journalapi.Direct+journalapi.Pointers {
			return journalapi.ErrNoSpace
		}
		bn, err := c.allocate(c.logged)
		if err != nil {
			return err
		}
		if err := c.setBlock(&inode, i, bn); err != nil {
			return err
		}
		inode.Size += disk.BlockSize
		c.setInode(directory, inode)
		free = place{block: bn}
	}
	c.setEntry(free, journalapi.Entry{Inode: n, Name: name})
	return nil
}

// setEntry writes an entry. The zero Entry takes away what was there.
//
//lab:omit
func (c *change) setEntry(p place, e journalapi.Entry) { e.Encode(c.edit(p.block)[p.at:]) }

// names returns the names in a directory, sorted.
//
//lab:omit
func (c *change) names(directory uint32) []string {
	names := []string{}
	c.entries(directory, func(_ place, e journalapi.Entry) bool {
		if e.Inode != 0 && e.Name != "." && e.Name != ".." {
			names = append(names, e.Name)
		}
		return true
	})
	slices.Sort(names)
	return names
}

// relink changes how many links an inode has.
//
//lab:omit
func (c *change) relink(n uint32, by int) {
	inode := c.inode(n)
	inode.Links = uint16(int(inode.Links) + by)
	c.setInode(n, inode)
}

// walk goes from the root to what a name stands for.
//
//lab:todo A
func (c *change) walk(name string) (n uint32, err error) {
	if !valid(name) {
		return 0, fs.ErrInvalid
	}
	n = journalapi.RootInode
	if name == "." {
		return n, nil
	}
	for element := range strings.SplitSeq(name, "/") {
		if c.inode(n).Type != journalapi.Directory {
			return 0, journalapi.ErrNotDirectory
		}
		if n, _, err = c.find(n, element); err != nil {
			return 0, err
		}
	}
	return n, nil
}

// parent goes to the directory that a name is in. The root is in none.
//
//lab:omit
func (c *change) parent(name string) (directory uint32, base string, err error) {
	if name == "." || !valid(name) {
		return 0, "", fs.ErrInvalid
	}
	directory, err = c.walk(path.Dir(name))
	if err == nil && c.inode(directory).Type != journalapi.Directory {
		err = journalapi.ErrNotDirectory
	}
	return directory, path.Base(name), err
}

//lab:omit
func valid(name string) bool {
	for element := range strings.SplitSeq(name, "/") {
		if len(element) > journalapi.MaxName {
			return false
		}
	}
	return fs.ValidPath(name) && !strings.Contains(name, "\x00")
}

// failed says which operation failed on what.
//
//lab:omit
func failed(operation, name string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s %s: %w", operation, name, err)
}
