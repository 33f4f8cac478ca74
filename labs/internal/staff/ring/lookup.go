package ring

import (
	"context"
	"errors"
	"time"

	"faultline/labs/ring/ringapi"
)

// errNoWay says that a lookup got stuck: too much was lost, or is dead.
//
//lab:omit
var errNoWay = errors.New("nobody that is known leads on")

// Lookup implements ringapi.Peer. A lookup that got stuck begins again a little
// later: nodes that seemed dead may only have been unlucky.
//
//lab:todo B
func (p *peer) Lookup(ctx context.Context, id ringapi.ID, mode ringapi.Mode) (ringapi.Member, error) {
	try := p.iterative
	if mode == ringapi.Recursive {
		try = p.recursive
	}
	for {
		if owner, err := try(ctx, id); err == nil {
			return owner, nil
		}
		select {
		case <-ctx.Done():
			return ringapi.Member{}, ctx.Err()
		case <-p.process.Done():
			return ringapi.Member{}, ringapi.ErrClosed
		case <-time.After(p.cfg.Timeout):
		}
	}
}

// A Question asks a peer for its step towards an id.
//
//lab:omit
type Question struct {
	ID    ringapi.ID
	Avoid []string // nodes that did not answer
}

// Step answers a question.
//
//lab:omit
func (h *handlers) Step(q Question, s *Step) error {
	*s = h.p.step(q.ID, q.Avoid)
	return nil
}

// iterative asks one peer after the other. Who leads to a dead one is asked again.
//
//lab:todo B
func (p *peer) iterative(ctx context.Context, id ringapi.ID) (owner ringapi.Member, err error) {
	asked, q := p.cfg.Self, Question{ID: id}
	s := p.step(id, nil)
	for !s.Owner {
		if s.Node == "" {
			return owner, errNoWay
		}
		if next, err := p.ask(ctx, s.Member, q); err == nil {
			asked, s = s.Member, next
			continue
		}
		q.Avoid = append(q.Avoid, s.Node)
		if s, err = p.ask(ctx, asked, q); err != nil {
			return owner, err
		}
	}
	return s.Member, nil
}

//lab:omit
func (p *peer) ask(ctx context.Context, m ringapi.Member, q Question) (s Step, err error) {
	if m == p.cfg.Self {
		return p.step(q.ID, q.Avoid), nil
	}
	err = p.call(ctx, m.Node, "Step", q, &s)
	return s, err
}
