package ring

import (
	"context"
	"slices"

	"faultline/labs/ring/ringapi"
)

// Lookup implements ringapi.Node. A lookup that got stuck begins again a little later,
// when somebody may have found out more.
//
//lab:todo C
func (n *node) Lookup(ctx context.Context, id ringapi.ID) (ringapi.Member, error) {
	for {
		owner, err := n.find(ctx, n.cfg.Self, id)
		select {
		case <-n.process.Done(): // who is alone finds itself, dead or alive
			return ringapi.Member{}, ringapi.ErrClosed
		default:
		}
		if err == nil {
			return owner, nil
		}
		if err := n.wait(ctx, n.cfg.Timeout); err != nil {
			return ringapi.Member{}, err
		}
	}
}

// find asks one node after the other for the owner of an id, beginning with from. It
// goes round those to avoid. Who leads to a dead one is asked again.
//
//lab:todo C
func (n *node) find(
	ctx context.Context, from ringapi.Member, id ringapi.ID, avoid ...string,
) (owner ringapi.Member, err error) {
	asked, q := from, Question{ID: id, Avoid: avoid}
	s, err := n.ask(ctx, asked, q)
	for err == nil && !s.Owner {
		if s.Node == "" {
			return owner, errNoWay
		}
		if next, failed := n.ask(ctx, s.Member, q); failed == nil {
			asked, s = s.Member, next
			continue
		}
		q.Avoid = append(q.Avoid, s.Node)
		s, err = n.ask(ctx, asked, q)
	}
	return s.Member, err
}

//lab:omit
func (n *node) ask(ctx context.Context, m ringapi.Member, q Question) (s Step, err error) {
	if m == n.cfg.Self {
		return n.step(q)
	}
	err = n.call(ctx, m.Node, "Step", q, &s)
	return s, err
}

// Step answers a question.
//
//lab:omit
func (d *desk) Step(q Question, s *Step) (err error) {
	*s, err = d.n.step(q)
	return err
}

// step returns the owner of an id if the node knows it, and otherwise the last one
// before it that the node knows. Where the owner is one to avoid, the next one is it.
//
//lab:omit
func (n *node) step(q Question) (Step, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	self := n.cfg.Self
	switch {
	case !n.member:
		return Step{}, errNoMember
	case len(n.succ) == 0, n.pred.Node != "" && between(n.pred.ID, q.ID, self.ID) && !slices.Contains(q.Avoid, self.Node):
		return Step{true, self}, nil
	}
	before := self
	for _, m := range n.succ {
		if slices.Contains(q.Avoid, m.Node) {
			continue
		}
		if between(before.ID, q.ID, m.ID) {
			return Step{true, m}, nil
		}
		before = m
	}
	best := Step{}
	for _, m := range slices.Concat(n.succ, n.fingers) {
		known := m.Node != "" && !slices.Contains(q.Avoid, m.Node)
		if known && inside(self.ID, m.ID, q.ID) && (best.Node == "" || inside(best.ID, m.ID, q.ID)) {
			best.Member = m
		}
	}
	return best, nil
}

// fixFinger looks up one finger in each round. All fingers up to the member that it
// finds are that member.
//
//lab:todo C
func (n *node) fixFinger(ctx context.Context) {
	start := func(i int) ringapi.ID { return (n.cfg.Self.ID + 1<<i) & (1<<n.cfg.Bits - 1) }
	n.mu.Lock()
	i := n.finger % n.cfg.Bits
	n.mu.Unlock()
	m, err := n.find(ctx, n.cfg.Self, start(i))
	if err != nil {
		return
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	for ; i < n.cfg.Bits && between(n.cfg.Self.ID, start(i), m.ID); i++ {
		n.fingers[i] = m
	}
	n.finger = i
}
