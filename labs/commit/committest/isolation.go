package committest

import (
	"fmt"
	"time"

	"faultline/labrpc"
	"faultline/labs/labtest"
)

// An anomaly is what two transactions do that only look alone. The first pauses between
// its reads; the second begins meanwhile.
type anomaly struct {
	first, second func(pause) *deal
}

// anomalies are those of the books, each as the two transactions that show it.
func anomalies() []anomaly {
	pay := func(from, to string, amount int64) func(pause) *deal {
		return func(p pause) *deal { return pays(from, to, amount, p) }
	}
	audit := func(owners ...string) func(pause) *deal {
		return func(p pause) *deal { return audits(p, owners...) }
	}
	draw := func(other, owner string, amount int64) func(pause) *deal {
		return func(p pause) *deal { return draws(other, owner, amount, p) }
	}
	raise := func(owner string, by int64) func(pause) *deal {
		return func(p pause) *deal { return raises(owner, owner, by, p) }
	}
	return []anomaly{
		{pay("alice", "bob", 30), pay("alice", "bob", 45)},        // lost update
		{audit("alice", "bob"), pay("alice", "bob", 30)},          // an audit that sees a half
		{audit("bob", "alice"), pay("alice", "bob", 30)},          // and the other half
		{audit("alice", "bob", "alice"), pay("bob", "alice", 30)}, // a read that cannot be repeated
		{draw("alice", "bob", 60), draw("bob", "alice", 70)},      // write skew
		{pay("alice", "bob", 30), audit("bob", "alice")},          // a change that is not decided
		{pay("alice", "bob", 30), raise("bob", 5)},                // the same, at the one that is read last
		{draw("alice", "bob", 60), pay("alice", "carol", 80)},     // what one has only read, the other changes
	}
}

// A hitch is what the network does meanwhile.
type hitch struct {
	name string
	rule func(*bank)
}

func hitches() []hitch {
	late := func(to, method string) func(*bank) {
		return func(b *bank) {
			b.each(func(m labrpc.Message) bool { return m.To == to && m.Method == method && !m.Reply }, labrpc.Action{Delay: timeout / 4})
		}
	}
	return []hitch{
		{"", func(*bank) {}},
		{"p1 hears of decisions late", late("p1", decide)},
		{"p2 hears of decisions late", late("p2", decide)},
		{"p1 is asked for its vote late", late("p1", prepare)},
		{"p2 is asked for its vote late", late("p2", prepare)},
	}
}

// interleavings has two transactions begin at all distances. Each seed tries a quarter of
// them.
func (s Solution) interleavings(t *labtest.T) {
	tried := 0
	for _, a := range anomalies() {
		for _, h := range hitches() {
			for i := t.Seed() % 4; i < 14; i += 4 {
				tried++
				begin := time.Duration(i) * time.Millisecond
				t.Try(func(t *labtest.T) { s.interleave(t, a, h, 3*time.Millisecond, begin) })
			}
		}
	}
	t.Step("%d pairs of transactions tried", tried)
}

func (s Solution) interleave(t *labtest.T, a anomaly, h hitch, long, begin time.Duration) {
	b := s.shards(t, 3, labrpc.Faults{})
	if h.name != "" {
		t.Step("%s", h.name)
	}
	h.rule(b)
	one := a.first(func(int) { t.Sleep(long) }).by(coordinator, "client-1").within(patient(2))
	two := a.second(rest).by(second, "client-2").within(patient(2))
	t.Step("Transact %s (%s), with %v between its reads; and %v later %s (%s)", one.what, one.head, long, begin, two.what, two.head)
	t.Go(func() { b.transact(one) })
	t.Sleep(begin)
	b.transact(two)
	t.Join(patient(3), "Transact "+one.what)
	b.committed(one)
	b.committed(two)
	b.reckon(one, two)
}

// stale has what a transaction has read change before it commits, although it may have
// been locked: the transaction takes its time, or the participant restarts.
func (s Solution) stale(t *labtest.T) {
	for _, a := range anomalies() {
		for _, crash := range []bool{false, true} {
			t.Try(func(t *labtest.T) {
				b := s.shards(t, 3, labrpc.Faults{})
				first := true
				hold := func(read int) {
					if read == 1 && first {
						first = false
						t.Sleep(8 * timeout)
					}
				}
				one := a.first(hold).by(coordinator, "client-1").within(patient(2))
				t.Step("Transact %s (%s), with %v behind its first read", one.what, one.head, 8*timeout)
				t.Go(func() { b.transact(one) })
				t.Sleep(slack)
				if crash {
					b.bounce("p1")
					b.bounce("p2")
				}
				two := b.must(a.second(rest).by(second, "client-2").within(patient(2)))
				t.Join(patient(2), "Transact "+one.what)
				b.committed(one)
				b.reckon(one, two)
			})
		}
	}
}

// deadlock has transactions want what others hold, in every order.
func (s Solution) deadlock(t *labtest.T) {
	tangles := []func(pause) []*deal{
		func(p pause) []*deal { return []*deal{pays("alice", "bob", 10, p), pays("bob", "alice", 20, p)} },
		func(p pause) []*deal { return []*deal{pays("alice", "bob", 10, p), pays("alice", "bob", 20, p)} },
		func(p pause) []*deal {
			return []*deal{pays("alice", "bob", 10, p), pays("bob", "carol", 20, p), pays("carol", "alice", 30, p)}
		},
		func(p pause) []*deal { return []*deal{raises("alice", "bob", 10, p), raises("bob", "alice", 20, p)} },
		func(p pause) (list []*deal) {
			for i := range int64(3) {
				list = append(list, pays("alice", "bob", 1+i, p), pays("bob", "alice", 11+i, p))
			}
			return list
		},
	}
	for _, tangle := range tangles {
		for _, long := range []time.Duration{0, 3 * time.Millisecond, timeout / 2} {
			t.Try(func(t *labtest.T) { s.untangle(t, tangle(func(int) { t.Sleep(long) }), long) })
		}
	}
}

// untangle has all these begin at once. All must get through.
func (s Solution) untangle(t *labtest.T, deals []*deal, long time.Duration) {
	b := s.shards(t, 3, labrpc.Faults{})
	for i, d := range deals {
		d.by([]string{coordinator, second}[i%2], fmt.Sprintf("client-%d", i+1)).within(patient(len(deals)))
		pause := ""
		if long > 0 {
			pause = fmt.Sprintf(", with %v behind each read", long)
		}
		t.Step("Transact %s (%s)%s", d.what, d.head, pause)
		t.Go(func() { b.transact(d) })
	}
	t.Join(patient(len(deals)+1), "every Transact")
	for _, d := range deals {
		b.committed(d)
	}
	b.reckon(deals...)
}
