package journal

import (
	"faultline/labs"
	"faultline/labs/journal/journalapi"
)

// inode reads an inode.
func (c *change) inode(n uint32) journalapi.Inode {
	panic(labs.TODO("A"))
}

// setInode writes an inode.
func (c *change) setInode(n uint32, inode journalapi.Inode) {
	panic(labs.TODO("A"))
}
