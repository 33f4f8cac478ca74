package disk

import (
	"errors"
	"fmt"
	"sync"
	"time"

	"faultline/labs/trace"
)

// SectorSize is the number of bytes that reach the disk together: after a crash
// a sector is old or new, never a mixture.
const SectorSize = 512

// BlockSize is the number of bytes of a block of a [Device]: eight sectors, each
// of which may survive a crash without the others.
const BlockSize = 4096

// Errors of a disk, to be tested with errors.Is.
var (
	// ErrDead is what every call of a crashed disk returns. The program that
	// sees it has crashed as well: whatever it does now has no effect.
	ErrDead = errors.New("the machine has crashed")

	// ErrFull means that nothing of a write was done for lack of room.
	ErrFull = errors.New("the disk is full")

	// ErrIO means that a flush failed. The writes that it was to make durable
	// are lost but still read back until the next crash, and the next flush
	// succeeds without them: so do real systems (Rebello and others, 2020). A
	// program that flushes again and goes on has lost data.
	ErrIO = errors.New("the disk failed to write")
)

// Config says how a disk behaves. The zero value is a calm disk: unlimited,
// without delay, and a crash loses nothing.
type Config struct {
	Node string // whose disk it is, for the trace
	Name string // of the disk, for plans; "" stands for "disk"

	// Capacity is how many bytes the files of a Volume may hold together; zero
	// is no limit. A Device ignores it.
	Capacity int64

	// Latency is how long calls take, in the time that the process keeps. The
	// zero value takes none.
	Latency Latency

	// Fate decides what the crash before this life of the disk left. Nil is Keep.
	Fate Fate

	// Lost is told what the crash before this life took, each thing when the
	// program first reads it; nil for nobody. It is called with no lock held.
	Lost func(Loss)

	// BeforeFlush is called just before flush number n takes effect, with no
	// lock held. It may call Fork: that is what a crash at this moment leaves.
	BeforeFlush func(n int)

	// Appended is called just after record n, from 1 on, was appended to a Log, with
	// no lock held, as BeforeFlush is. It must neither change nor keep the bytes.
	Appended func(n int, record []byte)

	// Describe says in a few words what a record of a Log is, for the trace. It must
	// accept any bytes and must not keep them. Nil gives its number.
	Describe func(record []byte) string

	// Fails says whether flush number n fails, as after FailFlush. It is asked just
	// before the flush takes effect, after BeforeFlush and with no lock held. Nil is
	// never.
	Fails func(n int) bool

	// Trace gets the events of the disk, without their time; nil for none. It
	// is called with no lock held.
	Trace func(trace.Event)

	// Point is called at the begin of each call, before it does anything and
	// with no lock held: a place for a scheduler to let another goroutine go
	// first. Nil for none.
	Point func()
}

// Latency is how long each kind of call takes.
type Latency struct {
	Read  time.Duration // each call that only looks: Read, ReadAt, Size, Open, Names, Records
	Write time.Duration // each write, and each change of the directory
	Flush time.Duration // each Flush, Sync, SyncDir and Force; a WriteFUA takes this and Write
}

// core is what both kinds of disks have: one lock, one life, one count of writes
// and flushes.
type core struct {
	cfg Config

	mu      sync.Mutex // guards all below and the disk around it
	dead    bool
	seq     uint64    // of the latest write
	flushes int       // flushes that began to take effect, and crashes, in all lives
	taking  bool      // one of them has not taken effect yet
	failing int       // how many of the next flushes fail
	owner   *owner    // marks what nobody shares with this disk
	found   []finding // what the program has just found lost, and nobody was told
}

// A finding is a loss, and what to call it.
type finding struct {
	Loss
	words string
}

// An owner is an identity. It has a size, or all would be at one address.
type owner struct{ _ byte }

// start is the begin of every call that is not a flush. It returns with the lock
// held, unless the disk is dead.
func (c *core) start(takes time.Duration) error {
	if c.cfg.Point != nil {
		c.cfg.Point()
	}
	if takes > 0 {
		time.Sleep(takes)
	}
	c.mu.Lock()
	if c.dead {
		c.mu.Unlock()
		return ErrDead
	}
	return nil
}

