package journaltest

import (
	"bytes"
	"fmt"
	"io/fs"
	"strconv"
	"strings"

	"faultline/labs/journal/journalapi"
)

// An operation is one that changes a file system, as a story tells it:
//
//	create a         mkdir d                link a to d/b    remove a
//	rename a to b    write 700 x to a at 0  truncate a to 5  sync
type operation struct {
	verb  string
	name  string
	other string // of a link and a rename
	fill  byte   // what a write repeats
	size  int
	off   int
}

func (o operation) String() string {
	switch o.verb {
	case "link", "rename":
		return fmt.Sprintf("%s %s to %s", o.verb, o.name, o.other)
	case "write":
		return fmt.Sprintf("write %d %c to %s at %d", o.size, o.fill, o.name, o.off)
	case "truncate":
		return fmt.Sprintf("truncate %s to %d", o.name, o.size)
	case "sync", "close":
		return o.verb
	}
	return o.verb + " " + o.name
}

// parse reads an operation. It panics if it is none: that would be a fault of the suite.
func parse(text string) (o operation) {
	number := func(s string) int {
		n, err := strconv.Atoi(s)
		good(err)
		return n
	}
	words := strings.Fields(text)
	o.verb = words[0]
	switch {
	case len(words) == 1:
	case o.verb == "write" && len(words) == 7:
		o.size, o.fill, o.name, o.off = number(words[1]), words[2][0], words[4], number(words[6])
	case o.verb == "truncate" && len(words) == 4:
		o.name, o.size = words[1], number(words[3])
	case len(words) == 4:
		o.name, o.other = words[1], words[3]
	case len(words) == 2:
		o.name = words[1]
	default:
		panic("journaltest: no operation: " + text)
	}
	return o
}

func parseAll(lines string) (list []operation) {
	for line := range strings.Lines(lines) {
		if strings.TrimSpace(line) != "" {
			list = append(list, parse(line))
		}
	}
	return list
}

// good panics on errors that cannot be: they would be faults of the suite.
func good(err error) {
	if err != nil {
		panic(err)
	}
}

// content is what a write writes.
func (o operation) content() []byte { return bytes.Repeat([]byte{o.fill}, o.size) }

// perform carries out an operation on a file system.
func (o operation) perform(f journalapi.FileSystem) error {
	switch o.verb {
	case "create":
		return f.Create(o.name)
	case "mkdir":
		return f.Mkdir(o.name)
	case "link":
		return f.Link(o.name, o.other)
	case "remove":
		return f.Remove(o.name)
	case "rename":
		return f.Rename(o.name, o.other)
	case "write":
		return f.WriteAt(o.name, o.content(), int64(o.off))
	case "truncate":
		return f.Truncate(o.name, int64(o.size))
	case "sync":
		return f.Sync()
	case "close":
		return f.Close()
	}
	panic("journaltest: no operation: " + o.verb)
}

// apply carries out an operation on a tree.
func (o operation) apply(t tree) error {
	switch o.verb {
	case "create":
		return t.add(o.name, &node{})
	case "mkdir":
		return t.add(o.name, &node{dir: true, entries: map[string]*node{}})
	case "link":
		n, err := t.file(o.name)
		if err != nil {
			return err
		}
		return t.add(o.other, n)
	case "remove":
		return t.remove(o.name)
	case "rename":
		return t.rename(o.name, o.other)
	case "write", "truncate":
		return o.applyToFile(t)
	case "sync", "close":
		return nil
	}
	panic("journaltest: no operation: " + o.verb)
}

func (o operation) applyToFile(t tree) error {
	n, err := t.file(o.name)
	switch {
	case err != nil:
		return err
	case o.size < 0 || o.off < 0:
		return fs.ErrInvalid
	case o.verb == "truncate" && o.size > journalapi.MaxFile, o.size > 0 && o.off+o.size > journalapi.MaxFile:
		return journalapi.ErrTooBig
	case o.verb == "truncate":
		n.resize(o.size)
	case o.size > 0:
		n.resize(max(len(n.data), o.off+o.size))
		copy(n.data[o.off:], o.content())
	}
	return nil
}

// parts are the operations that a crash can come between: a long write is several.
func (o operation) parts() (list []operation) {
	for o.verb == "write" && o.size > journalapi.MaxWrite {
		part := o
		part.size = journalapi.MaxWrite
		list = append(list, part)
		o.off, o.size = o.off+part.size, o.size-part.size
	}
	return append(list, o)
}
