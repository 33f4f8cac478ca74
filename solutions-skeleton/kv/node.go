package kv

import (
	"faultline/labrpc"
	"faultline/labs"
	"faultline/labs/kv/kvapi"
)

// A node stores values and does what directory and routers ask.
type node struct {
	// Your code here (C).
}

// NewNode starts a node, which owns the process.
func NewNode(p *labrpc.Process, cfg kvapi.NodeConfig) kvapi.Node {
	panic(labs.TODO("C"))
}

// Keys implements kvapi.Node.
func (n *node) Keys() []string {
	panic(labs.TODO("C"))
}

// Close implements kvapi.Node.
func (n *node) Close() {
	panic(labs.TODO("C"))
}
