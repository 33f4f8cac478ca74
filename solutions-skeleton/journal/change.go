package journal

import "faultline/labs"

// blocks are the contents of blocks by their number.
type blocks map[uint32][]byte

// A change is what one operation does to the disk. Nothing of it is seen by others
// before the operation has succeeded; if it fails, nothing ever is.
type change struct {
	// Your code here (A).
}

// update carries out an operation: all of it, or nothing and an error. It returns when
// the operation is durable, unless the file system was mounted with Delayed.
func (f *fileSystem) update(operation func(*change) error) error {
	panic(labs.TODO("A"))
}
