package commit

import (
	"context"

	"faultline/labs"
	"faultline/labs/commit/commitapi"
)

// Transact implements commitapi.Coordinator. A transaction that is tried again keeps its
// age: it becomes the oldest some time, and the oldest gives way to nobody.
func (c *coordinator) Transact(ctx context.Context, body commitapi.Body) (commitapi.Outcome, error) {
	panic(labs.TODO("D"))
}
