package committest

import (
	"fmt"
	"strings"
	"time"

	"faultline/labrpc"
	"faultline/labs/commit/commitapi"
	"faultline/labs/disk"
	"faultline/labs/labtest"
)

// bounce has a site crash and start again at once.
func (b *bank) bounce(name string) {
	b.down(b.site(name), "")
	b.revive(b.site(name))
}

// off has a site crash, until it is revived.
func (b *bank) off(name string) { b.down(b.site(name), "") }

func (b *bank) on(name string) { b.revive(b.site(name)) }

// setFate says what the next crashes leave.
func (b *bank) setFate(fate disk.Fate) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.fate = fate
}

// restarts has everybody crash between transactions.
func (s Solution) restarts(t *labtest.T) {
	b := s.bank(t, 3, labrpc.Faults{})
	money := []any{int64(100), int64(100), int64(100)}
	for i, fate := range append(fates(), fates()...) {
		b.setFate(fate)
		amount := int64(i + 1)
		b.want(committed, transfer(-amount, amount-1, 1))
		money = []any{money[0].(int64) - amount, money[1].(int64) + amount - 1, money[2].(int64) + 1}
		b.want(aborted, []commitapi.Part{{Participant: "p1", Changes: []commitapi.Change{{Account: "savings", By: -500 - amount}}},
			{Participant: "p2", Changes: []commitapi.Change{{Account: "savings", By: amount}}}})
		t.Sleep(slack)
		for _, x := range b.sites {
			b.bounce(x.name)
		}
		b.decided()
		b.shows("after everybody has restarted", money...)
	}
	b.end()
}

// names has a coordinator crash with votes under way, and go on with other transactions.
func (s Solution) names(t *labtest.T) {
	b := s.bank(t, 2, labrpc.Faults{})
	for i := range 3 {
		amount := int64(i + 1)
		b.nth(1, of("p2", coordinator, prepare, true), labrpc.Action{Delay: 3 * slack})
		t.Go(func() { b.run(transfer(-amount, amount)) })
		t.Sleep(slack)
		b.bounce(coordinator)
		t.Join(slack, "the Run of a coordinator that has crashed")
		t.Sleep(4 * slack)
		b.run(transfer(-10*amount, 10*amount))
		t.Sleep(slack)
	}
	b.end()
}

// early has somebody ask while votes are collected.
func (s Solution) early(t *labtest.T) {
	b := s.bank(t, 3, labrpc.Faults{})
	from := b.stranger()
	b.nth(1, of("p2", coordinator, prepare, true), labrpc.Action{Delay: timeout / 2})
	t.Go(func() { b.want(committed, transfer(-30, 10, 20)) })
	b.asks()
	t.Step("somebody asks %s about the transaction while it waits for the vote of p2", coordinator)
	got := b.ask(from, coordinator, commitapi.CoordinatorService, b.latest())
	t.Check(got == "unknown" || strings.HasPrefix(got, "no answer"), labtest.Finding{
		Expected: "while votes are being collected the answer to an Inquiry is Unknown", Actual: fmt.Sprintf("it is %q", got)})
	t.Join(deciding, "the Run")
	b.end()
}

// blocked is the time during which nobody who is up can know how it ends: all have voted
// yes, and the coordinator crashes at the last vote, at its record, at the force of it, or
// just behind.
func (s Solution) blocked(t *labtest.T) {
	for event := 1; event <= 4; event++ {
		t.Try(func(t *labtest.T) {
			b := s.bank(t, 3, labrpc.Faults{})
			b.doomed(event)
			b.setFate(fates()[(event+1)%2])
			b.run(transfer(-30, 10, 20))
			t.Sleep(slack)
			b.shows("all have voted yes, and nobody has told them the outcome: they wait", locked, locked, locked)
			for _, p := range []string{"p1", "p2", "p3"} {
				t.Sleep(10 * timeout)
				b.setFate(disk.Lose)
				b.bounce(p)
			}
			t.Sleep(10 * timeout)
			b.shows("after a long time, and after they have crashed themselves, they still wait", locked, locked, locked)
			b.on(coordinator)
			b.decided()
			if b.monitor.anyCommitted() {
				b.shows("the coordinator had committed", 70, 110, 120)
			} else {
				b.shows("the coordinator had not committed", 100, 100, 100)
			}
			b.end()
		})
	}
}

// anyCommitted reports whether a transaction is committed.
func (m *monitor) anyCommitted() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, txn := range sorted(m.txns) {
		if m.committed(txn) {
			return true
		}
	}
	return false
}

