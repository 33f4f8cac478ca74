package main

import (
	"context"
	"sync"

	"golang.org/x/sync/errgroup"

	"faultline/grader/internal/grading"
	"faultline/grader/internal/machine"
)

// A lane grades one solution after the other. Each has workers of its own: these
// load a guest once and then run it, where shared ones would load each other's.
type lane struct {
	grader *grading.Grader
	pool   *machine.Pool
}

// lanes are those that nobody uses.
type lanes chan lane

// lanes makes as many lanes as there are workers, if there is enough work.
func (w *workshop) lanes(work int) lanes {
	n := max(1, min(w.pools.Workers, work))
	all := make(lanes, n)
	for range n {
		cfg := w.pools
		cfg.Workers = max(1, w.pools.Workers/n)
		l := lane{pool: machine.NewPool(cfg)}
		l.grader = &grading.Grader{Builder: w.builder, Pool: l.pool, Workers: cfg.Workers}
		all <- l
	}
	return all
}

// close ends the workers. Nobody may use a lane.
func (all lanes) close() {
	for range cap(all) {
		(<-all).pool.Close()
	}
}

// each does n pieces of work, as many at once as there are lanes. The first error
// ends it.
func (all lanes) each(ctx context.Context, n int, do func(ctx context.Context, l lane, i int) error) error {
	group, running := errgroup.WithContext(ctx)
	group.SetLimit(cap(all))
	for i := range n {
		group.Go(func() error {
			if running.Err() != nil {
				return running.Err()
			}
			l := <-all
			defer func() { all <- l }()
			return do(running, l, i)
		})
	}
	return group.Wait()
}

// ordered shows results in their order, whichever comes first. Its zero value needs
// show.
type ordered[T any] struct {
	show func(i int, v T)

	mu   sync.Mutex
	wait map[int]T // for those before them
	next int
}

// add takes the i-th result. It may be called concurrently; show is called once at a
// time.
func (o *ordered[T]) add(i int, v T) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.wait == nil {
		o.wait = map[int]T{}
	}
	o.wait[i] = v
	for {
		v, there := o.wait[o.next]
		if !there {
			return
		}
		delete(o.wait, o.next)
		o.show(o.next, v)
		o.next++
	}
}
