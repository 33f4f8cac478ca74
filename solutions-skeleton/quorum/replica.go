package quorum

import (
	"faultline/labrpc"
	"faultline/labs"
	"faultline/labs/quorum/quorumapi"
)

// replica holds the newest item of each key that it was given.
type replica struct {
	// Your code here (A).
}

// NewReplica starts a replica: see quorumapi.NewReplica.
func NewReplica(p *labrpc.Process) quorumapi.Replica {
	panic(labs.TODO("A"))
}

// Close implements quorumapi.Replica.
func (r *replica) Close() {
	panic(labs.TODO("A"))
}

// handlers are the methods that clients call.
type handlers struct {
	// Your code here (A).
}
