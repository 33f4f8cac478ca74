package labtest

import (
	"sync"

	"faultline/labrpc"
)

// Rules are what a case has the network do to messages, beside the faults of its run.
// Intercept is the function for the network's method of that name. The zero value lets
// every message pass. A rule is asked about each message, and while it is, no other is:
// it may count without a lock of its own, and must not send anything.
type Rules struct {
	mu  sync.Mutex
	all []func(labrpc.Message) labrpc.Action
}

// Add adds a rule, which holds beside the others until Clear.
func (r *Rules) Add(rule func(labrpc.Message) labrpc.Action) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.all = append(r.all, rule)
}

// Clear ends all rules.
func (r *Rules) Clear() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.all = nil
}

// Intercept is what all rules together do to a message.
func (r *Rules) Intercept(m labrpc.Message) (a labrpc.Action) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, rule := range r.all {
		a = a.And(rule(m))
	}
	return a
}
