package commit_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"faultline/labrpc"
	"faultline/labs/commit/commitapi"
	"faultline/labs/disk"
	"faultline/labs/internal/staff/commit"
)

// Logs are what is in the three logs, in the words of the model: the coordinator's first.
type logs [3]uint8

// seen are all combinations of logs that the model can reach.
func (s *space) seen() map[logs]bool {
	all := map[logs]bool{}
	for _, w := range s.states {
		all[logs{w.headLog, w.part[0].log, w.part[1].log}] = true
	}
	return all
}

// A rig is the reference with two participants, one of whose nodes crashes once, or two.
type rig struct {
	names   [3]string
	net     *labrpc.Network
	fate    disk.Fate
	crashes map[[2]int]bool // by node, and the number of its event

	mu     sync.Mutex
	log    [3]*disk.Log
	events [3]int
	up     [3]bool
	found  map[logs]string // and the event after which it was found first
}

func (r *rig) config(i int) disk.Config {
	return disk.Config{
		Fate:        r.fate,
		Appended:    func(int, []byte) { r.event(i, "append") },
		BeforeFlush: func(int) { r.event(i, "force") },
	}
}

// event counts what a node does, and has it crash if that is planned. Before that it
// looks at all logs.
func (r *rig) event(i int, what string) (crashed bool) {
	r.mu.Lock()
	r.events[i]++
	crash := r.up[i] && r.crashes[[2]int{i, r.events[i]}]
	up := r.up[i]
	if crash {
		r.up[i] = false
	}
	r.look(fmt.Sprintf("%s %s (event %d)", r.names[i], what, r.events[i]))
	r.mu.Unlock()
	if crash {
		r.net.Node(r.names[i]).Crash()
		r.mu.Lock()
		r.look(r.names[i] + " has crashed")
		r.mu.Unlock()
	}
	return crash || !up
}

// look notes what is in the logs, if all nodes are up: what a crash left is open until
// somebody reads it. The lock is held.
func (r *rig) look(when string) {
	if r.up != [3]bool{true, true, true} {
		return
	}
	now := logs{headOf(r.kinds(0)), partOf(r.kinds(1)), partOf(r.kinds(2))}
	if _, known := r.found[now]; !known {
		r.found[now] = when
	}
}

// kinds are the records of a log; those that are not durable are followed by a tilde.
func (r *rig) kinds(i int) (text string) {
	sure, _ := r.log[i].Fork(disk.Config{Fate: disk.Lose}).Records()
	all, _ := r.log[i].Fork(disk.Config{}).Records()
	for n, b := range all {
		record, _ := commitapi.Decode(b)
		text += string(record.Kind) + " "
		if n >= len(sure) {
			text += "~ "
		}
	}
	return text
}

const strange = 99 // what the model does not have

func headOf(kinds string) uint8 {
	code, ok := map[string]uint8{"": headNothing, "commit ~ ": headCommitOpen, "commit ": headCommit,
		"commit end ~ ": headEndOpen, "commit end ": headEnd}[kinds]
	if !ok {
		return strange
	}
	return code
}

func partOf(kinds string) uint8 {
	code, ok := map[string]uint8{"": logNothing, "ready ~ ": logReadyOpen, "ready ": logReady, "ready commit ~ ": logCommitOpen,
		"ready commit ": logCommit, "abort ~ ": logNoOpen, "abort ": logNo, "ready abort ~ ": logAbortOpen, "ready abort ": logAbort}[kinds]
	if !ok {
		return strange
	}
	return code
}

// run carries out one transaction, brings back who has crashed, and waits for the end.
func (r *rig) run(t *testing.T, no [2]bool) {
	r.net = labrpc.New(labrpc.Config{})
	defer r.net.Close()
	r.net.Intercept(func(m labrpc.Message) (a labrpc.Action) {
		for i, name := range r.names {
			if m.From == name || m.To == name {
				a.Drop = r.event(i, "message") || a.Drop
			}
		}
		return a
	})
	var head commitapi.Coordinator
	open := func(i int) {
		p, err := r.net.Node(r.names[i]).Start()
		if err == nil && i == 0 {
			head, err = commit.OpenCoordinator(p, r.log[0], commitapi.CoordinatorConfig{Timeout: 50 * time.Millisecond})
		} else if err == nil {
			_, err = commit.OpenParticipant(p, r.log[i], commitapi.ParticipantConfig{
				Accounts: map[string]int64{"a": 10}, Timeout: 50 * time.Millisecond})
		}
		if err != nil {
			t.Fatal(err)
		}
		r.mu.Lock()
		r.up[i] = true
		r.look(r.names[i] + " has started")
		r.mu.Unlock()
	}
	for i := range r.names {
		r.log[i] = disk.NewLog(r.config(i))
		r.net.Node(r.names[i]).OnCrash(func() { r.log[i] = r.log[i].Crash(r.config(i)) })
	}
	for i := range r.names {
		open(i)
	}
	var parts []commitapi.Part
	for i, name := range r.names[1:] {
		by := int64(1)
		if no[i] {
			by = -11
		}
		parts = append(parts, commitapi.Part{Participant: name, Changes: []commitapi.Change{{Account: "a", By: by}}})
	}
	head.Run(context.Background(), parts)
	for range 3 {
		time.Sleep(400 * time.Millisecond)
		for i, name := range r.names {
			r.mu.Lock()
			up := r.up[i]
			r.mu.Unlock()
			if !up {
				r.net.Node(name).Restart()
				open(i)
			}
		}
	}
}

func TestTheReferenceStaysInTheModel(t *testing.T) {
	for _, no := range [][2]bool{{}, {true, false}, {true, true}} {
		may := explore(no).seen()
		found := map[logs]bool{}
		var plans []map[[2]int]bool
		for i := range 3 {
			for k := range 24 {
				plans = append(plans, map[[2]int]bool{{i, k}: true})
				for j := range i {
					plans = append(plans, map[[2]int]bool{{i, k}: true, {j, 2 + k*5%17}: true})
				}
			}
		}
		for _, fate := range []disk.Fate{disk.Lose, disk.Keep} {
			for _, plan := range plans {
				synctest.Test(t, func(t *testing.T) {
					r := &rig{names: [3]string{"c", "p", "q"}, fate: fate, crashes: plan, found: map[logs]string{}}
					r.run(t, no)
					for l, when := range r.found {
						found[l] = true
						if !may[l] {
							t.Errorf("votes no %v, crashes %v: when %s, the logs are %v, which the model cannot reach", no, plan, when, l)
						}
					}
				})
			}
		}
		t.Logf("votes no %v: the reference has been in %d of the %d combinations of logs that the model has", no, len(found), len(may))
		if 4*len(found) < len(may) {
			t.Errorf("votes no %v: only %d of %d: that is no comparison", no, len(found), len(may))
		}
	}
}
