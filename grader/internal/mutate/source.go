package mutate

import (
	"bytes"
	"context"
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"maps"
	"os"
	"os/exec"
	"slices"
	"strings"
)

// A Source is a package that can be mutated. Its methods may not be called
// concurrently.
type Source struct {
	path  string // of the package
	files map[string][]byte
	fset  *token.FileSet
	trees map[string]*ast.File
	info  *types.Info
	deps  types.Importer

	statements []Statement
	number     map[ast.Stmt]int // of each statement, in statements
}

// A Statement is one that stands in a list of statements.
type Statement struct {
	File string
	Func string // that it is in, as in a Mutant
	Line int
	Text string // its first line

	offset int
	list   int // the number of its list
	place  int // that of its list among those of the function, from 1
}

// Load parses and checks the files of a package, by name. deps finds what they
// import.
func Load(path string, files map[string][]byte, deps types.Importer) (*Source, error) {
	s := &Source{path: path, files: files, fset: token.NewFileSet(), trees: map[string]*ast.File{}, deps: deps,
		info: &types.Info{Types: map[ast.Expr]types.TypeAndValue{}, Uses: map[*ast.Ident]types.Object{}}}
	for _, name := range s.names() {
		tree, err := parser.ParseFile(s.fset, name, files[name], parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		s.trees[name] = tree
	}
	if err := s.check(s.trees, s.info); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	s.enumerate()
	return s, nil
}

func (s *Source) names() []string { return slices.Sorted(maps.Keys(s.files)) }

// check type-checks the package. The first error ends it.
func (s *Source) check(trees map[string]*ast.File, info *types.Info) error {
	var list []*ast.File
	for _, name := range s.names() {
		list = append(list, trees[name])
	}
	_, err := (&types.Config{Importer: s.deps}).Check(s.path, s.fset, list, info)
	return err
}

// compiles reports whether the package with a mutant in it would compile.
func (s *Source) compiles(m Mutant) bool {
	tree, err := parser.ParseFile(s.fset, m.File, s.change(m), parser.SkipObjectResolution)
	if err != nil {
		return false
	}
	trees := maps.Clone(s.trees)
	trees[m.File] = tree
	return s.check(trees, nil) == nil
}

// Apply returns the files of the package with a mutant in it. Those that it does
// not change are shared.
func (s *Source) Apply(m Mutant) map[string][]byte {
	files := maps.Clone(s.files)
	files[m.File] = s.change(m)
	return files
}

func (s *Source) change(m Mutant) []byte { return apply(s.files[m.File], m.edits) }

// offset is where a position is in its file.
func (s *Source) offset(p token.Pos) int { return s.fset.PositionFor(p, false).Offset }

func (s *Source) line(p token.Pos) int { return s.fset.PositionFor(p, false).Line }

// An edit replaces a part of a file.
type edit struct {
	from, to int
	text     string
}

// apply makes edits that do not overlap.
func apply(text []byte, edits []edit) []byte {
	edits = slices.SortedStableFunc(slices.Values(edits), func(a, b edit) int { return a.from - b.from })
	var out bytes.Buffer
	at := 0
	for _, e := range edits {
		out.Write(text[at:e.from])
		out.WriteString(e.text)
		at = e.to
	}
	out.Write(text[at:])
	return out.Bytes()
}

// Dependencies finds what a package of the module in root imports, as the go
// command there compiles it.
func Dependencies(ctx context.Context, root, pkg string) (types.Importer, error) {
	cmd := exec.CommandContext(ctx, "go", "list", "-export", "-deps", "-f", "{{.ImportPath}} {{.Export}}", pkg)
	cmd.Dir = root
	var said bytes.Buffer
	cmd.Stderr = &said
	list, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("list what %s imports: %w\n%s", pkg, err, said.Bytes())
	}
	files := map[string]string{}
	for line := range strings.Lines(string(list)) {
		path, file, _ := strings.Cut(strings.TrimSpace(line), " ")
		files[path] = file
	}
	return importer.ForCompiler(token.NewFileSet(), "gc", func(path string) (io.ReadCloser, error) {
		if files[path] == "" {
			return nil, fmt.Errorf("the go command does not know package %s", path)
		}
		return os.Open(files[path])
	}), nil
}