// unlock releases the lock and tells what was found lost meanwhile.
func (c *core) unlock() {
	found := c.found
	c.found = nil
	c.mu.Unlock()
	for _, l := range found {
		if c.tracing() {
			c.emit(trace.Lose, 0, l.words)
		}
		if c.cfg.Lost != nil {
			c.cfg.Lost(l.Loss)
		}
	}
}

// flush makes durable what was written up to its call, by apply, which is called
// with the lock held, and says whether the flush failed.
func (c *core) flush(what string, apply func(upTo uint64, fails bool)) error {
	if err := c.start(0); err != nil {
		return err
	}
	upTo := c.seq
	c.mu.Unlock()
	if c.cfg.Latency.Flush > 0 {
		time.Sleep(c.cfg.Latency.Flush)
	}
	c.mu.Lock()
	if c.dead {
		c.mu.Unlock()
		return ErrDead
	}
	c.flushes++
	n := c.flushes
	planned := false
	if c.cfg.BeforeFlush != nil || c.cfg.Fails != nil {
		c.taking = true
		c.mu.Unlock()
		planned = c.before(n)
		c.mu.Lock()
		c.taking = false
		if c.dead {
			c.mu.Unlock()
			return ErrDead
		}
	}
	fails := planned || c.failing > 0
	if fails {
		what += ": failed"
	}
	if c.failing > 0 {
		c.failing--
	}
	apply(upTo, fails)
	c.unlock()
	c.emit(trace.Flush, n, what)
	if fails {
		return ErrIO
	}
	return nil
}

// before tells that flush n is about to take effect, and reports whether it fails.
// The lock must not be held.
func (c *core) before(n int) (fails bool) {
	if c.cfg.BeforeFlush != nil {
		c.cfg.BeforeFlush(n)
	}
	return c.cfg.Fails != nil && c.cfg.Fails(n)
}

// emit sends an event. The lock must not be held.
func (c *core) emit(k trace.Kind, n int, text string) {
	if c.cfg.Trace != nil {
		c.cfg.Trace(trace.Event{Kind: k, Node: c.cfg.Node, N: n, Text: text})
	}
}

// tracing reports whether events are worth being put into words.
func (c *core) tracing() bool { return c.cfg.Trace != nil }

// next is the core of the disk that a crash at this moment leaves. The lock must
// be held.
func (c *core) next(cfg Config) *core {
	c.owner = new(owner) // what both have from now on belongs to neither
	n := &core{cfg: cfg, flushes: c.flushes, owner: new(owner)}
	if !c.taking {
		n.flushes++ // the crash came before a flush that never was
	}
	return n
}

// Flushes returns how many flushes have begun to take effect on this disk, in
// all its lives. A crash counts as one, so that a number is never used twice:
// "the crash before flush 5" says which crash.
func (c *core) Flushes() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.flushes
}

// Writes returns how many writes and changes this life of the disk has seen.
func (c *core) Writes() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return int(c.seq)
}

// FailFlush makes the next flush (Flush, Sync, SyncDir) fail with ErrIO: see
// there for what becomes of the writes. Called twice, the next two fail.
func (c *core) FailFlush() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.failing++
}

// kill makes every call from now on return ErrDead.
func (c *core) kill() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.dead = true
}

// choose makes a choice that a crash left open. The lock is held.
func (c *core) choose(q Choice) int {
	if c.cfg.Fate == nil {
		return Keep(q)
	}
	k := c.cfg.Fate(q)
	if k < 0 || k >= q.Options {
		panic("disk: the fate chose a state that " + q.String() + " does not have")
	}
	if k < q.Options-1 {
		c.found = append(c.found, finding{Loss{Cell: q.Cell, Left: k}, q.Words() + but(q.Kind, k)})
	}
	return k
}

// but says what is left of a cell of which something is, though not the latest.
func but(kind CellKind, k int) string {
	switch {
	case k == 0:
		return ""
	case kind != Tail:
		return " but for an earlier write"
	case k == 1: // see settle
		return " but for a part of it, torn"
	case k%2 == 1:
		return fmt.Sprintf(" but for %d of them and a part of the next, torn", k/2)
	}
	return fmt.Sprintf(" but for %d of them", k/2)
}
