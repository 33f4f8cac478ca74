// Package tree reads the tree of Faultline: what grades, what students get, what an
// autograder is built from. Whatever the part, nothing of the staff's is in it.
package tree

import (
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// A Part says which files of the tree are meant.
type Part struct {
	Folders []string               // of the top
	Takes   func(name string) bool // which files in these and of the top, by their path; nil for all
}

// Read reads the files that Walk visits.
func (p Part) Read(tree fs.FS, visit func(name string, text []byte) error) error {
	return p.Walk(tree, func(name string, _ fs.DirEntry) error {
		text, err := fs.ReadFile(tree, name)
		if err != nil {
			return err
		}
		return visit(name, text)
	})
}

// Walk visits the files of a part in the order of their paths. It never enters
// labs/internal, nor a folder testdata, and passes over what the go command passes
// over: names that begin with a dot or an underscore. What is taken and is no regular
// file is an error: the go command might read what a link leads to, and we would not.
func (p Part) Walk(tree fs.FS, visit func(name string, e fs.DirEntry) error) error {
	return fs.WalkDir(tree, ".", func(name string, e fs.DirEntry, err error) error {
		hidden := name != "." && strings.ContainsAny(path.Base(name)[:1], "._")
		switch {
		case err != nil:
			return err
		case e.IsDir() && (hidden || !p.enters(name)):
			return fs.SkipDir
		case e.IsDir() || hidden || p.Takes != nil && !p.Takes(name):
			return nil
		case !e.Type().IsRegular():
			return fmt.Errorf("%s is not a regular file: put the file itself there", name)
		}
		return visit(name, e)
	})
}

func (p Part) enters(name string) bool {
	first, _, _ := strings.Cut(name, "/")
	return name == "." || slices.Contains(p.Folders, first) && name != "labs/internal" && path.Base(name) != "testdata"
}

// IsSource reports whether a file is such as the grader is built from.
func IsSource(name string) bool {
	if !strings.Contains(name, "/") {
		return name == "go.mod" || name == "go.sum"
	}
	// Scripts may have no ending; the rest is Go and what it embeds.
	known := slices.Contains([]string{"", ".go", ".css", ".js", ".json", ".sh", ".tmpl"}, path.Ext(name))
	return known && !strings.HasSuffix(name, "_test.go")
}

// Sources are the folders that the grader is built from.
func Sources() []string { return []string{"grader", "labrpc", "labs", "solutions-skeleton"} }
