package commit

import (
	"faultline/labs"
	"faultline/labs/commit/commitapi"
)

// A ledger is the accounts of a branch, and who holds which.
type ledger struct {
	// Your code here (A).
}

// newLedger opens the accounts.
func newLedger(accounts map[string]int64) *ledger {
	panic(labs.TODO("A"))
}

// lock gives a transaction all accounts that it changes, or none. It waits for nobody:
// two who waited for each other would wait for ever.
func (l *ledger) lock(txn commitapi.Txn, changes []commitapi.Change) bool {
	panic(labs.TODO("A"))
}

// hold gives a transaction an account without a question.
func (l *ledger) hold(txn commitapi.Txn, account string) {
	panic(labs.TODO("A"))
}

// unlock frees all that a transaction holds.
func (l *ledger) unlock(txn commitapi.Txn) {
	panic(labs.TODO("A"))
}

// apply does what was committed.
func (l *ledger) apply(changes []commitapi.Change) {
	panic(labs.TODO("A"))
}

// balance is that of an account which no other transaction holds.
func (l *ledger) balance(txn commitapi.Txn, account string) (int64, error) {
	panic(labs.TODO("A"))
}
