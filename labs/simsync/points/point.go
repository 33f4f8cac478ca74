package points

import (
	"runtime"
	"sync/atomic"
	"time"
)

// A Schedule says how often goroutines step aside, and what becomes of one that never
// does. The zero value is never, and nothing.
type Schedule struct {
	Seed uint64
	Rate int // of 1000 scheduling points, how many make the goroutine step aside

	// Spins, if not nil, is called in the machine when the loops of the solution have gone
	// round RoundLimit times while nothing else happened, by the goroutine that is at it,
	// and again after as many.
	Spins func()
}

// current is package state because a lock's zero value must find it. There is
// one run at a time in a process, and Configure begins it.
var current atomic.Pointer[run]

type run struct {
	Schedule
	locks atomic.Uint64 // locks seen so far: the next lock's number
	calls atomic.Uint64 // calls of Point so far
}

// Configure begins a run: from now on locks are scheduling points as s says. A
// lock that an earlier run has used keeps its number.
func Configure(s Schedule) {
	current.Store(&run{Schedule: s})
	begin()
}

// Rates are those that a seed chooses from. With the first nobody steps aside: some bugs
// need two goroutines to run in step.
func Rates() [4]int { return [4]int{0, 100, 250, 500} }

// Point is a scheduling point that belongs to no lock; the network and the
// disks call it.
func Point() {
	if r := current.Load(); r != nil && r.Rate > 0 {
		r.step(0, r.calls.Add(1))
	}
}

// A Lock numbers a lock in the order of first use and counts its uses. An address
// would not do: the collector gives it to the next lock. The zero value is one that
// nobody has used.
type Lock struct{ id, uses atomic.Uint64 }

// Point is a scheduling point that belongs to the lock.
func (l *Lock) Point() {
	spend(roundsOfALock)
	r := current.Load()
	if r == nil || r.Rate == 0 {
		return
	}
	id := l.id.Load()
	if id == 0 {
		l.id.CompareAndSwap(0, r.locks.Add(1))
		id = l.id.Load()
	}
	r.step(id, l.uses.Add(1))
}

// step lets others go first or not, by a hash of the run and the place.
func (r *run) step(id, n uint64) {
	h := mix(r.Seed ^ mix(id^mix(n)))
	if int(h%1000) >= r.Rate {
		return
	}
	h = mix(h)
	switch how := h >> 61; {
	case how < 3: // behind everyone who can run now
		runtime.Gosched()
	case how < 6: // until everyone waits for something
		time.Sleep(time.Duration(1 + h%997))
	default: // long enough for a message to arrive
		time.Sleep(time.Duration(1 + h%uint64(400*time.Microsecond)))
	}
}

// mix is the finalizer of SplitMix64: every bit of x changes half of the
// result's.
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}
