package commit

import (
	"context"
	"errors"
	"time"

	"faultline/labs/commit/commitapi"
)

// Transact implements commitapi.Coordinator. A transaction that is tried again keeps its
// age: it becomes the oldest some time, and the oldest gives way to nobody.
//
//lab:todo D
func (c *coordinator) Transact(ctx context.Context, body commitapi.Body) (commitapi.Outcome, error) {
	age := c.age()
	for {
		outcome, err := c.attempt(ctx, age, body)
		if outcome != commitapi.Aborted || err != nil && !errors.Is(err, commitapi.ErrConflict) {
			return outcome, err
		}
		select { // the one who is in the way needs a moment
		case <-time.After(c.cfg.Timeout / 10):
		case <-ctx.Done():
			return commitapi.Aborted, ctx.Err()
		case <-c.process.Done():
			return commitapi.Unknown, commitapi.ErrClosed
		}
	}
}

// age is the time, and in no two transactions of a life the same.
//
//lab:omit
func (c *coordinator) age() int64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.aged = max(c.aged+1, time.Now().UnixNano())
	return c.aged
}

// attempt lets the body read, and commits what comes of it. What the body changes and has
// not read is read, too: so everything is locked in one way, and the votes are all yes
// unless somebody has crashed.
//
//lab:omit
func (c *coordinator) attempt(ctx context.Context, age int64, body commitapi.Body) (commitapi.Outcome, error) {
	v := &view{ctx: ctx, coordinator: c, age: age, txn: c.begin(), seen: make(map[string][]commitapi.Observation)}
	parts, err := body(v)
	changes := make(map[string][]commitapi.Change)
	for _, part := range parts {
		changes[part.Participant] = part.Changes
		for _, change := range part.Changes {
			if err == nil {
				_, err = v.Balance(part.Participant, change.Account)
			}
		}
	}
	if ended(c.process) {
		return commitapi.Unknown, commitapi.ErrClosed
	}
	if err != nil {
		c.forget(v.txn)
		c.tellAbort(v.txn, v.asked, nil)
		return commitapi.Aborted, err
	}
	questions := make(map[string]commitapi.Prepare)
	for _, p := range v.asked {
		questions[p] = commitapi.Prepare{Changes: changes[p], ReadSet: v.seen[p]}
	}
	return c.run(ctx, v.txn, questions)
}
