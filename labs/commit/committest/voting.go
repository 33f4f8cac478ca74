package committest

import (
	"context"
	"fmt"
	"maps"
	"sync"
	"time"

	"faultline/labrpc"
	"faultline/labs/commit/commitapi"
	"faultline/labs/labtest"
)

// always is the limit of cases that try so much that only their parts have one.
const always = 100 * time.Hour

const (
	committed = commitapi.Committed
	aborted   = commitapi.Aborted
)

// memory is a bank whose logs may stay empty.
func (s Solution) memory(t *labtest.T, n int, faults labrpc.Faults) *bank {
	b := s.bank(t, n, faults)
	b.monitor.volatile = true
	return b
}

func (s Solution) commits(t *labtest.T) {
	b := s.memory(t, 3, labrpc.Faults{})
	b.want(committed, transfer(-30, 30))
	t.Sleep(slack)
	b.shows("after the commit", 70, 130, 100)
	b.want(committed, transfer(-20, -30, 50))
	t.Sleep(slack)
	b.want(committed, []commitapi.Part{{Participant: "p3", Changes: []commitapi.Change{
		{Account: "carol", By: -150}, {Account: "savings", By: 150}}}})
	t.Sleep(slack)
	b.shows("after three commits, the last of them at one participant", 50, 100, 0)
	b.want(committed, transfer(-50, 50)) // to the last penny
	b.end()
	given := b.site("p1").accounts
	t.Check(maps.Equal(given, accounts("p1")), labtest.Finding{
		Property: "a participant does not change the map in its config",
		Expected: fmt.Sprintf("ParticipantConfig.Accounts of p1 has %v, as when it was opened", accounts("p1")),
		Actual:   fmt.Sprintf("it has %v: the participant keeps its balances in it, and not in a copy", given)})
}

func (s Solution) oneNo(t *labtest.T) {
	b := s.memory(t, 3, labrpc.Faults{})
	for i := range 3 {
		change := []int64{1, 1, 1}
		change[i] = -101
		b.want(aborted, transfer(change...))
		t.Sleep(slack)
		b.shows("after "+branch(i)+" has voted no", 100, 100, 100)
	}
	parts := transfer(-1, 1)
	parts[1].Changes[0].Account = "nobody"
	b.want(aborted, parts)
	parts = transfer(-1, 1)
	parts[0].Changes = append([]commitapi.Change{{Account: "savings", By: -5}}, commitapi.Change{Account: "alice", By: -200})
	b.want(aborted, parts)
	t.Sleep(slack)
	b.shows("after a part of which one half could have been done", 100, 100, 100)
	t.Check(b.balance("p1", "savings") == "100", labtest.Finding{
		Expected: "Balance of savings at p1 gives 100", Actual: fmt.Sprintf("it gives %q", b.balance("p1", "savings"))})
	t.Check(b.balance("p2", "nobody") == missing, labtest.Finding{
		Expected: "Balance of nobody at p2 gives ErrNoAccount", Actual: fmt.Sprintf("it gives %q", b.balance("p2", "nobody"))})
	b.want(aborted, transfer(-101))
	b.want(committed, transfer(-100, 100))
	b.end()
}

func (s Solution) silent(t *labtest.T) {
	b := s.memory(t, 3, labrpc.Faults{})
	for i := range 3 {
		p := branch(i)
		for j, is := range []func(labrpc.Message) bool{of(coordinator, p, prepare, false), of(p, coordinator, prepare, true)} {
			t.Step("%s is lost, also when it is repeated", [...]string{"the question to " + p, "the vote of " + p}[j])
			b.each(is, labrpc.Action{Drop: true})
			b.want(aborted, transfer(-int64(i)-1, -int64(j)-1, int64(i+j)+2))
			t.Sleep(slack)
			b.shows("soon after the abort", 100, 100, 100)
			b.calm()
		}
	}
	b.nth(1, of("p2", coordinator, prepare, true), labrpc.Action{Delay: timeout / 2})
	b.want(committed, transfer(-5, 5))
	b.end()
}

func (s Solution) locks(t *labtest.T) {
	b := s.memory(t, 3, labrpc.Faults{})
	late := timeout * 4 / 5
	t.Step("what p1 and p2 are told of the outcome is %v late", late)
	for _, p := range []string{"p1", "p2"} {
		b.nth(1, of(coordinator, p, decide, false), labrpc.Action{Delay: late})
	}
	b.want(committed, transfer(-30, 30))
	b.shows("before the decision has arrived", locked, locked, 100)
	b.want(aborted, transfer(-10, 0, 10))
	t.Sleep(slack)
	b.shows("after another transaction has wanted one of them", locked, locked, 100)
	b.want(committed, []commitapi.Part{{Participant: "p1", Changes: []commitapi.Change{{Account: "savings", By: -1}}},
		{Participant: "p3", Changes: []commitapi.Change{{Account: "savings", By: 1}}}})
	t.Sleep(2 * timeout)
	b.shows("when the decision has arrived", 70, 130, 100)
	b.want(committed, transfer(-11, 0, 11))
	t.Sleep(slack)

	t.Step("p3 votes no at once, and the vote of p2 is %v late", late)
	b.nth(1, of("p2", coordinator, prepare, true), labrpc.Action{Delay: late})
	b.want(committed, transfer(0, 0, -1))
	t.Sleep(slack)
	t.Go(func() { b.run(transfer(-1, -1, -999)) })
	t.Sleep(2 * slack)
	t.Check(b.balance("p3", "carol") == "110", labtest.Finding{
		Expected: "p3, which has voted no, holds nothing", Actual: "Balance of carol gives " + b.balance("p3", "carol")})
	b.want(committed, transfer(0, 0, -2))
	t.Join(deciding, "the Run that is aborted")
	t.Sleep(slack)
	b.shows("after the abort", 59, 130, 108)
	b.end()
}

