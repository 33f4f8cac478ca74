package similar_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"faultline/grader/internal/similar"
	"faultline/labs"
)

// authors are solutions of the first stages of lab 1 that were written without a look
// at the reference or at each other: testdata/authors. Each passes the cases of what
// it implements.
func authors(t testing.TB) map[string]files {
	t.Helper()
	all := map[string]files{}
	paths, err := filepath.Glob(filepath.Join("testdata", "authors", "*.txtar"))
	if err != nil || len(paths) < 10 {
		t.Fatalf("only %d authors: %v", len(paths), err)
	}
	for _, path := range paths {
		ar, err := txtar.ParseFile(path)
		if err != nil {
			t.Fatal(err)
		}
		name := strings.TrimSuffix(filepath.Base(path), ".txtar")
		all[name] = files{}
		for _, f := range ar.Files {
			all[name][f.Name] = f.Data
		}
	}
	return all
}

// padded has something that does nothing before every n-th statement of its blocks.
func padded(n int) func(src []byte) []byte {
	idle := []string{"if false {\npanic(0)\n}\n", "_ = 1 + 2\n", "for range 0 {\n}\n", "switch {\n}\n"}
	return func(src []byte) []byte {
		fset := token.NewFileSet()
		tree, err := parser.ParseFile(fset, "", src, 0)
		if err != nil {
			panic(err)
		}
		var at []int
		ast.Inspect(tree, func(n ast.Node) bool {
			if block, ok := n.(*ast.BlockStmt); ok {
				for _, stmt := range block.List {
					switch stmt.(type) {
					case *ast.CaseClause, *ast.CommClause:
					default:
						at = append(at, fset.Position(stmt.Pos()).Offset)
					}
				}
			}
			return true
		})
		slices.Sort(at)
		for i, offset := range slices.Backward(at) {
			if i%n == n-1 {
				src = slices.Insert(slices.Clone(src), offset, []byte(idle[i/n%len(idle)])...)
			}
		}
		return src
	}
}

// split turns the second half of each function of more than n statements into a
// function of its own, as far as the parser is concerned.
func split(n int) func(src []byte) []byte {
	return func(src []byte) []byte {
		fset := token.NewFileSet()
		tree, err := parser.ParseFile(fset, "", src, 0)
		if err != nil {
			panic(err)
		}
		for i, d := range slices.Clone(tree.Decls) {
			f, ok := d.(*ast.FuncDecl)
			if !ok || len(f.Body.List) <= n {
				continue
			}
			at := len(f.Body.List) / 2
			rest := &ast.FuncDecl{Name: ast.NewIdent(fmt.Sprintf("rest%d", i)), Recv: f.Recv, Type: f.Type,
				Body: &ast.BlockStmt{List: f.Body.List[at:]}}
			f.Body.List = append(slices.Clone(f.Body.List[:at]), &ast.ReturnStmt{Results: []ast.Expr{&ast.CallExpr{Fun: ast.NewIdent(rest.Name.Name)}}})
			tree.Decls = append(tree.Decls, rest)
		}
		return printed(fset, tree)
	}
}

// A planted copy is somebody's work that somebody else hands in.
type planted struct{ from, to, how string }

// A calibration is a class of a hundred in which it is known who has copied.
type calibration struct {
	starter files
	class   []similar.Submission
	copies  []planted
}

// newCalibration makes the class: everybody who wrote by hand, the reference and two
// variants of it, a copy of each of these that looks different, those who write by
// choices, and some who have begun only. Draw is which of such classes.
func newCalibration(t testing.TB, draw uint64) calibration {
	t.Helper()
	lab := labs.All()[0]
	c := calibration{starter: starterOf(t, lab)}
	add := func(name string, code files) {
		all := maps.Clone(c.starter)
		maps.Copy(all, code)
		c.class = append(c.class, similar.Submission{Name: name, Files: all})
	}
	looks := []struct {
		how    string
		change func(files) files
	}{
		{"names changed", func(f files) files { return each(f, renamed) }},
		{"functions in another order", func(f files) files { return each(f, reordered) }},
		{"another layout", func(f files) files { return each(f, reformatted) }},
		{"other comments", func(f files) files { return each(f, commented) }},
		{"names and order changed", func(f files) files { return each(each(f, renamed), reordered) }},
		{"in one file", func(f files) files { return merged(t, f) }},
		{"idle code at every sixth statement", func(f files) files { return each(f, padded(6)) }},
		{"idle code at every fourth statement", func(f files) files { return each(each(f, padded(4)), renamed) }},
		{"long functions split", func(f files) files { return each(each(f, split(4)), renamed) }},
		{"all of that", func(f files) files {
			return merged(t, each(each(each(each(each(f, commented), split(4)), padded(6)), renamed), reordered))
		}},
	}
	sources := authors(t)
	first := func(f files) files {
		return files{"mailbox.go": f["mailbox.go"], "packet.go": f["packet.go"], "stopandwait.go": f["stopandwait.go"]}
	}
	sources["reference"] = first(reference(t, lab))
	for i, name := range slices.Sorted(maps.Keys(sources)) {
		look := looks[i%len(looks)]
		add(name, sources[name])
		c.copies = append(c.copies, planted{from: name, to: name + "-copy", how: look.how})
		add(name+"-copy", look.change(sources[name]))
	}
	// The reference is what most copies in the world are of: each look of it.
	for i, look := range looks[:5] {
		name := fmt.Sprintf("reference-copy-%d", i)
		c.copies = append(c.copies, planted{from: "reference", to: name, how: look.how})
		add(name, look.change(sources["reference"]))
	}
	for i := 0; len(c.class) < 100; i++ {
		code := homework(draw*1000 + uint64(i))
		switch {
		case i%6 == 4:
			delete(code, "packet.go") // not begun
		case i%6 == 5:
			delete(code, "mailbox.go")
		case i%12 == 3:
			code = nil
		}
		add(fmt.Sprintf("student-%02d", i), code)
	}
	return c
}

