package committest

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"

	"faultline/labrpc"
	"faultline/labs/commit/commitapi"
	"faultline/labs/labtest"
)

// A monitor holds each message, when it is sent, and each record, when it is appended,
// against the rules of two-phase commit (Bernstein, Hadzilacos, Goodman, ch. 7). What a
// log holds durably at that moment is what it would hold if the site crashed now and
// lost all that it can lose.
type monitor struct {
	bank     *bank
	volatile bool // stage A: nobody crashes, so nobody need write anything

	mu   sync.Mutex
	txns map[commitapi.Txn]*story
	last commitapi.Txn // the one that was asked about last
}

// A story is what has been seen of a transaction.
type story struct {
	questions map[string]commitapi.Prepare // by whom they were put to
	yes       map[string]bool              // who has voted so
	no        map[string]bool              // who has voted so, and never yes
	decisions map[string]commitapi.Outcome // by whom they were sent to
	promised  map[string]bool              // who has told another participant that it aborts
	announced bool                         // somebody has been told that it committed
	aborted   string                       // who has said first that it aborted, and when; "" for nobody
}

// story returns that of a transaction. The lock is held.
func (m *monitor) story(txn commitapi.Txn) *story {
	s := m.txns[txn]
	if s == nil {
		s = &story{questions: map[string]commitapi.Prepare{}, yes: map[string]bool{}, no: map[string]bool{},
			decisions: map[string]commitapi.Outcome{}, promised: map[string]bool{}}
		m.txns[txn] = s
	}
	return s
}

// reread takes down what a log holds when a site starts.
func (m *monitor) reread(x *site) {
	raw, err := m.bank.log(x).Records()
	m.mu.Lock()
	defer m.mu.Unlock()
	x.records = nil
	for _, b := range raw {
		m.read(x, b)
	}
	if err != nil {
		panic(err) // a fault of the suite
	}
}

// read adds a record. One that is torn keeps its place, and is none.
func (m *monitor) read(x *site, b []byte) {
	r, err := commitapi.Decode(b)
	if err != nil {
		r = commitapi.Record{Kind: "a torn record"}
	}
	x.records = append(x.records, r)
}

// durable are the records of a site that a crash would certainly leave.
func (m *monitor) durable(x *site) []commitapi.Record {
	return x.records[:min(len(x.records), m.bank.log(x).Durable())]
}

// has returns the record of a kind that is durable in a log.
func (m *monitor) has(x *site, txn commitapi.Txn, kinds ...commitapi.Kind) (commitapi.Record, bool) {
	if m.volatile {
		return commitapi.Record{Participants: sorted(m.story(txn).questions)}, true
	}
	list := m.durable(x)
	i := slices.IndexFunc(list, func(r commitapi.Record) bool { return r.Txn == txn && slices.Contains(kinds, r.Kind) })
	if i < 0 {
		return commitapi.Record{}, false
	}
	return list[i], true
}

// committed reports whether a transaction is committed: whether the coordinator's record
// says so, durably.
func (m *monitor) committed(txn commitapi.Txn) bool {
	if m.volatile {
		return m.story(txn).announced
	}
	_, yes := m.has(m.head(txn), txn, commitapi.Commit)
	return yes
}

// head is the coordinator of a transaction.
func (m *monitor) head(txn commitapi.Txn) *site {
	for _, q := range m.story(txn).questions {
		if x := m.bank.site(q.Coordinator); x != nil {
			return x
		}
	}
	return m.bank.sites[0]
}

// breach reports a rule that is broken.
func (m *monitor) breach(property, expected, actual string) {
	m.bank.t.Report(labtest.Finding{Property: property, Expected: expected, Actual: actual})
}

