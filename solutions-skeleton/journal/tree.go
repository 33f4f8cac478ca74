package journal

import "faultline/labs"

// checkDirectories is the second pass: each directory by itself.
func (k *checker) checkDirectories() {
	panic(labs.TODO("D"))
}

// checkTree is the third pass: everything can be reached from the root, and directories
// in one way only.
func (k *checker) checkTree() {
	panic(labs.TODO("D"))
}
