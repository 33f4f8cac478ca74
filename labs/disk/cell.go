package disk

import (
	"encoding/binary"
	"slices"
)

type sector = [SectorSize]byte

// A version is one state that a sector may durably have.
type version struct {
	data  *sector // never changed; nil is all zero
	sum   uint64  // of the data
	seq   uint64  // of the write, in the life that it was made in
	epoch int     // of the file: how many times it had been shortened
	cut   bool    // the file was shortened here: what lay there is gone
}

func newVersion(data *sector, seq uint64) version {
	v := version{data: data, sum: sum(data), seq: seq}
	if v.sum == 0 {
		v.data = nil // zeros are zeros, however they came about
	}
	return v
}

func (v version) same(w version) bool {
	return v.sum == w.sum && v.cut == w.cut && (v.data == w.data || v.data != nil && w.data != nil && *v.data == *w.data)
}

// A cell is the state of one sector. Cells are never changed, so that any number
// of disks can share them. A nil cell is certainly zero.
type cell struct {
	sure  []version // what may be on the disk, oldest first; one is certain
	pend  []version // written since, not flushed, oldest first
	known bool      // now is what the program sees
	now   *sector
}

// written is the cell after a write.
func (c *cell) written(v version) *cell {
	return &cell{sure: c.sure, pend: append(slices.Clip(c.pend), v), known: true, now: v.data}
}

// flushed is the cell after a flush of the writes up to upTo. What a failed
// flush was to write is lost, and still seen.
func (c *cell) flushed(upTo uint64, fails bool) *cell {
	n := 0
	for n < len(c.pend) && c.pend[n].seq <= upTo {
		n++
	}
	if n == 0 {
		return c
	}
	f := &cell{sure: c.sure, pend: c.pend[n:], known: c.known, now: c.now}
	if !fails {
		f.sure = c.pend[n-1 : n : n]
	}
	return f
}

// crashed is the cell after a crash: any of its versions may be on the disk.
func (c *cell) crashed() *cell {
	f := &cell{sure: slices.Clip(c.sure)}
	for i, v := range c.pend {
		latest := i == len(c.pend)-1 && !v.same(f.sure[len(f.sure)-1]) // stays so, also where it was there before
		if v.cut || latest || !slices.ContainsFunc(f.sure[lastCut(f.sure):], v.same) {
			f.sure = append(f.sure, v)
		}
	}
	if len(f.sure) == 1 {
		f.known, f.now = true, f.sure[0].data
	}
	return f
}

// lastCut is where the versions begin that are younger than the last shortening.
func lastCut(list []version) int {
	for i := len(list) - 1; i > 0; i-- {
		if list[i].cut {
			return i
		}
	}
	return 0
}

// ghost reports whether the program sees what a failed flush has lost.
func (c *cell) ghost() bool {
	return c.known && len(c.pend) == 0 && (len(c.sure) > 1 || c.sure[0].data != c.now)
}

// settled is the cell once the choice is made.
func (c *cell) settled(i int) *cell {
	return &cell{sure: c.sure[i : i+1 : i+1], pend: c.pend, known: true, now: c.sure[i].data}
}

// choice is what a crash left open about the cell, which is called name.
func (c *cell) choice(name Cell) Choice {
	return Choice{Cell: name, Options: len(c.sure), Write: c.sure[len(c.sure)-1].seq}
}

// print is what the cell at place i adds to the fingerprint of a disk.
func (c *cell) print(i int) uint64 {
	if c == nil {
		return 0
	}
	h := mix(uint64(i) + 1)
	for _, v := range c.sure {
		h = mix(h ^ v.sum)
	}
	for _, v := range c.pend {
		h = mix(h ^ v.sum ^ 1)
	}
	return h
}

// sum is a hash of a sector; that of zeros is zero.
func sum(data *sector) uint64 {
	if data == nil {
		return 0
	}
	var h, any uint64
	for i := 0; i < SectorSize; i += 8 {
		w := binary.LittleEndian.Uint64(data[i:])
		any |= w
		h = (h ^ w) * 0x9e3779b97f4a7c15
		h ^= h >> 29
	}
	if any == 0 {
		return 0
	}
	return max(mix(h), 1)
}

// mix is the finalizer of SplitMix64: every bit of x changes half of the
// result's.
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}
