package quorumtest

import (
	"fmt"
	"time"

	"faultline/labrpc"
	"faultline/labs/disk"
	"faultline/labs/labtest"
)

// restarts has all replicas crash and start again, and looks at what they know.
func (s Solution) restarts(t *labtest.T) {
	m := s.farm(t, floor{}, disk.Config{})
	c, reader := m.voter(1), m.voter(2)
	for i := range t.Size("rounds", 3) {
		key := fmt.Sprintf("k%d", i)
		c.puts(key+" a", key+" b", "x "+key)
		m.bounce(m.losses(i)[i], m.floor.Names...)
		reader.want("Get x", key)
		reader.want("Get "+key, "b")
		t.Step("a value must have kept its version: the next Put replaces it")
		reader.puts(key + " c")
		c.want("Get "+key, "c")
	}
	c.to("N1", "N2").puts("x new")
	m.bounce(m.losses(0)[1], "N1", "N2")
	reader.gets("x", []string{"N1", "N3"}, "new")
	reader.gets("x", []string{"N2", "N3"}, "new")
}

// anyKey has keys that are no names of files. The first value is empty.
func (s Solution) anyKey(t *labtest.T) {
	m := s.farm(t, floor{}, disk.Config{})
	c := m.voter(1)
	keys := []string{"", "k\x00/\n", "K", "k"}
	values := []string{"", "1", "2", "3"}
	for i, key := range keys {
		t.Step("Put %q under the key %q", values[i], key)
		m.raw(c, key, values[i], true)
	}
	m.bounce(m.losses(0)[0], m.floor.Names...)
	for i, key := range keys {
		m.raw(c, key, values[i], false)
	}
}

// raw puts a value under any key, or gets it.
func (m *farm) raw(c *user, key, value string, put bool) {
	m.t.Within(patience, fmt.Sprintf("an operation on key %q", key), func() {
		if put {
			err := c.Put(m.t.Context(patience), key, []byte(value))
			m.t.Check(err == nil, labtest.Finding{Expected: "Put succeeds", Actual: fmt.Sprintf("it gave %q", err)})
			return
		}
		got, err := c.Get(m.t.Context(patience), key)
		m.t.Check(err == nil && string(got) == value, labtest.Finding{
			Expected: fmt.Sprintf("Get of key %q gives %q, as before the crash", key, value),
			Actual:   fmt.Sprintf("it gave %q, error %v", got, err)})
	})
}

// forgotten crashes one of the two replicas that have acknowledged a Put, just before
// a sync or just after the Put. The third replica has never heard of it.
func (s Solution) forgotten(t *labtest.T) {
	m := s.farm(t, floor{}, disk.Config{})
	c, reader := m.register(1), m.register(2).to("N1", "N3")
	c.puts("x v0")
	c.to("N1", "N2")
	for i := range t.Size("rounds", 6) {
		value := fmt.Sprintf("v%d", i+1)
		l := m.losses(i)[i%3]
		if i < 3 {
			c.puts("x " + value)
			m.down("N1", l)
		} else {
			t.Step("N1 crashes just before the disks carry out sync %d from now", i)
			crashed := make(chan struct{})
			m.atFlush(i, func() {
				m.down("N1", l)
				close(crashed)
			})
			t.Go(func() {
				for !labtest.Closed(crashed) {
					c.call("Put x "+value, 0)
				}
			})
			t.Eventually(patience, "the sync", func() bool { return labtest.Closed(crashed) })
			t.Sleep(timeout / 5)
		}
		m.up("N1")
		t.Join(patience, "the Put")
		reader.want("Get x", value)
	}
}

// shown has a Get find a value while the disk is still at it, and the replica crash.
func (s Solution) shown(t *labtest.T) {
	m := s.farm(t, floor{}, disk.Config{Latency: disk.Latency{Flush: 8 * time.Millisecond}})
	writer, reader := m.alone(1, "N1"), m.alone(2, "N1")
	for i := range t.Size("values", 4) {
		value := fmt.Sprintf("v%d", i)
		t.Step("%s puts %s; a sync takes 8ms, and %s gets x until it sees it", writer.name, value, reader.name)
		t.Go(func() { writer.call("Put x "+value, 0) })
		t.Eventually(patience, "a Get that finds "+value, func() bool { return reader.call("Get x", patience) == value })
		m.down("N1", m.losses(i)[0])
		m.up("N1")
		reader.want("Get x", value)
		t.Join(patience, "the Put")
	}
}

