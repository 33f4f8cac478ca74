//go:build !unix

package machine

import "context"

// withMemory leaves the memory of guests to wazero where there is no mmap.
func withMemory(ctx context.Context) context.Context { return ctx }