// sent looks at a message.
func (m *monitor) sent(msg labrpc.Message) {
	if m.bank.site(msg.From) == nil {
		return // what a stranger says is the script's
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	switch msg.Method {
	case prepare:
		m.sentPrepare(msg)
	case decide:
		m.sentDecide(msg)
	case askPeer, askHead:
		m.sentInquire(msg)
	}
}

func (m *monitor) sentPrepare(msg labrpc.Message) {
	if !msg.Reply {
		var q commitapi.Prepare
		if msg.Decode(&q) == nil {
			m.question(msg, q)
		}
		return
	}
	var v commitapi.Vote
	if msg.Decode(&v) != nil {
		return
	}
	if !v.Yes {
		m.story(v.Txn).no[msg.From] = true
		return
	}
	x, s := m.bank.site(msg.From), m.story(v.Txn)
	first := !s.yes[msg.From]
	s.yes[msg.From] = true
	if _, ready := m.has(x, v.Txn, commitapi.Ready, commitapi.Commit); !ready {
		m.breach("a participant votes yes only when it can keep that promise after a crash",
			fmt.Sprintf("when %s sends its yes for %s, a record Ready of it is durable in its log (appended and forced)", msg.From, v.Txn),
			"durable there is "+m.sure(x))
	}
	if s.promised[msg.From] && s.aborted == "" {
		m.breach("who has told another participant that it aborts does not vote yes any more",
			fmt.Sprintf("%s votes no for %s, after it has answered an Inquiry by Aborted", msg.From, v.Txn), "it voted yes")
	}
	if first {
		m.promises(x, v.Txn)
	}
}

// question notes what is asked. A name that was used before, for something else, is
// found here.
func (m *monitor) question(msg labrpc.Message, q commitapi.Prepare) {
	q.Participants = slices.Sorted(slices.Values(q.Participants)) // they may come in any order
	s := m.story(q.Txn)
	for _, before := range s.questions {
		if !reflect.DeepEqual(before.Participants, q.Participants) {
			m.reused(q, before)
			return
		}
	}
	if before, asked := s.questions[msg.To]; asked && !reflect.DeepEqual(before, q) {
		m.reused(q, before)
		return
	}
	s.questions[msg.To] = q
	m.last = q.Txn
}

func (m *monitor) reused(q, before commitapi.Prepare) {
	m.breach("no two transactions have the same name, whatever crashes between them",
		fmt.Sprintf("what is asked for (%v at %v) is a new transaction, with a name that was never used; after a restart none is begun again",
			q.Changes, q.Participants),
		fmt.Sprintf("it is called %s, as the one before (%v at %v): old votes would count for it", q.Txn, before.Changes, before.Participants))
}

func (m *monitor) sentDecide(msg labrpc.Message) {
	if !msg.Reply {
		var d commitapi.Decision
		if msg.Decode(&d) != nil {
			return
		}
		m.story(d.Txn).decisions[msg.To] = d.Outcome
		if d.Outcome == commitapi.Committed {
			m.announced(msg.From, d.Txn, "sends a Decision to commit")
		} else {
			m.abort(d.Txn, msg.From, "sent a Decision to abort")
		}
		return
	}
	var a commitapi.Ack
	if msg.Decode(&a) != nil || !m.committed(a.Txn) {
		return
	}
	x := m.bank.site(msg.From)
	if _, done := m.has(x, a.Txn, commitapi.Commit); !done {
		m.breach("a participant acknowledges a commit only when it will never have to ask about it again",
			fmt.Sprintf("when %s acknowledges %s, a record Commit of it is durable in its log", msg.From, a.Txn),
			"durable there is "+m.sure(x))
	}
}

// announced is a message, or an answer to a client, that says that a transaction is committed.
func (m *monitor) announced(who string, txn commitapi.Txn, does string) {
	head := m.head(txn)
	if m.volatile {
		m.decides(txn)
	}
	m.story(txn).announced = true
	r, done := m.has(head, txn, commitapi.Commit)
	if !done {
		m.breach("nobody hears of a commit before it is durable",
			fmt.Sprintf("when %s %s (%s), a record Commit of it is durable in the log of %s", who, does, txn, head.name),
			"durable there is "+m.sure(head))
		return
	}
	for p := range m.story(txn).questions {
		if !slices.Contains(r.Participants, p) {
			m.breach("the coordinator's record Commit says who has to be told",
				fmt.Sprintf("the record Commit of %s has the participants, %s among them", txn, p),
				fmt.Sprintf("it has %v: after a crash nobody could tell %s", r.Participants, p))
			return
		}
	}
}

// abort notes that the coordinator has said that a transaction aborted.
func (m *monitor) abort(txn commitapi.Txn, who, did string) {
	m.stays(txn, who, did)
	if s := m.story(txn); s.aborted == "" && !m.committed(txn) {
		s.aborted = who + " " + did
	}
}

// stays looks at somebody who says that a transaction aborted. When it is committed and
// everybody knows, that can do no harm any more.
func (m *monitor) stays(txn commitapi.Txn, who, did string) {
	if !m.committed(txn) {
		return
	}
	var asking []string
	for _, p := range sorted(m.story(txn).questions) {
		if _, done := m.has(m.bank.site(p), txn, commitapi.Commit); !done {
			asking = append(asking, p)
		}
	}
	if len(asking) > 0 {
		m.breach("what is committed stays committed",
			fmt.Sprintf("nobody says that %s aborted: it is committed, and %s may still ask", txn, strings.Join(asking, " and ")),
			who+" "+did)
	}
}

func (m *monitor) sentInquire(msg labrpc.Message) {
	var a commitapi.Answer
	if !msg.Reply || msg.Decode(&a) != nil {
		return
	}
	switch x := m.bank.site(msg.From); {
	case a.Outcome == commitapi.Committed:
		m.announced(msg.From, a.Txn, "answers an Inquiry by Committed")
	case a.Outcome != commitapi.Aborted:
	case msg.Method == askPeer:
		if _, sure := m.has(x, a.Txn, commitapi.Abort); !sure && m.story(a.Txn).aborted == "" && !m.committed(a.Txn) {
			m.breach("others build on the answer that a transaction aborted, so it must survive a crash",
				fmt.Sprintf("when %s answers that %s aborted, a record Abort is durable in its log, or the coordinator has said so",
					msg.From, a.Txn),
				"durable there is "+m.sure(x))
			return
		}
		m.stays(a.Txn, msg.From, "answered an Inquiry by Aborted")
		m.story(a.Txn).promised[msg.From] = true
	default:
		m.abort(a.Txn, msg.From, "answered an Inquiry by Aborted")
	}
}

// sure is what a crash would certainly leave of a log, in words.
func (m *monitor) sure(x *site) string {
	var all []string
	for _, r := range m.durable(x) {
		all = append(all, strings.TrimSpace(fmt.Sprintf("%s %s", r.Kind, r.Txn)))
	}
	if all == nil {
		return "nothing"
	}
	if skip := len(all) - 4; skip > 0 {
		all = append([]string{fmt.Sprintf("%d records", skip)}, all[skip:]...)
	}
	return strings.Join(all, ", ")
}
