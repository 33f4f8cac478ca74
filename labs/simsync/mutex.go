package simsync

import (
	"sync"

	"faultline/labs/simsync/points"
)

// Mutex is sync.Mutex, handed over in the order of asking. Lock is a scheduling
// point before it takes the lock, Unlock after it has let go: what a program does
// between two critical sections can be interrupted at either end. The zero value
// is unlocked.
type Mutex struct {
	place points.Lock
	state sync.Mutex // guards what follows, never held across a wait
	held  bool
	queue []chan struct{}
}

// Lock waits until the mutex is free and takes it.
func (m *Mutex) Lock() {
	m.place.Point()
	m.state.Lock()
	if !m.held {
		m.held = true
		m.state.Unlock()
		return
	}
	turn := make(chan struct{})
	m.queue = append(m.queue, turn)
	m.state.Unlock()
	<-turn
}

// TryLock takes the mutex if it is free, and reports whether it was.
func (m *Mutex) TryLock() bool {
	m.place.Point()
	m.state.Lock()
	defer m.state.Unlock()
	if m.held {
		return false
	}
	m.held = true
	return true
}

// Unlock frees the mutex or hands it to whoever waits longest. It panics if the
// mutex is free.
func (m *Mutex) Unlock() {
	m.release()
	m.place.Point()
}

func (m *Mutex) release() {
	m.state.Lock()
	defer m.state.Unlock()
	if !m.held {
		panic("sync: unlock of unlocked mutex")
	}
	if len(m.queue) == 0 {
		m.held = false
		return
	}
	close(m.queue[0])
	m.queue = m.queue[1:]
}
