//go:build unix

package machine

import (
	"context"
	"syscall"

	"github.com/tetratelabs/wazero/experimental"
)

// A memory is what one guest after the other gets for its own: reserved from the
// system at its full size, so that it grows in place (wazero by itself would copy all
// of it each time), and kept when a guest goes. Fresh pages cost a system whose memory
// is in pieces up to a hundred times what it costs to clear used ones.
type memory struct {
	spare []byte // all zero; nil while a guest has it
}

// within has the guests that are instantiated with the context use m.
func (m *memory) within(ctx context.Context) context.Context {
	return experimental.WithMemoryAllocator(ctx, experimental.MemoryAllocatorFunc(m.reserve))
}

func (m *memory) reserve(_, size uint64) experimental.LinearMemory {
	if uint64(len(m.spare)) == size {
		r := &reserved{of: m, buf: m.spare}
		m.spare = nil
		return r
	}
	buf, err := syscall.Mmap(-1, 0, int(size), syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_PRIVATE|syscall.MAP_ANON)
	if err != nil {
		return exhausted{}
	}
	large(buf)
	return &reserved{of: m, buf: buf}
}

// reserved is memory of which the system gives only the pages that are touched.
type reserved struct {
	of   *memory
	buf  []byte
	size uint64 // that the guest has got
}

func (r *reserved) Reallocate(size uint64) []byte {
	r.size = size
	return r.buf[:size]
}

func (r *reserved) Free() {
	if r.of.spare != nil {
		syscall.Munmap(r.buf)
	} else {
		clear(r.buf[:r.size])
		r.of.spare = r.buf
	}
	r.buf = nil
}

// exhausted is what is left when the system gives nothing.
type exhausted struct{}

func (exhausted) Reallocate(uint64) []byte { return nil }
func (exhausted) Free()                    {}
