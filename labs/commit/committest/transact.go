package committest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"faultline/labrpc"
	"faultline/labs/commit/commitapi"
	"faultline/labs/labtest"
)

// second is a coordinator beside c1.
const second = "c2"

// progress is what each of n transactions takes n times, in the calm.
const progress = 20 * timeout

// patient is how long a client waits whose transaction must commit although others are
// under way.
func patient(n int) time.Duration { return time.Duration(n) * progress }

// A deal is a transaction that first looks, and what became of it.
type deal struct {
	client   string
	head     string // its coordinator
	what     string
	body     commitapi.Body
	patience time.Duration // zero: as long as one alone may take

	mu       sync.Mutex
	over     bool   // nobody asks any more what body does
	attempts int    // how often body was called
	latest   string // how its latest call ended
	own      error  // that of its latest call

	effect       // of its last attempt, as far as body got to its end
	outcome      commitapi.Outcome
	err          error
	began, ended int // moments of the bank; ended is 0 while it may still happen
}

// endsBefore reports whether a deal was over when another one began.
func (d *deal) endsBefore(other *deal) bool { return d.ended != 0 && d.ended < other.began }

// shards is a bank with two coordinators, over whose accounts both carry out transactions.
func (s Solution) shards(t *labtest.T, n int, faults labrpc.Faults) *bank {
	return s.bank(t, n, faults, second)
}

// money is what is in the accounts of their owners at first.
func (b *bank) money() money {
	m := money{}
	for i := range b.participants() {
		m[owners(i)] = beginning
	}
	return m
}

// A witness notes what a body reads.
type witness struct {
	commitapi.View
	saw    []commitapi.Observation
	failed string
}

func (w *witness) Balance(participant, account string) (int64, error) {
	v, err := w.View.Balance(participant, account)
	if err == nil {
		w.saw = append(w.saw, commitapi.Observation{Account: account, Balance: v})
	} else {
		w.failed = fmt.Sprintf("Balance of %s at %s gave %q", account, participant, err)
	}
	return v, err
}

// watch is the body of a deal, which takes down what it reads and returns.
func (d *deal) watch(v commitapi.View) ([]commitapi.Part, error) {
	d.note(func() { d.attempts, d.latest = d.attempts+1, "it did not return" })
	w := &witness{View: v}
	parts, err := d.body(w)
	d.note(func() {
		d.latest, d.own = fmt.Sprintf("it returned the error %v", err), err
		if w.failed != "" {
			d.latest = w.failed
		}
		if err != nil {
			return
		}
		d.effect = effect{saw: w.saw}
		for _, p := range parts {
			d.did = append(d.did, p.Changes...)
		}
		d.latest = d.effect.String() + ", and that was not committed"
	})
	return parts, err
}

// note takes something down, while somebody asks.
func (d *deal) note(f func()) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if !d.over {
		f()
	}
}

// story is how often a body was called, and how that ended.
func (d *deal) story() string {
	switch d.attempts {
	case 0:
		return "body was never called"
	case 1:
		return "body was called once: " + d.latest
	}
	return fmt.Sprintf("body was called %d times, the last time: %s", d.attempts, d.latest)
}

// transact has a coordinator carry out a deal.
func (b *bank) transact(d *deal) *deal {
	x := b.site(d.head)
	if d.patience == 0 {
		d.patience = progress
	}
	b.mu.Lock()
	c := x.coordinator
	b.moment++
	d.began = b.moment
	b.mu.Unlock()
	b.t.Op(d.client, "Transact "+d.what, func() string {
		b.t.Within(d.patience+2*deciding, fmt.Sprintf("Transact %s, with a context of %v,", d.what, d.patience), func() {
			ctx, cancel := b.t.Patient(d.patience)
			defer cancel()
			d.outcome, d.err = c.Transact(ctx, d.watch)
		})
		d.note(func() { d.over = true })
		d.checkError(b.t)
		if d.outcome != commitapi.Unknown && b.event(x, "before it answered the client") {
			d.outcome = commitapi.Unknown
		}
		return d.result()
	})
	b.mu.Lock()
	if b.moment++; d.outcome != commitapi.Unknown {
		d.ended = b.moment
	}
	b.mu.Unlock()
	b.monitor.dealt(d)
	return d
}

// checkError fails unless outcome and error go together.
func (d *deal) checkError(t *labtest.T) {
	ok := d.outcome == committed && d.err == nil || d.outcome == aborted && d.explained() ||
		d.outcome == commitapi.Unknown && errors.Is(d.err, commitapi.ErrClosed)
	t.Check(ok, labtest.Finding{
		Property: "the outcome of Transact and its error go together",
		Expected: "Transact " + d.what + " gives Committed without an error, Aborted with that of ctx or that of body " +
			"(but not ErrConflict), or Unknown with ErrClosed",
		Actual: fmt.Sprintf("it gave %q and the error %v; %s", d.outcome, d.err, d.story())})
}

// explained reports whether the error of an aborted deal says why there is no next
// attempt: its context has ended, or its coordinator, or body wants no more.
func (d *deal) explained() bool {
	return errors.Is(d.err, context.DeadlineExceeded) || errors.Is(d.err, commitapi.ErrClosed) ||
		d.own != nil && !errors.Is(d.own, commitapi.ErrConflict) && errors.Is(d.err, d.own)
}

