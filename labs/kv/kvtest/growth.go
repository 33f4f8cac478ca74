package kvtest

import (
	"fmt"
	"slices"
	"time"

	"faultline/labrpc"
	"faultline/labs"
	"faultline/labs/kv/kvapi"
	"faultline/labs/labtest"
)

func (s Solution) casesD() []labtest.Case {
	return []labtest.Case{{
		Case: labs.Case{Stage: "D", Name: "join", Kind: labs.Budget, Points: 3, Seeds: 3,
			Title: "a node that joins gets its share of what exists, and no more is moved than that takes",
			Ref:   "growth: a new node takes load"},
		Run: s.newNode, Slow: true,
	}, {
		Case: labs.Case{Stage: "D", Name: "move", Kind: labs.Random, Points: 3, Seeds: 20,
			Title:      "reads and writes go on while keys move, and none is lost",
			Ref:        "data movement: the source is fenced before the copy is made",
			Situations: []string{"a key has moved"}},
		Run: s.moveUnderLoad, Slow: true,
	}, {
		Case: labs.Case{Stage: "D", Name: "slow-put", Kind: labs.Random, Points: 2, Seeds: 20,
			Title:      "a Put whose list is out of date is not acknowledged without the newcomer",
			Ref:        "data movement: an epoch for each list",
			Situations: []string{"a key has moved"}},
		Run: s.slowPuts, Slow: true,
	}, {
		Case: labs.Case{Stage: "D", Name: "late-transfer", Kind: labs.Random, Points: 2, Seeds: 15,
			Title:      "a transfer, or an order to drop, that comes a second time much later changes nothing",
			Ref:        "at-most-once, or idempotent: the epoch is part of the request",
			Situations: []string{"a key has moved"}},
		Run: s.lateTransfers, Slow: true,
	}, {
		Case: labs.Case{Stage: "D", Name: "repair", Kind: labs.Scripted, Points: 3, Seeds: 3,
			Title: "what a dead rack held is copied from the living, so that another rack may fail",
			Ref:   "failure: a dead node's keys are copied from the living"},
		Run: s.repairs, Slow: true,
	}, {
		Case: labs.Case{Stage: "D", Name: "broken-transfer", Kind: labs.Random, Points: 3, Seeds: 20,
			Title: "a node that fails in the middle of a transfer takes nothing with it",
			Ref:   "data movement: the source keeps the value until the destination has it"},
		Run: s.brokenTransfers, Slow: true,
	}, {
		Case: labs.Case{Stage: "D", Name: "return", Kind: labs.Scripted, Points: 2, Seeds: 4,
			Title: "a node that was given up and comes back takes its share, and serves nothing from before",
			Ref:   "growth: what a returning node still holds is old"},
		Run: s.returning, Slow: true,
	}, {
		Case: labs.Case{Stage: "D", Name: "full", Kind: labs.Scripted, Points: 3, Seeds: 3,
			Title: "a full node gets no more, and when all are full nothing that was acknowledged is lost",
			Ref:   "growth: the directory keeps track of the room"},
		Run: s.fullNodes, Slow: true,
	}, {
		Case: labs.Case{Stage: "D", Name: "hot", Kind: labs.Budget, Points: 3, Seeds: 3,
			Title: "a key that is read much is served by many nodes, and by few again when it has cooled down",
			Ref:   "load: a popular key is replicated further"},
		Run: s.hotKey, Slow: true,
	}, {
		Case: labs.Case{Stage: "D", Name: "storm", Kind: labs.Random, Points: 1, Seeds: 25,
			Title:      "nodes come and go, and afterwards every key is where it should be",
			Ref:        "growth and failure together",
			Situations: []string{"a message was lost", "a message came twice", "a message was late", "a node failed"}},
		Run: s.growthStorm, Slow: true,
	}}
}

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

// moved says that a key is elsewhere than it was.
func (c *cluster) moved(before map[string][]string, keys []string) {
	if copied(before, c.places(keys)) > 0 {
		c.t.Reach("a key has moved")
	}
}

// shared waits until each of the nodes has its share.
func (c *cluster) shared(nodes ...string) {
	c.settle(settled, "a node that joins gets at least half as many keys as the average", func() string {
		holdings, sum := c.holdings(), 0
		for _, held := range holdings {
			sum += len(held)
		}
		average := sum / len(holdings)
		for _, name := range nodes {
			if n := len(holdings[name]); 2*n < average {
				return fmt.Sprintf("%s holds %s, and the average of all nodes is %d", name, count(n, "key"), average)
			}
		}
		return ""
	})
}

