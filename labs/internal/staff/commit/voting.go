package commit

import (
	"context"
	"maps"
	"slices"

	"faultline/labs/commit/commitapi"
)

// run carries out a transaction with what each participant has to be asked.
//
//lab:todo A
func (c *coordinator) run(ctx context.Context, txn commitapi.Txn, questions map[string]commitapi.Prepare) (
	commitapi.Outcome, error) {
	participants := slices.Sorted(maps.Keys(questions))
	votes := c.collect(ctx, txn, participants, questions)
	if ended(c.process) {
		return commitapi.Unknown, commitapi.ErrClosed
	}
	if slices.ContainsFunc(participants, func(p string) bool { return votes[p] != votedYes }) {
		c.forget(txn)
		c.tellAbort(txn, participants, votes)
		return commitapi.Aborted, nil
	}
	if err := c.decideCommit(txn, participants); err != nil {
		return commitapi.Unknown, commitapi.ErrClosed
	}
	go c.tellCommit(txn, participants)
	return commitapi.Committed, nil
}

// A vote is what has come from a participant.
//
//lab:omit
type vote int

//lab:omit
const (
	silent vote = iota // nothing: it may have promised its part, or may yet do so
	votedYes
	votedNo
)

// collect asks all at once, and waits until each has answered or the time is over.
//
//lab:omit
func (c *coordinator) collect(ctx context.Context, txn commitapi.Txn, participants []string,
	questions map[string]commitapi.Prepare) map[string]vote {
	ctx, cancel := context.WithTimeout(ctx, c.cfg.Timeout)
	defer cancel()
	type answer struct {
		from string
		vote vote
	}
	answers := make(chan answer, len(participants))
	for _, p := range participants {
		question := questions[p]
		question.Txn, question.Coordinator, question.Participants = txn, c.process.Name(), participants
		go func() {
			var v commitapi.Vote
			a := answer{from: p}
			if err := c.process.Call(ctx, p, commitapi.ParticipantService+".Prepare", question, &v); err == nil {
				a.vote = votedNo
				if v.Yes {
					a.vote = votedYes
				}
			}
			answers <- a
		}()
	}
	votes := make(map[string]vote) // by participant: whoever answers twice has one vote
	for range participants {
		a := <-answers
		votes[a.from] = a.vote
	}
	return votes
}

// decideCommit is the moment at which the transaction is committed: when the record is
// durable. It has the participants, for whoever must tell them after a crash.
//
//lab:omit
func (c *coordinator) decideCommit(txn commitapi.Txn, participants []string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	err := c.journal.force(commitapi.Record{Kind: commitapi.Commit, Txn: txn, Participants: participants})
	if err == nil {
		c.txns[txn] = commitapi.Committed
	}
	return err
}

// tellAbort tells those who may have promised something, once: who does not hear it
// will ask, and is told then that nothing is known.
//
//lab:omit
func (c *coordinator) tellAbort(txn commitapi.Txn, participants []string, votes map[string]vote) {
	d := commitapi.Decision{Txn: txn, Outcome: commitapi.Aborted}
	for _, p := range participants {
		if votes[p] != votedNo {
			go once(c.process, c.cfg.Timeout, p, commitapi.ParticipantService+".Decide", d, &commitapi.Ack{})
		}
	}
}

// tellCommit tells everybody, until all have acknowledged it. Then nobody can ask any
// more: each has its own record, durable. So ours may go.
//
//lab:omit
func (c *coordinator) tellCommit(txn commitapi.Txn, participants []string) {
	d := commitapi.Decision{Txn: txn, Outcome: commitapi.Committed}
	acks := make(chan bool, len(participants))
	for _, p := range participants {
		go func() {
			acks <- insist(c.process, c.cfg.Timeout, p, commitapi.ParticipantService+".Decide", d, &commitapi.Ack{})
		}()
	}
	for range participants {
		if !<-acks {
			return // this life is over; the next one goes on
		}
	}
	if c.journal.append(commitapi.Record{Kind: commitapi.End, Txn: txn}) == nil {
		c.forget(txn)
	}
}
