package quorum

import (
	"context"
	"time"
)

// asking returns a context for the requests of a Get, and what to do when it returns.
// They end with the Get, or a while after it if replicas are to be repaired: those
// that are slow have something to say, too.
//
//lab:omit
func (r *register) asking(ctx context.Context) (context.Context, func()) {
	if !r.config.Repair {
		return context.WithCancel(ctx)
	}
	asking, end := context.WithCancel(context.WithoutCancel(ctx))
	return asking, func() { time.AfterFunc(5*r.timeout, end) }
}

// repair takes the answers that come when the Get does not need them any more, and has
// stored what it has found wherever something older was.
//
//lab:omit
func (r *register) repair(ctx context.Context, late <-chan answer, found Change) {
	for range len(r.config.Replicas) - r.config.R {
		answers, err := r.wait(ctx, late, 1)
		if err != nil {
			return
		}
		if a := answers[0]; found.Item.Version.Newer(a.item.Version) {
			go r.insist(ctx, a.from, found)
		}
	}
}
