//go:build !unix

package machine

import "context"

// memory is left to wazero where there is no mmap.
type memory struct{}

func (*memory) within(ctx context.Context) context.Context { return ctx }
