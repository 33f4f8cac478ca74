package quorum

import (
	"context"

	"faultline/labrpc"
	"faultline/labs"
	"faultline/labs/quorum/quorumapi"
)

// register is a client whose Gets leave what they return at a majority.
type register struct {
	// Your code here (B).
}

// NewRegister returns a client for which every key is an atomic register: see
// quorumapi.NewRegister.
func NewRegister(p *labrpc.Process, cfg quorumapi.Config) quorumapi.Client {
	panic(labs.TODO("B"))
}

// Get implements quorumapi.Client. A Put may be under way and may have reached one
// replica only: the next Get could ask the others. So a value that a majority has not
// stored yet is stored there first, with the version that it has.
func (r *register) Get(ctx context.Context, key string) ([]byte, error) {
	panic(labs.TODO("B"))
}
