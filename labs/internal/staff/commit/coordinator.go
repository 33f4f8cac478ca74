// Package commit is a solution of lab 6: transactions over several machines by
// two-phase commit.
package commit

import (
	"context"
	"fmt"
	"sync"

	"faultline/labrpc"
	"faultline/labs/commit/commitapi"
	"faultline/labs/disk"
)

// coordinator collects votes, decides, and tells.
type coordinator struct {
	//lab:begin A
	process *labrpc.Process
	journal journal
	cfg     commitapi.CoordinatorConfig

	mu   sync.Mutex
	last int                                 // how many transactions have begun in this life
	aged int64                               // the age of the youngest of them
	txns map[commitapi.Txn]commitapi.Outcome // those it remembers; Unknown while it collects votes
	//lab:end
}

// OpenCoordinator starts a coordinator with what its log holds.
//
//lab:todo A
func OpenCoordinator(p *labrpc.Process, log *disk.Log, cfg commitapi.CoordinatorConfig) (commitapi.Coordinator, error) {
	c := &coordinator{process: p, journal: journal{log}, cfg: cfg, txns: make(map[commitapi.Txn]commitapi.Outcome)}
	if err := c.recover(); err != nil {
		return nil, fmt.Errorf("open the coordinator: %w", err)
	}
	p.Register(commitapi.CoordinatorService, &coordinatorMethods{c}) // it fails only if the process has ended
	return c, nil
}

// Run implements commitapi.Coordinator.
//
//lab:todo A
func (c *coordinator) Run(ctx context.Context, parts []commitapi.Part) (commitapi.Outcome, error) {
	txn := c.begin()
	questions := make(map[string]commitapi.Prepare)
	for _, part := range parts {
		questions[part.Participant] = commitapi.Prepare{Changes: part.Changes}
	}
	return c.run(ctx, txn, questions)
}

// Known implements commitapi.Coordinator.
//
//lab:todo A
func (c *coordinator) Known() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.txns)
}

// Close implements commitapi.Coordinator. All that runs for it ends with its process.
//
//lab:todo A
func (c *coordinator) Close() { c.process.Close() }

// begin gives a transaction its name. The incarnation keeps it apart from those of
// earlier lives, some of whose messages are still on their way.
//
//lab:omit
func (c *coordinator) begin() commitapi.Txn {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.last++
	txn := commitapi.Txn(fmt.Sprintf("%s.%d.%d", c.process.Name(), c.process.Incarnation(), c.last))
	c.txns[txn] = commitapi.Unknown
	return txn
}

// forget takes a transaction out of memory. From then on an Inquiry is answered by
// Aborted, so it must have been, or nobody may ask any more.
//
//lab:omit
func (c *coordinator) forget(txn commitapi.Txn) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.txns, txn)
}