// result is what became of a deal, for the history. The model reads it.
func (d *deal) result() string {
	switch {
	case d.outcome == committed:
		return "committed, " + d.effect.String()
	case d.outcome == aborted:
		return "aborted, " + d.err.Error()
	}
	return "unknown, " + d.effect.String()
}

// must has a deal carried out, which must commit.
func (b *bank) must(d *deal) *deal {
	b.t.Step("Transact %s (%s): must be committed", d.what, d.head)
	b.transact(d)
	b.committed(d)
	return d
}

// committed fails unless a deal has been committed in time.
func (b *bank) committed(d *deal) {
	b.t.Check(d.outcome == committed, labtest.Finding{
		Property: "every transaction commits some time, whoever else is under way and whatever others have left behind",
		Expected: fmt.Sprintf("Transact %s of %s commits within %v", d.what, d.head, d.patience),
		Actual:   fmt.Sprintf("it gave %q, error: %v; %s", d.outcome, d.err, d.story())})
}

// A pause is called in a body when it has read, with how often it has.
type pause func(read int)

func rest(int) {}

// solvent has a body look at what it is given. That is for banks in which no account is
// ever empty.
func (d *deal) solvent(t *labtest.T) *deal {
	body := d.body
	d.body = func(v commitapi.View) ([]commitapi.Part, error) { return body(solvent{v, t}) }
	return d
}

type solvent struct {
	commitapi.View
	t *labtest.T
}

func (s solvent) Balance(participant, account string) (int64, error) {
	balance, err := s.View.Balance(participant, account)
	s.t.Check(err != nil || balance != 0, labtest.Finding{
		Property: "a View gives a balance that the participant has told it, or an error",
		Expected: fmt.Sprintf("Balance of %s at %s gives no 0: the account was never empty", account, participant),
		Actual:   "it gives 0, and no error"})
	return balance, err
}

// at is the participant of an owner. Of the savings, which all of them have, it is p1.
func at(owner string) string {
	for i := range 4 {
		if owners(i) == owner {
			return branch(i)
		}
	}
	return branch(0)
}

// look reads accounts, in this order.
func look(v commitapi.View, p pause, owners ...string) (balances []int64, err error) {
	for i, owner := range owners {
		balance, err := v.Balance(at(owner), owner)
		if err != nil {
			return nil, err
		}
		balances = append(balances, balance)
		p(i + 1)
	}
	return balances, nil
}

// part is the change of an account.
func part(owner string, by int64) commitapi.Part {
	return commitapi.Part{Participant: at(owner), Changes: []commitapi.Change{{Account: owner, By: by}}}
}

// pays moves money if there is enough. No two deals of a bank have the same amount.
func pays(from, to string, amount int64, p pause) *deal {
	return &deal{what: fmt.Sprintf("%s pays %s %d", from, to, amount), body: func(v commitapi.View) ([]commitapi.Part, error) {
		got, err := look(v, p, from, to)
		if err != nil || got[0] < amount {
			return nil, err
		}
		return []commitapi.Part{part(from, -amount), part(to, amount)}, nil
	}}
}

// audits reads all accounts.
func audits(p pause, owners ...string) *deal {
	return &deal{what: fmt.Sprintf("audit %v", owners), body: func(v commitapi.View) ([]commitapi.Part, error) {
		_, err := look(v, p, owners...)
		return nil, err
	}}
}

// draws takes money from the second account if both together keep 100.
func draws(other, owner string, amount int64, p pause) *deal {
	return &deal{what: fmt.Sprintf("%s draws %d, backed by %s", owner, amount, other),
		body: func(v commitapi.View) ([]commitapi.Part, error) {
			got, err := look(v, p, other, owner)
			if err != nil || got[0]+got[1]-amount < beginning || got[1] < amount {
				return nil, err
			}
			return []commitapi.Part{part(owner, -amount)}, nil
		}}
}

// raises changes an account, and has read another one.
func raises(read, owner string, by int64, p pause) *deal {
	return &deal{what: fmt.Sprintf("read %s, %s%+d", read, owner, by), body: func(v commitapi.View) ([]commitapi.Part, error) {
		_, err := look(v, p, read)
		return []commitapi.Part{part(owner, by)}, err
	}}
}

// by says who carries out a deal for whom.
func (d *deal) by(head, client string) *deal {
	d.head, d.client = head, client
	return d
}

// within says how long a client waits.
func (d *deal) within(patience time.Duration) *deal {
	d.patience = patience
	return d
}

// reckon brings everybody back, and has an audit see what is left. It must fit the deals
// before it, in some order.
func (b *bank) reckon(deals ...*deal) {
	b.end()
	before := b.money()
	all := append(slices.Clone(deals), b.must(audits(rest, sorted(before)...).by(coordinator, "auditor")))
	if why, ok := serial(all, before); !ok {
		b.t.Fail(unexplained(all, before, why))
	}
}

func unexplained(all []*deal, before money, why []string) labtest.Finding {
	list := ""
	for _, d := range all {
		list += fmt.Sprintf("; %s: %s", d.what, d.result())
	}
	return labtest.Finding{
		Property: "transactions that commit are as if they had been carried out one after the other",
		Expected: fmt.Sprintf("some order explains all that they have seen, from %s on%s", before, list),
		Actual:   "none does: " + fmt.Sprint(why)}
}