// repairs has a replica miss Puts, and a Get tell it.
func (s Solution) repairs(t *labtest.T) {
	m := s.farm(t, floor{Repair: true}, disk.Config{})
	c, reader := m.register(1), m.register(2)
	c.puts("x a", "y a")
	reader.want("Get y", "a")
	t.Sleep(10 * timeout) // a Put need not reach N3; such a Get does
	m.down("N3", m.losses(0)[1])
	c.puts("x b")
	m.up("N3")
	reader.want("Get x", "b")
	m.holds(m.alone(3, "N3"), "x", "b")
	c.to("N1", "N2").puts("x c")
	t.Step("N3 answers last, when the Get does not need it any more")
	m.late("N3", reader.name, timeout/2)
	reader.want("Get x", "c")
	m.rules.Clear()
	t.Sleep(timeout)
	m.holds(m.alone(4, "N3"), "x", "c")
	m.holds(m.alone(5, "N3"), "y", "a")
	t.Step("%s gets x 5 times, and all replicas have c", reader.name)
	reader.costs("Get x", 5, 4*m.floor.N)
	m.down("N3", m.losses(0)[1])
	c.to().puts("x d")
	t.Step("%s Get x: it does not wait for N3", reader.name)
	got := reader.promptly("Get x", prompt)
	t.Check(got == "d", labtest.Finding{Expected: `Get x gives "d"`, Actual: fmt.Sprintf("it gave %q", got)})
}

// repairsNewest has three replicas hold three values, with the newest in the middle. A
// majority has it when the Get returns, and the third replica not yet.
func (s Solution) repairsNewest(t *labtest.T) {
	last := []string{"N1", "N3"}[t.Seed()%2]
	m := s.farm(t, floor{Repair: true}, disk.Config{})
	c, reader := m.register(1), m.register(2)
	c.puts("x a")
	t.Sleep(settled)
	c.to("N2", "N3").puts("x b")
	c.to()
	m.onlyFirst(c, "N2")
	c.blocked("Put x c", "its value has reached N2 only")
	m.rules.Clear()
	t.Step("N1 has a, N2 has c and N3 has b; %s answers last", last)
	m.late(last, reader.name, timeout/2)
	m.losesSecond(reader, last)
	reader.want("Get x", "c")
	m.rules.Clear()
	for i, name := range m.floor.Names {
		m.holds(m.alone(3+i, name), "x", "c")
	}
}

// losesSecond has the network lose the first request that a client sends to a replica
// when it has been answered by another one.
func (m *farm) losesSecond(u *user, replica string) {
	m.t.Step("what %s sends to %s first when it is answered is lost", u.name, replica)
	a, lost := asking{u, map[string]bool{}}, false
	m.rules.Add(func(msg labrpc.Message) (action labrpc.Action) {
		action.Drop = a.over(msg) && msg.To == replica && !lost
		lost = lost || action.Drop
		return action
	})
}

// lateRepair has a repair arrive after a newer value.
func (s Solution) lateRepair(t *labtest.T) {
	m := s.farm(t, floor{Repair: true}, disk.Config{})
	c, reader := m.register(1), m.register(2)
	c.puts("y a")
	t.Sleep(settled)
	c.to("N1", "N2").puts("y b")
	t.Step("the next Get finds that N3 lacks b; its repair comes late, and meanwhile c is put")
	m.late("N3", reader.name, timeout/5)
	m.lateButFirst(reader, "N3")
	reader.want("Get y", "b")
	c.to("N1", "N3").puts("y c")
	t.Sleep(settled)
	m.rules.Clear()
	reader.gets("y", []string{"N2", "N3"}, "c")
}

// failedSync has the disk of a replica fail, and the replica with it.
func (s Solution) failedSync(t *labtest.T) {
	m := s.farm(t, floor{}, disk.Config{})
	c, reader := m.register(1), m.register(2)
	c.puts("x v0")
	for i := range t.Size("failures", 4) {
		value := fmt.Sprintf("v%d", i+1)
		t.Step("the next sync of N1 will fail")
		m.volume("N1").FailFlush()
		c.to("N1", "N2").blocked("Put x "+value, "N1 cannot store it, and N2 alone is no majority")
		t.Step("N1 crashes and starts again: its disk has forgotten what it failed to write")
		m.down("N1", m.losses(i)[i%2])
		m.up("N1")
		c.to().puts("x " + value + "-again")
		reader.to("N1", "N3").want("Get x", value+"-again")
	}
	m.failedCopy(c)
}

