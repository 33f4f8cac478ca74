package submission

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"path"
	"regexp"
	"strconv"
	"strings"

	"faultline/labs"
)

// simsync is the package that stands in for sync. Its locks are points at which
// the machine may run another goroutine.
const simsync = "faultline/labs/simsync"

// Redirect returns src with the import of sync replaced by one of simsync under
// the same name. No other byte changes and every line stays where it is, so that
// positions in messages and traces hold. Source that does not import sync comes
// back as it is. It returns an error when the imports do not parse; then the
// compiler, given src, has the better message.
func Redirect(src []byte) ([]byte, error) { return redirect(src, "sync", simsync) }

// Unredirect returns what a compiler says of redirected source in words of the source
// as it was written.
func Unredirect(text string) string {
	text = strings.ReplaceAll(text, strconv.Quote(simsync)+" imported as sync and", `"sync" imported and`)
	text = strings.ReplaceAll(text, simsync, "sync")
	return standIn.ReplaceAllString(text, "sync.")
}

// standIn is where a compiler names something of simsync.
var standIn = regexp.MustCompile(`\bsimsync\.`)

// Place returns src, a file that a solution wrote, with another import of the solution
// of the lab: the file has the path that students know, and the solution stands at
// another.
func Place(src []byte, lab labs.Lab, solution string) ([]byte, error) {
	return redirect(src, "faultline/solutions-skeleton/"+lab.Name, solution)
}

// redirect replaces the import of a package by that of another under the name by
// which the file knew it.
func redirect(src []byte, from, to string) ([]byte, error) {
	fset := token.NewFileSet()
	tree, err := parser.ParseFile(fset, "", src, parser.ImportsOnly)
	if err != nil {
		return nil, err
	}
	file := fset.File(tree.Package)
	var out []byte
	at := 0
	for _, spec := range tree.Imports {
		if importPath(spec) != from {
			continue
		}
		start := file.Offset(spec.Path.Pos())
		out = append(out, src[at:start]...)
		if spec.Name == nil {
			out = append(out, path.Base(from)+" "...)
		}
		out = strconv.AppendQuote(out, to)
		at = literalEnd(src, start)
	}
	if at == 0 {
		return src, nil
	}
	return append(out, src[at:]...), nil
}

// literalEnd is the offset behind the string literal of an import path, which
// holds no quotes. The length of the parsed literal does not tell: the parser
// takes carriage returns out of `raw` ones.
func literalEnd(src []byte, start int) int {
	return start + 1 + bytes.IndexByte(src[start+1:], src[start]) + 1
}

// importPath is the path of an import that has been parsed.
func importPath(spec *ast.ImportSpec) string {
	path, err := strconv.Unquote(spec.Path.Value)
	if err != nil {
		return "" // the parser takes no such literal
	}
	return path
}
