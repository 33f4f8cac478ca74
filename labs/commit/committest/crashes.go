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

// A ballot says which participants of a transaction vote no.
type ballot []bool

// ballots are all ways in which n participants can vote.
func ballots(n int) (all []ballot) {
	for v := range 1 << n {
		b := make(ballot, n)
		for i := range n {
			b[i] = v>>i&1 == 1
		}
		all = append(all, b)
	}
	return all
}

// parts is a transaction on which they vote so: alice pays everybody else, and who is
// to vote no is to pay more than he has.
func (v ballot) parts() []commitapi.Part {
	change := make([]int64, len(v))
	for i := range v {
		change[i] = int64(10 * i)
		change[0] -= int64(10 * i)
	}
	if len(v) == 1 {
		change[0] = -10
	}
	for i, no := range v {
		if no {
			change[i] -= 1000
		}
	}
	return transfer(change...)
}

func (v ballot) no() bool { return strings.Contains(fmt.Sprint([]bool(v)), "true") }

func (v ballot) String() string {
	words := make([]string, len(v))
	for i, no := range v {
		words[i] = "yes"
		if no {
			words[i] = "no"
		}
	}
	return strings.Join(words, " ")
}

// A disaster is what befalls one transaction.
type disaster struct {
	votes   ballot
	points  []point
	restart time.Duration // how long a site is down; zero: until everybody else has waited in vain
	fate    disk.Fate     // of what was not forced
	rule    func(*bank)   // what the network does; nil is nothing
}

// forever is more than anybody waits for anybody.
const forever = 20 * timeout

// strike carries out a transaction that a disaster befalls, checks what must hold, and
// says how many events and messages there were.
func (s Solution) strike(t *labtest.T, d disaster) (events map[string]int, messages int) {
	b := s.bank(t, len(d.votes), labrpc.Faults{})
	b.mu.Lock()
	b.crashes, b.restart = append(b.crashes, d.points...), d.restart
	if d.fate != nil {
		b.fate = d.fate
	}
	b.mu.Unlock()
	if d.rule != nil {
		d.rule(b)
	}
	parts := d.votes.parts()
	t.Step("Run %s: the votes are to be %s", words(parts), d.votes)
	outcome := b.run(parts)
	if !b.hasTrouble() || d.votes.no() {
		want := committed
		if d.votes.no() {
			want = aborted
		}
		t.Check(outcome == want || b.hasTrouble() && outcome == commitapi.Unknown, labtest.Finding{
			Property: "it commits if all vote yes and nothing fails, and aborts if one votes no",
			Expected: fmt.Sprintf("Run gives %q", want), Actual: fmt.Sprintf("it gave %q", outcome)})
	}
	if d.restart == 0 && b.hasTrouble() {
		t.Sleep(forever)
		b.waiting()
	} else {
		t.Sleep(2 * timeout)
	}
	events, messages = b.events(), b.sent()
	b.end()
	return events, messages
}

func (b *bank) hasTrouble() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.trouble
}

// soon is a restart at once: long enough for those who wait to try in vain.
const soon = timeout / 5

// fates are what may become of what was not forced. The third tears the first
// record.
func fates() []disk.Fate {
	torn := func(c disk.Choice) int { return min(1, c.Options-1) }
	return []disk.Fate{disk.Lose, disk.Keep, torn}
}

// everyCrash has one site crash at each of its points, for all votes.
func (s Solution) everyCrash(t *labtest.T) {
	all := ballots(t.Size("participants", 3))
	fate := fates()[t.Seed()%3]
	tried := 0
	for _, votes := range all {
		events := s.plain(t, votes)
		for _, name := range sorted(events) {
			for k := 1; k <= events[name]+1; k++ {
				for _, restart := range []time.Duration{soon, 0} {
					tried++
					t.Try(func(t *labtest.T) {
						s.strike(t, disaster{votes: votes, points: []point{{name, k}}, restart: restart, fate: fate})
					})
				}
			}
		}
	}
	t.Step("%d crashes of one node tried", tried)
}

// plain is what happens without a crash.
func (s Solution) plain(t *labtest.T, votes ballot) (events map[string]int) {
	t.Try(func(t *labtest.T) { events, _ = s.strike(t, disaster{votes: votes}) })
	return events
}

// pairs has two sites crash, or one twice. Of all pairs each seed tries some.
func (s Solution) pairs(t *labtest.T) {
	rnd := t.Rand("pairs")
	votes := ballots(t.Size("participants", 3))
	for range t.Size("pairs", 250) {
		v := votes[0]
		if rnd.IntN(4) == 0 {
			v = votes[rnd.IntN(len(votes))]
		}
		points := make([]point, 2)
		for i := range points {
			points[i] = point{coordinator, 1 + rnd.IntN(22)}
			if who := rnd.IntN(2 * len(v)); who < len(v) {
				points[i] = point{branch(who), 1 + rnd.IntN(14)}
			}
		}
		restart := []time.Duration{soon, 3 * timeout, 0}[rnd.IntN(3)]
		fate := disk.Draw(rnd.Uint64())
		t.Try(func(t *labtest.T) { s.strike(t, disaster{votes: v, points: points, restart: restart, fate: fate}) })
	}
}

// oneMessage loses, or delays, each message in turn.
func (s Solution) oneMessage(t *labtest.T) {
	fates := []labrpc.Action{{Drop: true}, {Delay: timeout / 2}, {Delay: 3 * timeout}, {Copies: []time.Duration{5 * timeout}}}
	tried := 0
	for _, votes := range ballots(t.Size("participants", 3)) {
		for _, action := range fates {
			for k, n := 1, 1; k <= n; k++ {
				tried++
				t.Try(func(t *labtest.T) {
					_, n = s.strike(t, disaster{votes: votes, restart: soon, rule: func(b *bank) { b.nth(k, every, action) }})
				})
			}
		}
	}
	t.Step("%d times one message was lost, late, or came twice", tried)
}
