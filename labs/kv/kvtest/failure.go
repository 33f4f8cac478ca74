package kvtest

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"faultline/labs/kv/kvapi"
	"faultline/labs/labtest"
)

// missedWrite cuts a node off for less time than it takes to be given up.
func (s Solution) missedWrite(t *labtest.T) {
	c := s.cluster(t, floor{Nodes: "a1 b1 c1"})
	both, all := c.both(), keys(2)
	c.fill(both[0], all)
	for i, u := range both {
		cut := c.where(all[i])[t.Rand("who").IntN(2)]
		t.Step("for %v nothing reaches %s, which is on the list of %s", deadAfter/2, cut, all[i])
		c.net.Cut([]string{cut}, append(c.others(cut), directoryNode, both[0].name, both[1].name))
		t.Go(func() { u.put(all[i], 0, putBound) })
		t.Sleep(deadAfter / 2)
		c.net.Heal()
		t.Join(putBound, "the Put")
		c.readAll(both, all, 4, getBound)
	}
}

// others are all nodes but one.
func (c *cluster) others(than string) []string {
	return slices.DeleteFunc(slices.Clone(c.names), func(name string) bool { return name == than })
}

func (s Solution) rackFailure(t *labtest.T) {
	c := s.cluster(t, floor{Nodes: threeRacks})
	users, all := c.users(4), keys(12)
	both := users[:2]
	c.fill(both[0], all)
	t.Sleep(time.Duration(t.Rand("when").Int64N(int64(heartbeat))))
	c.kill("b1", "b2")
	t.Step("every key is read by two clients and written by two others")
	for i, u := range users[2:] {
		t.Go(func() {
			for j := i; j < len(all); j += 2 {
				u.put(all[j], 0, putBound)
			}
		})
	}
	t.Go(func() { c.off(all, "b1", "b2") }) // before the Puts are due, which wait for it
	c.readAll(both, all, 2, getBound)
	t.Join(2*putBound, "the Puts")
	t.Step("keys that are new")
	for i, key := range keys(18)[12:] {
		both[i%2].put(key, 0, getBound)
		if wrong := c.misplaced(key, c.holdings(), false); wrong != "" {
			t.Fail(labtest.Finding{Property: "a key that is new is put on nodes that live", About: key,
				Expected: key + " is on 2 living nodes, in 2 racks", Actual: wrong})
		}
	}
	c.readAll(both, keys(18), 2, getBound)
}

// cutOffNode cuts one node from the directory alone: the directory takes it for
// dead, and clients still reach it.
func (s Solution) cutOffNode(t *labtest.T) {
	c := s.cluster(t, floor{Nodes: "a1 b1 c1"})
	both, all := c.both(), keys(6)
	c.fill(both[0], all)
	c.readAll(both, all, 2, getBound)
	lost := c.where(all[0])[t.Rand("who").IntN(2)]
	t.Step("%s and the directory do not hear each other any more; %s is on the list of %s", lost, lost, all[0])
	c.net.Cut([]string{lost}, []string{directoryNode})
	c.off(all, lost)
	for round := range 2 {
		for i, key := range all {
			both[(i+round)%2].put(key, 0, putBound)
		}
		c.readAll(both, all, 2, getBound)
	}
	t.Step("they hear each other again")
	c.net.Heal()
	c.readAll(both, all, 2, getBound)
	c.settleNode(lost, deadAfter, "a node that comes back comes back empty", func() string {
		if held := c.holdings()[lost]; len(held) > 0 {
			return fmt.Sprintf("%s still holds %s, as they were before the others went on without it", lost, list(held))
		}
		return ""
	})
	c.readAll(both, all, 2, getBound)
	c.fill(both[1], keys(12)[6:])
	c.readAll(both, keys(12), 2, getBound)
}

func (s Solution) quickRestart(t *labtest.T) {
	c := s.cluster(t, floor{Nodes: "a1 b1 c1"})
	both, all := c.both(), keys(4)
	c.fill(both[0], all)
	lost := c.where(all[0])[t.Rand("who").IntN(2)]
	t.Sleep(time.Duration(t.Rand("when").Int64N(int64(heartbeat))))
	c.kill(lost)
	c.revive(lost)
	for range 8 {
		c.readAll(both, all, 1, getBound)
		t.Sleep(heartbeat / 3)
	}
	c.settle(offTheLists, "a node that has restarted is not on the lists of what it has lost", func() string {
		for _, key := range all {
			if slices.Contains(c.where(key), lost) && !slices.Contains(c.holdings()[lost], key) {
				return fmt.Sprintf("%s is on %s, and %s does not hold it", key, list(c.where(key)), lost)
			}
		}
		return ""
	})
	for i, key := range all {
		both[i%2].put(key, 0, putBound)
	}
	c.readAll(both, all, 2, getBound)
}

func (s Solution) allLost(t *labtest.T) {
	c := s.cluster(t, floor{Nodes: "a1 b1 c1"})
	both, all := c.both(), keys(6)
	c.fill(both[0], all)
	victims := c.where(all[0])
	for _, key := range all {
		if slices.Equal(c.where(key), victims) {
			c.record.lose(key)
		}
	}
	c.kill(victims...)
	t.Sleep(offTheLists)
	t.Step("%s was on both; the others still have a replica", all[0])
	c.readAll(both, all, 1, getBound)
	for _, u := range both {
		_, _, err := u.router.Get(t.Context(getBound), all[0])
		t.Check(errors.Is(err, kvapi.ErrLost), labtest.Finding{
			Expected: fmt.Sprintf("Get of %s returns ErrLost: there was a value, and both its nodes have failed", all[0]),
			Actual:   fmt.Sprintf("it returned %v", err), About: all[0]})
	}
	t.Step("what was lost is put again")
	both[1].put(all[0], 0, putBound)
	c.readAll(both, all[:1], 2, getBound)
	c.nobodyLives(both)
}

// nobodyLives has the last nodes fail. A Put that is stored nowhere has not succeeded.
func (c *cluster) nobodyLives(users []*user) {
	c.kill(c.living()...)
	c.t.Sleep(offTheLists)
	c.t.Step("no node lives; new keys are put, with a second of patience")
	fresh := keys(8)[6:]
	for i, u := range users {
		c.t.Within(2*time.Second, "Put with a context of one second", func() {
			err := u.write(fresh[i], 0, time.Second)
			c.t.Check(err != nil, labtest.Finding{
				Property: "a Put returns when nodes have stored the value",
				Expected: fmt.Sprintf("Put of %s returns ErrMaybe or ErrFull: there is no node to store it", fresh[i]),
				Actual:   "it returned no error", About: fresh[i]})
		})
	}
	c.revive("a1", "b1", "c1")
	c.t.Sleep(3 * heartbeat)
	for i, u := range users {
		u.put(fresh[i], 0, putBound)
	}
	c.readAll(users, fresh, 2, getBound)
}
