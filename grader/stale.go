package main

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"faultline/grader/internal/tree"
)

// builtFromTree is an error if the grader at self is the .bin/grader of the tree at root
// and older than what it is built from. Results are kept as those of the tree as it is
// now; what an old grader gives would count as graded for good.
func builtFromTree(root, self string) error {
	info, err := os.Stat(self)
	if err != nil {
		return err
	}
	bin := filepath.Join(root, ".bin", filepath.Base(self))
	if there, err := os.Stat(bin); err != nil || !os.SameFile(info, there) {
		return nil // another one, such as go run makes it, which is new
	}
	file, changed, err := lastChanged(os.DirFS(root), "grader", "labrpc", "labs")
	if err != nil || !changed.After(info.ModTime()) {
		return err
	}
	return fmt.Errorf(".bin/grader is older than %s, and what it gives would be kept as if it were not: run make build", file)
}

// lastChanged is the source below some folders, or at the top, that was changed last.
func lastChanged(root fs.FS, folders ...string) (file string, at time.Time, err error) {
	err = tree.Part{Folders: folders, Takes: tree.IsSource}.Walk(root, func(name string, e fs.DirEntry) error {
		info, err := e.Info()
		if err == nil && info.ModTime().After(at) {
			file, at = name, info.ModTime()
		}
		return err
	})
	return file, at, err
}
