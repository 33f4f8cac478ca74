package kv

import (
	"faultline/labrpc"
	"faultline/labs"
	"faultline/labs/kv/kvapi"
)

// server is a server of stage A, or with a journal one of stage B.
type server struct {
	// Your code here (A).
	journal *journal // nil for a server that lives in memory
}

// NewServer starts a server without keys in a process.
func NewServer(p *labrpc.Process) kvapi.Server {
	panic(labs.TODO("A"))
}

// Remembered implements kvapi.Server.
func (s *server) Remembered() int {
	panic(labs.TODO("A"))
}
