package committest

import (
	"fmt"

	"faultline/labrpc"
	"faultline/labs/commit/commitapi"
	"faultline/labs/labtest"
)

// asking is how long it takes who asks the others every 2×Timeout, and waits a Timeout
// for the coordinator first, and then for them.
const asking = 6 * timeout

// gone has the coordinator crash at an event, and stay down.
func (b *bank) gone(event int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.crashes = append(b.crashes, point{coordinator, event})
}

// doomed has the coordinator crash at its k-th event after all have voted, and stay
// down. What comes before that is for the solution to choose.
func (b *bank) doomed(k int) {
	voted := map[string]bool{}
	b.rules.Add(func(m labrpc.Message) (pass labrpc.Action) {
		if m.Method == prepare && m.Reply && !voted[m.From] {
			if voted[m.From] = true; len(voted) == len(b.participants()) {
				b.gone(b.events()[coordinator] + k)
			}
		}
		return pass
	})
}

const nobody = ""

// hears lets nobody but one participant hear a decision.
func (b *bank) hears(who string) {
	if who == nobody {
		b.t.Step("nobody hears the decision")
	} else {
		b.t.Step("nobody but %s hears the decision", who)
	}
	b.each(func(m labrpc.Message) bool { return m.Method == decide && !m.Reply && m.To != who }, labrpc.Action{Drop: true})
}

// told waits until a participant has heard a decision. Who tells one after the other
// waits for those who do not hear it.
func (b *bank) told(i int) {
	b.t.Eventually(2*timeout, branch(i)+" hears the decision", func() bool { return b.balance(branch(i), owners(i)) != locked })
}

// peers has the coordinator go when one participant knows.
func (s Solution) peers(t *labtest.T) {
	for i := range 3 {
		t.Try(func(t *labtest.T) {
			b := s.bank(t, 3, labrpc.Faults{})
			b.hears(branch(i))
			b.want(committed, transfer(-30, 10, 20))
			b.told(i)
			b.off(coordinator)
			t.Sleep(asking)
			b.shows(branch(i)+" knows that it committed, and the coordinator is down", 70, 110, 120)
			b.end()
		})
		t.Try(func(t *labtest.T) {
			b := s.bank(t, 3, labrpc.Faults{})
			b.hears(nobody)
			change := []int64{-10, -10, -10}
			change[i] -= 100
			b.want(aborted, transfer(change...))
			b.off(coordinator)
			t.Sleep(asking)
			b.shows(branch(i)+" has voted no, and the coordinator is down", 100, 100, 100)
			b.end()
		})
		t.Try(func(t *labtest.T) {
			b := s.bank(t, 3, labrpc.Faults{})
			b.hears(nobody)
			t.Step("%s is not asked for its vote", branch(i))
			b.each(of(coordinator, branch(i), prepare, false), labrpc.Action{Drop: true})
			b.want(aborted, transfer(-30, 10, 20))
			b.off(coordinator)
			t.Sleep(asking)
			b.shows(branch(i)+" has not voted, and the coordinator is down", 100, 100, 100)
			b.end()
		})
	}
	t.Step("the coordinator lives, and two participants cannot reach it")
	b := s.bank(t, 3, labrpc.Faults{})
	b.each(func(m labrpc.Message) bool {
		return m.Method == decide && !m.Reply && m.To != "p1" || m.Method == askHead
	},
		labrpc.Action{Drop: true})
	b.want(committed, transfer(-30, 10, 20))
	t.Sleep(asking)
	b.shows("p1 knows that it committed", 70, 110, 120)
	b.end()
}

// uncertain has everybody ask everybody, and nobody who is up know.
func (s Solution) uncertain(t *labtest.T) {
	b := s.bank(t, 3, labrpc.Faults{})
	b.hears("p3")
	b.want(committed, transfer(-30, 10, 20))
	b.told(2)
	b.off(coordinator)
	b.off("p3")
	t.Sleep(forever)
	b.shows("only p3 and the coordinator know, and they are down", locked, locked)
	b.bounce("p1")
	b.bounce("p2")
	t.Sleep(forever)
	b.shows("after p1 and p2 have restarted", locked, locked)
	b.on("p3")
	t.Sleep(asking)
	b.shows("p3 is back, and the coordinator is not", 70, 110, 120)
	b.end()
}

// stranger starts a process of the suite's own, whose messages the bank must bear.
func (b *bank) stranger() *labrpc.Process {
	p := labtest.Must(b.net.Node("stranger").Start())
	b.t.Cleanup(func() { p.Close() })
	return p
}

// ask asks a site about a transaction, as another participant would.
func (b *bank) ask(from *labrpc.Process, to, service string, txn commitapi.Txn) (got string) {
	ctx, cancel := b.t.Patient(timeout)
	defer cancel()
	var a commitapi.Answer
	err := from.Call(ctx, to, service+".Inquire", commitapi.Inquiry{Txn: txn, From: from.Name()}, &a)
	switch {
	case err != nil:
		return "no answer: " + err.Error()
	case a.Outcome == commitapi.Unknown:
		return "unknown"
	}
	return string(a.Outcome)
}

