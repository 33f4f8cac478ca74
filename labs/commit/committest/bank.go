package committest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"faultline/labrpc"
	"faultline/labs/commit/commitapi"
	"faultline/labs/disk"
	"faultline/labs/labtest"
)

// The times of every bank. A message takes 1ms on a calm network.
const (
	timeout  = 50 * time.Millisecond
	deciding = 2 * timeout  // no Run takes longer
	ending   = 10 * timeout // in the calm, everybody has decided after this
	slack    = 5 * time.Millisecond
)

const coordinator = "c1"

// owners have an account each, at the participants p1, p2 and so on.
func owners(i int) string { return [...]string{"alice", "bob", "carol", "dave"}[i] }

func branch(i int) string { return fmt.Sprintf("p%d", i+1) }

// beginning is what is in each account before the first transaction.
const beginning = 100

// A site is a node of the bank with its log. The lock of the bank guards it.
type site struct {
	name        string
	head        bool // it is a coordinator
	node        *labrpc.Node
	coordinator commitapi.Coordinator // of the present life, or of the last
	participant commitapi.Participant
	up          bool // its process runs
	starting    bool // somebody is starting it
	open        bool // its program has been started, and can be used
	events      int  // what it has done, or was about to do, in all its lives
	disk        disk.Config
	accounts    map[string]int64   // given to the participant of the present life, which does not change it
	records     []commitapi.Record // in its log, as far as they survived; the lock of the monitor guards it
}

// A bank is a coordinator and n participants of the solution, and a network between.
type bank struct {
	t        *labtest.T
	solution Solution
	net      *labrpc.Network
	sites    []*site // the coordinator first, then the participants, then other coordinators
	rules    labtest.Rules

	mu       sync.Mutex
	fate     disk.Fate // of what is not forced, at the next crash
	crashes  []point   // still to come
	restart  time.Duration
	messages int
	forces   map[string]int
	monitor  monitor
	trouble  bool // something went wrong that the script or the plan did
	moment   int  // counts the beginnings and ends of transactions that look first
}

// bank starts a bank with n participants, and other coordinators beside c1. Their logs
// are empty.
func (s Solution) bank(t *labtest.T, n int, faults labrpc.Faults, others ...string) *bank {
	b := &bank{t: t, solution: s, fate: disk.Lose, forces: map[string]int{}}
	b.monitor = monitor{bank: b, txns: map[commitapi.Txn]*story{}}
	b.net = t.Network(labrpc.Config{Faults: faults})
	b.net.Intercept(b.intercept)
	b.add(coordinator).head = true
	for i := range n {
		b.add(branch(i))
	}
	for _, name := range others {
		b.add(name).head = true
	}
	for _, x := range b.sites {
		b.open(x)
	}
	t.Cleanup(b.close)
	return b
}

func (b *bank) add(name string) *site {
	x := &site{name: name, node: b.net.Node(name)}
	x.disk = disk.Config{
		Name:     "log",
		Describe: describe,
		Fate: func(c disk.Choice) int {
			b.mu.Lock()
			defer b.mu.Unlock()
			return b.fate(c)
		},
		Appended: func(n int, record []byte) {
			b.monitor.appended(x, n, record)
			b.event(x, fmt.Sprintf("just after it appended record %d", n))
		},
		BeforeFlush: func(int) {
			b.mu.Lock()
			b.forces[x.name]++
			b.mu.Unlock()
			b.event(x, "before it forced its log")
		},
	}
	b.sites = append(b.sites, x)
	return x
}

// participants are the sites with accounts.
func (b *bank) participants() []*site {
	return slices.DeleteFunc(slices.Clone(b.sites), func(x *site) bool { return x.head })
}

// describe is a record in a few words.
func describe(record []byte) string {
	r, err := commitapi.Decode(record)
	if err != nil {
		return "which is none of commitapi.Record"
	}
	return string(r.Kind) + " " + string(r.Txn)
}

func (b *bank) site(name string) *site {
	i := slices.IndexFunc(b.sites, func(x *site) bool { return x.name == name })
	if i < 0 {
		return nil
	}
	return b.sites[i]
}

// log is the log of a site in its present life.
func (b *bank) log(x *site) *disk.Log { return b.t.Log(x.node, x.disk) }

// open starts the process of a site on its log, unless it runs, or somebody is at it.
func (b *bank) open(x *site) {
	b.mu.Lock()
	busy := x.up || x.starting
	x.starting = x.starting || !busy
	b.mu.Unlock()
	if busy {
		return
	}
	x.node.Restart() // it does nothing to a node that is up
	b.monitor.reread(x)
	p := labtest.Must(x.node.Start())
	b.mu.Lock()
	x.up = true
	b.mu.Unlock()
	err := b.begin(x, p)
	b.mu.Lock()
	x.starting, x.open = false, x.up
	alive := x.up // it may have crashed while it recovered
	b.mu.Unlock()
	if alive {
		b.t.Check(err == nil, labtest.Finding{
			Property: "a node starts with whatever a crash has left in its log",
			Expected: x.name + " starts", Actual: fmt.Sprintf("it gave %q", fmt.Sprint(err))})
		b.checkLocks(x, "when it has just been started")
	}
}

