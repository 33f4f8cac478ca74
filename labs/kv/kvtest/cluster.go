package kvtest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"faultline/labrpc"
	"faultline/labs/kv/kvapi"
	"faultline/labs/labtest"
)

// The times of every cluster. A round trip on a calm network takes 2ms.
const (
	answer    = 100 * time.Millisecond // Timeout
	heartbeat = 100 * time.Millisecond
	deadAfter = time.Second
	rebalance = 200 * time.Millisecond

	getBound    = 4 * answer
	putBound    = deadAfter + 6*answer
	offTheLists = deadAfter + answer // a dead node is on no list
	settled     = 20 * rebalance     // all is copied, moved and dropped
)

const directoryNode = "directory"

// A floor says what a cluster consists of. The zero value of all but Nodes is two
// replicas, room for a hundred keys at each node, stage C and a calm network.
type floor struct {
	Nodes    string // "a1 a2 b1": two nodes in rack a and one in rack b
	Replicas int
	Capacity int
	Grows    bool // stage D
	HotReads int
	Faults   labrpc.Faults
}

// A cluster is a directory of the solution, its nodes, its routers, and a network
// between.
type cluster struct {
	t         *labtest.T
	solution  Solution
	floor     floor
	net       *labrpc.Network
	directory kvapi.Directory
	closed    bool     // the directory is
	names     []string // of all nodes that ever were
	record    *record
	rules     labtest.Rules

	mu      sync.Mutex
	nodes   map[string]kvapi.Node // that are up
	traffic map[string]int        // messages by "from to method"
	asked   map[string]int        // requests by "from to"
	largest int                   // the length of the longest message from or to the directory; see longest
}

func (s Solution) cluster(t *labtest.T, f floor) *cluster {
	if f.Replicas == 0 {
		f.Replicas = 2
	}
	if f.Capacity == 0 {
		f.Capacity = 100
	}
	c := &cluster{t: t, solution: s, floor: f,
		nodes: map[string]kvapi.Node{}, traffic: map[string]int{}, asked: map[string]int{}}
	c.record = newRecord(t, c.whereNow)
	t.Step("a directory that keeps every key on %d nodes, and nodes %s, with room for %d keys each; a rack is a letter",
		f.Replicas, f.Nodes, f.Capacity)
	c.net = t.Network(labrpc.Config{Faults: f.Faults})
	c.net.Tap(c.watch)
	c.net.Intercept(c.rules.Intercept)
	cfg := kvapi.DirectoryConfig{Replicas: f.Replicas, DeadAfter: deadAfter, Timeout: answer, HotReads: f.HotReads}
	if f.Grows {
		cfg.Rebalance = rebalance
	}
	c.directory = s.NewDirectory(c.process(directoryNode), cfg)
	t.Cleanup(c.closeDirectory)
	for _, name := range strings.Fields(f.Nodes) {
		c.start(name)
	}
	t.Cleanup(c.closeNodes)
	t.Sleep(3 * heartbeat) // all have joined
	return c
}

// process starts the process of a node.
func (c *cluster) process(name string) *labrpc.Process {
	return labtest.Must(c.net.Node(name).Start())
}

// within runs a call that has nothing to wait for.
func (c *cluster) within(what string, f func()) { c.t.Within(10*time.Second, what, f) }

// start starts a node, or starts it again.
func (c *cluster) start(name string) {
	n := c.solution.NewNode(c.process(name), kvapi.NodeConfig{Directory: directoryNode, Rack: name[:1],
		Capacity: c.floor.Capacity, Heartbeat: heartbeat, Timeout: answer})
	c.mu.Lock()
	defer c.mu.Unlock()
	c.nodes[name] = n
	if !slices.Contains(c.names, name) {
		c.names = append(c.names, name)
		slices.Sort(c.names)
	}
}

// join starts new nodes.
func (c *cluster) join(names ...string) {
	c.t.Step("new: %s", strings.Join(names, " "))
	for _, name := range names {
		c.start(name)
	}
}

// kill has nodes crash.
func (c *cluster) kill(names ...string) {
	c.t.Step("%s: crash", strings.Join(names, " "))
	for _, name := range names {
		c.mu.Lock()
		n := c.nodes[name]
		delete(c.nodes, name)
		c.mu.Unlock()
		c.net.Node(name).Crash()
		c.within("Close of "+name, n.Close)
	}
}

// revive starts nodes that crashed.
func (c *cluster) revive(names ...string) {
	c.t.Step("%s: start again, with nothing", strings.Join(names, " "))
	for _, name := range names {
		c.net.Node(name).Restart()
		c.start(name)
	}
}

// closeDirectory closes the directory, once.
func (c *cluster) closeDirectory() {
	if !c.closed {
		c.closed = true
		c.within("Close of the directory", c.directory.Close)
	}
}

func (c *cluster) closeNodes() {
	for _, name := range c.names {
		c.mu.Lock()
		n := c.nodes[name]
		c.mu.Unlock()
		if n != nil {
			c.within("Close of "+name, n.Close)
		}
	}
}

// living are the nodes that are up.
func (c *cluster) living() (names []string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, name := range c.names {
		if c.nodes[name] != nil {
			names = append(names, name)
		}
	}
	return names
}