func (s Solution) resend(t *labtest.T) {
	b := s.memory(t, 3, labrpc.Faults{})
	t.Step("the first 12 messages that tell p2 the outcome are lost, and the first 12 acknowledgements of p3")
	b.next(12, of(coordinator, "p2", decide, false), labrpc.Action{Drop: true})
	b.next(12, of("p3", coordinator, decide, true), labrpc.Action{Drop: true})
	b.want(committed, transfer(-30, 10, 20))
	t.Sleep(2 * timeout)
	b.shows("2×Timeout later, and p2 does not hear of it", 70, locked, 120)
	t.Sleep(12 * 2 * timeout)
	b.shows("13×2×Timeout later", 70, 110, 120)
	b.end()
}

// copies repeats each message of three transactions.
func (s Solution) copies(t *labtest.T) {
	lateness := []time.Duration{time.Millisecond, 3 * time.Millisecond, timeout / 2, 4 * timeout}
	all := [][]commitapi.Part{transfer(-30, 10, 20), transfer(-1, -500, 3), transfer(40, -40)}
	t.Step("each message in turn comes again, %v later", lateness)
	for k := 1; ; k++ {
		more := false
		for _, late := range lateness {
			t.Try(func(t *labtest.T) {
				b := s.memory(t, 3, labrpc.Faults{})
				b.nth(k, every, labrpc.Action{Copies: []time.Duration{late}})
				for i, parts := range all {
					want := committed
					if i == 1 {
						want = aborted
					}
					b.want(want, parts)
					t.Sleep(2 * slack)
				}
				t.Sleep(5 * timeout)
				b.end()
				more = b.sent() >= k
			})
		}
		if !more {
			return
		}
	}
}

func (s Solution) beside(t *labtest.T) {
	b := s.memory(t, 3, labrpc.Faults{})
	t.Step("p1 answers nothing")
	b.each(func(m labrpc.Message) bool { return m.From == "p1" }, labrpc.Action{Drop: true})
	t.Go(func() { b.want(aborted, transfer(-30, 30)) })
	t.Sleep(slack)
	for i := range 3 {
		t.Within(3*slack, "a Run over p2 and p3 (savings) while another one waits for p1", func() {
			b.want(committed, []commitapi.Part{{Participant: "p2", Changes: []commitapi.Change{{Account: "savings", By: -int64(i) - 1}}},
				{Participant: "p3", Changes: []commitapi.Change{{Account: "savings", By: int64(i) + 1}}}})
		})
		t.Sleep(slack)
	}
	t.Join(deciding, "the Run that waits for p1")
	b.end()
}

// crowd has several clients move money between the same accounts.
func (s Solution) crowd(t *labtest.T) {
	b := s.memory(t, 4, labrpc.Faults{Latency: labrpc.Range{Min: labrpc.MinLatency, Max: 2 * time.Millisecond}})
	var mu sync.Mutex
	outcomes := map[commitapi.Outcome]int{}
	runs := t.Size("transactions", 8)
	for client := range t.Size("clients", 5) {
		t.Go(func() {
			for i := range runs {
				rnd := t.Rand(fmt.Sprintf("transaction %d of client %d", i, client))
				change := make([]int64, 4)
				from, to := rnd.IntN(4), rnd.IntN(3)
				if to >= from {
					to++
				}
				amount := int64(1 + client + 5*i + 40*rnd.IntN(3)) // in no two transactions the same
				change[from], change[to] = -amount, amount
				outcome := b.run(transfer(change...))
				mu.Lock()
				outcomes[outcome]++
				mu.Unlock()
				t.Sleep(time.Duration(rnd.IntN(10)) * time.Millisecond)
			}
		})
	}
	t.Join(time.Minute, "every Run")
	for outcome, n := range outcomes {
		if n > 0 && outcome != commitapi.Unknown {
			t.Reach("a transaction " + string(outcome))
		}
	}
	b.end()
}

func (s Solution) closing(t *labtest.T) {
	b := s.memory(t, 2, labrpc.Faults{})
	t.Step("p2 hears nothing")
	b.each(func(m labrpc.Message) bool { return m.To == "p2" }, labrpc.Action{Drop: true})
	ctx, cancel := context.WithCancel(context.Background())
	t.Go(func() {
		got := b.runIn(ctx, transfer(-1, 1))
		t.Check(got == aborted, labtest.Finding{
			Expected: "a Run whose context ends before the decision aborts", Actual: fmt.Sprintf("it gave %q", got)})
	})
	t.Sleep(slack)
	cancel()
	t.Join(slack, "a Run whose context has ended")
	t.Sleep(slack)
	b.shows("after that", 100)
	t.Go(func() {
		got := b.run(transfer(-2, 2))
		t.Check(got == commitapi.Unknown, labtest.Finding{
			Expected: "a Run whose coordinator is closed gives ErrClosed", Actual: fmt.Sprintf("it gave %q", got)})
	})
	t.Sleep(slack)
	t.Step("close %s", coordinator)
	t.Within(time.Second, "Close", b.sites[0].coordinator.Close)
	t.Join(slack, "a Run whose coordinator was closed")
	t.Within(time.Second, "Close", b.sites[0].coordinator.Close)
	t.Restarts(b.sites[0].node, "Close closes the process")
	t.Step("close p1, which holds alice")
	t.Within(time.Second, "Close", b.sites[1].participant.Close)
	t.Within(time.Second, "Close", b.sites[1].participant.Close)
	t.Restarts(b.sites[1].node, "Close closes the process")
}
