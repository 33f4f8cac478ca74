package commit

import (
	"fmt"
	"sync"

	"faultline/labrpc"
	"faultline/labs/commit/commitapi"
	"faultline/labs/disk"
)

// participant votes, and does what was decided.
type participant struct {
	//lab:begin A
	process *labrpc.Process
	journal journal
	cfg     commitapi.ParticipantConfig

	mu     sync.Mutex
	ledger *ledger
	txns   map[commitapi.Txn]*promise // every one that it has heard of
	//lab:end
}

// A promise is what a participant knows of a transaction.
type promise struct {
	//lab:begin A
	commitapi.Prepare
	outcome commitapi.Outcome // Unknown: it has promised its part, and waits
	decided chan struct{}     // closed when it need not wait any more
	//lab:end
}

// OpenParticipant starts a participant with what its log holds. It serves nobody before
// it has the locks again.
//
//lab:todo A
func OpenParticipant(p *labrpc.Process, log *disk.Log, cfg commitapi.ParticipantConfig) (commitapi.Participant, error) {
	b := &participant{process: p, journal: journal{log}, cfg: cfg, ledger: newLedger(cfg.Accounts),
		txns: make(map[commitapi.Txn]*promise)}
	if err := b.recover(); err != nil {
		return nil, fmt.Errorf("open the participant: %w", err)
	}
	p.Register(commitapi.ParticipantService, &participantMethods{b}) // it fails only if the process has ended
	return b, nil
}

// Balance implements commitapi.Participant.
//
//lab:todo A
func (b *participant) Balance(account string) (int64, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.ledger.balance("", account)
}

// Close implements commitapi.Participant. All that runs for it ends with its process.
//
//lab:todo A
func (b *participant) Close() { b.process.Close() }

// The participantMethods are what others can call.
//
//lab:omit
type participantMethods struct{ b *participant }

// Prepare votes. A second question gets the same answer.
//
//lab:omit
func (m *participantMethods) Prepare(q commitapi.Prepare, v *commitapi.Vote) error {
	b := m.b
	b.mu.Lock()
	defer b.mu.Unlock()
	*v = commitapi.Vote{Txn: q.Txn, Participant: b.process.Name(), Yes: true}
	if t := b.txns[q.Txn]; t != nil {
		v.Yes = t.outcome != commitapi.Aborted
		return nil
	}
	if !b.ledger.confirm(q.Txn, q.ReadSet) || !b.ledger.lock(q.Txn, q.Changes) {
		v.Yes = false
		b.ledger.unlock(q.Txn)
		b.txns[q.Txn] = &promise{outcome: commitapi.Aborted}
		return b.journal.append(commitapi.Record{Kind: commitapi.Abort, Txn: q.Txn})
	}
	ready := commitapi.Record{Kind: commitapi.Ready, Txn: q.Txn, Coordinator: q.Coordinator,
		Participants: q.Participants, Changes: q.Changes, ReadSet: q.ReadSet}
	if err := b.journal.force(ready); err != nil {
		return err
	}
	b.promised(q)
	return nil
}

// promised notes a promise, and sees to it that its end is heard of.
//
//lab:omit
func (b *participant) promised(q commitapi.Prepare) {
	t := &promise{Prepare: q, decided: make(chan struct{})}
	b.txns[q.Txn] = t
	go b.await(t)
}

// Decide does what was decided. The acknowledgement of a commit says that this will
// never be asked about again, so the record is durable by then. That of an abort says
// nothing: nobody would answer anything else.
//
//lab:omit
func (m *participantMethods) Decide(d commitapi.Decision, ack *commitapi.Ack) error {
	b := m.b
	b.mu.Lock()
	defer b.mu.Unlock()
	*ack = commitapi.Ack{Txn: d.Txn, Participant: b.process.Name()}
	t := b.txns[d.Txn]
	if t == nil && d.Outcome == commitapi.Committed {
		return fmt.Errorf("%s commits, and %s has not voted", d.Txn, b.process.Name())
	}
	if t == nil { // the question may still be on its way
		b.ledger.unlock(d.Txn)
		b.txns[d.Txn] = &promise{outcome: commitapi.Aborted}
		return b.journal.append(commitapi.Record{Kind: commitapi.Abort, Txn: d.Txn})
	}
	return b.settle(t, d.Outcome)
}

// settle ends a promise, unless it has ended: the first decision counts.
//
//lab:omit
func (b *participant) settle(t *promise, outcome commitapi.Outcome) (err error) {
	if t.outcome != commitapi.Unknown || outcome == commitapi.Unknown {
		return nil
	}
	if outcome == commitapi.Committed {
		err = b.journal.force(commitapi.Record{Kind: commitapi.Commit, Txn: t.Txn})
	} else {
		err = b.journal.append(commitapi.Record{Kind: commitapi.Abort, Txn: t.Txn})
	}
	if err != nil {
		return err
	}
	t.outcome = outcome
	close(t.decided)
	if outcome == commitapi.Committed {
		b.ledger.apply(t.Changes)
	}
	b.ledger.unlock(t.Txn)
	return nil
}
