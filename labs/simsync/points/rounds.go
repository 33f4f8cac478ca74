package points

import "time"

// RoundLimit is how often the loops of a solution may go round while the clock stands
// still. No reference needs two millions. It is no matter of CPU time: every machine
// finds the same loop at the same place. The handouts name it, so a change here is one
// there.
const RoundLimit = 50_000_000

const (
	roundsOfALock = 64      // a lock takes as much time as so many rounds of a short loop
	stretch       = 1 << 20 // rounds after which a meter looks at the clock
	instant       = time.Millisecond
)

// A meter counts rounds while nothing else happens.
type meter struct {
	left   int       // rounds until it looks at the clock
	rounds int       // when it last looked
	since  time.Time // when the clock was last seen to move
}

// begin says that something happens.
func (m *meter) begin() { m.left, m.rounds = stretch, 0 }

// spend counts n rounds. It is small enough for the compiler to put into the loops.
func (m *meter) spend(n int) {
	if m.left -= n; m.left <= 0 {
		m.look()
	}
}

// look adds up what was spent. A clock that ticks for a busy wait counts as moving:
// that wait comes to an end.
func (m *meter) look() {
	rounds := m.rounds + stretch - m.left
	m.begin()
	if now := time.Now(); now.Sub(m.since) >= instant {
		m.since = now
		return
	}
	if rounds < RoundLimit {
		m.rounds = rounds
		return
	}
	if r := current.Load(); r != nil && r.Spins != nil {
		r.Spins()
	}
}
