package commit

import (
	"time"

	"faultline/labs/commit/commitapi"
)

// The coordinatorMethods are what others can call.
//
//lab:omit
type coordinatorMethods struct{ c *coordinator }

// Inquire says how a transaction ended. What is not known was aborted: presumed abort.
//
//lab:omit
func (m *coordinatorMethods) Inquire(q commitapi.Inquiry, a *commitapi.Answer) error {
	c := m.c
	c.mu.Lock()
	defer c.mu.Unlock()
	outcome, known := c.txns[q.Txn]
	if !known {
		outcome = commitapi.Aborted
	}
	*a = commitapi.Answer{Txn: q.Txn, From: c.process.Name(), Outcome: outcome}
	return nil
}

// await asks how a transaction ended until somebody knows. It decides nothing by itself:
// the others may have committed, and may have aborted.
//
//lab:todo B
func (b *participant) await(t *promise) {
	for {
		next := time.NewTimer(b.cfg.Timeout)
		select {
		case <-t.decided:
		case <-b.process.Done():
		case <-next.C:
			if !b.ask(t, t.Coordinator, commitapi.CoordinatorService) {
				b.askPeers(t)
			}
			continue
		}
		next.Stop()
		return
	}
}

// ask asks one who may know, and does what he says. It reports whether he knew.
//
//lab:omit
func (b *participant) ask(t *promise, who, service string) bool {
	q := commitapi.Inquiry{Txn: t.Txn, From: b.process.Name()}
	var a commitapi.Answer
	if once(b.process, b.cfg.Timeout, who, service+".Inquire", q, &a) != nil {
		return false
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.settle(t, a.Outcome) == nil && a.Outcome != commitapi.Unknown
}

// askPeers asks the other participants, all at once. If one of them knows, it is over.
//
//lab:todo C
func (b *participant) askPeers(t *promise) {
	for _, peer := range t.Participants {
		if peer != b.process.Name() {
			go b.ask(t, peer, commitapi.ParticipantService)
		}
	}
}

// Inquire answers another participant. Whoever has not voted can end it: if he never
// votes yes, nobody can commit. But others build on the answer, so it must survive a
// crash: after that a late question would find somebody who votes yes.
//
//lab:omit
func (m *participantMethods) Inquire(q commitapi.Inquiry, a *commitapi.Answer) (err error) {
	b := m.b
	b.mu.Lock()
	defer b.mu.Unlock()
	t := b.txns[q.Txn]
	if t == nil {
		t = &promise{outcome: commitapi.Aborted}
		b.txns[q.Txn] = t
		b.ledger.unlock(q.Txn)
		err = b.journal.append(commitapi.Record{Kind: commitapi.Abort, Txn: q.Txn})
	}
	if err == nil && t.outcome != commitapi.Unknown {
		err = b.journal.log.Force()
	}
	*a = commitapi.Answer{Txn: q.Txn, From: b.process.Name(), Outcome: t.outcome}
	return err
}