// many leaves several transactions open at each site when it crashes.
func (s Solution) many(t *labtest.T) {
	b := s.bank(t, 3, labrpc.Faults{})
	t.Step("nobody hears a decision")
	b.each(func(m labrpc.Message) bool { return m.Method == decide }, labrpc.Action{Drop: true})
	savings := func(by ...int64) (parts []commitapi.Part) {
		parts = transfer(by...)
		for i := range parts {
			parts[i].Changes[0].Account = "savings"
		}
		return parts
	}
	b.want(committed, transfer(-30, 30))
	b.want(committed, savings(-7, 0, 7))
	b.want(committed, savings(0, -9))
	b.want(committed, transfer(0, 0, -3))
	b.shows("while nobody has heard", locked, locked, locked)
	for _, fate := range fates() {
		b.setFate(fate)
		for _, x := range b.sites {
			b.bounce(x.name)
		}
	}
	b.calm()
	b.shows("when everybody has heard", 70, 130, 97)
	b.end()
}

// again delivers messages that were sent before a crash to those who come after it.
func (s Solution) again(t *labtest.T) {
	b := s.bank(t, 2, labrpc.Faults{})
	late := []time.Duration{20 * time.Millisecond, 200 * time.Millisecond, 300 * time.Millisecond}
	t.Step("everything comes again %v later", late)
	b.each(every, labrpc.Action{Copies: late})
	for i := range 4 {
		amount := int64(i + 1)
		b.run(transfer(-amount, amount))
		t.Sleep(2 * slack)
		b.setFate(fates()[i%3])
		b.bounce("p1")
		if i%2 == 1 {
			b.bounce(coordinator)
		}
		t.Sleep(50 * time.Millisecond)
		b.bounce("p2")
		t.Sleep(300 * time.Millisecond)
	}
	b.end()
}

// crashes draws who crashes when.
func crashes(t *labtest.T, who ...string) (list []labrpc.Fault) {
	for i := range t.Size("crashes", 5) {
		rnd := t.Rand(fmt.Sprintf("crash %d", i))
		node := who[rnd.IntN(len(who))]
		begin := time.Duration(i)*150*time.Millisecond + soon + time.Duration(rnd.IntN(150))*time.Millisecond
		list = append(list, labrpc.Fault{Kind: labrpc.Crash, From: node, Begin: begin,
			End: begin + time.Duration(5+rnd.IntN(100))*time.Millisecond})
	}
	return list
}

// follow has the bank take note of crashes by plan, and start again who has crashed.
func (b *bank) follow() {
	b.setFate(disk.Draw(b.t.Seed()))
	for _, x := range b.sites {
		x.node.OnCrash(func() { // with the network's lock held
			b.mu.Lock()
			defer b.mu.Unlock()
			x.up, x.open, b.trouble = false, false, true
		})
		x.node.OnRestart(func() {
			b.t.Reach("a node crashed")
			b.open(x)
		})
	}
}

// storm has clients move money while messages are lost and nodes crash by plan.
func (s Solution) storm(t *labtest.T) {
	limit := labrpc.Faults{Loss: 0.15, Duplicate: 0.2, Corrupt: 0.05, Delay: 0.15,
		DelayBy: labrpc.Range{Min: time.Millisecond, Max: 3 * timeout}}
	faults := labrpc.Draw(t.Seed(), limit)
	faults.Timed = crashes(t, branch(0), branch(1), branch(2), coordinator, coordinator)
	b := s.bank(t, 3, faults)
	b.follow()
	runs := t.Size("transactions", 6)
	for client := range t.Size("clients", 3) {
		t.Go(func() {
			for i := range runs {
				b.pay(fmt.Sprintf("transaction %d of client %d", i, client), 1+client+3*i)
			}
		})
	}
	t.Join(time.Minute, "every Run")
	t.ReachFaults("a packet")
	b.net.Calm()
	t.Sleep(500 * time.Millisecond) // whoever is down by plan restarts
	b.end()
}

// pay is a transaction between two participants drawn for it. The amount is another one
// in each transaction, modulo 20.
func (b *bank) pay(name string, amount int) {
	rnd := b.t.Rand(name)
	n := len(b.sites) - 1
	change := make([]int64, n)
	from, to := rnd.IntN(n), rnd.IntN(n-1)
	if to >= from {
		to++
	}
	amount += 20 * rnd.IntN(3)
	change[from], change[to] = -int64(amount), int64(amount)
	b.t.Sleep(time.Duration(rnd.IntN(60)) * time.Millisecond)
	if b.isOpen(b.sites[0]) {
		b.run(transfer(change...))
	}
}
