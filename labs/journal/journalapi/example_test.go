package journalapi_test

import (
	"fmt"

	"faultline/labs/disk"
	"faultline/labs/journal/journalapi"
)

// Where things are is a matter of arithmetic.
func Example() {
	s, err := journalapi.NewSuperblock(1000, journalapi.Geometry{Journal: 64, Inodes: 128})
	fmt.Printf("%+v %v\n", s, err)

	block, at := s.Place(journalapi.RootInode)
	fmt.Println("the root is in block", block, "at byte", at)

	b := make([]byte, disk.BlockSize)
	journalapi.Inode{Type: journalapi.Directory, Links: 2, Size: disk.BlockSize}.Encode(b[at:])
	fmt.Println(journalapi.DecodeInode(b[at:]).Type == journalapi.Directory)
	// Output:
	// {Blocks:1000 JournalStart:1 JournalBlocks:64 InodeStart:65 Inodes:128 BitmapStart:69 DataStart:70} <nil>
	// the root is in block 65 at byte 128
	// true
}
