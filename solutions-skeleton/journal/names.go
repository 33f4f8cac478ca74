package journal

import (
	"faultline/labs"
	"faultline/labs/journal/journalapi"
)

// Mkdir implements journalapi.FileSystem.
func (f *fileSystem) Mkdir(name string) error {
	panic(labs.TODO("A"))
}

// Link implements journalapi.FileSystem.
func (f *fileSystem) Link(name, other string) error {
	panic(labs.TODO("A"))
}

// Remove implements journalapi.FileSystem.
func (f *fileSystem) Remove(name string) error {
	panic(labs.TODO("A"))
}

// Rename implements journalapi.FileSystem.
func (f *fileSystem) Rename(name, other string) error {
	panic(labs.TODO("A"))
}

// ReadDir implements journalapi.FileSystem.
func (f *fileSystem) ReadDir(name string) (names []string, err error) {
	panic(labs.TODO("A"))
}

// Stat implements journalapi.FileSystem.
func (f *fileSystem) Stat(name string) (info journalapi.Info, err error) {
	panic(labs.TODO("A"))
}
