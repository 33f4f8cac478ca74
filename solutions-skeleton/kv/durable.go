package kv

import (
	"faultline/labrpc"
	"faultline/labs"
	"faultline/labs/disk"
	"faultline/labs/kv/kvapi"
)

// A journal is where a server keeps what it must not forget.
type journal struct {
	// Your code here (B).
}

// OpenServer starts a server with what is on the volume: see kvapi.OpenServer.
func OpenServer(p *labrpc.Process, v *disk.Volume, o kvapi.DurableOptions) (kvapi.Server, error) {
	panic(labs.TODO("B"))
}
