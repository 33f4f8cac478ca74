// Package commit is a solution of lab 6: transactions over several machines by
// two-phase commit.
package commit

import (
	"context"

	"faultline/labrpc"
	"faultline/labs"
	"faultline/labs/commit/commitapi"
	"faultline/labs/disk"
)

// coordinator collects votes, decides, and tells.
type coordinator struct {
	// Your code here (A).
}

// OpenCoordinator starts a coordinator with what its log holds.
func OpenCoordinator(p *labrpc.Process, log *disk.Log, cfg commitapi.CoordinatorConfig) (commitapi.Coordinator, error) {
	panic(labs.TODO("A"))
}

// Run implements commitapi.Coordinator.
func (c *coordinator) Run(ctx context.Context, parts []commitapi.Part) (commitapi.Outcome, error) {
	panic(labs.TODO("A"))
}

// Known implements commitapi.Coordinator.
func (c *coordinator) Known() int {
	panic(labs.TODO("A"))
}

// Close implements commitapi.Coordinator. All that runs for it ends with its process.
func (c *coordinator) Close() {
	panic(labs.TODO("A"))
}
