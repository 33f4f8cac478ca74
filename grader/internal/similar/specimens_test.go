package similar_test

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/format"
	"go/parser"
	"go/printer"
	"go/scanner"
	"go/token"
	"go/types"
	"math/rand/v2"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"faultline/grader/internal/mutant"
	"faultline/grader/internal/similar"
	"faultline/grader/internal/submission"
	"faultline/labs"
)

// files is the code of a submission.
type files = map[string][]byte

// read reads the files of a lab from a folder of the tree.
func read(t testing.TB, lab labs.Lab, folder string) files {
	t.Helper()
	s, err := submission.Read(lab, filepath.Join("..", "..", "..", folder), nil)
	if err != nil {
		t.Fatal(err)
	}
	return s.Files
}

func reference(t testing.TB, lab labs.Lab) files {
	return read(t, lab, "labs/internal/staff/"+lab.Name)
}

func starterOf(t testing.TB, lab labs.Lab) files { return read(t, lab, "solutions-skeleton/"+lab.Name) }

// altered is the reference with a mutant or a variant of it.
func altered(t testing.TB, lab labs.Lab, kind, name string) files {
	t.Helper()
	all, err := mutant.Load(filepath.Join("..", "..", "..", "labs/internal/staff", lab.Name, kind))
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range all {
		if m.Name == name {
			out, err := m.Apply(reference(t, lab))
			if err != nil {
				t.Fatal(err)
			}
			return out
		}
	}
	t.Fatalf("there is no %s of %s", name, lab.Name)
	return nil
}

// each changes every file.
func each(code files, change func(src []byte) []byte) files {
	out := files{}
	for name, src := range code {
		out[name] = change(src)
	}
	return out
}

// renamed gives every name that is not Go's or a package's another one.
func renamed(src []byte) []byte {
	fset := token.NewFileSet()
	tree, err := parser.ParseFile(fset, "", src, parser.ParseComments)
	if err != nil {
		panic(err)
	}
	keep := map[*ast.Ident]bool{tree.Name: true}
	packages := map[string]bool{}
	for _, spec := range tree.Imports {
		packages[strings.Trim(filepath.Base(spec.Path.Value), `"`)] = true
	}
	ast.Inspect(tree, func(n ast.Node) bool {
		if sel, ok := n.(*ast.SelectorExpr); ok {
			if x, ok := sel.X.(*ast.Ident); ok && packages[x.Name] {
				keep[x], keep[sel.Sel] = true, true
			}
		}
		return true
	})
	ast.Inspect(tree, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok && !keep[id] && types.Universe.Lookup(id.Name) == nil {
			id.Name = fmt.Sprintf("other%d", len(id.Name)) + id.Name
		}
		return true
	})
	return printed(fset, tree)
}

func printed(fset *token.FileSet, tree *ast.File) []byte {
	var b bytes.Buffer
	if err := printer.Fprint(&b, fset, tree); err != nil {
		panic(err)
	}
	return b.Bytes()
}

// reordered turns the order of the functions and types around.
func reordered(src []byte) []byte {
	fset := token.NewFileSet()
	tree, err := parser.ParseFile(fset, "", src, 0)
	if err != nil {
		panic(err)
	}
	at := slices.IndexFunc(tree.Decls, func(d ast.Decl) bool {
		g, ok := d.(*ast.GenDecl)
		return !ok || g.Tok != token.IMPORT
	})
	slices.Reverse(tree.Decls[max(at, 0):])
	var b bytes.Buffer
	fmt.Fprintf(&b, "package %s\n", tree.Name.Name)
	for _, d := range tree.Decls {
		printer.Fprint(&b, fset, d)
		b.WriteString("\n\n")
	}
	return b.Bytes()
}

// reformatted writes each token on a line of its own where Go allows it, and the
// rest in one line, without the comments.
func reformatted(src []byte) []byte {
	fset := token.NewFileSet()
	file := fset.AddFile("", -1, len(src))
	var sc scanner.Scanner
	sc.Init(file, src, nil, 0)
	var b bytes.Buffer
	for {
		_, tok, text := sc.Scan()
		switch {
		case tok == token.EOF:
			return b.Bytes()
		case tok == token.SEMICOLON:
			b.WriteString(" ;\t ")
		case tok == token.COMMA || tok == token.LPAREN || tok == token.LBRACE:
			b.WriteString(tok.String() + "\n\n   ")
		case tok.IsLiteral():
			b.WriteString(text + " ")
		default:
			b.WriteString(tok.String() + " ")
		}
	}
}

// commented has other comments, and some that claim to be from elsewhere.
func commented(src []byte) []byte {
	lines := strings.Split(string(src), "\n")
	for i, line := range lines {
		if text := strings.TrimSpace(line); strings.HasPrefix(text, "//") {
			lines[i] = "// my own words\n//line elsewhere.go:7\n/* and\n more */"
		}
	}
	return []byte(strings.Join(lines, "\n"))
}

