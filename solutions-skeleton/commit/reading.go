package commit

import (
	"faultline/labs"
	"faultline/labs/commit/commitapi"
)

// A view is what one attempt of a transaction has read.
type view struct {
	// Your code here (D).
}

// Balance implements commitapi.View. The participant holds the account from then on.
func (v *view) Balance(participant, account string) (int64, error) {
	panic(labs.TODO("D"))
}

// confirm gives a transaction what it has read, if that is still so and nobody else has
// it. It may have lost it meanwhile.
func (l *ledger) confirm(txn commitapi.Txn, set []commitapi.Observation) bool {
	panic(labs.TODO("D"))
}
