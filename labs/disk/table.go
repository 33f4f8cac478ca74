package disk

import "slices"

// A table holds the cells of a device or a file. Copies share what they do not
// change: a chunk is changed only by the disk that it belongs to.
type table struct {
	chunks []*chunk
	dirty  []int // places with writes that are not flushed, or whose flush failed
	print  uint64
}

const chunkCells = 16

type chunk struct {
	owner *owner
	cells [chunkCells]*cell
}

// get returns the cell at place i, nil where nothing was ever written.
func (t *table) get(i int) *cell {
	if i/chunkCells >= len(t.chunks) || t.chunks[i/chunkCells] == nil {
		return nil
	}
	return t.chunks[i/chunkCells].cells[i%chunkCells]
}

// len is a place behind which nothing was ever written.
func (t *table) len() int { return len(t.chunks) * chunkCells }

// set replaces the cell at place i.
func (t *table) set(o *owner, i int, c *cell) {
	at := i / chunkCells
	for at >= len(t.chunks) {
		t.chunks = append(t.chunks, nil)
	}
	k := t.chunks[at]
	switch {
	case k == nil:
		k = &chunk{owner: o}
		t.chunks[at] = k
	case k.owner != o:
		k = &chunk{owner: o, cells: k.cells}
		t.chunks[at] = k
	}
	t.print ^= k.cells[i%chunkCells].print(i) ^ c.print(i)
	k.cells[i%chunkCells] = c
}

// copy returns a table that may be changed without changing t.
func (t *table) copy() table {
	return table{chunks: slices.Clone(t.chunks), dirty: slices.Clone(t.dirty), print: t.print}
}

// at returns the cell at place i.
func (t *table) at(i int) *cell {
	if c := t.get(i); c != nil {
		return c
	}
	return &cell{sure: []version{{}}, known: true}
}

// write records a write.
func (t *table) write(o *owner, i int, v version) {
	c := t.at(i)
	if len(c.pend) == 0 && !(c.ghost() && slices.Contains(t.dirty, i)) {
		t.dirty = append(t.dirty, i)
	}
	t.set(o, i, c.written(v))
}

// flush makes durable what was written up to upTo, at the places from first to before end.
func (t *table) flush(o *owner, first, end int, upTo uint64, fails bool) {
	still := t.dirty[:0:0]
	for _, i := range t.dirty {
		if i < first || i >= end {
			still = append(still, i)
			continue
		}
		c := t.get(i)
		f := c.flushed(upTo, fails)
		if f != c {
			t.set(o, i, f)
		}
		if len(f.pend) > 0 || f.ghost() {
			still = append(still, i)
		}
	}
	t.dirty = still
}

// crash turns every write that was not flushed into a choice.
func (t *table) crash(o *owner) {
	for _, i := range t.dirty {
		t.set(o, i, t.get(i).crashed())
	}
	t.dirty = nil
}

// read returns what the program sees at place i, and makes the choice that a
// crash left open.
func (t *table) read(o *owner, i int, choose func(*cell) int) *sector {
	c := t.get(i)
	if c == nil {
		return nil
	}
	if !c.known {
		c = c.settled(choose(c))
		t.set(o, i, c)
	}
	return c.now
}

// open calls f for each choice that is not made yet.
func (t *table) open(f func(i int, c *cell)) {
	for k, chunk := range t.chunks {
		if chunk == nil {
			continue
		}
		for j, c := range chunk.cells {
			if c != nil && !c.known && len(c.sure) > 1 {
				f(k*chunkCells+j, c)
			}
		}
	}
}

// rot flips the lowest bit of byte off in everything that is known about the
// sector at place i.
func (t *table) rot(o *owner, i, off int) {
	flip := func(data *sector) *sector {
		var bad sector
		if data != nil {
			bad = *data
		}
		bad[off] ^= 1
		return &bad
	}
	c := t.at(i)
	bad := &cell{pend: c.pend, known: c.known, now: c.now}
	for _, v := range c.sure {
		w := newVersion(flip(v.data), v.seq)
		w.epoch, w.cut = v.epoch, v.cut
		bad.sure = append(bad.sure, w)
	}
	if c.known && len(c.pend) == 0 {
		bad.now = flip(c.now)
	}
	t.set(o, i, bad)
}
