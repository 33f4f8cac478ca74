package kvtest

import (
	"fmt"
	"time"

	"faultline/labrpc"
	"faultline/labs/labtest"
)

// lateRequests has every request of a Put come a second time, much later; then it
// has the first try of each come late, when a second one has done the work. In both
// the value is overwritten before the late one comes.
func (s Solution) lateRequests(t *labtest.T) {
	c := s.cluster(t, floor{Nodes: "a1 b1 c1"})
	both := c.both()
	for i, u := range both {
		c.lostAnswers(u, both[1-i])
	}
	const lateness = 600 * time.Millisecond
	for i, late := range []labrpc.Action{{Copies: []time.Duration{lateness}}, {Delay: lateness}} {
		for _, u := range both {
			key := fmt.Sprintf("%s%d", u.name, i)
			u.put(key, 0, putBound)
			if i == 0 {
				t.Step("each request of the next Put comes again %v later", lateness)
			} else {
				t.Step("the first request of each kind comes %v late, and is repeated meanwhile", lateness)
			}
			c.rules.Add(c.lateness(u, late, i == 1))
			u.put(key, 0, putBound)
			c.rules.Clear()
			u.put(key, 0, putBound)
			t.Sleep(2 * lateness)
			t.Step("all of it has arrived")
			c.readAll(both, []string{key}, 3, getBound)
		}
	}
}

// lostAnswers has the first answer of each kind to a router's Put get lost, while
// another client reads what the Put has done already.
func (c *cluster) lostAnswers(u, reader *user) {
	key := "answers-" + u.name
	u.put(key, 0, putBound)
	c.t.Step("the first answer of each kind to the next Put is lost, and %s reads meanwhile", reader.name)
	seen := map[string]bool{}
	c.rules.Add(func(m labrpc.Message) (a labrpc.Action) {
		kind := m.From + " " + m.Method
		a.Drop = m.Reply && m.To == u.name && !seen[kind]
		seen[kind] = seen[kind] || a.Drop
		return a
	})
	c.t.Go(func() { u.put(key, 0, putBound) })
	for range 20 {
		reader.get(key, getBound)
		c.t.Sleep(answer / 4)
	}
	c.t.Join(putBound, "the Put")
	c.rules.Clear()
}

// lateness is the rule that has requests for a router's Put come late: all of them,
// or the first of each kind.
func (c *cluster) lateness(u *user, late labrpc.Action, firstOnly bool) func(labrpc.Message) labrpc.Action {
	seen := map[string]bool{}
	return func(m labrpc.Message) (a labrpc.Action) {
		kind := m.From + " " + m.To + " " + m.Method
		if m.Reply || m.From != u.name && m.From != directoryNode || firstOnly && seen[kind] {
			return a
		}
		seen[kind] = true
		return late
	}
}