func (s Solution) newNode(t *labtest.T) {
	c := s.cluster(t, floor{Nodes: "a1 b1 c1", Grows: true})
	both, all := c.both(), keys(41)
	c.fill(both[0], all)
	before := c.places(all)
	c.join("d1")
	c.shared("d1")
	c.repaired(all, settled)
	n, share := copied(before, c.places(all)), 2*len(all)/4
	t.Check(n <= 2*share, labtest.Finding{
		Property: "nothing is moved that need not be",
		Expected: fmt.Sprintf("at most %d copies are made: twice the share of d1", 2*share), Actual: fmt.Sprintf("there were %d", n)})
	after := c.places(all)
	t.Sleep(settled)
	again := copied(after, c.places(all))
	t.Check(again == 0, labtest.Finding{
		Property: "nothing is moved that need not be",
		Expected: "no copy is made any more", Actual: fmt.Sprintf("%d more were made when d1 had its share already", again)})
	c.readAll(both, all, 2, getBound)
}

func (s Solution) moveUnderLoad(t *labtest.T) {
	c := s.cluster(t, floor{Nodes: "a1 b1 c1", Grows: true,
		Faults: labrpc.Faults{Latency: labrpc.Range{Min: time.Millisecond, Max: 8 * time.Millisecond}}})
	users, all := c.users(4), keys(10)
	c.fill(users[0], all)
	before := c.places(all)
	c.join("d1", "e1")
	c.hammer(users, all, 30)
	c.readAll(users[:2], all, 3, 2*getBound)
	c.moved(before, all)
	c.repaired(all, settled)
	c.shared("d1", "e1")
	c.readAll(users[:2], all, 3, 2*getBound)
}

