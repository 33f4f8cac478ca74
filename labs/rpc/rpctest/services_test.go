//go:build !wasip1

package rpctest_test

import (
	"go/parser"
	"go/token"
	"testing"

	"faultline/labs"
	"faultline/labs/rpc/rpctest"
)

// FuzzDriver holds that what is drawn is Go, and depends on the seed alone.
func FuzzDriver(f *testing.F) {
	for seed := range uint64(50) {
		f.Add("drawn", seed)
	}
	for _, name := range []string{"kinds", "results", "names", "imports"} {
		f.Add(name, uint64(1))
	}
	f.Fuzz(func(t *testing.T, name string, seed uint64) {
		d, again := rpctest.Driver(labs.Case{Name: name}, seed), rpctest.Driver(labs.Case{Name: name}, seed)
		for file, text := range d.Files {
			tree, err := parser.ParseFile(token.NewFileSet(), file, text, parser.SkipObjectResolution)
			if err != nil {
				t.Fatalf("%v in\n%s", err, text)
			}
			if tree.Name.Name != d.Package || again.Files[file] != text {
				t.Errorf("%s is of package %s, want %s, the same each time", file, tree.Name.Name, d.Package)
			}
		}
	})
}
