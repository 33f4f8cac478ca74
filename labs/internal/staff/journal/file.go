package journal

import (
	"io"
	"io/fs"

	"faultline/labs/disk"
	"faultline/labs/journal/journalapi"
)

// file goes to the file of a name.
//
//lab:omit
func (c *change) file(name string) (n uint32, inode journalapi.Inode, err error) {
	if n, err = c.walk(name); err != nil {
		return 0, inode, err
	}
	inode = c.inode(n)
	if inode.Type == journalapi.Directory {
		err = journalapi.ErrDirectory
	}
	return n, inode, err
}

// Create implements journalapi.FileSystem.
//
//lab:todo A
func (f *fileSystem) Create(name string) error {
	return failed("create", name, f.update(func(c *change) error {
		directory, base, err := c.parent(name)
		if err != nil {
			return err
		}
		if _, _, err := c.find(directory, base); err == nil {
			return fs.ErrExist
		}
		n, err := c.newInode(journalapi.Inode{Type: journalapi.File, Links: 1})
		if err != nil {
			return err
		}
		return c.enter(directory, base, n)
	}))
}

// ReadAt implements journalapi.FileSystem.
//
//lab:todo A
func (f *fileSystem) ReadAt(name string, p []byte, off int64) (n int, err error) {
	err = f.look(func(c *change) error {
		_, inode, err := c.file(name)
		switch {
		case err != nil:
			return err
		case off < 0:
			return fs.ErrInvalid
		}
		want := len(p)
		p = p[:max(0, min(int64(len(p)), int64(inode.Size)-off))]
		for n < len(p) {
			n += c.readPart(&inode, p[n:], off+int64(n))
		}
		if n < want {
			return io.EOF
		}
		return nil
	})
	if err == io.EOF {
		return n, err
	}
	return n, failed("read", name, err)
}

// readPart reads up to the end of a block.
//
//lab:omit
func (c *change) readPart(inode *journalapi.Inode, p []byte, off int64) int {
	at := int(off % disk.BlockSize)
	p = p[:min(len(p), disk.BlockSize-at)]
	if bn := c.block(inode, int(off/disk.BlockSize)); bn != 0 {
		return copy(p, c.read(bn)[at:])
	}
	clear(p)
	return len(p)
}

// WriteAt implements journalapi.FileSystem. A long write is several operations: the
// longest that there may be fits into the log.
//
//lab:todo A
func (f *fileSystem) WriteAt(name string, p []byte, off int64) error {
	for {
		part := p[:min(len(p), journalapi.MaxWrite)]
		err := f.update(func(c *change) error { return c.write(name, part, off, len(p)) })
		if err != nil {
			return failed("write", name, err)
		}
		p, off = p[len(part):], off+int64(len(part))
		if len(p) == 0 {
			return nil
		}
	}
}

// write is one part of a write, of which so many bytes are left.
//
//lab:omit
func (c *change) write(name string, p []byte, off int64, left int) error {
	n, inode, err := c.file(name)
	switch {
	case err != nil:
		return err
	case off < 0:
		return fs.ErrInvalid
	case off > journalapi.MaxFile-int64(left) && left > 0:
		return journalapi.ErrTooBig
	}
	end := uint64(off) + uint64(len(p))
	if len(p) == 0 {
		return nil
	}
	for len(p) > 0 {
		b, err := c.blockForWrite(&inode, int(off/disk.BlockSize))
		if err != nil {
			return err
		}
		m := copy(b[off%disk.BlockSize:], p)
		p, off = p[m:], off+int64(m)
	}
	inode.Size = max(inode.Size, end)
	c.setInode(n, inode)
	return nil
}

// Truncate implements journalapi.FileSystem.
//
//lab:todo A
func (f *fileSystem) Truncate(name string, size int64) error {
	return failed("truncate", name, f.update(func(c *change) error {
		n, inode, err := c.file(name)
		switch {
		case err != nil:
			return err
		case size < 0:
			return fs.ErrInvalid
		case size > journalapi.MaxFile:
			return journalapi.ErrTooBig
		}
		if uint64(size) < inode.Size {
			if err := c.shorten(&inode, uint64(size)); err != nil {
				return err
			}
		}
		inode.Size = uint64(size)
		c.setInode(n, inode)
		return nil
	}))
}
