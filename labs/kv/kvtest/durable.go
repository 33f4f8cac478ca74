package kvtest

import (
	"context"
	"fmt"
	"time"

	"faultline/labrpc"
	"faultline/labs/disk"
	"faultline/labs/labtest"
)

func (s Solution) restarts(t *labtest.T) {
	m := s.machine(t, labrpc.Faults{}, disk.Config{})
	c := m.client(1)
	l := ledger{}
	for i := range 3 {
		l.change(c, fmt.Sprintf("Put x a%d", i))
		l.change(c, fmt.Sprintf("Put x b%d", i))
		l.change(c, fmt.Sprintf("Put y c%d", i))
		l.change(c, fmt.Sprintf("CompareAndSet x d%d %d", i, l["x"].version))
		l.change(c, "CompareAndSet x wrong 1")
		l.change(c, "Delete y")
		l.change(c, fmt.Sprintf("CompareAndSet z e%d %d", i, l["z"].version))
		m.restart(m.crashes()[i])
		l.check(c)
		l.change(c, fmt.Sprintf("Put y f%d", i))
	}
	t.Step("and so on, until there have been snapshots")
	for i := range 60 {
		l.change(c, fmt.Sprintf("Put %c %d", "xyz"[i%3], i))
		if i%4 == 3 {
			m.restart(m.crashes()[i/4%3])
			l.check(c)
		}
	}
	m.anyBytes(c)
}

// anyBytes has values survive that look like nothing that a log expects.
func (m *machine) anyBytes(c *client) {
	cases := []struct {
		key   string
		value []byte
	}{{"", nil}, {"k\x00\n", []byte{0, '\n', 255, ' ', '"'}}, {"zero", make([]byte, 700)}}
	for _, p := range cases {
		m.t.Step("Put %d bytes under the key %q", len(p.value), p.key)
		c.raw("Put", func(ctx context.Context) error {
			_, err := c.Put(ctx, p.key, p.value)
			return err
		})
	}
	m.restart(m.crashes()[0])
	for _, p := range cases {
		var got []byte
		c.raw("Get", func(ctx context.Context) (err error) {
			got, _, err = c.Get(ctx, p.key)
			return err
		})
		same(m.t, "Get gives the bytes that were put before the crash", p.value, got)
	}
}

// once crashes the server just before a sync takes effect, or before a reply gets
// out, later each time. A client that repeats its requests through all that must
// not notice.
func (s Solution) once(t *labtest.T) {
	m := s.machine(t, labrpc.Faults{}, disk.Config{})
	clients := []*client{m.client(1), m.client(2)}
	l := ledger{}
	rng := t.Rand("crashes")
	n := 0
	for round := range 36 {
		fired := make(chan struct{})
		c := m.crashes()[rng.IntN(3)]
		before := []string{"sync", "reply"}[round%2]
		fire := func() {
			t.Reach("the server crashed before a " + before)
			m.down(c)
			close(fired)
			t.Go(func() {
				t.Sleep(repairTime)
				m.up()
			})
		}
		at := 1 + round/2
		if round%2 == 0 {
			t.Step("%s crashes before sync %d from now takes effect, and the disk %s", serverNode, at, c.what)
			m.atFlush(at, fire)
		} else {
			t.Step("%s crashes before reply %d from now, and the disk %s", serverNode, at, c.what)
			m.atReply(at, fire)
		}
		for changes := 0; !labtest.Closed(fired); {
			if round%2 == 0 {
				m.overdue(changes, at)
			}
			n++
			key := string("xy"[n%2])
			operation := fmt.Sprintf("Put %s %d", key, n)
			switch n % 7 {
			case 2, 3:
				operation = fmt.Sprintf("CompareAndSet %s %d %d", key, n, l[key].version)
			case 4:
				operation = "Delete " + key
			case 6:
				operation = "CompareAndSet " + key + " wrong 1"
			}
			was := l[key]
			l.change(clients[n/2%2], operation)
			if l[key] != was {
				changes++
			}
		}
		t.Join(patience, "the restart of "+serverNode)
	}
	l.check(clients[0])
}

