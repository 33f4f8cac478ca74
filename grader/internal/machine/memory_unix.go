//go:build unix

package machine

import (
	"context"
	"syscall"

	"github.com/tetratelabs/wazero/experimental"
)

// withMemory has guests' memories reserved from the system at their full size.
// They then grow in place; wazero by itself would copy all of it each time.
func withMemory(ctx context.Context) context.Context {
	return experimental.WithMemoryAllocator(ctx, experimental.MemoryAllocatorFunc(reserve))
}

func reserve(_, size uint64) experimental.LinearMemory {
	buf, err := syscall.Mmap(-1, 0, int(size), syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_PRIVATE|syscall.MAP_ANON)
	if err != nil {
		return exhausted{}
	}
	large(buf)
	return &reserved{buf}
}

// reserved is memory of which the system gives only the pages that are touched.
type reserved struct{ buf []byte }

func (r *reserved) Reallocate(size uint64) []byte { return r.buf[:size] }

func (r *reserved) Free() {
	syscall.Munmap(r.buf)
	r.buf = nil
}

// exhausted is what is left when the system gives nothing.
type exhausted struct{}

func (exhausted) Reallocate(uint64) []byte { return nil }
func (exhausted) Free()                    {}
