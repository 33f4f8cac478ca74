package labrpc

import (
	"cmp"
	"time"
)

// MinLatency is the least time that any message takes, also one that a node
// sends to itself.
const MinLatency = 50 * time.Microsecond

// What the zero values of [Faults] stand for.
const (
	defaultLatency    = time.Millisecond
	defaultDelayMin   = 5 * time.Millisecond
	defaultDelayMax   = 200 * time.Millisecond
	defaultQueueBytes = 64 << 10
	defaultMTU        = 1500
)

// Faults say what a network does to its messages. The rates are probabilities
// from 0 to 1, each drawn on its own for each message. The zero value is a calm
// network: every message arrives once, whole, after a millisecond.
type Faults struct {
	Loss      float64 // a message never arrives
	Duplicate float64 // a second copy follows the first
	Corrupt   float64 // one bit of the first copy is flipped; that of a call is then dropped where it arrives
	Delay     float64 // a message is held back, so that later ones overtake it

	// Latency is how long a message takes one way, drawn for each message. The
	// zero value stands for exactly 1ms. Less than MinLatency counts as that.
	Latency Range

	// DelayBy is how long a Delay holds a message back, in addition to its
	// latency, and how long a second copy follows the first. The zero value
	// stands for 5ms to 200ms.
	DelayBy Range

	// FIFO keeps the messages of a directed link, copies included, in the order
	// in which they were sent: one that is delayed delays all behind it.
	FIFO bool

	// Bandwidth is what each directed link carries, in bytes per second; zero
	// is no limit. Messages queue behind each other, lost ones too: they are
	// lost behind the bottleneck. Second copies take no bandwidth.
	Bandwidth int

	// Queue is how many bytes may wait for the bandwidth of a link. A message
	// that finds no room is dropped; an idle link takes any message. Zero
	// stands for 64 KiB.
	Queue int

	// MTU is the length of the longest packet, in bytes; zero stands for 1500.
	// Sending a longer one is an error, ErrTooLong. It does not hold for calls:
	// see MaxMessage.
	MTU int

	// Timed are cuts, pauses and crashes at fixed times. They are ignored when
	// there is a Plan, which has its own.
	Timed []Fault
}

// A Range is a span of durations, both ends included. A Max below Min counts
// as Min, so Range{Min: d} is exactly d.
type Range struct{ Min, Max time.Duration }

// withDefaults returns f with every zero replaced by what it stands for.
func (f Faults) withDefaults() Faults {
	f.Latency = cmp.Or(f.Latency, Range{Min: defaultLatency}).atLeast(MinLatency)
	f.DelayBy = cmp.Or(f.DelayBy, Range{Min: defaultDelayMin, Max: defaultDelayMax}).atLeast(0)
	f.Queue, f.MTU = cmp.Or(f.Queue, defaultQueueBytes), cmp.Or(f.MTU, defaultMTU)
	return f
}

func (r Range) atLeast(least time.Duration) Range {
	low := max(r.Min, least)
	return Range{Min: low, Max: max(r.Max, low)}
}
