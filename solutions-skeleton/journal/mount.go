// Package journal is a solution of lab 7.
package journal

import (
	"faultline/labs"
	"faultline/labs/disk"
	"faultline/labs/journal/journalapi"
)

// Mkfs is a journalapi.Mkfs. The superblock goes first and comes last: while there
// is none, there is no file system that could be half made.
func Mkfs(d *disk.Device, g journalapi.Geometry) error {
	panic(labs.TODO("A"))
}

// fileSystem implements journalapi.FileSystem.
type fileSystem struct {
	// Your code here (A).
}

// Mount is a journalapi.Mount.
func Mount(d *disk.Device, o journalapi.Options) (journalapi.FileSystem, error) {
	panic(labs.TODO("A"))
}

// Sync implements journalapi.FileSystem.
func (f *fileSystem) Sync() error {
	panic(labs.TODO("A"))
}

// Close implements journalapi.FileSystem.
func (f *fileSystem) Close() error {
	panic(labs.TODO("A"))
}
