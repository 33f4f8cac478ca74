package disk

import (
	"fmt"

	"faultline/labs/trace"
)

// A Device is a disk of blocks, all zero at first. Its methods may be called by
// any number of goroutines at once.
//
// A write is volatile: a crash may lose it, each of its sectors on its own, until
// a Flush that was called after it had returned has returned. Until then a later
// write may survive without an earlier one. Of several writes of one sector any
// one may survive, but no older one once a younger was flushed.
type Device struct {
	*core
	blocks uint64
	table  table
}

// NewDevice returns a device of the given number of blocks. It panics unless
// there is one.
func NewDevice(blocks uint64, cfg Config) *Device {
	if blocks == 0 {
		panic("disk: a device needs a block")
	}
	return &Device{core: &core{cfg: cfg, owner: new(owner)}, blocks: blocks}
}

// NumBlocks returns how many blocks there are.
func (d *Device) NumBlocks() uint64 { return d.blocks }

// check panics when the arguments of a call make no sense: that is a bug and no
// fault of the disk.
func (d *Device) check(call string, bn uint64, length int) {
	if bn >= d.blocks {
		panic(fmt.Sprintf("disk: %s of block %d: the device has the blocks 0 to %d", call, bn, d.blocks-1))
	}
	if length != BlockSize {
		panic(fmt.Sprintf("disk: %s of %d bytes: a block has %d", call, length, BlockSize))
	}
}

// Read fills dst with block bn, as the latest Write left it. It panics when
// there is no such block or dst is not BlockSize long.
func (d *Device) Read(bn uint64, dst []byte) error {
	d.check("Read", bn, len(dst))
	if err := d.start(d.cfg.Latency.Read); err != nil {
		return err
	}
	defer d.unlock()
	first := int(bn) * (BlockSize / SectorSize)
	for i := range BlockSize / SectorSize {
		part := dst[i*SectorSize : (i+1)*SectorSize]
		data := d.table.read(d.owner, first+i, func(c *cell) int {
			return d.choose(c.choice(Cell{Kind: Sector, N: first + i}))
		})
		if data == nil {
			clear(part)
		} else {
			copy(part, data[:])
		}
	}
	return nil
}

// Write writes block bn. It copies src. It panics when there is no such block or
// src is not BlockSize long.
func (d *Device) Write(bn uint64, src []byte) error { return d.write("Write", bn, src) }

// WriteFUA writes block bn and makes this write durable, and nothing else: it is
// no barrier for other writes. (FUA is "force unit access".)
func (d *Device) WriteFUA(bn uint64, src []byte) error {
	if err := d.write("WriteFUA", bn, src); err != nil {
		return err
	}
	first := int(bn) * (BlockSize / SectorSize)
	return d.flush(fmt.Sprintf("block %d", bn), func(upTo uint64, fails bool) {
		d.table.flush(d.owner, first, first+BlockSize/SectorSize, upTo, fails)
	})
}

func (d *Device) write(call string, bn uint64, src []byte) error {
	d.check(call, bn, len(src))
	if err := d.start(d.cfg.Latency.Write); err != nil {
		return err
	}
	d.seq++
	data := append([]byte(nil), src...)
	first := int(bn) * (BlockSize / SectorSize)
	for i := range BlockSize / SectorSize {
		v := newVersion((*sector)(data[i*SectorSize:]), d.seq)
		d.table.write(d.owner, first+i, v)
	}
	d.mu.Unlock()
	if d.tracing() {
		d.emit(trace.Write, 0, fmt.Sprintf("block %d", bn))
	}
	return nil
}

// Flush makes durable every write that returned before Flush was called. Writes
// that others make meanwhile are not covered. It fails with ErrIO when the disk
// fails to write: see there.
func (d *Device) Flush() error {
	return d.flush("the device", func(upTo uint64, fails bool) {
		d.table.flush(d.owner, 0, d.table.len(), upTo, fails)
	})
}

// Crash ends this life of the device: each of its calls returns ErrDead from now
// on. It returns the next life, where cfg.Fate decides what was lost.
func (d *Device) Crash(cfg Config) *Device {
	d.kill()
	return d.Fork(cfg)
}

// Fork returns the device that a crash at this moment would leave, and lets this
// one live on. Neither sees what the other does.
func (d *Device) Fork(cfg Config) *Device {
	d.mu.Lock()
	defer d.mu.Unlock()
	n := &Device{core: d.next(cfg), blocks: d.blocks, table: d.table.copy()}
	n.table.crash(n.owner)
	return n
}

// Rot flips a bit of what is durably stored in block bn, byte off: the disk has
// gone bad, unnoticed. It panics when there is no such byte.
func (d *Device) Rot(bn uint64, off int) {
	if off < 0 || off >= BlockSize {
		panic(fmt.Sprintf("disk: Rot of byte %d: a block has %d", off, BlockSize))
	}
	d.check("Rot", bn, BlockSize)
	d.mu.Lock()
	defer d.mu.Unlock()
	d.table.rot(d.owner, int(bn)*(BlockSize/SectorSize)+off/SectorSize, off%SectorSize)
}

// Print returns a fingerprint of all that a crash may leave: two disks with the
// same print have the same futures.
func (d *Device) Print() uint64 {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.table.print
}

// Dirty returns how many sectors a crash at this moment would make uncertain.
func (d *Device) Dirty() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return len(d.table.dirty)
}

// OpenChoices lists the choices that the crash before this life left and that nobody
// has read yet, in order of place.
func (d *Device) OpenChoices() []Choice {
	d.mu.Lock()
	defer d.mu.Unlock()
	var list []Choice
	d.table.open(func(i int, c *cell) {
		list = append(list, c.choice(Cell{Kind: Sector, N: i}))
	})
	return list
}
