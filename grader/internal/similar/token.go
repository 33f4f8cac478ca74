package similar

import (
	"fmt"
	"go/parser"
	"go/scanner"
	"go/token"
	"go/types"
	"hash/fnv"
	"io"
	"maps"
	"path"
	"slices"
	"strconv"
)

// A stream is the code of one submission as symbols. Its files come in the order
// of their names.
type stream struct {
	names   []string // of the files
	symbols []uint64
	places  []place // of each symbol
	decls   []span  // the declarations, which are all of the symbols
}

// A place is where a symbol stands.
type place struct {
	file int // in names
	line int // from 1
}

// A span is the symbols from start on, before end.
type span struct{ start, end int }

// A lexeme is a token of Go as it is written.
type lexeme struct {
	tok  token.Token
	text string
	line int
}

// mostSymbols is where a submission ends. Our references have less than a tenth of
// it; three hundred times what the lab's files can hold would not fit in memory.
const mostSymbols = 200_000

// newStream reads files. It takes what is no Go, too, and notes that.
func newStream(files map[string][]byte) (s *stream, notes []string) {
	s = &stream{}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if len(s.symbols) >= mostSymbols {
			notes = append(notes, fmt.Sprintf("%s is not compared: what comes before has %d tokens", name, len(s.symbols)))
			continue
		}
		if _, err := parser.ParseFile(token.NewFileSet(), name, files[name], parser.SkipObjectResolution); err != nil {
			notes = append(notes, name+" does not parse as Go: its tokens are compared as they come")
		}
		s.names = append(s.names, name)
		s.add(declarations(lexemes(files[name])))
	}
	return s, notes
}

// lexemes scans a file to its end, over whatever is wrong in it. Lines are those
// of the file: a //line comment does not move them.
func lexemes(src []byte) []lexeme {
	fset := token.NewFileSet()
	file := fset.AddFile("", -1, len(src))
	var sc scanner.Scanner
	sc.Init(file, src, nil, 0)
	var all []lexeme
	for {
		pos, tok, text := sc.Scan()
		if tok == token.EOF {
			return all
		}
		all = append(all, lexeme{tok, text, file.PositionFor(pos, false).Line})
	}
}

// declarations cuts a file where a declaration begins: at its keyword, outside of
// all brackets, after a semicolon, which may be one that nobody wrote.
func declarations(all []lexeme) [][]lexeme {
	var decls [][]lexeme
	depth, start := 0, 0
	for i, l := range all {
		switch l.tok {
		case token.LPAREN, token.LBRACE, token.LBRACK:
			depth++
		case token.RPAREN, token.RBRACE, token.RBRACK:
			depth = max(0, depth-1)
		case token.FUNC, token.TYPE, token.VAR, token.CONST, token.IMPORT:
			if depth == 0 && i > start && all[i-1].tok == token.SEMICOLON {
				decls = append(decls, all[start:i])
				start = i
			}
		}
	}
	return append(decls, all[start:])
}

// add appends the declarations of the last file.
func (s *stream) add(decls [][]lexeme) {
	imports := map[string]string{}
	for _, decl := range decls {
		if len(decl) > 0 && decl[0].tok == token.IMPORT {
			readImports(decl, imports)
			continue
		}
		if len(decl) > 1 && decl[0].tok == token.PACKAGE {
			decl = decl[2:] // and the name: what follows is a semicolon, or is wrong
		}
		start := len(s.symbols)
		for i, l := range decl {
			if silent(decl, i) {
				continue
			}
			s.symbols = append(s.symbols, symbol(word(decl, i, imports)))
			s.places = append(s.places, place{len(s.names) - 1, l.line})
		}
		if end := len(s.symbols); end > start {
			s.decls = append(s.decls, span{start, end})
		}
	}
}

// readImports notes under which names a declaration imports what.
func readImports(decl []lexeme, imports map[string]string) {
	for i, l := range decl {
		if l.tok != token.STRING {
			continue
		}
		from, err := strconv.Unquote(l.text)
		if err != nil {
			continue
		}
		name := path.Base(from)
		if i > 0 && decl[i-1].tok == token.IDENT {
			name = decl[i-1].text
		}
		imports[name] = from
	}
}

// silent reports whether a lexeme is a matter of layout: a semicolon, which a
// line's end can stand for, or a comma before a closing bracket.
func silent(decl []lexeme, i int) bool {
	switch decl[i].tok {
	case token.SEMICOLON:
		return true
	case token.COMMA:
		return i+1 < len(decl) &&
			slices.Contains([]token.Token{token.RPAREN, token.RBRACE, token.RBRACK}, decl[i+1].tok)
	}
	return false
}

// word is what a lexeme counts as.
func word(decl []lexeme, i int, imports map[string]string) string {
	l := decl[i]
	switch l.tok {
	case token.INT, token.FLOAT, token.IMAG:
		return "a number"
	case token.CHAR:
		return "a character"
	case token.STRING:
		return "a string"
	case token.IDENT:
		return identifier(decl, i, imports)
	case token.ILLEGAL:
		return "no Go"
	}
	return l.tok.String()
}

// identifier keeps the names that their author cannot choose.
func identifier(decl []lexeme, i int, imports map[string]string) string {
	const chosen = "a name"
	name := decl[i].text
	if selected := i >= 1 && decl[i-1].tok == token.PERIOD; selected {
		if i >= 2 && decl[i-2].tok == token.IDENT && (i == 2 || decl[i-3].tok != token.PERIOD) {
			if from, ok := imports[decl[i-2].text]; ok {
				return from + "." + name
			}
		}
		return chosen
	}
	if from, ok := imports[name]; ok && i+1 < len(decl) && decl[i+1].tok == token.PERIOD {
		return from
	}
	if types.Universe.Lookup(name) != nil {
		return "predeclared " + name
	}
	return chosen
}

func symbol(word string) uint64 {
	h := fnv.New64a()
	io.WriteString(h, word)
	return h.Sum64()
}
