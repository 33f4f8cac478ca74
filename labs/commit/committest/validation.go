package committest

import (
	"fmt"
	"slices"
	"strings"

	"faultline/labs/commit/commitapi"
)

// promises looks at the first yes of a participant, when its record Ready is at hand:
// whether what the transaction has read is still so, and whether nobody else holds what it
// reads and changes.
func (m *monitor) promises(x *site, txn commitapi.Txn) {
	q, asked := m.story(txn).questions[x.name]
	ready := slices.IndexFunc(x.records, func(r commitapi.Record) bool { return r.Txn == txn && r.Kind == commitapi.Ready })
	if m.volatile || !asked || ready < 0 {
		return
	}
	before := x.records[:ready]
	for _, r := range before {
		if r.Kind == commitapi.Ready && m.holds(before, r.Txn) {
			if account := clash(r, q); account != "" {
				m.breach("from its yes until it knows the outcome, a participant says yes to nobody else who is in the way",
					fmt.Sprintf("%s votes no for %s, which %s: it has promised %s, which %s, and does not know yet how that ended",
						x.name, txn, wants(q.ReadSet, q.Changes, account), r.Txn, wants(r.ReadSet, r.Changes, account)),
					"it votes yes")
				return
			}
		}
	}
	for _, o := range q.ReadSet {
		if balance, sure := m.inLog(x, before, o.Account); sure && balance != o.Balance {
			m.breach("a participant votes yes only if what the transaction has read there is still so",
				fmt.Sprintf("%s votes no for %s, which has read %s=%d", x.name, txn, o.Account, o.Balance),
				fmt.Sprintf("it votes yes, and at that moment there is %s=%d", o.Account, balance))
			return
		}
	}
}

// holds reports whether a participant with these records holds what it has promised to a
// transaction, as far as anybody can know.
func (m *monitor) holds(records []commitapi.Record, txn commitapi.Txn) bool {
	s := m.story(txn)
	return !holds(records, txn, commitapi.Commit) && !holds(records, txn, commitapi.Abort) && s.aborted == "" &&
		len(s.promised) == 0 && !m.committed(txn)
}

// clash is an account that one changes and the other reads or changes, "" for none.
func clash(r commitapi.Record, q commitapi.Prepare) string {
	reads := func(set []commitapi.Observation, account string) bool {
		return slices.ContainsFunc(set, func(o commitapi.Observation) bool { return o.Account == account })
	}
	changes := func(list []commitapi.Change, account string) bool {
		return slices.ContainsFunc(list, func(c commitapi.Change) bool { return c.Account == account })
	}
	for _, c := range r.Changes {
		if changes(q.Changes, c.Account) || reads(q.ReadSet, c.Account) {
			return c.Account
		}
	}
	for _, c := range q.Changes {
		if reads(r.ReadSet, c.Account) {
			return c.Account
		}
	}
	return ""
}

func wants(set []commitapi.Observation, list []commitapi.Change, account string) string {
	for _, c := range list {
		if c.Account == account {
			return "changes " + account
		}
	}
	return "has read " + account
}

// inLog is what an account holds after these records. It is not sure while the participant
// may know of a commit that it has not written down.
func (m *monitor) inLog(x *site, records []commitapi.Record, account string) (balance int64, sure bool) {
	balance = accounts(x.name)[account]
	for _, r := range records {
		for _, c := range r.Changes {
			if r.Kind != commitapi.Ready || c.Account != account {
				continue
			}
			if holds(records, r.Txn, commitapi.Commit) {
				balance += c.By
			} else if m.committed(r.Txn) {
				return 0, false
			}
		}
	}
	return balance, true
}

// dealt looks at what the client of a transaction that first looks was told.
func (m *monitor) dealt(d *deal) {
	if d.saw == nil && d.did == nil {
		return // nobody need be asked
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	var same, done []commitapi.Txn // those that do the same, and of them those that are committed
	told := commitapi.Txn("")      // the one that has also read the same
	for _, txn := range sorted(m.txns) {
		if !m.does(txn, d) {
			continue
		}
		same = append(same, txn)
		if m.committed(txn) {
			done = append(done, txn)
		}
		if m.hasRead(txn, d) && (told == "" || !m.committed(told)) {
			told = txn
		}
	}
	switch {
	case d.outcome == committed && told == "":
		m.breach("participants are asked for all that a transaction has read and that it changes",
			fmt.Sprintf("before %s is told that %s committed, a Prepare was sent to each participant, with Changes and ReadSet: %s",
				d.client, d.what, d.effect),
			"nobody was asked for all of that; "+m.asked(same))
	case d.outcome == committed:
		m.announced(d.head, told, "tells its client that it committed")
	case d.outcome == aborted && done != nil && d.did != nil:
		m.breach("what is committed stays committed",
			fmt.Sprintf("%s hears that %s committed, as %s has", d.client, d.what, done[0]), "it hears that it was aborted")
	}
	if len(done) > 1 && d.did != nil {
		m.breach("of all attempts of a transaction at most one commits",
			fmt.Sprintf("one attempt at %s commits", d.what), fmt.Sprintf("%v have committed", done))
	}
}

// asked says what the latest of some transactions was to do, of those that a
// participant was asked about.
func (m *monitor) asked(txns []commitapi.Txn) string {
	txns = slices.DeleteFunc(txns, func(txn commitapi.Txn) bool { return len(m.story(txn).questions) == 0 })
	if len(txns) == 0 {
		return "no Prepare with these changes was sent to anybody"
	}
	txn := txns[len(txns)-1]
	text := fmt.Sprintf("of %s", txn)
	for _, p := range sorted(m.story(txn).questions) {
		q := m.story(txn).questions[p]
		text += fmt.Sprintf(" %s was asked: %s;", p, effect{saw: q.ReadSet, did: q.Changes})
	}
	return strings.TrimSuffix(text, ";")
}

// does reports whether a transaction was to change what the last attempt of a deal has
// returned. No two deals of a bank that change something have the same changes.
func (m *monitor) does(txn commitapi.Txn, d *deal) bool {
	changes := 0
	for _, q := range m.story(txn).questions {
		if q.Coordinator != d.head {
			return false
		}
		for _, c := range q.Changes {
			if !slices.Contains(d.did, c) {
				return false
			}
			changes++
		}
	}
	return changes == len(d.did)
}

// hasRead reports whether a transaction was asked for with all that the last attempt of a
// deal has read.
func (m *monitor) hasRead(txn commitapi.Txn, d *deal) bool {
	return !slices.ContainsFunc(d.saw, func(o commitapi.Observation) bool {
		q := m.story(txn).questions[at(o.Account)]
		return !slices.Contains(q.ReadSet, o)
	})
}
