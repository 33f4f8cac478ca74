package commit

import (
	"maps"
	"slices"

	"faultline/labs/commit/commitapi"
)

// recover goes on with what earlier lives have decided and not everybody has
// acknowledged. Of all else nothing is known, and so it was aborted: who had voted will
// ask.
//
//lab:todo B
func (c *coordinator) recover() error {
	open := make(map[commitapi.Txn][]string)
	err := c.journal.read(func(r commitapi.Record) {
		switch r.Kind {
		case commitapi.Commit:
			open[r.Txn] = r.Participants
		case commitapi.End:
			delete(open, r.Txn)
		}
	})
	for _, txn := range slices.Sorted(maps.Keys(open)) {
		c.txns[txn] = commitapi.Committed
		go c.tellCommit(txn, open[txn])
	}
	return err
}

// recover does again what was committed, and takes again the locks of what is not
// decided.
//
//lab:todo B
func (b *participant) recover() error {
	var order []commitapi.Txn
	err := b.journal.read(func(r commitapi.Record) {
		t := b.txns[r.Txn]
		switch r.Kind {
		case commitapi.Ready:
			b.txns[r.Txn] = &promise{decided: make(chan struct{}), Prepare: commitapi.Prepare{Txn: r.Txn,
				Coordinator: r.Coordinator, Participants: r.Participants, Changes: r.Changes, ReadSet: r.ReadSet}}
			order = append(order, r.Txn)
		case commitapi.Commit:
			t.outcome = commitapi.Committed // there is none without a promise before it
			b.ledger.apply(t.Changes)
		case commitapi.Abort:
			b.txns[r.Txn] = &promise{outcome: commitapi.Aborted}
		}
	})
	for _, txn := range order {
		if t := b.txns[txn]; t.outcome == commitapi.Unknown {
			for _, c := range t.Changes {
				b.ledger.hold(txn, c.Account)
			}
			for _, o := range t.ReadSet {
				b.ledger.hold(txn, o.Account)
			}
			go b.await(t)
		}
	}
	return err
}