// failedCopy has the disk of a replacement fail while it copies. N2 has what N3 lacks, and
// answers first.
func (m *farm) failedCopy(c *user) {
	c.puts("x old")
	m.t.Sleep(settled)
	c.to("N1", "N2").puts("x new")
	m.t.Step("N1 does not hear N2 and N3")
	m.net.Cut([]string{"N1"}, []string{"N2", "N3"})
	m.replace("N1")
	m.t.Sleep(settled)
	m.t.Step("the next sync of N1 will fail; it hears N2 and N3 again, and N3 takes longer")
	m.volume("N1").FailFlush()
	m.late("N3", "N1", timeout/5)
	m.net.Heal()
	u := m.alone(3, "N1")
	u.blocked("Get x", "the disk of N1 has failed while it copied, so N1 answers nothing any more")
	m.rules.Clear()
	m.net.Cut([]string{"N1"}, []string{"N2", "N3"})
	m.down("N1", m.losses(0)[1])
	m.t.Step("N1 does not hear N2 and N3")
	m.up("N1")
	u.blocked("Get x", "N1 has not copied everything, and hears nobody")
	m.t.Step("they hear each other again")
	m.net.Heal()
	m.holds(u, "x", "new")
}

// replacement has a disk replaced, of a replica that has acknowledged what one other
// has. Who may be copied from decides when it is complete.
func (s Solution) replacement(t *labtest.T) {
	m := s.farm(t, floor{N: 3 + 2*int(t.Seed()%2)}, disk.Config{})
	names := m.floor.Names
	have, lack := names[1:m.floor.W], names[m.floor.W:] // beside N1
	c := m.register(1)
	c.puts("x a", "y a")
	t.Sleep(settled)
	c.to(names[:m.floor.W]...).puts("x b")
	away, from := have, lack
	if t.Seed()%4 >= 2 { // then those that lack b answer last
		away, from = names[1:], nil
		for _, name := range lack {
			m.late(name, "N1", timeout/2)
		}
	}
	t.Step("N1 and %s do not hear each other; %s had b, beside N1", labtest.List(away), labtest.List(have))
	m.net.Cut([]string{"N1"}, away)
	m.replace("N1")
	u := m.alone(2, "N1")
	u.blocked("Get x", fmt.Sprintf("N1 has lost its disk and hears %s: it cannot know of b", onlyOrNobody(from)))
	m.reopen("N1")
	c.to(append([]string{"N1"}, lack...)...)
	c.blocked("Get x", fmt.Sprintf("N1 must not be counted: with %s it would be a majority that knows nothing of b", labtest.List(lack)))
	t.Step("they hear each other again")
	m.net.Heal()
	t.Sleep(10 * timeout)
	m.rules.Clear()
	m.holds(u, "x", "b")
	m.holds(u, "y", "a")
	m.crash(have[0])
	c.want("Get x", "b")
}

// onlyOrNobody is whom somebody hears who hears no others than these.
func onlyOrNobody(names []string) string {
	if names == nil {
		return "nobody"
	}
	return labtest.List(names) + " only"
}

// durableStorm is a storm in which replicas crash, one at a time, and come back with
// what is on their disks.
func (s Solution) durableStorm(t *labtest.T) {
	rng := t.Rand("failures")
	m := s.farm(t, floor{N: 3 + 2*rng.IntN(2), Repair: rng.IntN(2) == 0, Faults: weather(t)},
		disk.Config{Latency: disk.Latency{Write: 100 * time.Microsecond, Flush: 3 * time.Millisecond}})
	st := storm{house: m.house, keys: 2, operations: 7}
	for i := range t.Size("clients", 3+rng.IntN(2)) {
		st.users = append(st.users, m.register(i+1))
	}
	t.Go(func() {
		for i := range t.Size("crashes", 4) {
			rng := t.Rand(fmt.Sprint("crash", i))
			name := m.floor.Names[rng.IntN(m.floor.N)]
			t.Sleep(time.Duration(rng.IntN(250)) * time.Millisecond)
			m.down(name, m.losses(i)[rng.IntN(3)])
			t.Reach("a replica crashed")
			t.Sleep(downTime)
			m.up(name)
		}
	})
	st.run()
	st.calm()
	t.Judge("register", "")
}
