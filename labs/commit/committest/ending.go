package committest

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"time"

	"faultline/labs/commit/commitapi"
	"faultline/labs/labtest"
)

func sorted[K cmp.Ordered, V any](m map[K]V) []K { return slices.Sorted(maps.Keys(m)) }

// checkLocks fails unless a participant holds the accounts of every transaction that it
// has promised and nobody has decided.
func (b *bank) checkLocks(x *site, when string) {
	if x.head {
		return
	}
	for _, r := range b.monitor.open(x) {
		for _, c := range r.Changes {
			got := b.balance(x.name, c.Account)
			b.t.Check(got == locked, labtest.Finding{
				Property: "from its yes until it knows the outcome a participant holds the accounts, also after a crash",
				Expected: fmt.Sprintf("%s holds %s %s: its log says Ready for %s, and nobody has told it the outcome",
					x.name, c.Account, when, r.Txn),
				Actual: fmt.Sprintf("Balance of %s gives %q", c.Account, got)})
		}
	}
}

// open are the promises of a participant that nobody has decided.
func (m *monitor) open(x *site) (list []commitapi.Record) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.volatile {
		return nil
	}
	records := x.records
	for _, r := range records {
		s := m.story(r.Txn)
		if r.Kind == commitapi.Ready && !holds(records, r.Txn, commitapi.Commit) && !holds(records, r.Txn, commitapi.Abort) &&
			s.aborted == "" && len(s.promised) == 0 {
			list = append(list, r)
		}
	}
	return list
}

// waiting looks at a bank of which a part is down: whoever is up and has not heard the
// outcome holds its locks, and whoever has decided has decided alike.
func (b *bank) waiting() {
	for _, x := range b.participants() {
		if b.isOpen(x) {
			b.checkLocks(x, "while others are down")
		}
	}
}

// end brings everybody back, lets the network do nothing wrong any more, and checks that
// all decide, and what is in the accounts.
func (b *bank) end() {
	b.mu.Lock()
	b.crashes = nil
	b.mu.Unlock()
	b.rules.Clear()
	b.net.Calm()
	for _, x := range b.sites {
		for b.revive(x); !b.isOpen(x); b.revive(x) {
			b.t.Sleep(time.Millisecond) // somebody else is at it
		}
	}
	b.decided()
	b.balances()
}

// isOpen reports whether the program of a site can be used.
func (b *bank) isOpen(x *site) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return x.open
}

// decided fails unless nobody holds an account any more after a while.
func (b *bank) decided() {
	for begin := b.t.Since(); ; b.t.Sleep(timeout / 2) {
		held := ""
		for i := range b.participants() {
			for _, account := range []string{owners(i), "savings"} {
				if b.balance(branch(i), account) == locked {
					held = fmt.Sprintf("%s still holds %s%s", branch(i), account, b.monitor.why(branch(i), account))
				}
			}
		}
		if held == "" {
			return
		}
		if b.t.Since()-begin > ending+slack && !b.t.Real() {
			b.t.Fail(labtest.Finding{
				Property: "once everybody is up and every message arrives, everybody decides",
				Expected: fmt.Sprintf("nobody holds an account after %v of calm", ending), Actual: held})
		}
	}
}

// why says for whom a participant holds an account, as far as its messages tell.
func (m *monitor) why(participant, account string) (text string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, txn := range sorted(m.txns) {
		s := m.txns[txn]
		changes := slices.ContainsFunc(s.questions[participant].Changes, func(c commitapi.Change) bool { return c.Account == account })
		switch outcome := s.decisions[participant]; {
		case !changes:
		case !s.yes[participant] && text == "":
			text = fmt.Sprintf("; it has not voted yes to %s", txn)
		case s.yes[participant] && outcome == commitapi.Unknown:
			text = fmt.Sprintf("; it has voted yes to %s, and nobody has sent it a Decision", txn)
		case s.yes[participant]:
			text = fmt.Sprintf("; it has voted yes to %s, and was sent the Decision %q", txn, outcome)
		}
	}
	return text
}

// balances fails unless each account has what it began with and what was committed.
func (b *bank) balances() {
	for _, x := range b.participants() {
		all := b.monitor.expected(x.name, accounts(x.name))
		for _, account := range sorted(all) {
			want := all[account]
			got := b.balance(x.name, account)
			b.t.Check(got == fmt.Sprint(want), labtest.Finding{
				Property: "of a transaction that committed everything happens, once; of one that aborted, nothing",
				Expected: fmt.Sprintf("Balance of %s at %s gives %d: it began with %d, and committed is %s", account, x.name, want,
					beginning, b.monitor.list()),
				Actual: fmt.Sprintf("it gives %q", got)})
		}
	}
}

// expected is what the accounts of a participant must hold.
func (m *monitor) expected(participant string, before map[string]int64) map[string]int64 {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, txn := range sorted(m.txns) {
		if m.committed(txn) {
			for _, c := range m.txns[txn].questions[participant].Changes {
				before[c.Account] += c.By
			}
		}
	}
	return before
}

// list is what was committed, in words.
func (m *monitor) list() string {
	m.mu.Lock()
	defer m.mu.Unlock()
	text := ""
	for _, txn := range sorted(m.txns) {
		if m.committed(txn) {
			text += fmt.Sprintf("%s (", txn)
			for _, p := range sorted(m.txns[txn].questions) {
				text += fmt.Sprintf("%s:", p)
				for _, c := range m.txns[txn].questions[p].Changes {
					text += fmt.Sprintf(" %s%+d", c.Account, c.By)
				}
				text += "; "
			}
			text = text[:len(text)-2] + ") "
		}
	}
	if text == "" {
		return "nothing"
	}
	return text[:len(text)-1]
}
