package disk

import (
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"time"

	"faultline/labs/trace"
)

// A Volume is a disk of files in one flat directory. Its methods, and those of
// its files, may be called by any number of goroutines at once. What an
// operation does is seen at once, and is volatile: see the package comment for
// what a crash may leave of it.
type Volume struct {
	*core
	base    map[string]int // the directory as it durably is: the number of the file of each name
	changes []*change      // of the directory since then, oldest first
	serial  int            // of the latest file or change
	files   map[int]*inode
}

// NewVolume returns a volume without files.
func NewVolume(cfg Config) *Volume {
	return &Volume{core: &core{cfg: cfg, owner: new(owner)}, base: map[string]int{}, files: map[int]*inode{}}
}

// validName reports whether a file can have the name: plans and traces must be
// read back.
func validName(name string) bool {
	for i := range len(name) {
		c := name[i]
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '-', c == '_', c == '.':
		default:
			return false
		}
	}
	return name != ""
}

// begin is start for an operation on a name.
func (v *Volume) begin(op, name string, takes time.Duration) error {
	if !validName(name) {
		return &fs.PathError{Op: op, Path: name, Err: fs.ErrInvalid}
	}
	if err := v.start(takes); err != nil {
		return &fs.PathError{Op: op, Path: name, Err: err}
	}
	return nil
}

// Create makes an empty file and opens it. A file of that name is shortened to
// nothing instead, like by Truncate. The new name is volatile until SyncDir. A
// name is made of letters, digits, '-', '_' and '.'; another one is
// fs.ErrInvalid.
func (v *Volume) Create(name string) (*File, error) {
	if err := v.begin("create", name, v.cfg.Latency.Write); err != nil {
		return nil, err
	}
	id := v.lookup(name)
	if id == 0 {
		v.serial++
		id = v.serial
		v.files[id] = &inode{owner: v.owner, id: id, name: name, known: true, sure: []length{{}}}
		v.change(change{kind: Create, name: name, file: id})
	} else {
		v.resize(id, 0)
	}
	v.unlock()
	if v.tracing() {
		v.emit(trace.Write, 0, "create "+name)
	}
	return &File{v: v, id: id, name: name}, nil
}

