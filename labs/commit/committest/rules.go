package committest

import (
	"fmt"
	"slices"

	"faultline/labs/commit/commitapi"
)

// appended looks at the record that a site has just appended.
func (m *monitor) appended(x *site, n int, record []byte) {
	m.mu.Lock()
	defer m.mu.Unlock()
	x.records = x.records[:min(len(x.records), n-1)]
	m.read(x, record)
	if m.volatile {
		return
	}
	r, before := x.records[len(x.records)-1], x.records[:len(x.records)-1]
	switch {
	case x.head && r.Kind == commitapi.Commit:
		m.decides(r.Txn)
	case x.head && r.Kind == commitapi.End:
		m.forgets(r.Txn)
	case !x.head && r.Kind == commitapi.Commit:
		m.obeys(x, r.Txn, before)
	case !x.head && r.Kind == commitapi.Abort:
		m.gives(x, r.Txn, before)
	}
}

// decides looks at a transaction that the coordinator is about to commit.
func (m *monitor) decides(txn commitapi.Txn) {
	s := m.story(txn)
	for _, p := range sorted(s.questions) {
		if !s.yes[p] {
			did := "has not answered"
			if s.no[p] {
				did = "has voted no"
			}
			m.breach("a transaction commits only if every participant has voted yes",
				fmt.Sprintf("%s commits when yes has come from %v", txn, sorted(s.questions)),
				fmt.Sprintf("it commits, and %s %s", p, did))
			return
		}
	}
	for _, p := range sorted(s.promised) {
		m.breach("a transaction commits only if every participant has voted yes",
			fmt.Sprintf("%s aborts: %s has told another participant so, and votes no", txn, p), "it commits")
		return
	}
	if s.aborted != "" {
		m.breach("no decision is ever reversed",
			fmt.Sprintf("%s does not commit any more, since %s", txn, s.aborted), "it commits")
	}
}

// forgets looks at a record of the coordinator that ends a transaction.
func (m *monitor) forgets(txn commitapi.Txn) {
	if !m.committed(txn) {
		return
	}
	for _, p := range sorted(m.story(txn).questions) {
		if _, done := m.has(m.bank.site(p), txn, commitapi.Commit); !done {
			m.breach("a commit is forgotten only when every participant has acknowledged it",
				fmt.Sprintf("the record End of %s is written after all of %v have made their Commit durable",
					txn, sorted(m.story(txn).questions)),
				fmt.Sprintf("it is written, and %s has not: its Inquiry would be answered by Aborted", p))
			return
		}
	}
}

// obeys looks at a record of a participant that commits.
func (m *monitor) obeys(x *site, txn commitapi.Txn, before []commitapi.Record) {
	if !m.committed(txn) {
		m.breach("a participant commits only what the coordinator has committed",
			fmt.Sprintf("%s appends a Commit of %s when the coordinator's is durable", x.name, txn),
			fmt.Sprintf("it appends one, and nobody has committed; durable at %s is %s", m.head(txn).name, m.sure(m.head(txn))))
	} else if holds(before, txn, commitapi.Abort) {
		m.breach("no decision is ever reversed", fmt.Sprintf("%s has aborted %s, and stays with it", x.name, txn),
			"it appends a Commit")
	}
}

// gives looks at a record of a participant that aborts.
func (m *monitor) gives(x *site, txn commitapi.Txn, before []commitapi.Record) {
	switch {
	case holds(before, txn, commitapi.Commit):
		m.breach("no decision is ever reversed", fmt.Sprintf("%s has committed %s, and stays with it", x.name, txn),
			"it appends an Abort")
	case holds(before, txn, commitapi.Ready) && m.story(txn).aborted == "" && len(m.story(txn).promised) == 0:
		m.breach("after its yes a participant does not abort by itself: it asks, and waits",
			fmt.Sprintf("%s stays Ready in %s until the coordinator or another participant knows the outcome", x.name, txn),
			"it appends an Abort, and nobody has told it so")
	}
}

func holds(list []commitapi.Record, txn commitapi.Txn, kind commitapi.Kind) bool {
	return slices.ContainsFunc(list, func(r commitapi.Record) bool { return r.Txn == txn && r.Kind == kind })
}

// client looks at what a client was told.
func (m *monitor) client(parts []commitapi.Part, outcome commitapi.Outcome) {
	m.mu.Lock()
	defer m.mu.Unlock()
	txn, asked := m.named(parts)
	switch {
	case outcome == commitapi.Committed && !asked:
		m.breach("a transaction commits only if every participant has voted yes",
			"the participants are asked for their votes", "the client is told that it committed, and none was asked")
	case outcome == commitapi.Committed:
		m.announced(coordinator, txn, "tells its client that it committed")
	case outcome == commitapi.Aborted && asked:
		m.abort(txn, coordinator, "told its client that it aborted")
	}
}

// named returns the name of the transaction with these parts, if anybody was asked. No two
// transactions of a bank have the same parts, but one part may be the same in both.
func (m *monitor) named(parts []commitapi.Part) (commitapi.Txn, bool) {
	for _, txn := range sorted(m.txns) {
		same := false
		for _, part := range parts {
			q, asked := m.txns[txn].questions[part.Participant]
			if !asked {
				continue
			}
			if same = slices.Equal(q.Changes, part.Changes) && len(q.Participants) == len(parts); !same {
				break
			}
		}
		if same {
			return txn, true
		}
	}
	return "", false
}