// answers fails unless a site answers so.
func (b *bank) answers(from *labrpc.Process, to, service string, txn commitapi.Txn, want string) {
	got := b.ask(from, to, service, txn)
	b.t.Check(got == want, labtest.Finding{
		Expected: fmt.Sprintf("%s answers an Inquiry about %s by %q", to, txn, want), Actual: fmt.Sprintf("%q", got)})
}

// latest is the name of the transaction that was begun last, as far as votes were asked for.
func (b *bank) latest() commitapi.Txn {
	b.monitor.mu.Lock()
	defer b.monitor.mu.Unlock()
	return b.monitor.last
}

// asks waits until the coordinator has asked for votes, and they have come.
func (b *bank) asks() {
	b.t.Sleep(slack)
	b.t.Eventually(timeout, "Run asks for votes", func() bool { return b.latest() != "" })
}

// promise has a participant asked about a transaction before it is asked for its vote.
func (s Solution) promise(t *labtest.T) {
	for _, crash := range []bool{false, true} {
		t.Try(func(t *labtest.T) {
			b := s.bank(t, 3, labrpc.Faults{})
			t.Step("what asks p3 for its vote is %v late", timeout/2)
			b.each(of(coordinator, "p3", prepare, false), labrpc.Action{Delay: timeout / 2})
			t.Go(func() { b.want(aborted, transfer(-30, 10, 20)) })
			b.asks()
			from := b.stranger()
			txn := b.latest()
			t.Step("p1 answers that it does not know, and p3, which has not voted, that it aborts")
			b.answers(from, "p1", commitapi.ParticipantService, txn, "unknown")
			b.answers(from, "p3", commitapi.ParticipantService, txn, "aborted")
			if crash {
				b.bounce("p3")
			}
			t.Join(deciding, "the Run")
			t.Sleep(timeout)
			b.shows("p3 has been asked for its vote after that", 100, 100, 100)
			b.answers(from, "p3", commitapi.ParticipantService, txn, "aborted")
			b.answers(from, coordinator, commitapi.CoordinatorService, txn, "aborted")
			b.end()
		})
	}
}

// known fails unless the coordinator remembers so many transactions.
func (b *bank) known(want int, when string) {
	b.mu.Lock()
	c := b.sites[0].coordinator
	b.mu.Unlock()
	got := c.Known()
	b.t.Check(got == want, labtest.Finding{
		Expected: fmt.Sprintf("%s: Known gives %d", when, want), Actual: fmt.Sprintf("it gives %d", got)})
}

// forgets looks at what the coordinator remembers.
func (s Solution) forgets(t *labtest.T) {
	b := s.bank(t, 3, labrpc.Faults{})
	from := b.stranger()
	b.want(committed, transfer(-30, 10, 20))
	first := b.latest()
	b.want(aborted, transfer(-500, 500))
	t.Sleep(2 * timeout)
	b.known(0, "after a commit that all have acknowledged, and an abort")

	t.Step("the acknowledgements of p3 are lost")
	b.each(of("p3", coordinator, decide, true), labrpc.Action{Drop: true})
	b.want(committed, transfer(-3, 1, 2))
	second := b.latest()
	t.Sleep(forever)
	for _, fate := range fates() {
		b.known(1, "p3 has not acknowledged a commit")
		b.answers(from, coordinator, commitapi.CoordinatorService, second, "committed")
		b.setFate(fate)
		b.bounce(coordinator)
		t.Sleep(forever)
	}
	b.calm()
	t.Sleep(ending)
	b.known(0, "all have acknowledged everything")
	b.answers(from, coordinator, commitapi.CoordinatorService, first, "aborted")
	b.answers(from, "p3", commitapi.ParticipantService, second, "committed")
	for i, fate := range fates() {
		b.setFate(fate)
		b.bounce(coordinator)
		t.Sleep(ending)
		b.known(0, fmt.Sprintf("after restart %d of the coordinator, and when all have acknowledged again what it may tell again", i+1))
	}
	b.end()
}

// deep is the long way: a commit that everybody has acknowledged and the coordinator has
// forgotten, old messages, and restarts.
func (s Solution) deep(t *labtest.T) {
	for _, fate := range fates() {
		t.Try(func(t *labtest.T) {
			b := s.bank(t, 3, labrpc.Faults{})
			b.setFate(fate)
			from := b.stranger()
			b.want(committed, transfer(-30, 10, 20))
			txn := b.latest()
			t.Sleep(2 * timeout)
			b.known(0, "after a commit that all have acknowledged")
			t.Step("an Inquiry from before that reaches %s, which knows nothing any more", coordinator)
			b.answers(from, coordinator, commitapi.CoordinatorService, txn, "aborted")
			for _, p := range []string{"p1", "p2", "p3"} {
				t.Step("the answer reaches %s, as a Decision to abort", p)
				b.tell(from, p, txn, aborted)
			}
			b.shows("it had committed", 70, 110, 120)
			for range 2 {
				for _, p := range []string{"p1", "p2", "p3"} {
					b.bounce(p)
				}
				t.Sleep(ending)
				b.shows("after a restart of all participants", 70, 110, 120)
				b.bounce(coordinator)
				t.Sleep(ending)
			}
			b.end()
		})
	}
	t.Try(func(t *labtest.T) {
		b := s.bank(t, 2, labrpc.Faults{})
		t.Step("p1 hears of a commit of which it has never heard before")
		b.tell(b.stranger(), "p1", "nobody.1.1", committed)
		t.Sleep(slack)
		b.shows("it has not voted", 100, 100)
		b.bounce("p1")
		b.shows("after a restart", 100, 100)
		b.want(committed, transfer(-1, 1))
		b.end()
	})
}

