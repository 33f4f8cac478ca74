package rpctest

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"faultline/labrpc"
	"faultline/labs/labtest"
	"faultline/labs/rpc/rpcapi"
)

// A sighting is what the network has seen of a call, or of a node.
type sighting struct {
	times  int           // that it was sent
	packet []byte        // the last time
	at     time.Duration // the last time
	pause  time.Duration // the longest between two times
	from   string        // the node that sent it
}

func (s *sighting) note(m labrpc.Message) {
	if s.times++; s.times > 1 {
		s.pause = max(s.pause, m.At-s.at)
	}
	s.packet, s.at, s.from = m.Packet, m.At, m.From
}

// String says what was sent, how often, and when.
func (s *sighting) String() string {
	if s.times == 1 {
		return fmt.Sprintf("%s once, at %v", describe(s.packet), s.at.Round(time.Millisecond))
	}
	return fmt.Sprintf("%s %d times, the last time at %v", describe(s.packet), s.times, s.at.Round(time.Millisecond))
}

// A log is what the network has seen of the solution's packets. The lock of the
// house guards it.
type log struct {
	calls map[string]*sighting // by their arguments
	to    map[string]*sighting // the server's packets, by where they went
	kinds map[string]int       // packets by "client-1 cancel"
}

func newLog() log {
	return log{calls: map[string]*sighting{}, to: map[string]*sighting{}, kinds: map[string]int{}}
}

func (l log) note(m labrpc.Message, p rpcapi.Packet) {
	l.kinds[m.From+" "+kind(p.Kind)]++
	of, key := l.to, m.To
	if m.From != serverNode {
		if p.Kind != rpcapi.Call {
			return
		}
		of, key = l.calls, string(p.Body)
	}
	if of[key] == nil {
		of[key] = &sighting{}
	}
	of[key].note(m)
}

// account says what became of a call that has not returned.
func (h *house) account(args string) string {
	h.mu.Lock()
	defer h.mu.Unlock()
	call := h.log.calls[args]
	if call == nil {
		return "its client never sent it"
	}
	text := fmt.Sprintf("%s sent %v; the server has %s", call.from, call, h.ran(args))
	if last := h.log.to[call.from]; last != nil {
		return fmt.Sprintf("%s, and the last that it sent to %s was %s, at %v",
			text, call.from, describe(last.packet), last.at.Round(time.Millisecond))
	}
	return text + ", and sent nothing to " + call.from
}

// pause is the longest that a client has waited before it sent a call again.
func (h *house) pause(args string) time.Duration {
	h.mu.Lock()
	defer h.mu.Unlock()
	if call := h.log.calls[args]; call != nil {
		return call.pause
	}
	return 0
}

// transmissions is how often a client has sent a call.
func (h *house) transmissions(args string) int {
	h.mu.Lock()
	defer h.mu.Unlock()
	if call := h.log.calls[args]; call != nil {
		return call.times
	}
	return 0
}

// ran says how often a call has been executed, and when. The lock is held.
func (h *house) ran(args string) string {
	began := h.began[args]
	if len(began) == 0 {
		return "not executed it"
	}
	var times []string
	for _, at := range began {
		times = append(times, at.Round(time.Millisecond).String())
	}
	return fmt.Sprintf("executed it %s, at %s", labtest.Times(len(began)), strings.Join(times, ", "))
}

// spent says which packets were sent, by who sent them.
func (h *house) spent() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	var all []string
	for who, n := range h.log.kinds {
		all = append(all, fmt.Sprintf("%d %s", n, who))
	}
	slices.Sort(all)
	return strings.Join(all, ", ")
}

// sentBy is how many packets of a kind a node has sent.
func (h *house) sentBy(node string, k uint8) int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.log.kinds[node+" "+kind(k)]
}

// join waits until calls that are made beside the scenario have returned.
func (h *house) join(bound time.Duration, results *notes, all ...string) {
	if h.t.Ended(bound) {
		return
	}
	waiting := slices.DeleteFunc(slices.Clone(all), func(args string) bool { return results.of(args) != "" })
	f := labtest.Finding{Expected: fmt.Sprintf("every call returns within %v of virtual time", bound), Actual: "not all do"}
	if len(waiting) > 0 {
		f.Actual = fmt.Sprintf("%d of %d still wait, first of all %s: %s", len(waiting), len(all), waiting[0], h.account(waiting[0]))
	}
	h.t.Late(f)
}
