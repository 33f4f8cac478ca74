package kvtest

import (
	"fmt"
	"time"

	"faultline/labs/kv/kvapi"
	"faultline/labs/labtest"
)

// share is what a node gets that joins.
const share = "a node that joins gets at least half as many keys as the average"

// roomy is what ErrFull must not break.
const roomy = "a key that is new finds a place as long as there is room"

// shared waits until each of the nodes has its share.
func (c *cluster) shared(nodes ...string) {
	c.settle(settled, share, func() string { return c.unshared(nodes...) })
}

// unshared names one of the nodes that has not its share, "" if all have.
func (c *cluster) unshared(nodes ...string) string {
	holdings, sum := c.holdings(), 0
	for _, held := range holdings {
		sum += len(held)
	}
	average := sum / len(holdings)
	for _, name := range nodes {
		if n := len(holdings[name]); 2*n < average {
			return fmt.Sprintf("%s holds %s, and the average of all nodes is %d", name, labtest.Count(n, "key"), average)
		}
	}
	return ""
}

func (s Solution) newNode(t *labtest.T) {
	nodes, newcomer := "a1 b1 c1", "d1"
	if t.Seed()%2 == 0 {
		nodes, newcomer = "a1 a2 a3", "a4" // all in one rack
	}
	c := s.cluster(t, floor{Nodes: nodes, Grows: true})
	both, all := c.both(), keys(41)
	c.fill(both[0], all)
	c.join(newcomer)
	n, fair := c.copies(all, settled), 2*len(all)/4
	if wrong := c.unshared(newcomer); wrong != "" {
		t.Fail(labtest.Finding{Property: share, Expected: fmt.Sprintf("%s, %v later at the latest", share, settled), Actual: wrong})
	}
	t.Check(n <= 2*fair, labtest.Finding{
		Property: "nothing is moved that need not be",
		Expected: fmt.Sprintf("at most %d copies are made when %s joins: twice its share", 2*fair, newcomer),
		Actual:   fmt.Sprintf("there were %d, and %s has %s", n, newcomer, labtest.Count(len(c.holdings()[newcomer]), "key"))})
	again := c.copies(all, settled)
	t.Check(again == 0, labtest.Finding{
		Property: "nothing is moved that need not be",
		Expected: "no copy is made any more: every node has its share",
		Actual:   fmt.Sprintf("%d were made, for no reason: nobody came, went or wrote", again)})
	if wrong := c.allPlaced(all); wrong != "" {
		t.Fail(labtest.Finding{Property: c.inPlace(), Expected: c.inPlace(), Actual: wrong})
	}
	c.readAll(both, all, 2, getBound)
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
	t.Check(len(stored) >= capacity, labtest.Finding{ // that many fill two of the three, whatever the third holds
		Property: roomy,
		Expected: fmt.Sprintf("%d nodes with room for %d take %d keys, or %d if the room is badly spread", 3, capacity, room, capacity),
		Actual:   fmt.Sprintf("they took %d", len(stored))})
	placed := func() {
		if wrong := c.allPlaced(stored); wrong != "" {
			t.Fail(labtest.Finding{Property: "a key whose Put has succeeded is on as many nodes as it should be", About: c.record.about(wrong),
				Expected: "each is on 2 nodes, or its Put returns ErrFull", Actual: wrong})
		}
	}
	t.Step("the Put of %d keys has succeeded, for the others there is no room", len(stored))
	placed()
	t.Step("those that were stored can still be written")
	for i, key := range stored {
		both[i%2].put(key, 0, putBound)
	}
	c.readAll(both, all, 2, getBound)
	placed()

	c.join("d1")
	c.shared("d1")
	c.repaired(stored, settled)
	t.Step("there is room again")
	for i, key := range []string{"new1", "new2", "new3"} {
		if c.putNew(both[i%2], key) {
			stored = append(stored, key)
		}
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

// putNew puts a key that is new, which must succeed where enough nodes have room. It
// reports whether it did: where a directory puts its keys is its own affair, and one
// that fills node after node may come to the last that has room.
func (c *cluster) putNew(u *user, key string) (stored bool) {
	free := 0
	for _, held := range c.holdings() {
		if len(held) < c.floor.Capacity {
			free++
		}
	}
	c.within("Put of "+key, func() {
		err := u.write(key, 0, 0)
		stored = err == nil
		c.t.Check(stored || free < c.floor.Replicas, labtest.Finding{
			Property: roomy,
			Expected: fmt.Sprintf("d1 has joined, and %d nodes have room: Put of %s succeeds", free, key),
			Actual:   fmt.Sprintf("Put returned: %v", err)})
	})
	return stored
}

// answered are the bytes that each node has sent, to whomever.
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
	read(settled, 5)
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
			c.t.Fail(labtest.Finding{Property: "every key is on as many nodes as it should be, and holds there", About: key,
				Expected: fmt.Sprintf("%d nodes, and more for %s", c.floor.Replicas, hot), Actual: wrong})
		}
	}
}
