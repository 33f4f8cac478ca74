package labtest

import (
	"context"
	"fmt"
	"time"

	"faultline/labrpc"
)

// Patient returns a context for a call that gives up after d of virtual time; zero
// is never. Unlike that of Context, it is the caller's to end: a scenario of many
// calls would keep one for each. A call that goes on long after its context has ended
// ends the run; it would else compute until the whole scenario is overdue.
func (t *T) Patient(d time.Duration) (context.Context, context.CancelFunc) {
	if d == 0 {
		return context.WithCancel(context.Background())
	}
	ctx, cancel := context.WithTimeout(context.Background(), d)
	late := time.AfterFunc(d+closing, func() { t.overdue("a call whose context has ended", closing) })
	return ctx, func() {
		late.Stop()
		cancel()
	}
}

// Restarts checks that a node can be started again, as after the Close of what ran there:
// its process has ended.
func (t *T) Restarts(n *labrpc.Node, property string) {
	p, err := n.Start()
	t.Check(err == nil, Finding{Property: property, Expected: n.Name() + " can be started again", Actual: fmt.Sprint(err)})
	p.Close()
}

// Outlast waits until everything that Go began has ended. If it has not after patience,
// the network is calm from then on: a storm may hold up anything for as long as it
// lasts, so liveness is promised in the calm only. Then join waits for the rest, and
// fails the run if that does not end, as Join does. The case must have a Network; what
// it did is reached as by ReachFaults(message).
func (t *T) Outlast(patience time.Duration, message string, join func()) {
	if !t.Ended(patience) {
		t.Step("after %v the network does nothing wrong any more", patience)
		t.net.Calm()
	}
	join()
	t.ReachFaults(message)
}

// ReachFaults reaches a situation for each kind of fault that has happened to a
// message of the run's Network. Of "a packet" they are "a packet was lost",
// "a packet came twice", "a packet was damaged", "a packet was late".
func (t *T) ReachFaults(message string) {
	fates := map[labrpc.FaultKind]string{
		labrpc.Drop: "was lost", labrpc.Duplicate: "came twice", labrpc.Corrupt: "was damaged", labrpc.Delay: "was late",
	}
	for _, f := range t.net.Happened() {
		if fate := fates[f.Kind]; fate != "" {
			t.Reach(message + " " + fate)
			delete(fates, f.Kind)
		}
	}
}
