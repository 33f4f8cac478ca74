package disk

import "slices"

// An inode is a file without its name.
type inode struct {
	owner *owner
	id    int
	name  string // under which it was created
	cells table

	sure  []length // how long it may durably be, oldest first; one is certain
	pend  []length // changes of that since, not synced
	known bool     // size is what the program sees
	size  int64
	epoch int // how many times it was shortened
}

// A length is how long a file may durably be.
type length struct {
	size  int64
	epoch int
	seq   uint64
}

// file returns a file that may be changed, with its size known.
func (v *Volume) file(id int) *inode {
	f := v.files[id]
	if f.owner != v.owner {
		c := *f
		c.owner, c.cells = v.owner, f.cells.copy()
		f = &c
		v.files[id] = f
	}
	if !f.known {
		f.settle(v)
	}
	return f
}

// settle chooses how long the file is that a crash left.
func (f *inode) settle(v *Volume) {
	k := 0
	if len(f.sure) > 1 {
		k = v.choose(f.choice(v))
	}
	f.sure = f.sure[k : k+1 : k+1]
	f.known, f.size, f.epoch = true, f.sure[0].size, f.sure[0].epoch
	for i := range f.cells.len() {
		if c := f.cells.get(i); c != nil && !c.known {
			f.cells.set(v.owner, i, f.settledCell(c, i))
		}
	}
}

func (f *inode) choice(v *Volume) Choice {
	return Choice{Cell: Cell{Kind: Size, File: f.name, ID: f.id}, Name: v.nameOf(f),
		Options: len(f.sure), Write: f.sure[len(f.sure)-1].seq}
}

// settledCell is the cell at place i, now that the size is known. Of writes on
// either side of a shortening only those can be left that fit: a file system
// that lost the shortening lost what was written into the room it made.
func (f *inode) settledCell(c *cell, i int) *cell {
	var list []version
	for _, v := range c.sure {
		if v.cut && v.epoch > f.epoch {
			break
		}
		if v.cut {
			list = nil
		}
		v.cut = false
		if v = f.masked(v, i); len(list) == 0 || !list[len(list)-1].same(v) {
			list = append(list, v)
		}
	}
	if len(list) == 1 {
		return &cell{sure: list, known: true, now: list[0].data}
	}
	return &cell{sure: list}
}

// masked is a version of the sector at place i without what lies behind the end
// of the file.
func (f *inode) masked(v version, i int) version {
	end := f.size - int64(i)*SectorSize
	if v.data == nil || end >= SectorSize {
		return v
	}
	w := newVersion(cutAt(v.data, max(end, 0)), v.seq)
	w.epoch, w.cut = v.epoch, v.cut
	return w
}

// cutAt returns the first n bytes of a sector and zeros.
func cutAt(data *sector, n int64) *sector {
	if data == nil || n == 0 {
		return nil
	}
	var s sector
	copy(s[:n], data[:])
	return &s
}

// read returns what the program sees of the sector at place i.
func (f *inode) read(v *Volume, i int) *sector {
	return f.cells.read(v.owner, i, func(c *cell) int { return v.choose(f.sectorChoice(v, i, c)) })
}

func (f *inode) sectorChoice(v *Volume, i int, c *cell) Choice {
	choice := c.choice(Cell{Kind: Sector, File: f.name, ID: f.id, N: i})
	choice.Name = v.nameOf(f)
	return choice
}

// write puts p at off. The file grows where it must: first to each sector
// boundary on the way, each of which a crash may leave as its size.
func (f *inode) write(v *Volume, p []byte, off int64) {
	end := off + int64(len(p))
	for at := off; at < end; {
		i, from := int(at/SectorSize), int(at%SectorSize)
		n := min(SectorSize-from, int(end-at))
		var s sector
		if n < SectorSize {
			if old := f.read(v, i); old != nil {
				s = *old
			}
		}
		copy(s[from:from+n], p[at-off:])
		f.cutHole(v, i)
		w := newVersion(&s, v.seq)
		w.epoch = f.epoch
		f.cells.write(v.owner, i, w)
		at += int64(n)
	}
	for f.size < end {
		next := min((f.size/SectorSize+1)*SectorSize, end)
		if next <= off {
			next = min((off/SectorSize+1)*SectorSize, end)
		}
		f.setSize(v, next)
	}
}

// cutHole notes in a sector that is about to be written first that the file was shortened,
// which may be lost: then there is a hole there, and nothing of what is written now.
func (f *inode) cutHole(v *Volume, i int) {
	if f.epoch > f.sure[0].epoch && f.cells.get(i) == nil {
		w := newVersion(nil, v.seq)
		w.epoch, w.cut = f.epoch, true
		f.cells.write(v.owner, i, w)
	}
}

func (f *inode) setSize(v *Volume, size int64) {
	f.size = size
	f.pend = append(slices.Clip(f.pend), length{size: size, epoch: f.epoch, seq: v.seq})
}

// shorten cuts the file at size.
func (f *inode) shorten(v *Volume, size int64) {
	last := (f.size - 1) / SectorSize
	f.epoch++
	for i := size / SectorSize; i <= last; i++ {
		keep := int64(0)
		if i == size/SectorSize {
			keep = size % SectorSize
		}
		if keep == 0 && f.cells.get(int(i)) == nil {
			continue
		}
		var data *sector
		if keep > 0 {
			data = cutAt(f.read(v, int(i)), keep)
		}
		w := newVersion(data, v.seq)
		w.epoch, w.cut = f.epoch, true
		f.cells.write(v.owner, int(i), w)
	}
	f.setSize(v, size)
}

// sync makes durable what was written up to upTo.
func (f *inode) sync(v *Volume, upTo uint64, fails bool) {
	f.cells.flush(v.owner, 0, f.cells.len(), upTo, fails)
	n := 0
	for n < len(f.pend) && f.pend[n].seq <= upTo {
		n++
	}
	if n > 0 && !fails {
		f.sure = f.pend[n-1 : n : n]
	}
	f.pend = f.pend[n:]
}

// volatile reports whether a crash would change anything about the file.
func (f *inode) volatile() bool {
	return len(f.cells.dirty) > 0 || len(f.pend) > 0 || f.known && (len(f.sure) > 1 || f.sure[0].size != f.size)
}

// crashed is what a crash leaves of the file.
func (f *inode) crashed(o *owner) *inode {
	n := &inode{owner: o, id: f.id, name: f.name, cells: f.cells.copy(), epoch: f.epoch, sure: slices.Clip(f.sure)}
	n.cells.crash(o)
	for _, l := range f.pend {
		same := func(k length) bool { return k.size == l.size && k.epoch == l.epoch }
		if !slices.ContainsFunc(n.sure, same) {
			n.sure = append(n.sure, l)
		}
	}
	return n
}

func (f *inode) print() uint64 {
	h := f.cells.print
	for _, l := range f.sure {
		h = mix(h ^ uint64(l.size)<<8 ^ uint64(l.epoch))
	}
	for _, l := range f.pend {
		h = mix(h ^ uint64(l.size)<<8 ^ uint64(l.epoch) ^ 1)
	}
	return h
}

// open appends the choices about the file that are not made yet.
func (f *inode) open(v *Volume, list []Choice) []Choice {
	if !f.known && len(f.sure) > 1 {
		list = append(list, f.choice(v))
	}
	f.cells.open(func(i int, c *cell) { list = append(list, f.sectorChoice(v, i, c)) })
	return list
}
