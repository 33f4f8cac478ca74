package kv

import (
	"faultline/labrpc"
	"faultline/labs"
	"faultline/labs/kv/kvapi"
)

// A directory knows the nodes, and for each key who holds it.
type directory struct {
	// Your code here (C).
}

// NewDirectory starts the directory, which owns the process.
func NewDirectory(p *labrpc.Process, cfg kvapi.DirectoryConfig) kvapi.Directory {
	panic(labs.TODO("C"))
}

// Where implements kvapi.Directory.
func (d *directory) Where(key string) []string {
	panic(labs.TODO("C"))
}

// Close implements kvapi.Directory.
func (d *directory) Close() {
	panic(labs.TODO("C"))
}
