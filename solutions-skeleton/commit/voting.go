package commit

import (
	"context"

	"faultline/labs"
	"faultline/labs/commit/commitapi"
)

// run carries out a transaction with what each participant has to be asked.
func (c *coordinator) run(ctx context.Context, txn commitapi.Txn, questions map[string]commitapi.Prepare) (
	commitapi.Outcome, error) {
	panic(labs.TODO("A"))
}