func (s Solution) lateCopyAfterCrash(t *labtest.T) {
	m := s.machine(t, labrpc.Faults{}, disk.Config{Latency: disk.Latency{Flush: 10 * time.Millisecond}})
	c, other := m.client(1), m.client(2)
	again := func(operation, result string) {
		t.Step("what %s sends for %s arrives again while the disk is at it, and 2s later", c.name, operation)
		m.next(1, c.name, serverNode, labrpc.Action{Copies: []time.Duration{time.Millisecond, 4 * time.Millisecond, 2 * time.Second}})
		c.want(operation, result)
	}
	for i, key := range []string{"x", "y", "z"} {
		again(fmt.Sprintf("CompareAndSet %s stolen 1", key), otherVersion)
		other.want(fmt.Sprintf("Put %s a", key), "version 1")
		m.restart(m.crashes()[i])
		t.Sleep(3 * time.Second)
		other.want("Get "+key, "a, version 1")
		again(fmt.Sprintf("Put %s b", key), "version 2")
		other.want(fmt.Sprintf("Put %s c", key), "version 3")
		for n := range 25 * i {
			other.want(fmt.Sprintf("Put %s.else %d", key, n), at(uint64(n+1)))
		}
		m.restart(m.crashes()[i])
		t.Sleep(3 * time.Second)
		other.want("Get "+key, "c, version 3")
	}
}

// bounded counts the bytes of all files after each change.
func (s Solution) bounded(t *labtest.T) {
	m := s.machine(t, labrpc.Faults{}, disk.Config{})
	const keys, length, changes = 4, 30, 240
	need := int64(keys*(1+length+32) + 2*64) // versions, numbers and names included
	most := 2*m.options.MaxLog + 4*need
	t.Step("2 clients put values of %d bytes under %d keys, %d times; the files may take %d bytes", length, keys, changes, most)
	clients := []*client{m.client(1), m.client(2)}
	for i := range changes {
		c := clients[i%2]
		o := operation{name: "Put", key: string("wxyz"[i%keys]), value: fmt.Sprintf("%0*d", length, i)}
		got := c.within(o.String(), 0)
		t.Check(got == at(uint64(i/keys+1)), labtest.Finding{
			Expected: fmt.Sprintf("%s gives %q", o, at(uint64(i/keys+1))), Actual: fmt.Sprintf("it gave %q", got)})
		total := int64(0)
		for _, n := range sizes(m.volume()) {
			total += n
		}
		t.Check(total <= most, labtest.Finding{
			Expected: fmt.Sprintf("at most %d bytes: twice MaxLog (%d), and four times the %d bytes of what there is",
				most, m.options.MaxLog, need),
			Actual: fmt.Sprintf("%d bytes after %d changes", total, i+1),
		})
		if i%100 == 99 {
			m.restart(m.crashes()[i/100%3])
		}
	}
}

func (s Solution) oneSync(t *labtest.T) {
	m := s.machine(t, labrpc.Faults{}, disk.Config{})
	m.t.Step("and start it again, with a MaxLog of 1 MiB")
	m.options.MaxLog = 1 << 20
	m.restart(m.crashes()[1])
	c := m.client(1)
	c.want("Put x 0", "version 1")
	changes := t.Size("changes", 50)
	before := m.volume().Flushes()
	for i := range changes {
		c.want(fmt.Sprintf("Put x %d", i+1), at(uint64(i+2)))
		c.want("Get x", fmt.Sprintf("%d, version %d", i+1, i+2))
	}
	got := m.volume().Flushes() - before
	t.Check(got <= changes, labtest.Finding{
		Expected: fmt.Sprintf("%d changes, one after the other, in a log that is far from full: %d syncs", changes, changes),
		Actual:   fmt.Sprintf("%d syncs, of files and of the directory", got),
	})
}

func (s Solution) durableStorm(t *labtest.T) {
	faults, rng := weather(t), t.Rand("crash")
	for i := range 3 {
		begin := 300*time.Millisecond + time.Duration(i)*900*time.Millisecond + time.Duration(rng.IntN(500))*time.Millisecond
		faults.Timed = append(faults.Timed, labrpc.Fault{Kind: labrpc.Crash, From: serverNode, Begin: begin, End: begin + 300*time.Millisecond})
	}
	m := s.machine(t, faults, disk.Config{Latency: disk.Latency{Write: 100 * time.Microsecond, Flush: 3 * time.Millisecond}})
	m.mu.Lock()
	m.fate = disk.Draw(t.Seed())
	m.mu.Unlock()
	m.net.Node(serverNode).OnRestart(func() {
		t.Reach("the server crashed")
		m.boot()
	})
	m.storm(m.crew())
	m.calmAfter()
}
