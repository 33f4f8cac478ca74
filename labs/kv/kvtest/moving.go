package kvtest

import (
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"faultline/labrpc"
	"faultline/labs/kv/kvapi"
	"faultline/labs/labtest"
)

// places are the nodes of each key.
func (c *cluster) places(keys []string) map[string][]string {
	places := map[string][]string{}
	for _, key := range keys {
		places[key] = c.where(key)
	}
	return places
}

// copied is how many copies came about between two looks at the places of keys.
func copied(before, after map[string][]string) (n int) {
	for key, nodes := range after {
		for _, name := range nodes {
			if !slices.Contains(before[key], name) {
				n++
			}
		}
	}
	return n
}

// copies lets some time pass, and counts the copies of keys that are made meanwhile.
func (c *cluster) copies(keys []string, d time.Duration) (n int) {
	c.t.Step("for %v the copies are counted that are made", d)
	places := c.places(keys)
	for end := c.t.Since() + d; c.t.Since() < end; {
		c.t.Sleep(heartbeat)
		now := c.places(keys)
		n += copied(places, now)
		places = now
	}
	return n
}

// moved says that a key is elsewhere than it was.
func (c *cluster) moved(before map[string][]string, keys []string) {
	if copied(before, c.places(keys)) > 0 {
		c.t.Reach("a key has moved")
	}
}

func (s Solution) moveUnderLoad(t *labtest.T) {
	c := s.cluster(t, floor{Nodes: "a1 b1 c1", Grows: true,
		Faults: labrpc.Faults{Latency: labrpc.Range{Min: time.Millisecond, Max: 8 * time.Millisecond}}})
	users, all := c.users(4), keys(10)
	c.fill(users[0], all)
	before := c.places(all)
	c.join("d1", "e1")
	c.hammer(users, all, 25)
	c.readAll(users[:2], all, 2, 2*getBound)
	c.moved(before, all)
	c.repaired(all, settled)
	c.shared("d1", "e1")
	c.readAll(users[:2], all, 2, 2*getBound)
}

// hammer has clients put and get keys as fast as they can.
func (c *cluster) hammer(users []*user, keys []string, n int) {
	n = c.each(users, keys, "rounds", n, func(u *user, key string, _ *rand.Rand) {
		u.write(key, 0, 0)
		u.read(key, 0)
	})
	c.t.Join(time.Duration(n)*(putBound+getBound), "the Puts and Gets")
}

// each has every client use keys beside the scenario, n times each or what is left of
// that when the scenario is made smaller. The name is that of the size.
func (c *cluster) each(users []*user, keys []string, name string, n int, use func(*user, string, *rand.Rand)) int {
	n = c.t.Size(name, n)
	c.t.Step("%d clients put and get %d keys, %d times each", len(users), len(keys), n)
	for _, u := range users {
		rnd := c.t.Rand(u.name)
		c.t.Go(func() {
			for range n {
				use(u, keys[rnd.IntN(len(keys))], rnd)
			}
		})
	}
	return n
}

// slowPuts has what clients send to one node take longer than it takes to move a
// key, but less than Timeout. Each key has one writer, so that a lost Put is not
// covered by the next.
func (s Solution) slowPuts(t *labtest.T) {
	c := s.cluster(t, floor{Nodes: "a1 b1 c1", Grows: true})
	writers, all := []*user{c.user(1, kvapi.Iterative), c.user(2, kvapi.Recursive)}, keys(24)
	c.fill(writers[0], all)
	before := c.places(all)
	rnd := t.Rand("slow")
	slow := []string{"a1", "b1", "c1"}[rnd.IntN(3)]
	most := int64(answer * 8 / 10)
	t.Step("what clients and directory send to %s takes up to %v", slow, time.Duration(most))
	c.rules.Add(func(m labrpc.Message) (a labrpc.Action) {
		if m.To == slow && !m.Reply && !isNode(m.From) {
			a.Delay = time.Duration(rnd.Int64N(most))
		}
		return a
	})
	c.join("d1")
	for i, u := range writers {
		t.Go(func() {
			for j := i; j < len(all); j += len(writers) {
				u.write(all[j], 0, 0)
			}
		})
	}
	t.Join(time.Minute, "the Puts")
	c.rules.Clear()
	c.readAll(writers, all, 2, getBound)
	c.repaired(all, settled)
	c.shared("d1") // or nothing need have moved
	c.moved(before, all)
	c.readAll(writers, all, 2, getBound)
}

