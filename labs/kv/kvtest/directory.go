package kvtest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"faultline/labrpc"
	"faultline/labs"
	"faultline/labs/kv/kvapi"
	"faultline/labs/labtest"
)

func (s Solution) casesC() []labtest.Case {
	return []labtest.Case{{
		Case: labs.Case{Stage: "C", Name: "two-ways", Kind: labs.Scripted, Points: 1, Seeds: 3,
			Title: "what is put one way is got the other way",
			Ref:   "the directory: recursive and iterative queries"},
		Run: s.twoWays,
	}, {
		Case: labs.Case{Stage: "C", Name: "racks", Kind: labs.Random, Points: 2, Seeds: 20,
			Title: "every key is on as many nodes as it should be, in as many racks as can be",
			Ref:   "replication: the failure of a whole rack loses nothing"},
		Run: s.differentRacks,
	}, {
		Case: labs.Case{Stage: "C", Name: "messages", Kind: labs.Budget, Points: 3, Seeds: 2,
			Title: "a query costs the messages of the contract, which go the ways of its mode",
			Ref:   "the directory: recursive and iterative queries"},
		Run: s.queryMessages,
	}, {
		Case: labs.Case{Stage: "C", Name: "order", Kind: labs.Random, Points: 2, Seeds: 15,
			Title: "writers at the same time leave all replicas with the same value",
			Ref:   "the directory orders the writes of a key"},
		Run: s.sameOrder,
	}, {
		Case: labs.Case{Stage: "C", Name: "late-copies", Kind: labs.Scripted, Points: 2, Seeds: 4,
			Title: "a request that comes late or twice brings no old value back",
			Ref:   "at-most-once, or idempotent: the version is part of the request"},
		Run: s.lateRequests,
	}, {
		Case: labs.Case{Stage: "C", Name: "missed-write", Kind: labs.Scripted, Points: 1, Seeds: 3,
			Title: "a Put waits for the node that it does not reach for a moment",
			Ref:   "replication: read one, write all"},
		Run: s.missedWrite,
	}, {
		Case: labs.Case{Stage: "C", Name: "rack-failure", Kind: labs.Scripted, Points: 2, Seeds: 3,
			Title: "a whole rack fails, and every key can be read at once and written soon",
			Ref:   "replication: the failure of a whole rack loses nothing"},
		Run: s.rackFailure, Slow: true,
	}, {
		Case: labs.Case{Stage: "C", Name: "cut-off", Kind: labs.Scripted, Points: 2, Seeds: 3,
			Title: "a node that is taken for dead and lives serves no old value, then or when it is back",
			Ref:   "iterative queries: the client must keep consistency"},
		Run: s.cutOffNode, Slow: true,
	}, {
		Case: labs.Case{Stage: "C", Name: "quick-restart", Kind: labs.Scripted, Points: 1, Seeds: 5,
			Title: "a node that restarts before it is missed is asked for nothing that it has lost",
			Ref:   "incarnations: the same name is not the same node"},
		Run: s.quickRestart, Slow: true,
	}, {
		Case: labs.Case{Stage: "C", Name: "all-lost", Kind: labs.Scripted, Points: 1, Seeds: 2,
			Title: "a value that is lost is not said never to have been",
			Ref:   "the contract: ErrLost"},
		Run: s.allLost, Slow: true,
	}, {
		Case: labs.Case{Stage: "C", Name: "give-up", Kind: labs.Scripted, Points: 1, Seeds: 2,
			Title: "a call that cannot be carried out ends with its context, or with Close",
			Ref:   "the contract: ctx and Close"},
		Run: s.giveUpQuery,
	}, {
		Case: labs.Case{Stage: "C", Name: "storm", Kind: labs.Random, Points: 2, Seeds: 25,
			Title:      "no Get is older than the Puts before it, whatever network and one rack do",
			Ref:        "regular registers: Lamport, On interprocess communication, 1986",
			Situations: []string{"a message was lost", "a message came twice", "a message was late", "a node failed"}},
		Run: s.directoryStorm, Slow: true,
	}}
}