// merged puts all functions of a submission in one file.
func merged(t testing.TB, code files) files {
	t.Helper()
	var imports, rest strings.Builder
	header := regexp.MustCompile(`(?s)^.*?\npackage \w+\n|^package \w+\n`)
	block := regexp.MustCompile(`(?s)\nimport \(.*?\n\)\n|\nimport "[^"]*"\n`)
	for _, name := range slices.Sorted(mapKeys(code)) {
		text := header.ReplaceAllString(string(code[name]), "\n")
		imports.WriteString(strings.Join(block.FindAllString(text, -1), ""))
		rest.WriteString(block.ReplaceAllString(text, "\n"))
	}
	return files{"all.go": []byte("package all\n" + imports.String() + rest.String())}
}

func mapKeys(code files) func(func(string) bool) {
	return func(yield func(string) bool) {
		for name := range code {
			if !yield(name) {
				return
			}
		}
	}
}

// invented is code that nobody has written: so many functions, drawn from a
// grammar that has the phrases of all Go in it.
func invented(seed uint64, functions int) files {
	w := writer{Rand: rand.New(rand.NewPCG(seed, 1))}
	w.WriteString("package queue\n\nimport (\n\"errors\"\n\"time\"\n)\n\n")
	for i := range functions {
		fmt.Fprintf(&w, "func (s *state) f%d(a, b int, msg []byte) (int, error) {\n", i)
		w.block(4+w.IntN(5), 0)
		w.WriteString("return a, nil\n}\n\n")
	}
	src, err := format.Source(w.Bytes())
	if err != nil {
		panic(fmt.Sprintf("%v\n%s", err, w.Bytes()))
	}
	return files{"mailbox.go": src}
}

// A writer writes statements at random.
type writer struct {
	bytes.Buffer
	*rand.Rand
}

func (w *writer) block(n, depth int) {
	for range n {
		w.statement(depth)
	}
}

func (w *writer) statement(depth int) {
	kind := w.IntN(12)
	if depth > 2 {
		kind %= 7
	}
	switch kind {
	case 0, 1:
		w.WriteString("if err := s.send(msg); err != nil {\nreturn 0, err\n}\n")
	case 2:
		fmt.Fprintf(w, "x%d := %s\n", w.IntN(9), w.expression(0))
	case 3:
		fmt.Fprintf(w, "s.count += %s\n", w.expression(0))
	case 4:
		w.WriteString("s.mu.Lock()\ndefer s.mu.Unlock()\n")
	case 5:
		fmt.Fprintf(w, "s.table[%s] = append(s.table[%s], %s)\n", w.expression(1), w.expression(1), w.expression(0))
	case 6:
		w.WriteString("time.Sleep(time.Millisecond)\n")
	case 7, 8:
		fmt.Fprintf(w, "if %s > %s {\n", w.expression(0), w.expression(1))
		w.block(1+w.IntN(3), depth+1)
		w.WriteString("}\n")
	case 9:
		fmt.Fprintf(w, "for i := range %s {\n", w.expression(0))
		w.block(1+w.IntN(3), depth+1)
		w.WriteString("}\n")
	case 10:
		w.WriteString("select {\ncase <-s.done:\nreturn 0, errors.New(\"closed\")\ncase m := <-s.queue:\n")
		w.block(1+w.IntN(3), depth+1)
		w.WriteString("}\n")
	case 11:
		fmt.Fprintf(w, "switch %s {\ncase %s:\n", w.expression(0), w.expression(1))
		w.block(1+w.IntN(2), depth+1)
		w.WriteString("default:\n")
		w.block(1+w.IntN(2), depth+1)
		w.WriteString("}\n")
	}
}

func (w *writer) expression(depth int) string {
	kind := w.IntN(9)
	if depth > 2 {
		kind %= 3
	}
	switch kind {
	case 0:
		return "a"
	case 1:
		return "s.next"
	case 2:
		return fmt.Sprint(w.IntN(100))
	case 3:
		return "len(msg)"
	case 4:
		return "s.find(" + w.expression(depth+1) + ", " + w.expression(depth+1) + ")"
	case 5:
		return "(" + w.expression(depth+1) + " % s.size)"
	case 6:
		return "s.table[" + w.expression(depth+1) + "]"
	}
	return w.expression(depth+1) + [...]string{" + ", " - ", " * ", "<<", " & ", "|"}[w.IntN(6)] + w.expression(depth+1)
}

// pairOf finds two submissions among the pairs; a zero one if they are not there.
func pairOf(lab similar.Lab, left, right string) similar.Pair {
	for _, p := range lab.Pairs {
		if p.Left.Name == left && p.Right.Name == right {
			return p
		}
	}
	return similar.Pair{}
}
