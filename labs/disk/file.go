package disk

import (
	"io"
	"io/fs"
	"maps"
	"slices"
	"strconv"
	"sync/atomic"
	"time"

	"faultline/labs/trace"
)

// A File is an open file of a [Volume]. Its errors are *fs.PathError; once it is
// closed they hold fs.ErrClosed.
type File struct {
	v      *Volume
	id     int
	name   string // under which it was opened
	closed atomic.Bool
}

var (
	_ io.ReaderAt = (*File)(nil)
	_ io.WriterAt = (*File)(nil)
)

// Name returns the name under which the file was opened.
func (f *File) Name() string { return f.name }

func (f *File) fail(op string, err error) error {
	return &fs.PathError{Op: op, Path: f.name, Err: err}
}

// begin is the start of every operation. It returns the file with the volume's
// lock held.
func (f *File) begin(op string, takes time.Duration) (*inode, error) {
	if f.closed.Load() {
		return nil, f.fail(op, fs.ErrClosed)
	}
	if err := f.v.start(takes); err != nil {
		return nil, f.fail(op, err)
	}
	return f.v.file(f.id), nil
}

// Size returns how many bytes the file has.
func (f *File) Size() (int64, error) {
	n, err := f.begin("size", f.v.cfg.Latency.Read)
	if err != nil {
		return 0, err
	}
	defer f.v.unlock()
	return n.size, nil
}

// ReadAt fills p from byte off on and returns how much it read: less than len(p)
// only with an error, which is io.EOF at the end of the file.
func (f *File) ReadAt(p []byte, off int64) (int, error) {
	n, err := f.begin("read", f.v.cfg.Latency.Read)
	if err != nil {
		return 0, err
	}
	defer f.v.unlock()
	if off < 0 {
		return 0, f.fail("read", fs.ErrInvalid)
	}
	want := p[:max(0, min(int64(len(p)), n.size-off))]
	for done := 0; done < len(want); {
		at := off + int64(done)
		from := int(at % SectorSize)
		part := want[done:min(len(want), done+SectorSize-from)]
		if data := n.read(f.v, int(at/SectorSize)); data != nil {
			copy(part, data[from:])
		} else {
			clear(part)
		}
		done += len(part)
	}
	if len(want) < len(p) {
		return len(want), io.EOF
	}
	return len(want), nil
}

// WriteAt writes p at byte off. It copies p. What lies between the end of the
// file and off becomes zeros. All of p is written or, with an error, nothing:
// ErrFull when the volume has no room, or the file had more than 4 GiB. It is
// volatile until Sync.
func (f *File) WriteAt(p []byte, off int64) (int, error) {
	n, err := f.begin("write", f.v.cfg.Latency.Write)
	if err != nil {
		return 0, err
	}
	if off < 0 {
		f.v.unlock()
		return 0, f.fail("write", fs.ErrInvalid)
	}
	return f.write(n, p, off)
}

// Append writes p at the end of the file, and returns where that was. Otherwise
// it is like WriteAt.
func (f *File) Append(p []byte) (off int64, err error) {
	n, err := f.begin("append", f.v.cfg.Latency.Write)
	if err != nil {
		return 0, err
	}
	off = n.size
	_, err = f.write(n, p, off)
	return off, err
}

// write does the work of a write and releases the lock.
func (f *File) write(n *inode, p []byte, off int64) (int, error) {
	if len(p) > 0 && !f.v.room(n, off+int64(len(p))) {
		f.v.unlock()
		return 0, f.fail("write", ErrFull)
	}
	if len(p) > 0 {
		f.v.seq++
		n.write(f.v, p, off)
	}
	f.v.unlock()
	if f.v.tracing() {
		f.v.emit(trace.Write, 0, f.name+": "+strconv.Itoa(len(p))+" B at "+strconv.FormatInt(off, 10))
	}
	return len(p), nil
}

// maxSize is how long a file can be. What it takes to simulate a file grows with it.
const maxSize = 1 << 32

// room reports whether file n may have the given size, which is negative where it was
// too large to be added up.
func (v *Volume) room(n *inode, size int64) bool {
	if size < 0 || size > maxSize {
		return false
	}
	if v.cfg.Capacity == 0 || size <= n.size {
		return true
	}
	used := size
	for _, id := range slices.Compact(slices.Sorted(maps.Values(v.directory()))) { // in order: each may ask the fate
		if id != n.id {
			used += v.file(id).size
		}
	}
	return used <= v.cfg.Capacity
}

// Truncate makes the file size bytes long, by cutting its end off or by adding
// zeros. It fails like WriteAt, and is volatile until Sync.
func (f *File) Truncate(size int64) error {
	n, err := f.begin("truncate", f.v.cfg.Latency.Write)
	if err != nil {
		return err
	}
	switch {
	case size < 0:
		err = f.fail("truncate", fs.ErrInvalid)
	case !f.v.room(n, size):
		err = f.fail("truncate", ErrFull)
	default:
		f.v.resize(f.id, size)
	}
	f.v.unlock()
	if err == nil && f.v.tracing() {
		f.v.emit(trace.Write, 0, f.name+": truncate to "+strconv.FormatInt(size, 10))
	}
	return err
}

// resize gives a file another size.
func (v *Volume) resize(id int, size int64) {
	n := v.file(id)
	switch {
	case size < n.size:
		v.seq++
		n.shorten(v, size)
	case size > n.size:
		v.seq++
		n.setSize(v, size)
	}
}

// Sync makes durable what was written to the file, through any File, by calls
// that returned before Sync was called: contents and size, but not its name,
// which is SyncDir's business. It fails with ErrIO when the disk fails to write:
// see there.
func (f *File) Sync() error {
	if f.closed.Load() {
		return f.fail("sync", fs.ErrClosed)
	}
	err := f.v.flush(f.name, func(upTo uint64, fails bool) { f.v.file(f.id).sync(f.v, upTo, fails) })
	if err != nil {
		return f.fail("sync", err)
	}
	return nil
}

// Close closes this File. It syncs nothing. A second Close is an error.
func (f *File) Close() error {
	if f.closed.Swap(true) {
		return f.fail("close", fs.ErrClosed)
	}
	return nil
}
