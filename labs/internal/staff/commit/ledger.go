package commit

import (
	"maps"

	"faultline/labs/commit/commitapi"
)

// A ledger is the accounts of a branch, and who holds which.
type ledger struct {
	//lab:begin A
	balances map[string]int64
	holder   map[string]commitapi.Txn // of the accounts that somebody holds
	ages     map[commitapi.Txn]age    // of the holders that have read; see age
	freed    chan struct{}            // closed when somebody lets go
	//lab:end
}

// newLedger opens the accounts.
//
//lab:todo A
func newLedger(accounts map[string]int64) *ledger {
	return &ledger{balances: maps.Clone(accounts), holder: make(map[string]commitapi.Txn),
		ages: make(map[commitapi.Txn]age), freed: make(chan struct{})}
}

// lock gives a transaction all accounts that it changes, or none. It waits for nobody:
// two who waited for each other would wait for ever.
//
//lab:todo A
func (l *ledger) lock(txn commitapi.Txn, changes []commitapi.Change) bool {
	for _, c := range changes {
		balance, err := l.balance(txn, c.Account)
		if err != nil || balance+c.By < 0 {
			return false
		}
	}
	for _, c := range changes {
		l.hold(txn, c.Account)
	}
	return true
}

// hold gives a transaction an account without a question.
//
//lab:todo A
func (l *ledger) hold(txn commitapi.Txn, account string) { l.holder[account] = txn }

// unlock frees all that a transaction holds.
//
//lab:todo A
func (l *ledger) unlock(txn commitapi.Txn) {
	maps.DeleteFunc(l.holder, func(_ string, holder commitapi.Txn) bool { return holder == txn })
	delete(l.ages, txn)
	close(l.freed)
	l.freed = make(chan struct{})
}

// apply does what was committed.
//
//lab:todo A
func (l *ledger) apply(changes []commitapi.Change) {
	for _, c := range changes {
		l.balances[c.Account] += c.By
	}
}

// balance is that of an account which no other transaction holds.
//
//lab:todo A
func (l *ledger) balance(txn commitapi.Txn, account string) (int64, error) {
	balance, ok := l.balances[account]
	switch holder, held := l.holder[account]; {
	case !ok:
		return 0, commitapi.ErrNoAccount
	case held && holder != txn:
		return 0, commitapi.ErrLocked
	}
	return balance, nil
}