// tell tells a participant an outcome.
func (b *bank) tell(from *labrpc.Process, to string, txn commitapi.Txn, outcome commitapi.Outcome) {
	ctx, cancel := b.t.Patient(timeout)
	defer cancel()
	from.Call(ctx, to, decide, commitapi.Decision{Txn: txn, Outcome: outcome}, &commitapi.Ack{})
}

// alone has the coordinator crash at each of its points, and stay down, and one
// participant perhaps not be asked. Whoever is up and can know, must.
func (s Solution) alone(t *labtest.T) {
	fate := fates()[t.Seed()%3]
	for _, votes := range ballots(3) {
		last := s.plain(t, votes)[coordinator] + 1
		for left := range 4 {
			for k := 1; k <= last; k++ {
				t.Try(func(t *labtest.T) {
					b := s.bank(t, 3, labrpc.Faults{})
					b.setFate(fate)
					b.gone(k)
					if left < 3 {
						b.nth(1, of(coordinator, branch(left), prepare, false), labrpc.Action{Drop: true})
					}
					parts := votes.parts()
					t.Step("Run %s: the votes are to be %s", words(parts), votes)
					b.run(parts)
					b.off(coordinator)
					t.Sleep(asking)
					b.together()
					b.end()
				})
			}
		}
	}
}

// together fails if somebody waits although somebody who is up knows the outcome, or can
// decide it because he has not voted.
func (b *bank) together() {
	var waits, knows string
	for i, x := range b.participants() {
		switch b.monitor.stands(x) {
		case commitapi.Ready:
			if b.balance(x.name, owners(i)) == locked {
				waits = x.name
			}
		case "":
			knows = x.name + " has not promised anything"
		default:
			knows = x.name + " knows the outcome"
		}
	}
	b.t.Check(waits == "" || knows == "", labtest.Finding{
		Property: "who waits for a coordinator that is down learns the outcome from anybody who knows it",
		Expected: fmt.Sprintf("%v after the coordinator has gone, %s has decided: %s", asking, waits, knows),
		Actual:   fmt.Sprintf("%s still holds its account", waits)})
}

// stands is the kind of the latest record in the log of a participant.
func (m *monitor) stands(x *site) (kind commitapi.Kind) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, r := range x.records {
		kind = r.Kind
	}
	return kind
}

// cost counts what a transaction takes.
func (s Solution) cost(t *labtest.T) {
	b := s.bank(t, 3, labrpc.Faults{})
	for i := range 3 {
		amount := int64(i + 1)
		b.takes(bill{head: 1, each: [3]int{2, 2, 2}, messages: 12}, committed, transfer(-2*amount, amount, amount))
		change := []int64{amount, amount, amount}
		change[i] = -500
		each := [3]int{1, 1, 1}
		each[i] = 0
		b.takes(bill{head: 0, each: each, messages: 10}, aborted, transfer(change...))
	}
	b.takes(bill{head: 1, each: [3]int{2, 0, 0}, messages: 4}, committed, transfer(-1))
	b.end()
}

// A bill is what a transaction may take: forced writes of the coordinator and of each
// participant, and messages.
type bill struct {
	head     int
	each     [3]int
	messages int
}

func (b *bank) takes(most bill, outcome commitapi.Outcome, parts []commitapi.Part) {
	b.mu.Lock()
	clear(b.forces)
	b.messages = 0
	b.mu.Unlock()
	b.want(outcome, parts)
	b.t.Sleep(timeout / 2)
	b.mu.Lock()
	defer b.mu.Unlock()
	got := bill{b.forces[coordinator], [3]int{b.forces["p1"], b.forces["p2"], b.forces["p3"]}, b.messages}
	ok := got.head <= most.head && got.messages <= most.messages
	for i := range 3 {
		ok = ok && got.each[i] <= most.each[i]
	}
	if !ok {
		b.t.Fail(labtest.Finding{
			Expected: fmt.Sprintf("Run %s, which is %s, takes at most %s", words(parts), outcome, most),
			Actual:   got.String()})
	}
}

func (c bill) String() string {
	return fmt.Sprintf("forced writes: %d of the coordinator, %d, %d and %d of the participants; messages: %d",
		c.head, c.each[0], c.each[1], c.each[2], c.messages)
}