// Open opens a file. It fails with fs.ErrNotExist when there is none of that
// name.
func (v *Volume) Open(name string) (*File, error) {
	if err := v.begin("open", name, v.cfg.Latency.Read); err != nil {
		return nil, err
	}
	defer v.unlock()
	id := v.lookup(name)
	if id == 0 {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	return &File{v: v, id: id, name: name}, nil
}

// Rename gives a file another name, and takes that from the file that had it:
// whoever looks sees either the old state or the new. It is volatile until
// SyncDir, and says nothing about the contents of the file. It fails with
// fs.ErrNotExist when there is no file of the old name.
func (v *Volume) Rename(from, to string) error {
	if !validName(to) {
		return &fs.PathError{Op: "rename", Path: to, Err: fs.ErrInvalid}
	}
	if err := v.begin("rename", from, v.cfg.Latency.Write); err != nil {
		return err
	}
	id := v.lookup(from)
	if id == 0 {
		v.unlock()
		return &fs.PathError{Op: "rename", Path: from, Err: fs.ErrNotExist}
	}
	if from != to {
		v.change(change{kind: Rename, name: to, from: from, file: id})
	}
	v.unlock()
	if v.tracing() {
		v.emit(trace.Write, 0, "rename "+from+" to "+to)
	}
	return nil
}

// Remove takes a name away. Who has the file open can use it on. It is volatile
// until SyncDir. It fails with fs.ErrNotExist when there is no such file.
func (v *Volume) Remove(name string) error {
	if err := v.begin("remove", name, v.cfg.Latency.Write); err != nil {
		return err
	}
	if v.lookup(name) == 0 {
		v.unlock()
		return &fs.PathError{Op: "remove", Path: name, Err: fs.ErrNotExist}
	}
	v.change(change{kind: Remove, name: name})
	v.unlock()
	if v.tracing() {
		v.emit(trace.Write, 0, "remove "+name)
	}
	return nil
}

// Names returns the names of all files, sorted.
func (v *Volume) Names() ([]string, error) {
	if err := v.start(v.cfg.Latency.Read); err != nil {
		return nil, err
	}
	defer v.unlock()
	return slices.Sorted(maps.Keys(v.directory())), nil
}

// SyncDir makes durable every change of the directory (Create, Rename, Remove)
// that returned before SyncDir was called, and nothing about what is in the
// files. It fails with ErrIO when the disk fails to write: see there.
func (v *Volume) SyncDir() error {
	return v.flush("the directory", func(upTo uint64, fails bool) {
		for i, c := range v.changes {
			if c.state == volatile && c.seq <= upTo {
				s := *c
				s.state = kept
				if fails {
					s.state = forgotten
				}
				v.changes[i] = &s
			}
		}
		v.compact()
	})
}

// Crash ends this life of the volume: each of its calls, and each of its files',
// returns ErrDead from now on. It returns the next life, where cfg.Fate decides
// what was lost.
func (v *Volume) Crash(cfg Config) *Volume {
	v.kill()
	return v.Fork(cfg)
}

// Fork returns the volume that a crash at this moment would leave, and lets this
// one live on. Neither sees what the other does.
func (v *Volume) Fork(cfg Config) *Volume {
	v.mu.Lock()
	defer v.mu.Unlock()
	n := &Volume{core: v.next(cfg), base: maps.Clone(v.base), serial: v.serial, files: map[int]*inode{}}
	for _, c := range v.changes {
		switch c.state {
		case volatile:
			s := *c
			s.state = open
			n.changes = append(n.changes, &s)
		case open, kept:
			n.changes = append(n.changes, c)
		}
	}
	n.compact()
	for id := range n.named() {
		f := v.files[id]
		if f.volatile() {
			f = f.crashed(n.owner)
		}
		n.files[id] = f
	}
	return n
}

// Print returns a fingerprint of all that a crash may leave: two disks with the
// same print have the same futures.
func (v *Volume) Print() uint64 {
	v.mu.Lock()
	defer v.mu.Unlock()
	var h uint64
	for name, id := range v.base {
		h ^= mix(hashName(name) ^ uint64(id))
	}
	for _, c := range v.changes {
		h = mix(h ^ uint64(c.id)<<8 ^ uint64(c.state))
		h = mix(h ^ hashName(string(c.kind)+" "+c.from+" "+c.name) ^ uint64(c.file)) // a number may be that of another change
	}
	for id := range v.named() {
		h ^= mix(v.files[id].print() ^ mix(uint64(id)))
	}
	return h
}

func hashName(name string) uint64 {
	h := uint64(len(name))
	for i := range len(name) {
		h = mix(h ^ uint64(name[i]))
	}
	return h
}

// Dirty returns how many sectors, sizes and changes of the directory a crash at
// this moment would make uncertain.
func (v *Volume) Dirty() int {
	v.mu.Lock()
	defer v.mu.Unlock()
	n := 0
	for _, c := range v.changes {
		if c.state == volatile {
			n++
		}
	}
	for id := range v.named() {
		n += len(v.files[id].cells.dirty) + len(v.files[id].pend)
	}
	return n
}

// OpenChoices lists the choices that the crash before this life left and that nobody
// has read yet: changes of the directory, then file by file.
func (v *Volume) OpenChoices() []Choice {
	v.mu.Lock()
	defer v.mu.Unlock()
	var list []Choice
	for _, c := range v.changes {
		if c.state == open {
			list = append(list, c.choice())
		}
	}
	for _, id := range slices.Sorted(maps.Keys(v.files)) {
		list = v.files[id].open(v, list)
	}
	return list
}

// Rot flips a bit of what is durably stored in a file, at byte off: the disk has
// gone bad, unnoticed. It fails when there is no such file or byte.
func (v *Volume) Rot(name string, off int64) error {
	v.mu.Lock()
	defer v.unlock() // what it reads may be found lost
	id := v.lookup(name)
	if id == 0 {
		return &fs.PathError{Op: "rot", Path: name, Err: fs.ErrNotExist}
	}
	f := v.file(id)
	if off < 0 || off >= f.size {
		return &fs.PathError{Op: "rot", Path: name, Err: fmt.Errorf("there is no byte %d: %w", off, fs.ErrInvalid)}
	}
	f.cells.rot(v.owner, int(off/SectorSize), int(off%SectorSize))
	return nil
}