const threeRacks = "a1 a2 b1 b2 c1 c2"

func (s Solution) twoWays(t *labtest.T) {
	c := s.cluster(t, floor{Nodes: threeRacks})
	both := c.both()
	t.Step("a key that nobody has put is asked for")
	for _, u := range both {
		u.get("nobody", getBound)
	}
	t.Step("both clients put and get the same keys by turns")
	for range 3 {
		for _, key := range keys(3) {
			for _, u := range both {
				u.put(key, 0, putBound)
				for _, reader := range both {
					reader.get(key, getBound)
				}
			}
		}
	}
	t.Step("an empty value is a value")
	for i, u := range both {
		ctx := t.Context(10 * time.Second)
		key := fmt.Sprint("empty", i)
		_, err := u.router.Put(ctx, key, nil)
		t.Check(err == nil, labtest.Finding{Expected: "Put of an empty value succeeds", Actual: fmt.Sprint(err)})
		value, _, err := both[1-i].router.Get(ctx, key)
		t.Check(err == nil && len(value) == 0, labtest.Finding{
			Expected: "Get of an empty value returns no bytes and no error", Actual: fmt.Sprintf("%q, %v", value, err)})
	}
}

// differentRacks draws a floor.
func (s Solution) differentRacks(t *labtest.T) {
	rnd := t.Rand("floor")
	var nodes []string
	for _, rack := range []string{"a", "b", "c", "d"}[:1+rnd.IntN(4)] {
		for i := range 1 + rnd.IntN(3) {
			nodes = append(nodes, fmt.Sprint(rack, i+1))
		}
	}
	c := s.cluster(t, floor{Nodes: strings.Join(nodes, " "), Replicas: 1 + rnd.IntN(4)})
	c.fill(c.user(1, kvapi.Mode(rnd.IntN(2))), keys(12))
	if wrong := c.allPlaced(keys(12)); wrong != "" {
		t.Fail(labtest.Finding{
			Expected: fmt.Sprintf("each key is on %d nodes, and in as many racks as that makes possible", min(c.floor.Replicas, len(nodes))),
			Actual:   wrong})
	}
}

// ways are the messages so far between the three kinds of processes, without those
// of the given methods.
func (c *cluster) ways(without map[string]bool) map[string]int {
	c.mu.Lock()
	defer c.mu.Unlock()
	kind := func(name string) string {
		switch {
		case name == directoryNode:
			return "directory"
		case isNode(name):
			return "node"
		}
		return "router"
	}
	ways := map[string]int{}
	for way, n := range c.traffic {
		words := strings.Fields(way)
		ends := []string{kind(words[0]), kind(words[1])}
		slices.Sort(ends)
		if method := strings.Join(words[2:], " "); !without[method] {
			ways[strings.Join(ends, "-")] += n
		}
	}
	return ways
}

// idle are the methods that are called while nobody asks for anything.
func (c *cluster) idle() map[string]bool {
	c.t.Sleep(10 * heartbeat)
	c.mu.Lock()
	defer c.mu.Unlock()
	methods := map[string]bool{}
	for way := range c.traffic {
		methods[strings.Join(strings.Fields(way)[2:], " ")] = true
	}
	return methods
}

