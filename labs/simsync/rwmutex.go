package simsync

import (
	"sync"

	"faultline/labs/simsync/points"
)

// RWMutex is sync.RWMutex, handed over in the order of asking, so that neither
// readers nor writers starve. It has scheduling points where Mutex has them. The
// zero value is unlocked.
type RWMutex struct {
	place   points.Lock
	state   sync.Mutex // guards what follows, never held across a wait
	readers int
	writer  bool
	queue   []waiter
}

type waiter struct {
	write bool
	turn  chan struct{}
}

// Lock waits until nobody reads or writes, and takes the lock for writing.
func (m *RWMutex) Lock() { m.acquire(waiter{write: true}) }

// RLock waits until nobody writes, and takes the lock for reading.
func (m *RWMutex) RLock() { m.acquire(waiter{}) }

func (m *RWMutex) acquire(w waiter) {
	m.place.Point()
	m.state.Lock()
	if len(m.queue) == 0 && m.admit(w) {
		m.state.Unlock()
		return
	}
	w.turn = make(chan struct{})
	m.queue = append(m.queue, w)
	m.state.Unlock()
	<-w.turn
}

// admit lets w in if it may run beside those inside.
func (m *RWMutex) admit(w waiter) bool {
	switch {
	case m.writer || w.write && m.readers > 0:
		return false
	case w.write:
		m.writer = true
	default:
		m.readers++
	}
	return true
}

// TryLock takes the lock for writing if that needs no wait.
func (m *RWMutex) TryLock() bool { return m.try(waiter{write: true}) }

// TryRLock takes the lock for reading if that needs no wait.
func (m *RWMutex) TryRLock() bool { return m.try(waiter{}) }

func (m *RWMutex) try(w waiter) bool {
	m.place.Point()
	m.state.Lock()
	defer m.state.Unlock()
	return len(m.queue) == 0 && m.admit(w)
}

// Unlock ends writing. It panics if nobody writes.
func (m *RWMutex) Unlock() {
	m.release(true)
	m.place.Point()
}

// RUnlock ends one reading. It panics if nobody reads.
func (m *RWMutex) RUnlock() {
	m.release(false)
	m.place.Point()
}

func (m *RWMutex) release(write bool) {
	m.state.Lock()
	defer m.state.Unlock()
	switch {
	case write && !m.writer:
		panic("sync: Unlock of unlocked RWMutex")
	case !write && m.readers == 0:
		panic("sync: RUnlock of unlocked RWMutex")
	case write:
		m.writer = false
	default:
		m.readers--
	}
	m.wake()
}

func (m *RWMutex) wake() {
	for len(m.queue) > 0 && m.admit(m.queue[0]) {
		close(m.queue[0].turn)
		m.queue = m.queue[1:]
	}
}

// RLocker returns a Locker whose Lock and Unlock are RLock and RUnlock.
func (m *RWMutex) RLocker() sync.Locker { return (*readLocker)(m) }

type readLocker RWMutex

func (r *readLocker) Lock()   { (*RWMutex)(r).RLock() }
func (r *readLocker) Unlock() { (*RWMutex)(r).RUnlock() }