// watch counts messages.
func (c *cluster) watch(m labrpc.Message) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.traffic[m.From+" "+m.To+" "+m.Method]++
	if !m.Reply {
		c.asked[m.From+" "+m.To]++
	}
	if m.From == directoryNode || m.To == directoryNode {
		c.largest = max(c.largest, len(m.Packet))
	}
}

// isNode reports whether a name is that of a storage node.
func isNode(name string) bool { return name != directoryNode && !strings.HasPrefix(name, "client") }

// A user is a router and what it has been used for.
type user struct {
	c      *cluster
	name   string
	mode   kvapi.Mode
	router kvapi.Router
	puts   int // the lock of the cluster guards it
}

// user starts a router; its process is called client-1-recursive.
func (c *cluster) user(n int, mode kvapi.Mode) *user {
	u := &user{c: c, name: fmt.Sprintf("client-%d-%s", n, modeName(mode)), mode: mode}
	u.router = c.solution.NewRouter(c.process(u.name), kvapi.RouterConfig{Directory: directoryNode, Mode: mode, Timeout: answer})
	c.t.Cleanup(func() { c.within("Close of "+u.name, u.router.Close) })
	return u
}

func modeName(m kvapi.Mode) string {
	if m == kvapi.Recursive {
		return "recursive"
	}
	return "iterative"
}

// users starts routers, of both modes by turns.
func (c *cluster) users(n int) (list []*user) {
	for i := range n {
		list = append(list, c.user(i+1, kvapi.Mode(i%2)))
	}
	return list
}

// both starts a router of each mode.
func (c *cluster) both() []*user { return c.users(2) }

// put puts a new value, with padding bytes more, which must succeed in time: there is
// room for it.
func (u *user) put(key string, padding int, bound time.Duration) {
	u.within("Put", key, bound, func() {
		err := u.write(key, padding, 0)
		u.c.t.Check(err == nil, labtest.Finding{Property: roomy, About: key,
			Expected: fmt.Sprintf("Put of %s by %s succeeds: there is room for it", key, u.name), Actual: fmt.Sprintf("it returned: %v", err)})
	})
}

// get gets a value, which must succeed in time and be fresh.
func (u *user) get(key string, bound time.Duration) (version uint64) {
	u.within("Get", key, bound, func() { version = u.read(key, 0) })
	return version
}

// within carries out an operation, which must return in time. If it does not, the
// requests that were sent meanwhile tell what it waits for.
func (u *user) within(what, key string, bound time.Duration, f func()) {
	before := u.c.requests(u)
	if u.c.t.Returns(bound, f) {
		return
	}
	u.c.t.Late(labtest.Finding{
		Expected: fmt.Sprintf("%s of %s by %s returns within %v of virtual time", what, key, u.name, bound),
		Actual:   fmt.Sprintf("it still waits; since it began, %s; %s", asked(before, u.c.requests(u)), u.c.whereNow(key)),
	})
}

// write puts a new value, gives up after patience (zero is never), and returns the
// error, which is nil, ErrFull or, if it was given up, ErrMaybe.
func (u *user) write(key string, padding int, patience time.Duration) (err error) {
	u.c.mu.Lock()
	u.puts++
	value := fmt.Sprintf("%s.%d", u.name, u.puts)
	u.c.mu.Unlock()
	ctx, cancel := withPatience(patience)
	defer cancel()
	u.c.t.Op(u.name, "Put "+key+" "+value, func() string {
		done := u.c.record.put(ctx, key, value)
		var version uint64
		version, err = u.router.Put(ctx, key, []byte(value+strings.Repeat(" ", padding)))
		return done(u.name, version, err)
	})
	return err
}

// read gets a value and holds it against the record. It gives up after patience.
func (u *user) read(key string, patience time.Duration) (version uint64) {
	ctx, cancel := withPatience(patience)
	defer cancel()
	u.c.t.Op(u.name, "Get "+key, func() string {
		done := u.c.record.get(key)
		value, v, err := u.router.Get(ctx, key)
		if version = v; errors.Is(err, context.DeadlineExceeded) && labtest.Over(ctx) {
			return labtest.GaveUp
		}
		return done(u.name, strings.TrimRight(string(value), " "), version, err)
	})
	return version
}

func withPatience(d time.Duration) (context.Context, context.CancelFunc) {
	if d == 0 {
		return context.WithCancel(context.Background())
	}
	return context.WithTimeout(context.Background(), d)
}

// keys are the keys of a case: k01, k02 …
func keys(n int) (list []string) {
	for i := range n {
		list = append(list, fmt.Sprintf("k%02d", i+1))
	}
	return list
}

// fill puts a value for each key.
func (c *cluster) fill(u *user, keys []string) {
	c.t.Step("%s puts %s to %s", u.name, keys[0], keys[len(keys)-1])
	for _, key := range keys {
		u.put(key, 0, putBound)
	}
}

// readAll has each user get each key so often that every replica is asked.
func (c *cluster) readAll(users []*user, keys []string, times int, bound time.Duration) {
	c.t.Step("every key is read by each client, %s", labtest.Times(times))
	for range times {
		for _, u := range users {
			for _, key := range keys {
				u.get(key, bound)
			}
		}
	}
}