// hammer has clients put and get keys as fast as they can.
func (c *cluster) hammer(users []*user, keys []string, n int) {
	c.t.Step("%d clients put and get %d keys, %d times each", len(users), len(keys), n)
	for _, u := range users {
		rnd := c.t.Rand(u.name)
		c.t.Go(func() {
			for range n {
				key := keys[rnd.IntN(len(keys))]
				u.write(key, 0, 0)
				u.read(key, 0)
			}
		})
	}
	c.t.Join(time.Duration(n)*(putBound+getBound), "the Puts and Gets")
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
	c.rule(func(m labrpc.Message) (a labrpc.Action) {
		if m.To == slow && !m.Reply && !isNode(m.From) {
			c.mu.Lock()
			defer c.mu.Unlock()
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
	c.noRules()
	c.readAll(writers, all, 3, getBound)
	c.repaired(all, settled)
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
	c.rule(func(m labrpc.Message) (a labrpc.Action) {
		if isNode(m.To) && !m.Reply {
			c.mu.Lock()
			defer c.mu.Unlock()
			for range 1 + rnd.IntN(2) {
				a.Copies = append(a.Copies, time.Duration(rnd.IntN(4000))*time.Millisecond)
			}
		}
		return a
	})
	c.join("d1")
	c.hammer(both, all, 12)
	c.repaired(all, settled)
	c.moved(before, all)
	for _, name := range []string{"d1", "a1", "d1"} {
		c.kill(name)
		c.repaired(all, deadAfter+settled)
		c.hammer(both, all, 6)
		c.revive(name)
		c.shared(name)
		c.hammer(both, all, 6)
	}
	c.noRules()
	t.Sleep(4 * time.Second)
	t.Step("all of it has arrived")
	c.readAll(both, all, 2, getBound)
	c.repaired(all, settled)
}

func (s Solution) repairs(t *labtest.T) {
	c := s.cluster(t, floor{Nodes: threeRacks, Grows: true})
	both, all := c.both(), keys(24)
	c.fill(both[0], all)
	c.kill("a1", "a2")
	c.repaired(all, deadAfter+settled)
	c.kill("b2")
	c.repaired(all, deadAfter+settled)
	for i, key := range all {
		both[i%2].put(key, 0, putBound)
	}
	c.kill("b1")
	c.repaired(all, deadAfter+settled)
	c.readAll(both, all, 2, getBound)
	t.Step("only rack c is left, so both replicas of each key are there")
	c.revive("a1", "b1")
	c.repaired(all, settled)
	c.kill("c1", "c2")
	c.readAll(both, all, 2, getBound)
	c.repaired(all, deadAfter+settled)
}

// brokenTransfers has the newcomer, or one of those who give it keys, crash while
// keys move.
func (s Solution) brokenTransfers(t *labtest.T) {
	c := s.cluster(t, floor{Nodes: "a1 b1 c1", Grows: true})
	both, all := c.both(), keys(20)
	c.fill(both[0], all)
	rnd := t.Rand("crash")
	for _, victim := range []string{"d1", "abc"[rnd.IntN(3):][:1] + "1"} {
		if c.net.Node("d1").Incarnation() == 1 && victim == "d1" {
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

func (s Solution) returning(t *labtest.T) {
	c := s.cluster(t, floor{Nodes: "a1 b1 c1 d1", Grows: true})
	both, all := c.both(), keys(16)
	c.fill(both[0], all)
	away := c.where(all[0])[t.Rand("who").IntN(2)]
	t.Step("%s and the directory do not hear each other any more", away)
	c.net.Cut([]string{away}, []string{directoryNode})
	c.off(all, away)
	for i, key := range all {
		both[i%2].put(key, 0, putBound)
	}
	t.Sleep(settled)
	c.readAll(both, all, 2, getBound)
	t.Step("they hear each other again")
	c.net.Heal()
	for range 10 {
		c.readAll(both, all[:4], 1, getBound)
		t.Sleep(heartbeat / 2)
	}
	c.shared(away)
	c.repaired(all, settled)
	c.readAll(both, all, 2, getBound)
}

func (s Solution) fullNodes(t *labtest.T) {
	const capacity = 7 // three times that is odd: at last there is room on one node only
	c := s.cluster(t, floor{Nodes: "a1 b1 c1", Capacity: capacity, Grows: true})
	both, all := c.both(), keys(13)
	room := 3 * capacity / c.floor.Replicas
	t.Step("room for %d keys: more are put", room)
	for i, key := range all {
		c.within("Put of "+key, func() { both[i%2].write(key, 0, 0) })
		c.overfull(c.holdings())
	}
	stored := c.record.acked(all)
	t.Check(len(stored) >= room-2, labtest.Finding{
		Property: "a key that is new finds a place as long as there is room",
		Expected: fmt.Sprintf("%d nodes with room for %d take %d keys, or two fewer if the room is badly spread", 3, capacity, room),
		Actual:   fmt.Sprintf("they took %d", len(stored))})
	t.Step("%d keys were stored, for the others there is no room; those can still be written", len(stored))
	for i, key := range stored {
		both[i%2].put(key, 0, putBound)
	}
	c.readAll(both, all, 2, getBound)
	if wrong := c.allPlaced(stored); wrong != "" {
		t.Fail(labtest.Finding{Property: "a key whose Put has succeeded is on as many nodes as it should be",
			Expected: "each is on 2 nodes, or its Put returns ErrFull", Actual: wrong})
	}

	c.join("d1")
	c.shared("d1")
	c.repaired(stored, settled)
	t.Step("there is room again")
	for i, key := range []string{"new1", "new2", "new3"} {
		c.within("Put of "+key, func() {
			err := both[i%2].write(key, 0, 0)
			t.Check(err == nil, labtest.Finding{
				Property: "a key that is new finds a place as long as there is room",
				Expected: fmt.Sprintf("d1 has joined, and 4 nodes have room for %d keys in all: Put of %s succeeds", 4*capacity/2, key),
				Actual:   fmt.Sprintf("Put returned: %v", err)})
		})
		stored = append(stored, key)
		c.repaired(stored, settled)
	}
	c.kill("b1")
	t.Step("what b1 held is copied as far as there is room")
	for range 10 {
		t.Sleep((deadAfter + settled) / 10)
		c.overfull(c.holdings())
	}
	c.readAll(both, stored, 2, getBound)
	for i, key := range stored {
		both[i%2].put(key, 0, putBound)
	}
	c.join("e1")
	c.repaired(stored, settled)
}

// answered are the bytes that each node has sent to routers and the directory.
func (c *cluster) answered() map[string]int {
	sent := map[string]int{}
	for _, name := range c.names {
		sent[name] = c.net.Count(name, "").Bytes
	}
	return sent
}

func (s Solution) hotKey(t *labtest.T) {
	const hotReads, padding, interval = 40, 2000, 20 * time.Millisecond
	c := s.cluster(t, floor{Nodes: threeRacks, Grows: true, HotReads: hotReads})
	readers, all := c.users(4), keys(12)
	writer := c.user(5, kvapi.Iterative)
	c.fill(readers[0], all)
	hot := all[0]
	writer.put(hot, padding, putBound)

	read := func(d time.Duration, writes int) {
		for i, u := range readers {
			t.Go(func() {
				for end := t.Since() + d; t.Since() < end; t.Sleep(interval) {
					u.read(hot, 0)
				}
			})
			t.Go(func() {
				for end := t.Since() + d; t.Since() < end && i < 2; t.Sleep(rebalance / 2) {
					u.read(all[1], 0)
				}
			})
		}
		for range writes {
			t.Sleep(d / time.Duration(writes+1))
			writer.put(hot, padding, putBound)
		}
		t.Join(2*d, "the Gets")
	}
	t.Step("four clients read %s, about 160 times a second in all; %d is what a node shall answer; %s is read now and then", hot, hotReads, all[1])
	read(settled/2, 5)
	t.Step("nobody writes, and the answers of each node are counted")
	before, began := c.answered(), t.Since()
	read(time.Second, 0)
	seconds := float64(t.Since()-began) / float64(time.Second)
	for _, name := range c.names {
		reads := float64(c.answered()[name]-before[name]) / padding / seconds
		t.Check(reads <= 2*hotReads, labtest.Finding{
			Expected: fmt.Sprintf("no node answers more than %d Gets of %s in a second", 2*hotReads, hot),
			Actual:   fmt.Sprintf("%s answered about %.0f; %s is on %s", name, reads, hot, list(c.where(hot)))})
	}
	t.Check(len(c.where(hot)) > c.floor.Replicas, labtest.Finding{
		Expected: hot + " is on more nodes than the other keys", Actual: "it is on " + list(c.where(hot))})
	c.repairedHot(all, hot)
	writer.put(hot, padding, putBound)
	c.readAll(readers, []string{hot}, 6, getBound)
	t.Step("nobody reads it any more")
	t.Sleep(settled / 2)
	c.repaired(all, settled)
	c.readAll(readers, all, 1, getBound)
}

// repairedHot holds the places of keys against the contract while one is hot.
func (c *cluster) repairedHot(keys []string, hot string) {
	holdings := c.holdings()
	for _, key := range keys {
		if wrong := c.misplaced(key, holdings, key == hot); wrong != "" {
			c.t.Fail(labtest.Finding{Property: "every key is on as many nodes as it should be, and holds there",
				Expected: fmt.Sprintf("%d nodes, and more for %s", c.floor.Replicas, hot), Actual: wrong})
		}
	}
}

// growthStorm has one node at a time fail, and waits for the repair before the next.
func (s Solution) growthStorm(t *labtest.T) {
	c := s.cluster(t, floor{Nodes: "a1 a2 b1 b2 c1", Grows: true, Faults: clusterWeather(t)})
	all, users := keys(10), c.users(4)
	c.busy(users, all, 25)
	rnd := t.Rand("failures")
	for range 3 {
		name := c.living()[rnd.IntN(len(c.living()))]
		t.Sleep(time.Duration(rnd.IntN(1000)) * time.Millisecond)
		if rnd.IntN(2) == 0 && len(c.names) == 5 {
			c.join("c2")
		}
		c.misfortune(rnd.IntN(4), name, time.Duration(rnd.IntN(1800))*time.Millisecond)
		t.Sleep(offTheLists)
		c.settle(time.Minute, "every key is on two nodes again", func() string { return c.few(all) })
	}
	t.Join(2*time.Minute, "every Put and Get in a storm")
	c.net.Calm()
	t.Step("the network is calm")
	t.Sleep(offTheLists)
	stored := c.record.acked(all)
	c.settle(settled, "every key is where it should be", func() string {
		holdings := c.holdings()
		c.overfull(holdings)
		for _, key := range stored {
			if wrong := c.misplaced(key, holdings, false); wrong != "" {
				return wrong
			}
		}
		return ""
	})
	c.readAll(users, all, 2, getBound)
	for i, key := range all {
		users[i%len(users)].put(key, 0, putBound)
	}
	c.repaired(all, settled)
	c.readAll(users, all, 1, getBound)
	c.reached()
}

// few names a key that is on too few living nodes, "" if there is none.
func (c *cluster) few(keys []string) string {
	living := c.living()
	for _, key := range c.record.acked(keys) {
		n := 0
		for _, name := range c.where(key) {
			if slices.Contains(living, name) && slices.Contains(c.holdings()[name], key) {
				n++
			}
		}
		if n < min(c.floor.Replicas, len(living)) {
			return fmt.Sprintf("%s is on %s", key, list(c.where(key)))
		}
	}
	return ""
}
