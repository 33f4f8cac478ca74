package kvtest

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"faultline/labrpc"
	"faultline/labs/labtest"
)

// clusterWeather are the faults of a storm.
func clusterWeather(t *labtest.T) labrpc.Faults {
	return labrpc.Draw(t.Seed(), labrpc.Faults{Loss: 0.1, Duplicate: 0.15, Delay: 0.15,
		Latency: labrpc.Range{Min: time.Millisecond, Max: 10 * time.Millisecond},
		DelayBy: labrpc.Range{Min: 5 * time.Millisecond, Max: 400 * time.Millisecond}})
}

// directoryStorm lets nodes of one rack fail, each in its own way.
func (s Solution) directoryStorm(t *labtest.T) {
	c := s.cluster(t, floor{Nodes: threeRacks, Faults: clusterWeather(t)})
	all, users := keys(5), c.users(4)
	c.busy(users, all, 14)
	rnd := t.Rand("failures")
	for _, name := range []string{"b1", "b2"} {
		t.Sleep(time.Duration(rnd.IntN(1500)) * time.Millisecond)
		c.misfortune(rnd.IntN(4), name, time.Duration(rnd.IntN(2500))*time.Millisecond)
	}
	t.Join(time.Minute, "every Put and Get in a storm")
	c.net.Calm()
	c.rules.Clear()
	t.Step("the network is calm")
	t.Sleep(offTheLists + time.Second)
	c.readAll(users, all, 2, getBound)
	for i, key := range all {
		users[i%len(users)].put(key, 0, putBound)
	}
	c.readAll(users, all, 2, getBound)
	t.ReachFaults("a message")
}

// busy has each client put and get keys beside the scenario.
func (c *cluster) busy(users []*user, keys []string, n int) {
	c.each(users, keys, "operations", n, func(u *user, key string, rnd *rand.Rand) {
		if rnd.IntN(5) < 2 {
			u.write(key, 0, 10*time.Second)
		} else {
			u.read(key, 10*time.Second)
		}
		c.t.Sleep(time.Duration(rnd.IntN(150)) * time.Millisecond)
	})
}

// misfortune has a node fail in one of several ways.
func (c *cluster) misfortune(kind int, name string, length time.Duration) {
	c.t.Reach("a node failed")
	switch kind {
	case 0:
		c.kill(name)
	case 1:
		c.kill(name)
		c.t.Sleep(length)
		c.revive(name)
	case 2:
		c.t.Step("%s stands still for %v", name, length)
		c.net.Node(name).Pause()
		c.t.Sleep(length)
		c.net.Node(name).Resume()
	case 3:
		c.t.Step("%s and the directory do not hear each other for %v", name, length)
		c.net.Cut([]string{name}, []string{directoryNode})
		c.t.Sleep(length)
		c.net.Heal()
	}
}

// growthStorm has one node at a time fail, and waits for the repair before the next.
func (s Solution) growthStorm(t *labtest.T) {
	c := s.cluster(t, floor{Nodes: "a1 a2 b1 b2 c1", Grows: true, Faults: clusterWeather(t)})
	all, users := keys(10), c.users(4)
	c.busy(users, all, 18)
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
	t.ReachFaults("a message")
}

// few names a key that is on too few living nodes, "" if there is none. One with a
// place and no value for sure counts by its place: its Put may return after this look,
// stored by the one node of its list that lives, and that may be the next to fail.
func (c *cluster) few(keys []string) string {
	living, holdings := c.living(), c.holdings()
	acked := c.record.acked(keys)
	for _, key := range keys {
		where, sure := c.where(key), slices.Contains(acked, key)
		n := 0
		for _, name := range where {
			if slices.Contains(living, name) && (!sure || slices.Contains(holdings[name], key)) {
				n++
			}
		}
		if (sure || len(where) > 0) && n < min(c.floor.Replicas, len(living)) {
			return fmt.Sprintf("%s is on %s", key, list(where))
		}
	}
	return ""
}
