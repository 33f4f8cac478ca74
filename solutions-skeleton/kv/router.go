package kv

import (
	"context"

	"faultline/labrpc"
	"faultline/labs"
	"faultline/labs/kv/kvapi"
)

// A router asks the directory, and, if it is iterative, the nodes.
type router struct {
	// Your code here (C).
}

// NewRouter starts a router, which owns the process.
func NewRouter(p *labrpc.Process, cfg kvapi.RouterConfig) kvapi.Router {
	panic(labs.TODO("C"))
}

// Get implements kvapi.Router.
func (r *router) Get(ctx context.Context, key string) (value []byte, version uint64, err error) {
	panic(labs.TODO("C"))
}

// Put implements kvapi.Router. It is the same Put in every try, so that it has one
// version: a request that comes again, however late, cannot overtake a later Put.
func (r *router) Put(ctx context.Context, key string, value []byte) (version uint64, err error) {
	panic(labs.TODO("C"))
}

// Close implements kvapi.Router.
func (r *router) Close() {
	panic(labs.TODO("C"))
}
