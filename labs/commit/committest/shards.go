package committest

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"faultline/labrpc"
	"faultline/labs/commit/commitapi"
	"faultline/labs/disk"
	"faultline/labs/labtest"
)

// looks is what transactions that first look do when nobody disturbs them.
func (s Solution) looks(t *labtest.T) {
	b := s.shards(t, 3, labrpc.Faults{})
	var all []*deal
	sees := func(head string, d *deal, saw string) {
		b.must(d.solvent(t).by(head, "client"))
		t.Check(d.effect.String() == saw, labtest.Finding{
			Expected: fmt.Sprintf("Transact %s: %s", d.what, saw), Actual: d.effect.String()})
	}
	do := func(head string, d *deal, saw string) {
		sees(head, d, saw)
		all = append(all, d)
	}
	do(coordinator, pays("alice", "bob", 30, rest), "saw alice=100 bob=100, did alice-30 bob+30")
	t.Step("p2 and p3 hear of decisions %v late", timeout*4/5)
	b.each(func(m labrpc.Message) bool { return m.To != "p1" && m.Method == decide && !m.Reply }, labrpc.Action{Delay: timeout * 4 / 5})
	do(second, pays("bob", "carol", 125, rest), "saw bob=130 carol=100, did bob-125 carol+125")
	do(coordinator, audits(rest, "alice", "bob", "carol"), "saw alice=70 bob=5 carol=225, did nothing")
	do(coordinator, pays("bob", "alice", 6, rest), "saw bob=5 alice=70, did nothing")
	b.calm()
	do(second, raises("alice", "carol", 7, rest), "saw alice=70, did carol+7")
	do(second, &deal{what: "lower carol by 7", body: func(commitapi.View) ([]commitapi.Part, error) {
		return []commitapi.Part{part("carol", -7)}, nil
	}}, "saw nothing, did carol-7")
	do(coordinator, &deal{what: "read alice and nobody", body: func(v commitapi.View) ([]commitapi.Part, error) {
		_, err := v.Balance("p2", "nobody")
		t.Check(errors.Is(err, commitapi.ErrNoAccount), labtest.Finding{
			Expected: "the View gives ErrNoAccount for an account that does not exist", Actual: fmt.Sprintf("it gives %v", err)})
		_, err = look(v, rest, "alice")
		return nil, err
	}}, "saw alice=70, did nothing")
	do(coordinator, &deal{what: "nothing", body: func(commitapi.View) ([]commitapi.Part, error) { return nil, nil }},
		"saw nothing, did nothing")
	t.Step("p1 has two accounts; its savings are not among the money that is added up in the end")
	sees(second, &deal{what: "read alice and savings, savings+9", body: func(v commitapi.View) ([]commitapi.Part, error) {
		_, err := look(v, rest, "alice", "savings")
		return []commitapi.Part{part("savings", 9)}, err
	}}, "saw alice=70 savings=100, did savings+9")
	t.Sleep(slack)
	b.shows("after all that", 70, 5, 225)
	b.next(3, of("p1", coordinator, reading, true), labrpc.Action{Drop: true})
	t.Step("the next 3 readings of p1 are lost")
	do(coordinator, pays("alice", "carol", 15, rest), "saw alice=70 carol=225, did alice-15 carol+15")
	b.reckon(all...)
}

// letsGo has transactions come to nothing, each in another way. Nobody may be left locked
// out.
func (s Solution) letsGo(t *labtest.T) {
	mind := errors.New("changed my mind")
	refuses := func() *deal {
		d := pays("alice", "bob", 10, rest)
		pay := d.body
		d.body = func(v commitapi.View) ([]commitapi.Part, error) {
			if _, err := pay(v); err != nil {
				return nil, err
			}
			return nil, mind
		}
		return d.by(coordinator, "client-1")
	}
	for _, way := range []func(*labtest.T, *bank) *deal{
		func(t *labtest.T, b *bank) *deal {
			d := refuses()
			t.Step("Transact %s: its body gives an error of its own", d.what)
			b.transact(d)
			t.Check(d.outcome == aborted && errors.Is(d.err, mind), labtest.Finding{
				Expected: fmt.Sprintf("Transact gives %q, and the error of body", aborted),
				Actual:   fmt.Sprintf("it gave %q, and the error %v", d.outcome, d.err)})
			return d
		},
		func(t *labtest.T, b *bank) *deal {
			t.Step("what %s decides is lost, and the body of a transaction gives an error of its own", coordinator)
			b.each(func(m labrpc.Message) bool { return m.Method == decide && m.From == coordinator }, labrpc.Action{Drop: true})
			return b.transact(refuses())
		},
		func(t *labtest.T, b *bank) *deal {
			late := []time.Duration{20 * time.Millisecond, 3 * timeout}
			t.Step("each Read comes again %v later", late)
			b.each(func(m labrpc.Message) bool { return m.Method == reading && !m.Reply }, labrpc.Action{Copies: late})
			d := b.transact(pays("alice", "bob", 10, rest).by(coordinator, "client-1"))
			t.Sleep(4 * timeout)
			return d
		},
		func(t *labtest.T, b *bank) *deal {
			t.Step("p2 hears nothing of %s, and the context ends", coordinator)
			b.each(func(m labrpc.Message) bool { return m.To == "p2" && m.From == coordinator }, labrpc.Action{Drop: true})
			return b.transact(pays("alice", "bob", 10, rest).by(coordinator, "client-1").within(4 * timeout))
		},
		func(t *labtest.T, b *bank) *deal {
			t.Step("%s crashes when the transaction has read alice, and stays down", coordinator)
			return b.transact(pays("alice", "bob", 10, func(int) { b.off(coordinator) }).solvent(t).by(coordinator, "client-1"))
		},
		askedTooEarly,
		func(t *labtest.T, b *bank) *deal {
			d := raises("alice", "bob", -1000, rest)
			t.Step("Transact %s, which p2 cannot do, until its context ends", d.what)
			return b.transact(d.by(coordinator, "client-1").within(4 * timeout))
		},
	} {
		t.Try(func(t *labtest.T) {
			b := s.shards(t, 2, labrpc.Faults{})
			d := way(t, b)
			other := b.must(pays("bob", "alice", 20, rest).by(second, "client-2"))
			b.reckon(d, other)
		})
	}
}