// begin starts the program of a site in its process.
func (b *bank) begin(x *site, p *labrpc.Process) (err error) {
	var c commitapi.Coordinator
	var a commitapi.Participant
	before := accounts(x.name)
	if x.head {
		c, err = b.solution.OpenCoordinator(p, b.log(x), commitapi.CoordinatorConfig{Timeout: timeout})
	} else {
		a, err = b.solution.OpenParticipant(p, b.log(x), commitapi.ParticipantConfig{Accounts: before, Timeout: timeout})
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	x.coordinator, x.participant, x.accounts = c, a, before
	return err
}

// accounts are those of a participant before the first transaction.
func accounts(participant string) map[string]int64 {
	return map[string]int64{owner(participant): beginning, "savings": beginning}
}

// owner is who has an account at a participant.
func owner(participant string) string {
	for i := range 4 {
		if branch(i) == participant {
			return owners(i)
		}
	}
	return ""
}

// down ends the life of a site and of its log.
func (b *bank) down(x *site, when string) {
	b.mu.Lock()
	up := x.up
	x.up, x.open, b.trouble = false, false, true
	after := b.restart
	b.mu.Unlock()
	if !up {
		return
	}
	b.t.Step("%s", strings.TrimSpace(x.name+" crashes "+when))
	x.node.Crash()
	if after > 0 {
		b.t.Go(func() {
			b.t.Sleep(after)
			b.revive(x)
		})
	}
}

// revive begins the next life of a site, unless it lives.
func (b *bank) revive(x *site) {
	b.mu.Lock()
	lives := x.up || x.starting
	b.mu.Unlock()
	if !lives {
		b.t.Step("%s restarts", x.name)
		b.open(x)
	}
}

// close ends everything.
func (b *bank) close() {
	b.t.Within(10*time.Second, "Close of all", func() {
		for _, x := range b.sites {
			if x.coordinator != nil {
				x.coordinator.Close()
			}
			if x.participant != nil {
				x.participant.Close()
			}
		}
	})
}

// transfer is a transaction over the first participants: change[i] is for participant
// i, and zero is no part.
func transfer(change ...int64) (parts []commitapi.Part) {
	for i, by := range change {
		if by != 0 {
			parts = append(parts, commitapi.Part{Participant: branch(i),
				Changes: []commitapi.Change{{Account: owners(i), By: by}}})
		}
	}
	return parts
}

// words are parts as the story has them: "alice-30 bob+30".
func words(parts []commitapi.Part) string {
	var list []string
	for _, p := range parts {
		for _, c := range p.Changes {
			list = append(list, fmt.Sprintf("%s%+d", c.Account, c.By))
		}
	}
	return strings.Join(list, " ")
}

// run has the coordinator carry out a transaction, and returns what the client was
// told: Unknown if the coordinator crashed meanwhile.
func (b *bank) run(parts []commitapi.Part) (outcome commitapi.Outcome) {
	return b.runIn(context.Background(), parts)
}

func (b *bank) runIn(ctx context.Context, parts []commitapi.Part) (outcome commitapi.Outcome) {
	x := b.sites[0]
	b.mu.Lock()
	c := x.coordinator
	b.mu.Unlock()
	var err error
	b.t.Op("client", "Run "+words(parts), func() string {
		begin := b.t.Since()
		outcome, err = c.Run(ctx, parts)
		if took := b.t.Since() - begin; took > deciding+slack && !b.t.Real() {
			b.t.Report(labtest.Finding{
				Property: "Run returns as soon as it is decided",
				Expected: fmt.Sprintf("Run returns %v after it was called, at the latest: after %v whoever is silent has voted no",
					deciding, timeout),
				Actual: fmt.Sprintf("it took %v", took.Truncate(time.Millisecond))})
		}
		if err == nil && b.event(x, "before it answered the client") {
			outcome = commitapi.Unknown
		}
		return result(outcome, err)
	})
	b.t.Check(err == nil || errors.Is(err, commitapi.ErrClosed), labtest.Finding{
		Property: "a transaction commits, or aborts, or its coordinator is closed",
		Expected: "the error of Run is (errors.Is) ErrClosed, or none", Actual: fmt.Sprintf("it is %q", fmt.Sprint(err))})
	if err != nil {
		outcome = commitapi.Unknown
	}
	b.monitor.client(parts, outcome)
	return outcome
}

func result(o commitapi.Outcome, err error) string {
	switch {
	case err != nil:
		return "error: " + err.Error()
	case o == commitapi.Unknown:
		return "nothing, for it has crashed"
	}
	return string(o)
}

// want runs a transaction, which must end as said.
func (b *bank) want(outcome commitapi.Outcome, parts []commitapi.Part) {
	b.t.Step("Run %s: must be %s", words(parts), outcome)
	got := b.run(parts)
	b.t.Check(got == outcome, labtest.Finding{
		Expected: fmt.Sprintf("Run %s gives %q", words(parts), outcome), Actual: fmt.Sprintf("it gave %q", got)})
}

// What an account shows that somebody holds, and one that there is not.
const (
	locked  = "locked"
	missing = "no account"
)

// balance is what an account shows.
func (b *bank) balance(participant, account string) string {
	b.mu.Lock()
	p := b.site(participant).participant
	b.mu.Unlock()
	v, err := p.Balance(account)
	switch {
	case errors.Is(err, commitapi.ErrLocked):
		return locked
	case errors.Is(err, commitapi.ErrNoAccount):
		return missing
	case err != nil:
		return "error: " + err.Error()
	}
	return fmt.Sprint(v)
}

// shows fails unless the accounts of the participants show this.
func (b *bank) shows(when string, balances ...any) {
	for i, want := range balances {
		got, more := b.balance(branch(i), owners(i)), ""
		if got == locked {
			more = b.monitor.why(branch(i), owners(i))
		} else {
			more = "; committed is " + b.monitor.list()
		}
		b.t.Check(got == fmt.Sprint(want), labtest.Finding{
			Expected: fmt.Sprintf("%s: Balance of %s at %s gives %v", when, owners(i), branch(i), want),
			Actual:   fmt.Sprintf("it gives %q%s", got, more)})
	}
}
