package commit_test

import (
	"testing"
)

// This is the protocol as a transition system: one coordinator and two participants, each
// of which crashes at most twice, and a network that may lose, copy and reorder anything.
// Appending, forcing and sending are steps of their own. It is small enough to visit
// every state. The other test holds the reference against it.

// What a process knows.
const (
	idle      = iota // a participant: it has not voted; the coordinator: it has not begun
	waiting          // it has promised; it collects votes
	committed        //
	over             // it has aborted; of the coordinator: it knows nothing
)

// What is in the log of the coordinator. A tilde is a record that is not forced.
const (
	headNothing = iota
	headCommitOpen
	headCommit
	headEndOpen
	headEnd
)

// What is in the log of a participant.
const (
	logNothing = iota
	logReadyOpen
	logReady
	logCommitOpen // after Ready
	logCommit
	logNoOpen // Abort, without a Ready
	logNo
	logAbortOpen // after Ready
	logAbort
)

// Messages, a bit for each participant. The network is the set of what was sent: what is
// in it can be delivered at any time, any number of times, or never.
const (
	question = iota
	yesVote
	noVote
	toCommit
	toAbort
	acknowledged
)

type process struct {
	up                bool
	crashes, mem, log uint8
}

// most is how often a process crashes.
const most = 2

// A world is one state.
type world struct {
	head, votes, acks uint8
	headUp            bool
	crashes           uint8 // of the coordinator
	headLog, told     uint8 // told: committed, over, or idle for nothing
	part              [2]process
	sent              uint16
}

func bit(kind, i int) uint16 { return 1 << (2*kind + i) }

func (w world) has(kind, i int) bool { return w.sent&bit(kind, i) != 0 }

func (w world) with(kind, i int) world {
	w.sent |= bit(kind, i)
	return w
}

// steps calls f with every state that can be next. No says who votes so.
func (w world) steps(no [2]bool, f func(world)) {
	w.headSteps(f)
	for i := range 2 {
		w.partSteps(i, no[i], f)
		w.lives(i, f)
	}
	switch {
	case w.headUp && w.crashes < most:
		down := w
		down.headUp, down.head, down.votes, down.acks = false, idle, 0, 0
		down.crashes++
		for _, log := range survivors(w.headLog, headOpen()) {
			down.headLog = log
			f(down)
		}
	case !w.headUp:
		up := w
		up.headUp, up.head = true, over
		if w.headLog == headCommit {
			up.head = committed
		}
		f(up)
	}
}

// survivors are what a crash may leave of a log: a record that is open is there, or is
// not.
func survivors(log uint8, open map[uint8][]uint8) []uint8 {
	if left, ok := open[log]; ok {
		return left
	}
	return []uint8{log}
}

// What is left of an open record of the coordinator, and of a participant.
func headOpen() map[uint8][]uint8 {
	return map[uint8][]uint8{headCommitOpen: {headNothing, headCommit}, headEndOpen: {headCommit, headEnd}}
}

func logOpen() map[uint8][]uint8 {
	return map[uint8][]uint8{logReadyOpen: {logNothing, logReady}, logCommitOpen: {logReady, logCommit},
		logNoOpen: {logNothing, logNo}, logAbortOpen: {logReady, logAbort}}
}

func (w world) headSteps(f func(world)) {
	if !w.headUp {
		return
	}
	next := w
	switch {
	case w.head == idle:
		next.head = waiting
		f(next)
	case w.head == waiting && w.headLog == headCommitOpen:
		next.headLog, next.head = headCommit, committed
		f(next)
	case w.head == waiting && w.votes == 3:
		next.headLog = headCommitOpen
		f(next)
	case w.head == committed && w.acks == 3:
		next.headLog, next.head = headEndOpen, over
		f(next)
	}
	if w.head == waiting && w.headLog == headNothing { // somebody is silent for too long
		next = w
		next.head, next.told = over, over
		f(next)
	}
	if w.head == committed && w.told == idle && w.crashes == 0 {
		next = w
		next.told = committed
		f(next)
	}
	for i := range 2 {
		w.headWith(i, f)
	}
}

// headWith is what the coordinator does with one participant.
func (w world) headWith(i int, f func(world)) {
	next := w
	switch w.head {
	case waiting:
		f(w.with(question, i))
		if w.has(yesVote, i) && w.headLog == headNothing {
			next.votes |= 1 << i
			f(next)
		}
		if w.has(noVote, i) && w.headLog == headNothing {
			next.head, next.told = over, over
			f(next)
		}
	case committed:
		f(w.with(toCommit, i))
		if w.has(acknowledged, i) {
			next.acks |= 1 << i
			f(next)
		}
	case over: // the answer to an Inquiry, too
		f(w.with(toAbort, i))
	}
}