// askedTooEarly has somebody ask a participant about a transaction which it has not voted
// on: so it aborts that, and the next attempt must find the account free.
func askedTooEarly(t *labtest.T, b *bank) *deal {
	d := pays("alice", "bob", 10, rest).by(coordinator, "client-1")
	t.Step("Transact %s: before p2 is asked for its vote, somebody asks it how that ended, so p2 aborts it", d.what)
	b.nth(1, of(coordinator, "p2", prepare, false), labrpc.Action{Delay: timeout / 4})
	from := b.stranger()
	t.Go(func() { b.transact(d) })
	t.Sleep(2 * slack)
	b.ask(from, "p2", commitapi.ParticipantService, b.latest())
	t.Join(2*progress, "Transact "+d.what)
	b.committed(d)
	return d
}

// inDoubt leaves a transaction undecided, or its participants without the decision, while
// its coordinator is down. Nobody may see it, and nobody else need wait.
func (s Solution) inDoubt(t *labtest.T) {
	for _, decided := range []bool{false, true} {
		for _, restart := range []bool{false, true} {
			for _, first := range []func() *deal{
				func() *deal { return pays("alice", "bob", 30, rest) },
				func() *deal { return draws("bob", "alice", 40, rest) },
				func() *deal { return draws("alice", "bob", 40, rest) },
			} {
				t.Try(func(t *labtest.T) { s.doubt(t, first(), decided, restart) })
			}
		}
	}
	t.Try(s.besideDoubt)
}

// besideDoubt has a transaction wait for another that is in doubt, and its coordinator
// carry out a third meanwhile.
func (s Solution) besideDoubt(t *labtest.T) {
	b := s.shards(t, 3, labrpc.Faults{})
	t.Step("nobody hears what %s decides", coordinator)
	b.each(func(m labrpc.Message) bool { return m.Method == decide && !m.Reply && m.From == coordinator }, labrpc.Action{Drop: true})
	one := b.must(pays("alice", "bob", 30, rest).by(coordinator, "client-1"))
	b.off(coordinator)
	two := pays("bob", "alice", 45, rest).by(second, "client-2").within(progress + 2*timeout)
	t.Step("Transact %s (%s), which has to wait for %s", two.what, second, coordinator)
	t.Go(func() { b.transact(two) })
	t.Sleep(slack)
	three := b.must(raises("carol", "carol", 5, rest).by(second, "client-3"))
	t.Join(2*progress, "Transact "+two.what)
	b.on(coordinator)
	b.calm()
	b.reckon(one, two, three)
}

func (s Solution) doubt(t *labtest.T, one *deal, decided, restart bool) {
	b := s.shards(t, 3, labrpc.Faults{})
	one.by(coordinator, "client-1")
	if decided {
		t.Step("nobody hears what %s decides", coordinator)
		b.each(func(m labrpc.Message) bool { return m.Method == decide && !m.Reply && m.From == coordinator }, labrpc.Action{Drop: true})
		b.must(one)
	} else {
		t.Step("the votes for %s come %v late", one.what, timeout/2)
		b.each(func(m labrpc.Message) bool { return m.Method == prepare && m.Reply && m.To == coordinator },
			labrpc.Action{Delay: timeout / 2})
		t.Go(func() { b.transact(one) })
		t.Sleep(4 * slack)
	}
	b.off(coordinator)
	t.Join(timeout, "Transact "+one.what)
	if restart {
		b.bounce("p1")
		b.bounce("p2")
	}
	all := []*deal{one, b.must(raises("carol", "carol", 5, rest).by(second, "client-2"))}
	for i, d := range []*deal{pays("alice", "carol", 1, rest), pays("bob", "carol", 2, rest)} {
		x := b.site(branch(i))
		before := b.monitor.open(x)
		t.Step("Transact %s (%s), with %v of patience", d.what, second, 6*timeout)
		all = append(all, b.transact(d.by(second, "client-2").within(6*timeout)))
		still := slices.ContainsFunc(b.monitor.open(x), func(r commitapi.Record) bool { return before != nil && r.Txn == before[0].Txn })
		t.Check(d.outcome != committed || !still, labtest.Finding{
			Property: "who has voted yes keeps what it has promised, and what was read there, until it knows the outcome",
			Expected: fmt.Sprintf("%s does not commit: %s has voted yes to %s, and does not know how it ended", d.what, x.name, one.what),
			Actual:   "it commits"})
	}
	b.on(coordinator)
	b.calm()
	b.reckon(append(all, b.must(pays("bob", "alice", 3, rest).by(second, "client-2")))...)
}

