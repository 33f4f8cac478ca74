package ring

import (
	"context"

	"faultline/labs/ring/ringapi"
)

// patience is after how many Timeouts a recursive lookup begins again: somebody on
// the way may have crashed after he had taken it, or the answer was lost.
//
//lab:omit
const patience = 10

// A Query is a recursive lookup on its way.
//
//lab:omit
type Query struct {
	Question
	Origin string // the node to answer
	Number uint64 // tells the lookups of one node apart
}

// An Answer is the end of a recursive lookup.
//
//lab:omit
type Answer struct {
	Number uint64
	Owner  ringapi.Member
}

// recursive sends a lookup on its way and waits for its answer.
//
//lab:todo B
func (p *peer) recursive(ctx context.Context, id ringapi.ID) (owner ringapi.Member, err error) {
	if s := p.step(id, nil); s.Owner {
		return s.Member, nil
	}
	ctx, cancel := context.WithTimeout(ctx, patience*p.cfg.Timeout)
	defer cancel()
	p.mu.Lock()
	p.lookups++
	number, answer := p.lookups, make(chan ringapi.Member, 1)
	p.waiting[number] = answer
	p.mu.Unlock()
	defer func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		delete(p.waiting, number)
	}()
	p.pass(ctx, Query{Question{ID: id}, p.process.Name(), number})
	select {
	case owner = <-answer:
		return owner, nil
	case <-ctx.Done():
	case <-p.process.Done():
	}
	return owner, errNoWay
}

// Pass takes in a lookup on its way. It returns at once: its reply says that the
// lookup has been taken, so whoever passed it on need not wait for the rest of the
// way, and knows soon if this node is dead.
//
//lab:omit
func (h *handlers) Pass(ctx context.Context, q Query, _ *struct{}) error {
	go h.p.pass(ctx, q)
	return nil
}

// pass brings a lookup one step further. It tells the next one who is dead: whoever
// is the best for many would cost each of them a Timeout.
//
//lab:omit
func (p *peer) pass(ctx context.Context, q Query) {
	for ctx.Err() == nil {
		s := p.step(q.ID, q.Avoid)
		switch {
		case s.Owner:
			p.call(ctx, q.Origin, "Found", Answer{q.Number, s.Member}, nil)
			return
		case s.Node == "", p.call(ctx, s.Node, "Pass", q, nil) == nil:
			return
		}
		q.Avoid = append(q.Avoid, s.Node)
	}
}

// Found takes in an answer. A second one, or one that nobody waits for any more, is
// nothing.
//
//lab:omit
func (h *handlers) Found(a Answer, _ *struct{}) error {
	h.p.mu.Lock()
	defer h.p.mu.Unlock()
	if answer := h.p.waiting[a.Number]; answer != nil {
		select {
		case answer <- a.Owner:
		default:
		}
	}
	return nil
}
