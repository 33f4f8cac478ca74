package disk

import (
	"cmp"
	"maps"
	"slices"
)

// A change is one change of the directory. Changes are never changed.
type change struct {
	id    int
	seq   uint64
	kind  CellKind // Create, Rename or Remove
	name  string   // the name that appears or goes
	from  string   // the name that goes as well; "" if there is none
	file  int      // behind name from now on; 0 for none
	state changeState
}

type changeState int

const (
	volatile  changeState = iota // made in this life, not synced
	open                         // made before the crash: kept or lost
	kept                         // durable
	lost                         // by the crash
	forgotten                    // by a sync that failed: seen until the next crash
)

// lookup returns the number of the file of a name, 0 if there is none. It makes
// the choices that it needs.
func (v *Volume) lookup(name string) int {
	for i := len(v.changes) - 1; i >= 0; i-- {
		c := v.changes[i]
		if c.name != name && c.from != name {
			continue
		}
		if v.settle(i).state == lost {
			continue
		}
		if c.name == name {
			return c.file
		}
		return 0
	}
	return v.base[name]
}

// settle makes the choice about the i-th change, if it is open.
func (v *Volume) settle(i int) *change {
	c := v.changes[i]
	if c.state != open {
		return c
	}
	s := *c
	s.state = kept
	if v.choose(c.choice()) == 0 {
		s.state = lost
	}
	v.changes[i] = &s
	return &s
}

// nameOf is the name that a file has: of the names that a crash left open the
// latest, for that is what the program called it before.
func (v *Volume) nameOf(f *inode) string {
	for _, c := range slices.Backward(v.changes) {
		if c.file == f.id && c.state != lost {
			return c.name
		}
	}
	name := ""
	for other, id := range v.base { // two, if a rename was lost and the next one was not
		if id == f.id && (name == "" || other < name) {
			name = other
		}
	}
	return cmp.Or(name, f.name)
}

func (c *change) choice() Choice {
	return Choice{Cell: Cell{Kind: c.kind, File: c.name, ID: c.id}, Options: 2, Write: c.seq}
}

func (v *Volume) change(c change) {
	v.seq++
	v.serial++
	c.seq, c.id = v.seq, v.serial
	v.changes = append(v.changes, &c)
}

// directory returns the files of all names.
func (v *Volume) directory() map[string]int {
	dir := maps.Clone(v.base)
	for i := range v.changes {
		if c := v.settle(i); c.state != lost {
			c.apply(dir)
		}
	}
	return dir
}

func (c *change) apply(dir map[string]int) {
	delete(dir, c.from)
	if c.file == 0 {
		delete(dir, c.name)
	} else {
		dir[c.name] = c.file
	}
}

// compact takes what is certain into the base.
func (v *Volume) compact() {
	n := 0
	for ; n < len(v.changes) && (v.changes[n].state == kept || v.changes[n].state == lost); n++ {
		if c := v.changes[n]; c.state == kept {
			c.apply(v.base)
		}
	}
	v.changes = slices.Clone(v.changes[n:])
}

// named is the files that may have a name after a crash.
func (v *Volume) named() map[int]bool {
	named := make(map[int]bool, len(v.base)+len(v.changes))
	for _, id := range v.base {
		named[id] = true
	}
	for _, c := range v.changes {
		if c.file != 0 && c.state != forgotten {
			named[c.file] = true
		}
	}
	return named
}