func (s Solution) queryMessages(t *labtest.T) {
	c := s.cluster(t, floor{Nodes: "a1 b1 c1 d1", Replicas: 3})
	t.Step("for a second nobody asks for anything: what is sent now does not count")
	idle := c.idle()
	const n, padding = 10, 3000
	for _, u := range c.both() {
		second := "node-router"
		if u.mode == kvapi.Recursive {
			second = "directory-node"
		}
		c.fill(u, keys(1)) // who has to be asked is known, if it can be
		spend := func(what string, per int, f func()) {
			before := c.ways(idle)
			t.Step("%d times %s, %s", n, what, modeName(u.mode))
			for range n {
				f()
			}
			t.Sleep(5 * time.Millisecond)
			c.affordable(what+", "+modeName(u.mode), before, c.ways(idle),
				map[string]int{"directory-router": 2 * n, second: per * n})
		}
		c.largest = 0
		spend("Get", 2, func() { u.get("k01", getBound) })
		spend("Put", 2*c.floor.Replicas, func() { u.put("k01", padding, putBound) })
		spend("Get", 2, func() { u.get("k01", getBound) })
		t.Check(u.mode == kvapi.Recursive || c.largest < padding, labtest.Finding{
			Property: "iterative, values never pass the directory",
			Expected: fmt.Sprintf("messages from and to the directory are shorter than the value of %d bytes", padding),
			Actual:   fmt.Sprintf("one had %d bytes", c.largest)})
	}
}

// affordable holds the messages of some operations to a budget for each way.
func (c *cluster) affordable(what string, before, after, budget map[string]int) {
	for _, way := range []string{"directory-router", "directory-node", "node-router", "node-node", "directory-directory", "router-router"} {
		a, b, _ := strings.Cut(way, "-")
		c.t.Check(after[way]-before[way] <= budget[way], labtest.Finding{
			Expected: fmt.Sprintf("10 times %s: at most %s between %s and %s", what, count(budget[way], "message"), a, b),
			Actual:   fmt.Sprintf("there were %d", after[way]-before[way])})
	}
}

