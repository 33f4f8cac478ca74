package labtest

import "sync"

// A group counts goroutines. Unlike a sync.WaitGroup it may be waited for while
// others are added, as after an Ended that came too early: the race detector calls
// that a race of the WaitGroup. The zero value counts none.
type group struct {
	mu   sync.Mutex
	n    int
	idle chan struct{} // closed when n becomes zero; made when it becomes one
}

func (g *group) add() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.n == 0 {
		g.idle = make(chan struct{})
	}
	g.n++
}

func (g *group) done() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.n--; g.n == 0 {
		close(g.idle)
	}
}

// wait returns when those that were added before are done, and whoever was added
// meanwhile.
func (g *group) wait() {
	g.mu.Lock()
	idle := g.idle
	g.mu.Unlock()
	if idle != nil {
		<-idle
	}
}
