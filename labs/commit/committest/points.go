package committest

import (
	"fmt"
	"slices"

	"faultline/labrpc"
)

// A point is a moment at which a site crashes: just before the event of that number
// takes effect, counted from 1 over all its lives. Events are records that it appends,
// logs that it forces, messages that it sends or receives, and answers to a client.
type point struct {
	site  string
	event int
}

// event counts an event of a site, and reports whether it crashes instead.
func (b *bank) event(x *site, what string) (crashed bool) {
	b.mu.Lock()
	if !x.up {
		b.mu.Unlock()
		return true
	}
	x.events++
	i := slices.Index(b.crashes, point{x.name, x.events})
	if i >= 0 {
		b.crashes = slices.Delete(b.crashes, i, i+1)
	}
	b.mu.Unlock()
	if i >= 0 {
		b.down(x, what)
	}
	return i >= 0
}

// events returns how many events each site has seen.
func (b *bank) events() map[string]int {
	b.mu.Lock()
	defer b.mu.Unlock()
	all := map[string]int{}
	for _, x := range b.sites {
		all[x.name] = x.events
	}
	return all
}

// sent returns how many messages the bank has sent.
func (b *bank) sent() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.messages
}

// intercept shows a message to the monitor, counts it with its sender and its receiver,
// and asks the rules what becomes of it.
func (b *bank) intercept(m labrpc.Message) (a labrpc.Action) {
	if from := b.site(m.From); from != nil && b.event(from, fmt.Sprintf("before it sent %s", b.about(m))) {
		return labrpc.Action{Drop: true}
	}
	b.monitor.sent(m)
	if b.monitor.volatile && (m.Method == askHead || m.Method == askPeer) {
		return labrpc.Action{Drop: true} // stage A does without
	}
	a = b.rules.Intercept(m)
	b.mu.Lock()
	b.messages++
	b.trouble = b.trouble || a.Drop || a.Delay > 0
	b.mu.Unlock()
	to := b.site(m.To)
	if to == nil || a.Drop {
		return a
	}
	a.Drop = b.event(to, fmt.Sprintf("before it received %s", b.about(m)))
	return a
}

// about is a message in a few words.
func (b *bank) about(m labrpc.Message) string {
	if m.Reply {
		return fmt.Sprintf("the answer to %s from %s to %s", m.Method, m.From, m.To)
	}
	return fmt.Sprintf("%s from %s to %s", m.Method, m.From, m.To)
}

// nth does something to the k-th message from now on that a filter lets through.
func (b *bank) nth(k int, is func(labrpc.Message) bool, action labrpc.Action) {
	b.rules.Add(func(m labrpc.Message) labrpc.Action {
		if k <= 0 || !is(m) {
			return labrpc.Action{}
		}
		if k--; k > 0 {
			return labrpc.Action{}
		}
		b.t.Step("%s %s", b.about(m), becomes(action))
		return action
	})
}

// becomes is what an action does, in words.
func becomes(a labrpc.Action) string {
	switch {
	case a.Drop:
		return "is lost"
	case a.Delay > 0:
		return fmt.Sprintf("comes %v late", a.Delay)
	}
	return fmt.Sprintf("comes again %v later", a.Copies[0])
}

// next does something to the next n messages that a filter lets through.
func (b *bank) next(n int, is func(labrpc.Message) bool, action labrpc.Action) {
	b.rules.Add(func(m labrpc.Message) labrpc.Action {
		if n <= 0 || !is(m) {
			return labrpc.Action{}
		}
		n--
		return action
	})
}

// each does something to every message that a filter lets through, until calm.
func (b *bank) each(is func(labrpc.Message) bool, action labrpc.Action) {
	b.next(1<<30, is, action)
}

// calm ends all rules, and waits until everybody has decided.
func (b *bank) calm() {
	b.rules.Clear()
	b.decided()
}

// every lets every message through.
func every(labrpc.Message) bool { return true }

// of lets the messages of a method through that go one way.
func of(from, to, method string, reply bool) func(labrpc.Message) bool {
	return func(m labrpc.Message) bool {
		return m.From == from && m.To == to && m.Method == method && m.Reply == reply
	}
}

// The methods.
const (
	prepare = "Participant.Prepare"
	decide  = "Participant.Decide"
	askPeer = "Participant.Inquire"
	reading = "Participant.Read"
	askHead = "Coordinator.Inquire"
)
