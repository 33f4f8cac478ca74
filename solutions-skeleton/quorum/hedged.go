package quorum

import (
	"context"

	"faultline/labrpc"
	"faultline/labs"
	"faultline/labs/quorum/quorumapi"
)

// hedged is a client whose Gets ask R replicas, and more of them when these are late.
type hedged struct {
	// Your code here (D).
}

// NewHedged returns a client that hedges its Gets: see quorumapi.NewHedged.
func NewHedged(p *labrpc.Process, cfg quorumapi.HedgedConfig) quorumapi.Client {
	panic(labs.TODO("D"))
}

// Get implements quorumapi.Client.
func (h *hedged) Get(ctx context.Context, key string) ([]byte, error) {
	panic(labs.TODO("D"))
}
