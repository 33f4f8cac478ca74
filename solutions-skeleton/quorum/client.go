package quorum

import (
	"context"

	"faultline/labrpc"
	"faultline/labs"
	"faultline/labs/quorum/quorumapi"
)

// client is one with quorums of any size.
type client struct {
	// Your code here (A).
}

// NewClient returns a client with the quorums of the configuration: see
// quorumapi.NewClient.
func NewClient(p *labrpc.Process, cfg quorumapi.Config) quorumapi.Client {
	panic(labs.TODO("A"))
}

// Get implements quorumapi.Client.
func (c *client) Get(ctx context.Context, key string) ([]byte, error) {
	panic(labs.TODO("A"))
}

// Put implements quorumapi.Client.
func (c *client) Put(ctx context.Context, key string, value []byte) error {
	panic(labs.TODO("A"))
}

// Close implements quorumapi.Client. All that runs for the client ends with its
// process.
func (c *client) Close() {
	panic(labs.TODO("A"))
}