func (w world) partSteps(i int, no bool, f func(world)) {
	p := w.part[i]
	if !p.up {
		return
	}
	to := func(mem, log uint8, kinds ...int) {
		next := w
		next.part[i].mem, next.part[i].log = mem, log
		for _, k := range kinds {
			next.sent |= bit(k, i)
		}
		f(next)
	}
	peer := w.part[1-i]
	switch p.mem {
	case idle:
		switch {
		case p.log == logReadyOpen:
			to(waiting, logReady)
		case w.has(question, i) && no:
			to(over, logNoOpen, noVote)
		case w.has(question, i):
			to(idle, logReadyOpen)
		}
		if p.log == logNothing && w.has(toAbort, i) {
			to(over, logNoOpen)
		}
		if p.log == logNothing && peer.up && peer.mem == waiting { // it is asked, and promises
			to(over, logNo)
		}
	case waiting:
		to(waiting, p.log, yesVote)
		switch {
		case p.log == logCommitOpen:
			to(committed, logCommit)
		case w.has(toCommit, i), peer.up && peer.mem == committed:
			to(waiting, logCommitOpen)
		}
		if p.log == logReady && (w.has(toAbort, i) || peer.up && peer.mem == over && (peer.log == logNo || peer.log == logAbort)) {
			to(over, logAbortOpen)
		}
	case committed:
		to(committed, p.log, yesVote)
		if w.has(toCommit, i) {
			to(committed, p.log, acknowledged)
		}
	case over:
		if w.has(question, i) {
			to(over, p.log, noVote)
		}
		if (p.log == logNoOpen || p.log == logAbortOpen) && peer.up && peer.mem == waiting {
			to(over, p.log+1)
		}
	}
}

func (w world) lives(i int, f func(world)) {
	p := w.part[i]
	next := w
	switch {
	case p.up && p.crashes < most:
		for _, log := range survivors(p.log, logOpen()) {
			next.part[i] = process{crashes: p.crashes + 1, log: log}
			f(next)
		}
	case !p.up:
		mem := map[uint8]uint8{logReady: waiting, logCommit: committed, logNo: over, logAbort: over}[p.log]
		next.part[i] = process{up: true, crashes: p.crashes, mem: mem, log: p.log}
		f(next)
	}
}

// decided reports whether everybody has decided and the coordinator has forgotten.
func (w world) decided() bool {
	done := w.headUp && w.head == over
	for _, p := range w.part {
		done = done && p.up && (p.mem == committed || p.mem == over || p.log == logNothing)
	}
	return done
}

// wrong says which of AC1, AC2 and AC3 a state breaks, "" for none.
func (w world) wrong(no [2]bool) string {
	yes := w.told == committed || w.headLog >= headCommit
	abort := w.told == over
	for i, p := range w.part {
		yes = yes || p.mem == committed || p.log == logCommit
		abort = abort || p.mem == over || p.log == logNo || p.log == logAbort
		if no[i] && yes {
			return "AC3: committed, and somebody has voted no"
		}
	}
	if yes && abort {
		return "AC1: one has committed and one has aborted"
	}
	return ""
}

// A space is all states that can be reached.
type space struct {
	number map[world]int
	states []world
	before [][]int32 // from which each can come
}

func explore(no [2]bool) *space {
	first := world{headUp: true, part: [2]process{{up: true}, {up: true}}}
	s := &space{number: map[world]int{first: 0}, states: []world{first}, before: make([][]int32, 1)}
	for at := 0; at < len(s.states); at++ {
		s.states[at].steps(no, func(next world) {
			n, known := s.number[next]
			if !known {
				n = len(s.states)
				s.number[next] = n
				s.states, s.before = append(s.states, next), append(s.before, nil)
			}
			s.before[n] = append(s.before[n], int32(at))
		})
	}
	return s
}

// stuck returns a state from which nothing leads to where all have decided.
func (s *space) stuck() (world, bool) {
	good := make([]bool, len(s.states))
	var queue []int32
	for n, w := range s.states {
		if w.decided() {
			good[n] = true
			queue = append(queue, int32(n))
		}
	}
	for len(queue) > 0 {
		n := queue[0]
		queue = queue[1:]
		for _, m := range s.before[n] {
			if !good[m] {
				good[m] = true
				queue = append(queue, m)
			}
		}
	}
	for n, ok := range good {
		if !ok {
			return s.states[n], true
		}
	}
	return world{}, false
}

func TestTheProtocolIsSafeAndAlwaysEnds(t *testing.T) {
	total := 0
	for _, no := range [][2]bool{{}, {true, false}, {false, true}, {true, true}} {
		s := explore(no)
		total += len(s.states)
		blocked := 0
		for _, w := range s.states {
			if wrong := w.wrong(no); wrong != "" {
				t.Fatalf("votes no: %v: %s: %+v", no, wrong, w)
			}
			if !w.headUp && w.part[0].mem == waiting && w.part[1].mem == waiting {
				blocked++
			}
		}
		if w, found := s.stuck(); found {
			t.Errorf("votes no: %v: nothing leads from here to a decision of all: %+v", no, w)
		}
		if no == [2]bool{} && blocked == 0 {
			t.Error("in no state everybody waits for the coordinator, but two-phase commit blocks")
		}
		t.Logf("votes no: %v: %d states, in %d of which all wait for the coordinator", no, len(s.states), blocked)
	}
	if total < 100_000 {
		t.Errorf("only %d states: the model lacks steps", total)
	}
}

// TestTheModelFindsBugs sees to it that the checks of the model can fail.
func TestTheModelFindsBugs(t *testing.T) {
	w := world{told: over, part: [2]process{{up: true, mem: committed, log: logCommit}}}
	if w.wrong([2]bool{}) == "" || w.wrong([2]bool{true, false}) == "" {
		t.Error("a state in which one has committed and the client was told of an abort is taken for a good one")
	}
}
