package kvtest

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"faultline/labrpc"
	"faultline/labs/disk"
	"faultline/labs/kv/kvapi"
	"faultline/labs/labtest"
)

// Another program's file is on the server's disk, and takes all its room but
// little.
const otherFile = "another-program"

// fullDisk leaves room for less than a record, for less than a snapshot, and so on.
func (s Solution) fullDisk(t *labtest.T) {
	m := s.machine(t, labrpc.Faults{}, disk.Config{Capacity: 16 << 10})
	c := m.client(1)
	l := ledger{}
	rng := t.Rand("room")
	n := 0
	put := func(what string) {
		n++
		l.change(c, fmt.Sprintf("Put %c %s%d%s", "vwxyz"[n%5], what, n, long))
	}
	rooms := []int64{0, 20, 0, 200, 0, 400, 700, 1000, 1400}
	rooms, changes := rooms[:t.Size("rounds", len(rooms))], t.Size("changes", 25)
	for round, room := range rooms {
		for range 5 + rng.IntN(5) { // so that the log is short here, and long there
			put("room")
		}
		room += int64(rng.IntN(20))
		m.fill(room)
		t.Step("another program leaves %d bytes of room on the disk", room)
		for range changes {
			n++
			o := operation{name: []string{"Put", "Put", "CompareAndSet", "Put", "Delete"}[n%5],
				key: string("vwxyz"[n%5]), value: fmt.Sprintf("full%d%s", n, long)}
			o.old = l[o.key].version
			m.mayBeFull(c, l, o)
		}
		l.check(c)
		m.restart(m.crashes()[(round+int(t.Seed()))%3])
		l.check(c)
		_, there := sizes(m.volume())[otherFile]
		t.Check(there, labtest.Finding{
			Property: "the files of other programs are left alone",
			Expected: fmt.Sprintf("file %s is still there when %s has started again", otherFile, serverNode), Actual: "it is gone"})
		t.Step("the other program makes room")
		m.fill(8 << 10)
		put("again")
		m.restart(m.crashes()[(round+1)%3])
		l.check(c)
	}
}

// fill gives the other program's file the size that leaves so much room.
func (m *machine) fill(room int64) {
	v := m.volume()
	f, err := v.Create(otherFile)
	good(err)
	total := int64(0)
	for _, n := range sizes(v) {
		total += n
	}
	good(f.Truncate(max(0, m.config.Capacity-total-room)))
	good(f.Sync())
	good(f.Close())
	good(v.SyncDir())
}

// mayBeFull carries out a change that succeeds as the contract says, or finds no
// room and changes nothing.
func (m *machine) mayBeFull(c *client, l ledger, o operation) {
	next, want := l[o.key].apply(o)
	got := c.within(o.String(), 0)
	if got == full {
		m.t.Reach("the disk was full")
		return
	}
	m.t.Check(got == want, labtest.Finding{
		Expected: fmt.Sprintf("%s gives %q, or %q for want of room", short(o.String()), want, full),
		Actual:   fmt.Sprintf("it gave %q", got)})
	l[o.key] = next
}

// failedSync fails one flush of the server, a later one in each round, and looks
// what becomes of it.
func (s Solution) failedSync(t *labtest.T) {
	m := s.machine(t, labrpc.Faults{}, disk.Config{})
	c := m.client(1)
	l := ledger{}
	n := 0
	last := 24
	if t.Real() {
		last = 3
	}
	last = t.Size("failures", last)
	for flush := 1; flush <= last; flush++ {
		t.Step("sync %d from now will fail", flush)
		failed := make(chan struct{})
		m.atFlush(flush, func() {
			close(failed)
			m.volume().FailFlush()
		})
		var open operation
		for changes := 0; open.name == ""; changes++ {
			if !labtest.Closed(failed) {
				m.overdue(changes, flush)
			}
			n++
			o := operation{name: "Put", key: string("xyz"[n%3]), value: fmt.Sprint("v", n)}
			next, want := l[o.key].apply(o)
			before := labtest.Closed(failed) // what failed meanwhile may have nothing to do with this change
			got := c.within(o.String(), 500*time.Millisecond)
			switch {
			case labtest.Closed(failed) && got == maybe:
				open = o
			case got == want:
				l[o.key] = next
				t.Check(!before, labtest.Finding{
					Expected: fmt.Sprintf("the server answers nothing after its disk has failed: %s gives %q", o, maybe),
					Actual:   fmt.Sprintf("it gave %q", got)})
			default:
				t.Fail(labtest.Finding{Expected: fmt.Sprintf("%s gives %q", o, want), Actual: fmt.Sprintf("it gave %q", got)})
			}
		}
		t.Check(labtest.Closed(m.ended()), labtest.Finding{
			Expected: "a server whose disk has failed closes its process", Actual: "it has not"})
		m.restart(m.crashes()[flush%2])
		m.settle(c, l, open)
		l.check(c)
	}
}