func (s Solution) sameOrder(t *labtest.T) {
	c := s.cluster(t, floor{Nodes: "a1 b1 c1", Replicas: 3,
		Faults: labrpc.Faults{Latency: labrpc.Range{Min: time.Millisecond, Max: 30 * time.Millisecond}}})
	users := c.users(4)
	for round := range 3 {
		t.Step("round %d: four clients put the same key at once", round+1)
		for _, u := range users {
			t.Go(func() {
				for range 2 {
					u.write("x", 0, 0)
				}
			})
		}
		t.Join(10*putBound, "the Puts")
		t.Step("nobody writes any more: everybody must read the same")
		first := users[0].read("x", 0)
		for range 2 {
			for _, u := range users {
				version := u.read("x", 0)
				t.Check(version == first, labtest.Finding{
					Expected: fmt.Sprintf("every Get returns version %d, as the first one did", first),
					Actual:   fmt.Sprintf("Get by %s returned version %d", u.name, version)})
			}
		}
	}
}

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
			c.rule(c.lateness(u, late, i == 1))
			u.put(key, 0, putBound)
			c.noRules()
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
	c.rule(func(m labrpc.Message) (a labrpc.Action) {
		c.mu.Lock()
		defer c.mu.Unlock()
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
	c.noRules()
}

// lateness is the rule that has requests for a router's Put come late: all of them,
// or the first of each kind.
func (c *cluster) lateness(u *user, late labrpc.Action, firstOnly bool) func(labrpc.Message) labrpc.Action {
	seen := map[string]bool{}
	return func(m labrpc.Message) (a labrpc.Action) {
		c.mu.Lock()
		defer c.mu.Unlock()
		kind := m.From + " " + m.To + " " + m.Method
		if m.Reply || m.From != u.name && m.From != directoryNode || firstOnly && seen[kind] {
			return a
		}
		seen[kind] = true
		return late
	}
}

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
	c.readAll(both, all, 2, getBound)
	t.Join(2*putBound, "the Puts")
	c.off(all, "b1", "b2")
	t.Step("keys that are new")
	for i, key := range keys(18)[12:] {
		both[i%2].put(key, 0, getBound)
		if wrong := c.misplaced(key, c.holdings(), false); wrong != "" {
			t.Fail(labtest.Finding{Property: "a key that is new is put on nodes that live",
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
	c.settle(deadAfter, "a node that comes back comes back empty", func() string {
		if held := c.holdings()[lost]; len(held) > 0 {
			return fmt.Sprintf("%s still holds %s", lost, list(held))
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
			Actual:   fmt.Sprintf("it returned %v", err)})
	}
	t.Step("what was lost is put again")
	both[1].put(all[0], 0, putBound)
	c.readAll(both, all[:1], 2, getBound)
}

func (s Solution) giveUpQuery(t *labtest.T) {
	c := s.cluster(t, floor{Nodes: "a1 b1 c1"})
	both := c.both()
	both[0].put("x", 0, putBound)
	t.Step("nobody reaches the directory; the clients have a second of patience")
	c.net.Cut([]string{directoryNode}, []string{"a1", "b1", "c1", both[0].name, both[1].name})
	for _, u := range both {
		t.Within(2*time.Second, "Get with a context of one second", func() {
			_, _, err := u.router.Get(t.Context(time.Second), "x")
			t.Check(errors.Is(err, context.DeadlineExceeded), labtest.Finding{
				Expected: "Get returns ctx.Err()", Actual: fmt.Sprintf("it returned %v", err)})
		})
		t.Within(2*time.Second, "Put with a context of one second", func() {
			_, err := u.router.Put(t.Context(time.Second), "x", []byte("late"))
			t.Check(errors.Is(err, kvapi.ErrMaybe), labtest.Finding{
				Expected: "Put returns ErrMaybe: a request may be on its way", Actual: fmt.Sprintf("it returned %v", err)})
		})
	}
	t.Step("the clients are closed while they wait")
	t.Within(10*time.Second, "Close, and the calls that wait when it is called", func() {
		for _, u := range both {
			for range 2 {
				t.Go(func() {
					_, _, err := u.router.Get(context.Background(), "x")
					t.Check(err != nil, labtest.Finding{Expected: "Get ends with an error when its router is closed", Actual: "no error"})
				})
				t.Go(func() {
					_, err := u.router.Put(context.Background(), "x", nil)
					t.Check(err != nil, labtest.Finding{Expected: "Put ends with an error when its router is closed", Actual: "no error"})
				})
			}
			t.Sleep(time.Millisecond)
			u.router.Close()
			u.router.Close()
		}
	})
}

// weather are the faults of a storm.
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
	c.noRules()
	t.Step("the network is calm")
	t.Sleep(offTheLists + time.Second)
	c.readAll(users, all, 2, getBound)
	for i, key := range all {
		users[i%len(users)].put(key, 0, putBound)
	}
	c.readAll(users, all, 2, getBound)
	c.reached()
}

// busy has each client put and get keys beside the scenario.
func (c *cluster) busy(users []*user, keys []string, n int) {
	c.t.Step("%d clients put and get %d keys, %d times each", len(users), len(keys), n)
	for _, u := range users {
		rnd := c.t.Rand(u.name)
		c.t.Go(func() {
			for range n {
				key := keys[rnd.IntN(len(keys))]
				if rnd.IntN(5) < 2 {
					u.write(key, 0, 10*time.Second)
				} else {
					u.read(key, 10*time.Second)
				}
				c.t.Sleep(time.Duration(rnd.IntN(150)) * time.Millisecond)
			}
		})
	}
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

// reached tells which situations the network got the run into.
func (c *cluster) reached() {
	names := map[labrpc.FaultKind]string{labrpc.Drop: "a message was lost",
		labrpc.Duplicate: "a message came twice", labrpc.Delay: "a message was late"}
	for _, kind := range []labrpc.FaultKind{labrpc.Drop, labrpc.Duplicate, labrpc.Delay} {
		if slices.ContainsFunc(c.net.Happened(), func(f labrpc.Fault) bool { return f.Kind == kind }) {
			c.t.Reach(names[kind])
		}
	}
}