// A ruin is what befalls a transfer while another coordinator is at the same accounts.
type ruin struct {
	other   func() *deal
	points  []point
	restart time.Duration // as in a disaster
	fate    disk.Fate
}

// crashStates has one site crash at each of its points during a transfer: at every second
// beside an audit, and at the others beside a transfer in the other direction. The next
// seed has it the other way round.
func (s Solution) crashStates(t *labtest.T) {
	seed := int(t.Seed() % 12)
	others := []func() *deal{
		func() *deal { return audits(rest, "alice", "bob") },
		func() *deal { return pays("bob", "alice", 45, rest) },
	}
	tried := 0
	for i, other := range others {
		var events map[string]int
		t.Try(func(t *labtest.T) { events = s.befall(t, ruin{other: other}) })
		for _, name := range sorted(events) {
			for k := 1 + (seed+i)%2; k <= events[name]; k += 2 {
				tried++
				restart := []time.Duration{soon, 0}[(seed+k/2)%2]
				t.Try(func(t *labtest.T) {
					s.befall(t, ruin{other: other, points: []point{{name, k}}, restart: restart, fate: fates()[seed%3]})
				})
			}
		}
	}
	t.Step("%d crashes of one node tried", tried)
}

// befall carries out a transfer that something befalls, and says how many events there
// were until both clients had their answers.
func (s Solution) befall(t *labtest.T, r ruin) (events map[string]int) {
	b := s.shards(t, 2, labrpc.Faults{})
	b.mu.Lock()
	b.crashes, b.restart = r.points, r.restart
	if r.fate != nil {
		b.fate = r.fate
	}
	b.mu.Unlock()
	one := pays("alice", "bob", 30, rest).by(coordinator, "client-1").within(6 * timeout)
	two := r.other().by(second, "client-2").within(6 * timeout)
	t.Step("Transact %s (%s), and %v later %s (%s)", one.what, one.head, slack/2, two.what, two.head)
	t.Go(func() { b.transact(one) })
	t.Sleep(slack / 2)
	b.transact(two)
	t.Join(8*timeout, "Transact "+one.what)
	t.Sleep(timeout)
	events = b.events()
	b.reckon(one, two)
	return events
}

// bankStorm has clients look and pay while messages are lost and nodes crash by plan.
func (s Solution) bankStorm(t *labtest.T) {
	limit := labrpc.Faults{Loss: 0.1, Duplicate: 0.2, Corrupt: 0.05, Delay: 0.15,
		DelayBy: labrpc.Range{Min: time.Millisecond, Max: 3 * timeout}}
	faults := labrpc.Draw(t.Seed(), limit)
	faults.Timed = crashes(t, branch(0), branch(1), branch(2), coordinator, second)
	b := s.shards(t, 3, faults)
	b.follow()
	before := b.money()
	t.Judge("accounts", before.String())
	deals := t.Size("transactions", 4)
	for client := range t.Size("clients", 4) {
		t.Go(func() {
			for i := range deals {
				b.drawn(i, client)
			}
		})
	}
	t.Join(time.Minute, "every Transact")
	t.ReachFaults("a packet")
	b.net.Calm()
	t.Sleep(500 * time.Millisecond) // whoever is down by plan restarts
	b.end()
	b.must(audits(rest, sorted(before)...).by(coordinator, "auditor"))
}

// drawn is a deal that is drawn for it. The amount is another one in each, modulo 20.
func (b *bank) drawn(i, client int) {
	rnd := b.t.Rand(fmt.Sprintf("transaction %d of client %d", i, client))
	order := rnd.Perm(3)
	amount := int64(1 + client + 4*i + 20*rnd.IntN(3))
	long := time.Duration(rnd.IntN(8)) * time.Millisecond
	p := func(int) { b.t.Sleep(long) }
	d := []*deal{
		pays(owners(order[0]), owners(order[1]), amount, p), pays(owners(order[0]), owners(order[1]), amount, p),
		draws(owners(order[0]), owners(order[1]), amount, p),
		audits(p, owners(order[0]), owners(order[1]), owners(order[2])),
	}[rnd.IntN(4)]
	d.by([]string{coordinator, second}[client%2], fmt.Sprintf("client-%d", client)).within(30 * timeout)
	b.t.Sleep(time.Duration(rnd.IntN(60)) * time.Millisecond)
	if !b.isOpen(b.site(d.head)) {
		return
	}
	if b.transact(d); d.outcome == committed && d.did != nil {
		b.t.Reach("a transaction committed")
	}
}
