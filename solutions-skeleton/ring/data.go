package ring

import (
	"context"

	"faultline/labs"
	"faultline/labs/ring/ringapi"
)

// Get implements ringapi.Store.
func (n *node) Get(ctx context.Context, key string) ([]byte, ringapi.Version, error) {
	panic(labs.TODO("D"))
}

// Put implements ringapi.Store.
func (n *node) Put(ctx context.Context, key string, value []byte) (ringapi.Version, error) {
	panic(labs.TODO("D"))
}

// Delete implements ringapi.Store.
func (n *node) Delete(ctx context.Context, key string) (ringapi.Version, error) {
	panic(labs.TODO("D"))
}
