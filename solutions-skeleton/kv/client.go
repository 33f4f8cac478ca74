// Package kv is a key-value store: versioned values on one server (NewServer,
// NewClient), on a disk that outlives crashes (OpenServer), and on a cluster.
package kv

import (
	"context"

	"faultline/labrpc"
	"faultline/labs"
	"faultline/labs/kv/kvapi"
)

// client is a process's client.
type client struct {
	// Your code here (A).
}

// NewClient returns the client of a process for the server of that name. It may
// be called before the server is there.
func NewClient(p *labrpc.Process, server string) kvapi.Client {
	panic(labs.TODO("A"))
}

// Get implements kvapi.Client.
func (c *client) Get(ctx context.Context, key string) (value []byte, version uint64, err error) {
	panic(labs.TODO("A"))
}

// Put implements kvapi.Client.
func (c *client) Put(ctx context.Context, key string, value []byte) (version uint64, err error) {
	panic(labs.TODO("A"))
}

// CompareAndSet implements kvapi.Client.
func (c *client) CompareAndSet(ctx context.Context, key string, value []byte, old uint64) (version uint64, err error) {
	panic(labs.TODO("A"))
}

// Delete implements kvapi.Client.
func (c *client) Delete(ctx context.Context, key string) (version uint64, err error) {
	panic(labs.TODO("A"))
}