// lateTransfers has nodes join and fail, so that keys come and go, and everything
// that the directory and nodes ask of nodes come again up to some seconds later.
func (s Solution) lateTransfers(t *labtest.T) {
	c := s.cluster(t, floor{Nodes: "a1 b1 c1", Grows: true})
	both, all := c.both(), keys(12)
	c.fill(both[0], all)
	before := c.places(all)
	rnd := t.Rand("late")
	t.Step("each request to a node comes twice or three times, up to 4s later")
	c.rules.Add(func(m labrpc.Message) (a labrpc.Action) {
		if isNode(m.To) && !m.Reply {
			for range 1 + rnd.IntN(2) {
				a.Copies = append(a.Copies, time.Duration(rnd.IntN(4000))*time.Millisecond)
			}
		}
		return a
	})
	c.join("d1")
	c.hammer(both, all, 8)
	c.repaired(all, settled)
	c.moved(before, all)
	for _, name := range []string{"d1", "a1", "d1"} {
		c.kill(name)
		c.repaired(all, deadAfter+settled)
		c.hammer(both, all, 4)
		c.revive(name)
		c.shared(name)
		c.hammer(both, all, 4)
	}
	c.lostAfterMove(both, all)
	c.rules.Clear()
	t.Sleep(4 * time.Second)
	t.Step("all of it has arrived")
	c.readAll(both, all, 2, getBound)
	c.repaired(all, settled)
}

// lostAfterMove has keys that have just moved to d1 get lost, and put again: maybe on
// the node that they have left, where the order to drop them comes once more.
func (c *cluster) lostAfterMove(users []*user, keys []string) {
	var victims, lost []string
	for _, key := range keys {
		where := c.where(key)
		if victims == nil && slices.Contains(where, "d1") {
			victims = where
		}
		if victims != nil && slices.Equal(where, victims) {
			lost = append(lost, key)
			c.record.lose(key)
		}
	}
	if victims == nil {
		return
	}
	c.kill(victims...)
	c.t.Sleep(offTheLists)
	c.t.Step("what only these had is put again: %s", strings.Join(lost, " "))
	for i, key := range lost {
		users[i%2].put(key, 0, putBound)
	}
	for range 6 {
		c.readAll(users, lost, 1, getBound)
		c.t.Sleep(rebalance * 5 / 2)
	}
}

// brokenTransfers has the newcomer, or one of those who give it keys, crash while
// keys move. The first request of each kind to each node is lost.
func (s Solution) brokenTransfers(t *labtest.T) {
	c := s.cluster(t, floor{Nodes: "a1 b1 c1", Grows: true})
	both, all := c.both(), keys(14)
	c.fill(both[0], all)
	rnd := t.Rand("crash")
	t.Step("the first request of each kind that the directory sends to a node is lost")
	seen := map[string]bool{}
	c.rules.Add(func(m labrpc.Message) (a labrpc.Action) {
		kind := m.To + " " + m.Method
		a.Drop = m.From == directoryNode && isNode(m.To) && !m.Reply && !seen[kind]
		seen[kind] = seen[kind] || a.Drop
		return a
	})
	for _, victim := range []string{"d1", "abc"[rnd.IntN(3):][:1] + "1"} {
		if victim == "d1" {
			c.join("d1")
		} else {
			c.revive("d1")
		}
		c.settle(settled, "the newcomer begins to get keys", func() string {
			if len(c.holdings()["d1"]) == 0 {
				return "d1 holds none"
			}
			return ""
		})
		t.Sleep(time.Duration(rnd.IntN(60)) * time.Millisecond)
		c.kill(victim)
		t.Go(func() {
			for _, key := range all[:5] {
				both[1].write(key, 0, 0)
			}
		})
		c.readAll(both[:1], all, 2, 2*getBound)
		t.Join(10*putBound, "the Puts")
		c.repaired(all, deadAfter+settled)
		c.readAll(both, all, 2, getBound)
	}
}
