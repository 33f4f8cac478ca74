package main

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
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

// lastChanged is the Go file below some folders that was changed last, but for tests.
func lastChanged(root fs.FS, folders ...string) (file string, at time.Time, err error) {
	part := tree.Part{Folders: folders, Takes: func(name string) bool {
		return strings.HasSuffix(name, ".go") && !strings.HasSuffix(name, "_test.go")
	}}
	err = part.Walk(root, func(name string, e fs.DirEntry) error {
		info, err := e.Info()
		if err == nil && info.ModTime().After(at) {
			file, at = name, info.ModTime()
		}
		return err
	})
	return file, at, err
}
