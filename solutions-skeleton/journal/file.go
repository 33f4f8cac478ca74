package journal

import "faultline/labs"

// Create implements journalapi.FileSystem.
func (f *fileSystem) Create(name string) error {
	panic(labs.TODO("A"))
}

// ReadAt implements journalapi.FileSystem.
func (f *fileSystem) ReadAt(name string, p []byte, off int64) (n int, err error) {
	panic(labs.TODO("A"))
}

// WriteAt implements journalapi.FileSystem. A long write is several operations: the
// longest that there may be fits into the log.
func (f *fileSystem) WriteAt(name string, p []byte, off int64) error {
	panic(labs.TODO("A"))
}

// Truncate implements journalapi.FileSystem.
func (f *fileSystem) Truncate(name string, size int64) error {
	panic(labs.TODO("A"))
}
