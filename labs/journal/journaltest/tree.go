package journaltest

import (
	"bytes"
	"fmt"
	"hash/fnv"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"faultline/labs/journal/journalapi"
)

// A tree is a file system in memory.
type tree struct{ root *node }

// A node is a file or directory. Two names of one file have the same node.
type node struct {
	dir     bool
	data    []byte // of a file; never changed, but replaced
	entries map[string]*node
}

func newTree() tree { return tree{&node{dir: true, entries: map[string]*node{}}} }

// clone returns a tree that may be changed without changing t.
func (t tree) clone() tree {
	known := map[*node]*node{}
	var copyOf func(*node) *node
	copyOf = func(n *node) *node {
		if known[n] == nil {
			c := &node{dir: n.dir, data: n.data}
			known[n] = c
			if n.dir {
				c.entries = map[string]*node{}
				for name, child := range n.entries {
					c.entries[name] = copyOf(child)
				}
			}
		}
		return known[n]
	}
	return tree{copyOf(t.root)}
}

// walk calls f for each name, a directory before what is in it, in order.
func (t tree) walk(f func(name string, n *node)) {
	var visit func(string, *node)
	visit = func(name string, n *node) {
		f(name, n)
		for _, base := range slices.Sorted(maps.Keys(n.entries)) {
			visit(path.Join(name, base), n.entries[base])
		}
	}
	visit(".", t.root)
}

// lines are the tree as a text, a line for each name but the root's.
func (t tree) lines() (lines []string) {
	first := map[*node]string{}
	t.walk(func(name string, n *node) {
		switch {
		case n == t.root:
		case n.dir:
			lines = append(lines, name+"/")
		case first[n] != "":
			lines = append(lines, name+" is also "+first[n])
		default:
			first[n] = name
			lines = append(lines, name+": "+runs(n.data))
		}
	})
	return lines
}

// String is equal for equal trees.
func (t tree) String() string {
	if lines := t.lines(); lines != nil {
		return strings.Join(lines, "; ")
	}
	return "nothing"
}

// runs is how a story names contents: "700 a, 12 zero".
func runs(b []byte) string {
	var words []string
	for len(b) > 0 {
		n := same(b)
		switch c := b[0]; {
		case c == 0:
			words = append(words, fmt.Sprintf("%d zero", n))
		case '!' <= c && c <= '~':
			words = append(words, fmt.Sprintf("%d %c", n, c))
		default:
			words = append(words, fmt.Sprintf("%d of %#x", n, c))
		}
		if b = b[n:]; len(words) == 8 && len(b) > 0 {
			words = append(words, fmt.Sprintf("%d more of sum %x", len(b), sum(b)))
			break
		}
	}
	if words == nil {
		return "empty"
	}
	return strings.Join(words, ", ")
}

// same is how many bytes are equal at the begin. It compares many at once: this is done
// for every file of every state of a disk.
func same(b []byte) int {
	const many = 256
	n := 1
	for n+many <= len(b) && bytes.Equal(b[n:n+many], b[n-1:n-1+many]) {
		n += many
	}
	for n < len(b) && b[n] == b[0] {
		n++
	}
	return n
}

// sum is a hash of bytes.
func sum(b []byte) uint32 {
	h := fnv.New32a()
	h.Write(b)
	return h.Sum32()
}

// find goes to what a name stands for.
func (t tree) find(name string) (*node, error) {
	if !fs.ValidPath(name) {
		return nil, fs.ErrInvalid
	}
	n := t.root
	if name == "." {
		return n, nil
	}
	for _, element := range strings.Split(name, "/") {
		if len(element) > journalapi.MaxName {
			return nil, fs.ErrInvalid
		}
		if !n.dir {
			return nil, journalapi.ErrNotDirectory
		}
		if n = n.entries[element]; n == nil {
			return nil, fs.ErrNotExist
		}
	}
	return n, nil
}

// parent goes to the directory of a name.
func (t tree) parent(name string) (d *node, base string, err error) {
	if name == "." || !fs.ValidPath(name) || len(path.Base(name)) > journalapi.MaxName {
		return nil, "", fs.ErrInvalid
	}
	if d, err = t.find(path.Dir(name)); err == nil && !d.dir {
		err = journalapi.ErrNotDirectory
	}
	return d, path.Base(name), err
}

// file goes to a file.
func (t tree) file(name string) (*node, error) {
	n, err := t.find(name)
	if err == nil && n.dir {
		err = journalapi.ErrDirectory
	}
	return n, err
}

// add makes a new name.
func (t tree) add(name string, n *node) error {
	d, base, err := t.parent(name)
	switch {
	case err != nil:
		return err
	case d.entries[base] != nil:
		return fs.ErrExist
	}
	d.entries[base] = n
	return nil
}

func (t tree) remove(name string) error {
	d, base, err := t.parent(name)
	if err != nil {
		return err
	}
	n := d.entries[base]
	switch {
	case n == nil:
		return fs.ErrNotExist
	case len(n.entries) > 0:
		return journalapi.ErrNotEmpty
	}
	delete(d.entries, base)
	return nil
}

func (t tree) rename(name, other string) error {
	from, base, err := t.parent(name)
	if err != nil {
		return err
	}
	n := from.entries[base]
	switch {
	case n == nil:
		return fs.ErrNotExist
	case strings.HasPrefix(other, name+"/"):
		return fs.ErrInvalid
	}
	to, last, err := t.parent(other)
	if err != nil {
		return err
	}
	switch victim := to.entries[last]; {
	case victim == n:
		return nil
	case victim == nil:
	case n.dir && !victim.dir:
		return journalapi.ErrNotDirectory
	case !n.dir && victim.dir:
		return journalapi.ErrDirectory
	case len(victim.entries) > 0:
		return journalapi.ErrNotEmpty
	}
	delete(from.entries, base)
	to.entries[last] = n
	return nil
}

// resize makes a file that long.
func (n *node) resize(size int) {
	data := make([]byte, size)
	copy(data, n.data)
	n.data = data
}

// links is how many links a node has.
func (t tree) links(n *node) (links int) {
	if n.dir {
		links = 2
		for _, child := range n.entries {
			if child.dir {
				links++
			}
		}
		return links
	}
	t.walk(func(_ string, m *node) {
		if m == n {
			links++
		}
	})
	return links
}
