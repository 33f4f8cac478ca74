package journal

import (
	"io/fs"
	"strings"

	"faultline/labs/disk"
	"faultline/labs/journal/journalapi"
)

// Mkdir implements journalapi.FileSystem.
//
//lab:todo A
func (f *fileSystem) Mkdir(name string) error {
	return failed("mkdir", name, f.update(func(c *change) error {
		directory, base, err := c.parent(name)
		if err != nil {
			return err
		}
		if _, _, err := c.find(directory, base); err == nil {
			return fs.ErrExist
		}
		bn, err := c.allocate(c.logged)
		if err != nil {
			return err
		}
		inode := journalapi.Inode{Type: journalapi.Directory, Links: 2, Size: disk.BlockSize}
		inode.Direct[0] = bn
		n, err := c.newInode(inode)
		if err != nil {
			return err
		}
		putDots(c.edit(bn), n, directory)
		c.relink(directory, +1)
		return c.enter(directory, base, n)
	}))
}

// Link implements journalapi.FileSystem.
//
//lab:todo A
func (f *fileSystem) Link(name, other string) error {
	return failed("link", name, f.update(func(c *change) error {
		n, _, err := c.file(name)
		if err != nil {
			return err
		}
		directory, base, err := c.parent(other)
		if err != nil {
			return err
		}
		if _, _, err := c.find(directory, base); err == nil {
			return fs.ErrExist
		}
		c.relink(n, +1)
		return c.enter(directory, base, n)
	}))
}

// Remove implements journalapi.FileSystem.
//
//lab:todo A
func (f *fileSystem) Remove(name string) error {
	return failed("remove", name, f.update(func(c *change) error {
		directory, base, err := c.parent(name)
		if err != nil {
			return err
		}
		n, at, err := c.find(directory, base)
		if err != nil {
			return err
		}
		c.setEntry(at, journalapi.Entry{})
		return c.discard(directory, n)
	}))
}

// discard drops what an entry of a directory has named.
//
//lab:omit
func (c *change) discard(directory, n uint32) error {
	if c.inode(n).Type == journalapi.Directory {
		if len(c.names(n)) > 0 {
			return journalapi.ErrNotEmpty
		}
		c.relink(directory, -1)
	}
	return c.drop(n)
}

// Rename implements journalapi.FileSystem.
//
//lab:todo A
func (f *fileSystem) Rename(name, other string) error {
	return failed("rename", name, f.update(func(c *change) error {
		from, base, err := c.parent(name)
		if err != nil {
			return err
		}
		n, at, err := c.find(from, base)
		if err != nil {
			return err
		}
		if strings.HasPrefix(other, name+"/") {
			return fs.ErrInvalid
		}
		to, base, err := c.parent(other)
		if err != nil {
			return err
		}
		victim, _, _ := c.find(to, base)
		if victim == n {
			return nil
		}
		return c.move(n, from, at, to, base)
	}))
}

// move takes the entry of n in one directory away and makes one in another.
//
//lab:omit
func (c *change) move(n, from uint32, at place, to uint32, base string) error {
	isDirectory := c.inode(n).Type == journalapi.Directory
	if victim, there, err := c.find(to, base); err == nil {
		switch other := c.inode(victim).Type == journalapi.Directory; {
		case isDirectory && !other:
			return journalapi.ErrNotDirectory
		case !isDirectory && other:
			return journalapi.ErrDirectory
		}
		if err := c.discard(to, victim); err != nil {
			return err
		}
		c.setEntry(there, journalapi.Entry{Inode: n, Name: base})
	} else if err := c.enter(to, base, n); err != nil {
		return err
	}
	c.setEntry(at, journalapi.Entry{})
	if isDirectory && from != to {
		_, dots, err := c.find(n, "..")
		if err != nil {
			return err
		}
		c.setEntry(dots, journalapi.Entry{Inode: to, Name: ".."})
		c.relink(from, -1)
		c.relink(to, +1)
	}
	return nil
}

// ReadDir implements journalapi.FileSystem.
//
//lab:todo A
func (f *fileSystem) ReadDir(name string) (names []string, err error) {
	err = f.look(func(c *change) error {
		n, err := c.walk(name)
		if err != nil {
			return err
		}
		if c.inode(n).Type != journalapi.Directory {
			return journalapi.ErrNotDirectory
		}
		names = c.names(n)
		return nil
	})
	return names, failed("list", name, err)
}

// Stat implements journalapi.FileSystem.
//
//lab:todo A
func (f *fileSystem) Stat(name string) (info journalapi.Info, err error) {
	err = f.look(func(c *change) error {
		n, err := c.walk(name)
		if err != nil {
			return err
		}
		inode := c.inode(n)
		info = journalapi.Info{Inode: n, Dir: inode.Type == journalapi.Directory,
			Size: int64(inode.Size), Links: int(inode.Links)}
		return nil
	})
	return info, failed("stat", name, err)
}
