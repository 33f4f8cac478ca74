package commit

import (
	"cmp"
	"context"
	"slices"
	"time"

	"faultline/labs/commit/commitapi"
)

// A view is what one attempt of a transaction has read.
type view struct {
	//lab:begin D
	ctx         context.Context
	coordinator *coordinator
	age         int64
	txn         commitapi.Txn
	asked       []string                           // who may hold accounts for it
	seen        map[string][]commitapi.Observation // by participant
	//lab:end
}

// Balance implements commitapi.View. The participant holds the account from then on.
//
//lab:todo D
func (v *view) Balance(participant, account string) (int64, error) {
	for _, o := range v.seen[participant] {
		if o.Account == account {
			return o.Balance, nil
		}
	}
	if !slices.Contains(v.asked, participant) {
		v.asked = append(v.asked, participant)
	}
	c := v.coordinator
	ctx, cancel := context.WithTimeout(v.ctx, c.cfg.Timeout)
	defer cancel()
	q := commitapi.Read{Txn: v.txn, Coordinator: c.process.Name(), Age: v.age, Account: account}
	var r commitapi.Reading
	err := c.process.Call(ctx, participant, commitapi.ParticipantService+".Read", q, &r)
	switch {
	case ended(c.process):
		return 0, commitapi.ErrClosed
	case v.ctx.Err() != nil:
		return 0, v.ctx.Err()
	case err != nil || r.Busy:
		return 0, commitapi.ErrConflict
	case r.Missing:
		return 0, commitapi.ErrNoAccount
	}
	v.seen[participant] = append(v.seen[participant], commitapi.Observation{Account: account, Balance: r.Balance})
	return r.Balance, nil
}

// An age is that of a transaction among all. The zero value is older than any: nobody
// waits for that.
//
//lab:omit
type age struct {
	since       int64
	coordinator string
}

// older reports whether a transaction is older than another.
//
//lab:omit
func (a age) older(b age) bool {
	return cmp.Or(cmp.Compare(a.since, b.since), cmp.Compare(a.coordinator, b.coordinator)) < 0
}

// Read gives a transaction an account, and says what is in it. If another one holds it,
// the older waits, and the younger gives way: wait-die. So nobody ever waits for one who
// waits for him, and the oldest gets through. Nobody waits for long, since the one he
// waits for may itself wait for a coordinator that is down.
//
//lab:omit
func (m *participantMethods) Read(q commitapi.Read, r *commitapi.Reading) error {
	patience := time.NewTimer(m.b.cfg.Timeout / 2)
	defer patience.Stop()
	for {
		freed := m.b.read(q, r)
		if freed == nil {
			return nil
		}
		select {
		case <-freed:
		case <-patience.C:
			*r = commitapi.Reading{Txn: q.Txn, Busy: true}
			return nil
		case <-m.b.process.Done():
			return commitapi.ErrClosed
		}
	}
}

// read answers at once, or returns what to wait for before the next try.
//
//lab:omit
func (b *participant) read(q commitapi.Read, r *commitapi.Reading) (freed <-chan struct{}) {
	b.mu.Lock()
	defer b.mu.Unlock()
	*r = commitapi.Reading{Txn: q.Txn}
	if b.txns[q.Txn] != nil { // this is a late copy
		r.Busy = true
		return nil
	}
	mine := age{q.Age, q.Coordinator}
	balance, err := b.ledger.balance(q.Txn, q.Account)
	switch {
	case err == commitapi.ErrNoAccount:
		r.Missing = true
	case err == commitapi.ErrLocked && mine.older(b.ledger.ages[b.ledger.holder[q.Account]]):
		return b.ledger.freed
	case err == commitapi.ErrLocked:
		r.Busy = true
	default:
		r.Balance = balance
		b.ledger.hold(q.Txn, q.Account)
		b.lend(q.Txn, mine)
	}
	return nil
}

// lend sees to it that a transaction does not hold for ever what it has read: its
// coordinator may be gone. The accounts may change then, and its Prepare finds that out.
//
//lab:omit
func (b *participant) lend(txn commitapi.Txn, a age) {
	if _, known := b.ledger.ages[txn]; known {
		return
	}
	b.ledger.ages[txn] = a
	time.AfterFunc(2*b.cfg.Timeout, func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		if b.txns[txn] == nil { // it has promised nothing
			b.ledger.unlock(txn)
		}
	})
}

// confirm gives a transaction what it has read, if that is still so and nobody else has
// it. It may have lost it meanwhile.
//
//lab:todo D
func (l *ledger) confirm(txn commitapi.Txn, set []commitapi.Observation) bool {
	for _, o := range set {
		if balance, err := l.balance(txn, o.Account); err != nil || balance != o.Balance {
			return false
		}
		l.hold(txn, o.Account)
	}
	return true
}