// overdue fails if so many changes were acknowledged, one after the other, and sync n
// since they began has not come. A server that does not sync would keep a case that
// waits for that going for ever.
func (m *machine) overdue(changes, n int) {
	m.t.Check(changes < n, labtest.Finding{
		Property: "a change is durable before its client is answered",
		Expected: "each change takes a sync: they come one after the other",
		Actual:   fmt.Sprintf("the server has acknowledged %s since, and sync %d has not come", labtest.Count(changes, "change"), n)})
}

// ended is closed when the server's process is.
func (m *machine) ended() <-chan struct{} {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.process.Done()
}

// settle asks what has become of an operation of which nobody knows.
func (m *machine) settle(c *client, l ledger, o operation) {
	m.t.Step("%s may have taken effect, or not", o)
	next, _ := l[o.key].apply(o)
	_, old := l[o.key].apply(operation{name: "Get"})
	_, now := next.apply(operation{name: "Get"})
	got := c.within("Get "+o.key, 0)
	m.t.Check(got == old || got == now, labtest.Finding{
		Expected: fmt.Sprintf("Get %s gives %q or %q", o.key, old, now), Actual: fmt.Sprintf("it gave %q", got)})
	if got == now {
		l[o.key] = next
	}
}

// rot flips, one after the other, bytes that had been on the disk before the last
// change, and takes away whole files. Whoever opens what is left must either see
// that something is wrong, or not be concerned.
func (s Solution) rot(t *labtest.T) {
	m := s.machine(t, labrpc.Faults{}, disk.Config{})
	c := m.client(1)
	l := ledger{}
	for i := range t.Size("changes", 30) {
		l.change(c, fmt.Sprintf("Put %c value-%d", "xyz"[i%3], i))
	}
	before := m.contents()
	l.change(c, "Put x last")
	rng := t.Rand("offsets")
	flipped := 0
	for _, name := range slices.Sorted(maps.Keys(before)) {
		now, _ := content(m.volume(), name)
		if len(now) < len(before[name]) {
			continue // it was begun anew, so all of it may be what a crash interrupted
		}
		for at := rng.IntN(5); at < min(len(before[name]), len(now)); at += 1 + rng.IntN(5) {
			if before[name][at] == now[at] {
				flipped++
				m.damaged(l, fmt.Sprintf("a bit of byte %d of %d of file %s is flipped", at, len(now), name),
					func(v *disk.Volume) error { return v.Rot(name, int64(at)) })
			}
		}
		// A file that has only become longer was durable before: no crash takes it away.
		// Another one may be what a crash interrupted.
		grown := bytes.HasPrefix(now, before[name]) && (len(before[name]) > 0 || len(now) == 0)
		if len(before) > 1 && grown {
			m.damaged(l, fmt.Sprintf("file %s is gone", name), func(v *disk.Volume) error { return v.Remove(name) })
		}
	}
	t.Note("%d bytes were flipped", flipped)
}

func (m *machine) contents() map[string][]byte {
	all := map[string][]byte{}
	for name := range sizes(m.volume()) {
		all[name], _ = content(m.volume(), name)
	}
	return all
}

// damaged opens a copy of the volume with some damage, on another node.
func (m *machine) damaged(l ledger, what string, damage func(*disk.Volume) error) {
	v := m.volume().Fork(disk.Config{})
	good(damage(v))
	const spare = "kv-2"
	node := m.net.Node(spare)
	p, err := node.Start()
	good(err)
	defer p.Close()
	_, err = m.solution.OpenServer(p, v, m.options)
	if errors.Is(err, kvapi.ErrCorrupt) {
		return
	}
	m.t.Step("%s", what)
	m.t.Check(err == nil, labtest.Finding{
		Expected: "OpenServer gives an error that is (errors.Is) ErrCorrupt, or starts with all that there was",
		Actual:   fmt.Sprintf("it gave %q", fmt.Sprint(err))})
	reader := &client{h: m.house, name: "client-9"}
	reader.process = m.start(reader.name)
	defer reader.process.Close()
	reader.Client = m.solution.NewClient(reader.process, spare)
	for _, key := range slices.Sorted(maps.Keys(l)) {
		_, want := l[key].apply(operation{name: "Get"})
		got := reader.within("Get "+key, 0)
		m.t.Check(got == want, labtest.Finding{
			Expected: fmt.Sprintf("ErrCorrupt, or the true value of %s: %q", key, want),
			Actual:   fmt.Sprintf("OpenServer gave no error, and Get %s gave %q", key, got)})
	}
}
