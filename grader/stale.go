package main

import (
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"
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

// lastChanged is the Go file below some folders that was changed last, but for tests and
// what is no part of a program.
func lastChanged(tree fs.FS, folders ...string) (file string, at time.Time, err error) {
	for _, dir := range folders {
		err := fs.WalkDir(tree, dir, func(name string, e fs.DirEntry, err error) error {
			switch {
			case err != nil:
				return err
			case e.IsDir() && (name == "labs/internal" || path.Base(name) == "testdata"):
				return fs.SkipDir
			case e.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go"):
				return nil
			}
			info, err := e.Info()
			if err == nil && info.ModTime().After(at) {
				file, at = name, info.ModTime()
			}
			return err
		})
		if err != nil {
			return "", at, err
		}
	}
	return file, at, nil
}
