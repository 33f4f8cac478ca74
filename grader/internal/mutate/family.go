package mutate

import (
	"fmt"
	"go/ast"
	"maps"
	"strings"
)

// Choose is the function of a family that is told which mutant to be.
const Choose = "Choose_"

// chooserFile is the file that Family adds.
const chooserFile = "zz_choose.go"

// Family returns the files of a package that is all of some mutants in one. It has a
// function Choose, which takes a number: with i it is some[i], with any other number
// the package itself. Most of a mutant is what all of them share, so this compiles in a
// fraction of the time. Each must be InFamily.
func (s *Source) Family(some []Mutant) map[string][]byte {
	changed := map[*ast.FuncDecl][]int{}
	for i, m := range some {
		fn := s.function(m)
		changed[fn] = append(changed[fn], i)
	}
	files := maps.Clone(s.files)
	for _, name := range s.names() {
		var edits []edit
		for _, decl := range s.trees[name].Decls {
			fn, ok := decl.(*ast.FuncDecl)
			if ok && len(changed[fn]) > 0 {
				edits = append(edits, s.dispatch(name, fn, changed[fn], some)...)
			}
		}
		files[name] = apply(s.files[name], edits)
	}
	pkg := s.trees[s.names()[0]].Name.Name
	files[chooserFile] = fmt.Appendf(nil, "package %s\n\nvar chosen_ = -1\n\nfunc %s(i int) { chosen_ = i }\n", pkg, Choose)
	return files
}

// InFamily reports whether a mutant can be one of a family: it is in a function, and
// that one does not care who has called it.
func (s *Source) InFamily(m Mutant) bool {
	fn := s.function(m)
	if fn == nil || fn.Name.Name == "init" || fn.Type.TypeParams != nil {
		return false
	}
	recovers := false
	ast.Inspect(fn.Body, func(n ast.Node) bool {
		if call, ok := n.(*ast.CallExpr); ok {
			id, ok := call.Fun.(*ast.Ident)
			recovers = recovers || ok && id.Name == "recover"
		}
		return true
	})
	return !recovers
}

// function is the one that a mutant is in, nil for none.
func (s *Source) function(m Mutant) *ast.FuncDecl {
	for _, decl := range s.trees[m.File].Decls {
		fn, ok := decl.(*ast.FuncDecl)
		if ok && s.offset(fn.Pos()) <= m.edits[0].from && m.edits[0].from < s.offset(fn.End()) {
			return fn
		}
	}
	return nil
}

// dispatch puts a function that calls the chosen one in the place of another, and
// behind it that one itself and its mutants. These have names of their own, in small
// letters: what is exported may be called from elsewhere.
func (s *Source) dispatch(file string, fn *ast.FuncDecl, numbers []int, some []Mutant) []edit {
	text := s.files[file]
	from, to, name := s.offset(fn.Pos()), s.offset(fn.End()), s.offset(fn.Name.Pos())
	copies := ""
	add := func(prefix string, edits []edit) {
		edits = append(edits, edit{name, name, prefix})
		for i := range edits {
			edits[i].from, edits[i].to = edits[i].from-from, edits[i].to-from
		}
		copies += "\n\n" + string(apply(text[from:to], edits))
	}
	cases := ""
	for _, i := range numbers {
		prefix := fmt.Sprintf("m%d_", i)
		cases += fmt.Sprintf("\tcase %d:\n\t\t%s\n", i, s.call(fn, prefix))
		add(prefix, append([]edit(nil), some[i].edits...))
	}
	add("was_", nil)
	cases += "\tdefault:\n\t\t" + s.call(fn, "was_") + "\n"
	return []edit{{from, to, s.head(file, fn) + " {\n\tswitch chosen_ {\n" + cases + "\t}\n}" + copies}}
}

// head is the head of a function, with names for all that it takes.
func (s *Source) head(file string, fn *ast.FuncDecl) string {
	source := func(n ast.Node) string { return string(s.files[file][s.offset(n.Pos()):s.offset(n.End())]) }
	head := "func "
	if fn.Recv != nil {
		head += "(self_ " + source(fn.Recv.List[0].Type) + ") "
	}
	var takes, gives []string
	for i, p := range each(fn.Type.Params) {
		takes = append(takes, fmt.Sprintf("a%d_ %s", i, source(p.Type)))
	}
	for _, r := range each(fn.Type.Results) {
		gives = append(gives, source(r.Type))
	}
	return fmt.Sprintf("%s%s(%s) (%s)", head, fn.Name.Name, strings.Join(takes, ", "), strings.Join(gives, ", "))
}

// call calls a copy of a function from its place.
func (s *Source) call(fn *ast.FuncDecl, prefix string) string {
	var args []string
	for i, p := range each(fn.Type.Params) {
		arg := fmt.Sprintf("a%d_", i)
		if _, variadic := p.Type.(*ast.Ellipsis); variadic {
			arg += "..."
		}
		args = append(args, arg)
	}
	call := fmt.Sprintf("%s%s(%s)", prefix, fn.Name.Name, strings.Join(args, ", "))
	if fn.Recv != nil {
		call = "self_." + call
	}
	if fn.Type.Results != nil {
		call = "return " + call
	}
	return call
}

// each lists the fields, one for each name.
func each(list *ast.FieldList) (all []*ast.Field) {
	if list == nil {
		return nil
	}
	for _, f := range list.List {
		for range max(1, len(f.Names)) {
			all = append(all, f)
		}
	}
	return all
}
