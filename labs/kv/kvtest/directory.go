package kvtest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"faultline/labrpc"
	"faultline/labs/kv/kvapi"
	"faultline/labs/labtest"
)

const threeRacks = "a1 a2 b1 b2 c1 c2"

func (s Solution) twoWays(t *labtest.T) {
	c := s.cluster(t, floor{Nodes: threeRacks})
	both := c.both()
	t.Step("a key that nobody has put is asked for")
	where := c.where("nobody")
	t.Check(len(where) == 0, labtest.Finding{
		Property: "Where returns the nodes that reads of a key go to",
		Expected: "Where names no node for a key that nobody has put", Actual: "it names " + list(where)})
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
			Actual:   wrong, About: c.record.about(wrong)})
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
		c.longest() // those so far do not count
		spend("Get", 2, func() { u.get("k01", getBound) })
		spend("Put", 2*c.floor.Replicas, func() { u.put("k01", padding, putBound) })
		spend("Get", 2, func() { u.get("k01", getBound) })
		longest := c.longest()
		t.Check(u.mode == kvapi.Recursive || longest < padding, labtest.Finding{
			Property: "iterative, values never pass the directory",
			Expected: fmt.Sprintf("messages from and to the directory are shorter than the value of %d bytes", padding),
			Actual:   fmt.Sprintf("one had %d bytes", longest)})
	}
}

// longest is the length of the longest message from or to the directory since it was
// asked last.
func (c *cluster) longest() (n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	n, c.largest = c.largest, 0
	return n
}

// affordable holds the messages of some operations to a budget for each way.
func (c *cluster) affordable(what string, before, after, budget map[string]int) {
	for _, way := range []string{"directory-router", "directory-node", "node-router", "node-node", "directory-directory", "router-router"} {
		a, b, _ := strings.Cut(way, "-")
		c.t.Check(after[way]-before[way] <= budget[way], labtest.Finding{
			Expected: fmt.Sprintf("10 times %s: at most %s between %s and %s", what, labtest.Count(budget[way], "message"), a, b),
			Actual:   fmt.Sprintf("there were %d", after[way]-before[way])})
	}
}

func (s Solution) sameOrder(t *labtest.T) {
	c := s.cluster(t, floor{Nodes: "a1 b1 c1", Replicas: 3,
		Faults: labrpc.Faults{Latency: labrpc.Range{Min: time.Millisecond, Max: 30 * time.Millisecond}}})
	users := c.users(4)
	for round := range 3 {
		t.Step("round %d: four clients put the same key at once, each of them twice at once", round+1)
		for _, u := range users {
			for range 2 {
				t.Go(func() { u.write("x", 0, 0) })
			}
		}
		t.Join(4*putBound, "the Puts")
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
	t.Step("a Put with a second of patience may have to wait for an earlier one of the same client, which has three")
	for _, u := range both {
		t.Go(func() { u.router.Put(t.Context(3*time.Second), "x", []byte("first")) })
		t.Sleep(time.Millisecond)
		t.Within(2*time.Second, "Put with a context of one second, while another one is under way", func() {
			_, err := u.router.Put(t.Context(time.Second), "x", []byte("second"))
			t.Check(errors.Is(err, kvapi.ErrMaybe) || errors.Is(err, context.DeadlineExceeded), labtest.Finding{
				Expected: "Put returns ErrMaybe, or ctx.Err() if it was never sent", Actual: fmt.Sprintf("it returned %v", err)})
		})
	}
	t.Join(4*time.Second, "the Puts with three seconds of patience")
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
	t.Join(10*time.Second, "the Gets and Puts that waited when their router was closed")
	c.closeAll(both)
}

// closeAll closes the directory and the nodes. The routers are closed already.
func (c *cluster) closeAll(routers []*user) {
	for _, u := range routers {
		c.t.Restarts(c.net.Node(u.name), "Close closes the router's process")
	}
	c.t.Step("the directory is closed")
	c.closeDirectory()
	c.t.Restarts(c.net.Node(directoryNode), "Close closes the directory's process")
	c.t.Step("the nodes are closed")
	c.closeNodes()
	for _, name := range c.names {
		c.t.Restarts(c.net.Node(name), "Close closes the node's process")
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	clear(c.nodes) // or the end of the run would close them again
}