// source is whose work somebody hands in.
func (c calibration) source(name string) string {
	for _, p := range c.copies {
		if p.to == name {
			return p.from
		}
	}
	return name
}

// scores are the least weighted share of a pair with one source, and the greatest of
// one with two: of all, and of those who wrote by hand.
func (c calibration) scores(pairs []similar.Pair) (copied, honest, byHand similar.Pair) {
	copied.Weighted = 100
	for _, p := range pairs {
		left, right := c.source(p.Left.Name), c.source(p.Right.Name)
		hand := !strings.HasPrefix(left, "student") && !strings.HasPrefix(right, "student")
		switch {
		case left == right && p.Weighted <= copied.Weighted:
			copied = p
		case left != right && hand && p.Weighted > byHand.Weighted:
			byHand = p
		}
		if left != right && p.Weighted > honest.Weighted {
			honest = p
		}
	}
	return copied, honest, byHand
}

func TestCopiesStandAboveHonestWork(t *testing.T) {
	for draw := range uint64(4) {
		c := newCalibration(t, draw)
		got := similar.Compare(c.class, similar.Options{Starter: c.starter, Top: len(c.class) * len(c.class)})
		found := map[[2]string]bool{}
		for _, p := range got.Pairs {
			found[[2]string{p.Left.Name, p.Right.Name}] = true
		}
		for _, p := range c.copies {
			if !found[[2]string{min(p.from, p.to), max(p.from, p.to)}] {
				t.Errorf("class %d: the copy of %s with %s is not found", draw, p.from, p.how)
			}
		}
		copied, honest, byHand := c.scores(got.Pairs)
		for _, test := range []struct {
			what string
			ok   bool
			pair similar.Pair
		}{
			{"a copy is below the honest ones", copied.Weighted > honest.Weighted, copied},
			{"a copy is low", copied.Weighted >= 60, copied},
			{"honest work by choices is high", honest.Weighted <= 55, honest},
			{"honest work by hand is high", byHand.Weighted < 20, byHand},
		} {
			if !test.ok {
				t.Errorf("class %d: %s: %s and %s, %d %%", draw, test.what, test.pair.Left.Name, test.pair.Right.Name, test.pair.Weighted)
			}
		}
	}
}

// BenchmarkCalibration prints what other parameters would give; doc.go has the table.
func BenchmarkCalibration(b *testing.B) {
	for _, o := range []similar.Options{{K: 10, Window: 8}, {K: 15, Window: 10}, {K: 20, Window: 15}, {K: 25, Window: 15},
		{K: 30, Window: 15}, {K: 40, Window: 20}} {
		b.Run(fmt.Sprintf("K=%d/Window=%d", o.K, o.Window), func(b *testing.B) {
			least, most, hand := 100, 0, 0
			for range b.N {
				for draw := range uint64(4) {
					c := newCalibration(b, draw)
					o.Starter, o.Top = c.starter, len(c.class)*len(c.class)
					copied, honest, byHand := c.scores(similar.Compare(c.class, o).Pairs)
					least, most, hand = min(least, copied.Weighted), max(most, honest.Weighted), max(hand, byHand.Weighted)
				}
			}
			b.ReportMetric(float64(least), "copies-%")
			b.ReportMetric(float64(most), "by-choices-%")
			b.ReportMetric(float64(hand), "by-hand-%")
		})
	}
}
