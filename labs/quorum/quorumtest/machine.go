package quorumtest

import (
	"fmt"
	"slices"
	"sync"
	"time"

	"faultline/labs/disk"
	"faultline/labs/labtest"
	"faultline/labs/quorum/quorumapi"
)

// A farm is a house whose replicas have disks: machine and disk crash together.
type farm struct {
	*house
	config disk.Config

	// A lock of its own guards these: a disk asks for its fate in the middle of a crash.
	disks    sync.Mutex
	fate     disk.Fate      // of the next crash
	replaced map[string]int // how often the disk of a replica was
	onFlush  func()         // called before each flush takes effect
}

// farm makes a house of durable replicas whose store has just begun.
func (s Solution) farm(t *labtest.T, f floor, config disk.Config) *farm {
	m := &farm{house: s.house(t, f), config: config, fate: disk.Lose, replaced: map[string]int{}}
	m.config.Fate = func(c disk.Choice) int {
		m.disks.Lock()
		defer m.disks.Unlock()
		return m.fate(c)
	}
	m.config.BeforeFlush = func(int) {
		m.disks.Lock()
		f := m.onFlush
		m.disks.Unlock()
		if f != nil {
			f()
		}
	}
	t.Step("replicas %s with empty volumes, of a store that is new", labtest.List(m.floor.Names))
	for _, name := range m.floor.Names {
		m.boot(name, true)
	}
	return m
}

// volume is the disk of a replica in its present life.
func (m *farm) volume(name string) *disk.Volume {
	cfg := m.config
	m.disks.Lock()
	if n := m.replaced[name]; n > 0 {
		cfg.Name = fmt.Sprintf("disk-%d", n+1)
	}
	m.disks.Unlock()
	return m.t.Volume(m.net.Node(name), cfg)
}

// boot starts a replica on its volume. It must start.
func (m *farm) boot(name string, isNew bool) {
	r, err := m.solution.OpenReplica(m.process(name), m.volume(name), m.options(isNew))
	m.t.Check(err == nil, labtest.Finding{
		Expected: "OpenReplica of " + name + " starts with what is on the volume", Actual: fmt.Sprintf("it gave %q", fmt.Sprint(err)),
	})
	m.keep(name, r)
}

func (h *house) options(isNew bool) quorumapi.ReplicaOptions {
	return quorumapi.ReplicaOptions{Replicas: slices.Clone(h.floor.Names), Timeout: timeout, New: isNew}
}

// A loss is what becomes of writes that were not synced.
type loss struct {
	what string
	fate disk.Fate
}

// losses are three of them. What chance decides depends on the seed and on n.
func (m *farm) losses(n int) []loss {
	return []loss{{"loses all", disk.Lose}, {"keeps all", disk.Keep}, {"loses some", disk.Draw(m.t.Seed() ^ uint64(n+1)<<32)}}
}

// down ends the lives of a replica and of its disk.
func (m *farm) down(name string, l loss) {
	m.t.Step("%s crashes; of what was not synced, its disk %s", name, l.what)
	m.disks.Lock()
	m.fate = l.fate
	m.disks.Unlock()
	m.net.Node(name).Crash()
}

// up begins their next lives.
func (m *farm) up(name string) {
	m.t.Step("%s starts again", name)
	m.net.Node(name).Restart()
	m.boot(name, false)
}

// bounce has replicas crash and start again, one after the other.
func (m *farm) bounce(l loss, names ...string) {
	m.t.Step("%s crash and start again; of what was not synced, each disk %s", labtest.List(names), l.what)
	m.disks.Lock()
	m.fate = l.fate
	m.disks.Unlock()
	for _, name := range names {
		m.net.Node(name).Crash()
		m.net.Node(name).Restart()
		m.boot(name, false)
	}
}

// reopen closes a replica, and starts it again. Its disk goes on.
func (m *farm) reopen(name string) {
	m.t.Step("%s is closed, and starts again with the same disk", name)
	m.mu.Lock()
	r := m.replicas[name]
	m.mu.Unlock()
	m.t.Within(closing, "Close of "+name, r.Close)
	m.t.Sleep(settled)
	m.ended(name, "replica")
	m.boot(name, false)
}

// replace crashes a replica, and starts it with another disk, which is empty.
func (m *farm) replace(name string) {
	m.t.Step("the disk of %s is lost; %s starts again with an empty one", name, name)
	m.net.Node(name).Crash()
	m.disks.Lock()
	m.replaced[name]++
	m.disks.Unlock()
	m.net.Node(name).Restart()
	m.boot(name, false)
}

// alone starts a client for which a replica is all there is.
func (h *house) alone(n int, name string) *user {
	u := &user{h: h, name: fmt.Sprintf("client-%d-of-%s", n, name), make: h.solution.NewClient, alone: name}
	h.add(u)
	return u
}

// holds checks that a replica holds a value within the time of a repair.
func (m *farm) holds(u *user, key, value string) {
	end := m.t.Since() + 10*timeout
	got := u.within("Get " + key)
	for got != value && m.t.Since() < end {
		m.t.Sleep(timeout)
		got = u.within("Get " + key)
	}
	m.t.Check(got == value, labtest.Finding{
		Expected: fmt.Sprintf("%s holds under %s, %v after the Get at the latest, %s", u.alone, key, 10*timeout, m.from(key, value)),
		Actual:   fmt.Sprintf("%s holds %s", u.alone, m.from(key, got))})
}

// atFlush has f called once, before the n-th flush from now takes effect, on whichever
// disk.
func (m *farm) atFlush(n int, f func()) {
	m.disks.Lock()
	defer m.disks.Unlock()
	m.onFlush = func() {
		m.disks.Lock()
		n--
		now := n == 0
		m.disks.Unlock()
		if now {
			f()
		}
	}
}

// downTime is how long a replica is down in a storm.
const downTime = 100 * time.Millisecond
