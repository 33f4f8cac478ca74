package kvtest

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"time"

	"faultline/labrpc"
	"faultline/labs/disk"
	"faultline/labs/kv/kvapi"
	"faultline/labs/labtest"
)

// A machine is the node of a durable server and its disk: they crash together.
type machine struct {
	*house
	config  disk.Config
	options kvapi.DurableOptions

	// The lock of the house guards these.
	process  *labrpc.Process
	fate     disk.Fate // of the next crash
	onFlush  func()    // called before each flush takes effect, with no lock held
	restarts int
}

// smallLog makes a server take a snapshot every twenty changes or so.
const smallLog = 1024

// repairTime is how long a server is down.
const repairTime = 50 * time.Millisecond

// machine makes a house with a durable server that has just begun. A crash leaves what
// restart says.
func (s Solution) machine(t *labtest.T, faults labrpc.Faults, config disk.Config) *machine {
	m := &machine{house: s.house(t, faults), config: config, options: kvapi.DurableOptions{MaxLog: smallLog}}
	m.config.Fate = func(c disk.Choice) int {
		m.mu.Lock()
		defer m.mu.Unlock()
		if m.fate == nil {
			return disk.Keep(c)
		}
		return m.fate(c)
	}
	m.config.BeforeFlush = m.beforeFlush
	t.Step("start %s on an empty volume, MaxLog %d", serverNode, smallLog)
	m.boot()
	return m
}

// volume is the disk of the server in its present life.
func (m *machine) volume() *disk.Volume { return m.t.Volume(m.net.Node(serverNode), m.config) }

// boot starts a process of the server's node on its volume. It must start.
func (m *machine) boot() {
	p := m.start(serverNode)
	m.mu.Lock()
	m.process = p
	m.mu.Unlock()
	_, err := m.solution.OpenServer(p, m.volume(), m.options)
	m.t.Check(err == nil, labtest.Finding{
		Expected: "OpenServer starts with what a crash has left", Actual: fmt.Sprintf("it gave %q", fmt.Sprint(err)),
	})
}

// A crash is what may become of writes that were not synced.
type crash struct {
	what string
	fate disk.Fate
}

// crashes are three of them. What chance decides depends on the seed.
func (m *machine) crashes() []crash {
	m.mu.Lock()
	defer m.mu.Unlock()
	return []crash{{"loses all", disk.Lose}, {"keeps all", disk.Keep},
		{"loses some", disk.Draw(m.t.Seed() ^ uint64(m.restarts+1)<<32)}}
}

// down ends the lives of the node and of its disk.
func (m *machine) down(c crash) {
	m.mu.Lock()
	m.fate = c.fate
	m.restarts++
	m.mu.Unlock()
	m.net.Node(serverNode).Crash()
}

// up begins the next lives.
func (m *machine) up() {
	m.net.Node(serverNode).Restart()
	m.boot()
}

// restart is a crash, and the next life at once.
func (m *machine) restart(c crash) {
	m.t.Step("%s crashes and restarts; of what was not synced, the disk %s", serverNode, c.what)
	m.down(c)
	m.up()
}

func (m *machine) beforeFlush(int) {
	m.mu.Lock()
	f := m.onFlush
	m.mu.Unlock()
	if f != nil {
		f()
	}
}

// atFlush has f called once, before the n-th flush from now takes effect.
func (m *machine) atFlush(n int, f func()) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.onFlush = func() {
		m.mu.Lock()
		n--
		now := n == 0
		m.mu.Unlock()
		if now {
			f()
		}
	}
}

// atReply has f called once, before the n-th reply from now, which is lost.
func (m *machine) atReply(n int, f func()) {
	m.rules.Add(func(msg labrpc.Message) labrpc.Action {
		if msg.From != serverNode || n == 0 {
			return labrpc.Action{}
		}
		if n--; n > 0 {
			return labrpc.Action{}
		}
		m.t.Go(f)
		return labrpc.Action{Drop: true}
	})
}

// sizes are the lengths of the files of a volume, by name.
func sizes(v *disk.Volume) map[string]int64 {
	names, err := v.Names()
	good(err)
	all := map[string]int64{}
	for _, name := range names {
		f, err := v.Open(name)
		good(err)
		all[name], err = f.Size()
		good(err)
		f.Close()
	}
	return all
}

// content is what is in a file, and whether there is one.
func content(v *disk.Volume, name string) (b []byte, there bool) {
	f, err := v.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, false
	}
	good(err)
	defer f.Close()
	size, err := f.Size()
	good(err)
	b = make([]byte, size)
	if size > 0 {
		_, err = f.ReadAt(b, 0)
		good(err)
	}
	return b, true
}

// good panics on errors of calls that cannot fail: they would be faults of the
// suite.
func good(err error) {
	if err != nil {
		panic(err)
	}
}

// A ledger is what the keys must be, by what their changes gave.
type ledger map[string]value

// change carries out an operation, which must give what the contract says, and
// notes what that makes of its key.
func (l ledger) change(c *client, operation string) {
	o := parse(operation)
	next, result := l[o.key].apply(o)
	c.want(operation, result)
	l[o.key] = next
}

// check fails unless every key is as it must be.
func (l ledger) check(c *client) {
	for _, key := range slices.Sorted(maps.Keys(l)) {
		l.change(c, "Get "+key)
	}
}
