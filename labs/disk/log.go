package disk

import (
	"bytes"
	"fmt"
	"hash/fnv"
	"slices"

	"faultline/labs/trace"
)

// A Log is a disk of records in the order in which they were appended. Its methods
// may be called by any number of goroutines at once.
//
// Append is volatile, and Force makes durable all that was appended before. What was
// not forced survives a crash up to some record: a later one never without those
// before it. The last one that survives may be torn: then only the first three
// quarters of its bytes are there, and nothing but its contents can tell. A torn record
// keeps its place, and what is appended after it stands behind it.
type Log struct {
	*core
	records []record // what the program sees once the tail is known
	forced  int      // how many of these are durable
	left    []record // after a crash: what may have survived of the tail, a prefix; nil when that is known
}

// A record is what one Append wrote. It is never changed.
type record struct {
	data   []byte
	seq    uint64
	failed bool // a flush that failed was to make it durable: it is seen, and lost
}

// NewLog returns a log without records.
func NewLog(cfg Config) *Log {
	return &Log{core: &core{cfg: cfg, owner: new(owner)}}
}

// Append writes a record behind all others. It copies the bytes. The record is
// volatile until it is forced.
func (l *Log) Append(data []byte) error {
	if err := l.start(l.cfg.Latency.Write); err != nil {
		return err
	}
	l.settle()
	l.seq++
	l.records = append(l.records, record{data: bytes.Clone(data), seq: l.seq})
	n := len(l.records)
	l.unlock()
	if l.tracing() {
		text := fmt.Sprintf("record %d", n)
		if l.cfg.Describe != nil {
			text += ", " + l.cfg.Describe(data)
		}
		l.emit(trace.Write, n, text)
	}
	if l.cfg.Appended != nil {
		l.cfg.Appended(n, data)
	}
	return nil
}

// Force makes durable every record whose Append returned before Force was called. It
// fails with ErrIO when the disk fails to write: see there.
func (l *Log) Force() error {
	return l.flush("the log", func(upTo uint64, fails bool) {
		l.settle()
		for i := l.forced; i < len(l.records) && l.records[i].seq <= upTo; i++ {
			if fails {
				l.records[i].failed = true
			} else {
				l.forced = i + 1
			}
		}
	})
}

// Records returns all records in order, forced or not. They are copies. The last one
// that a crash left may be torn.
func (l *Log) Records() ([][]byte, error) {
	if err := l.start(l.cfg.Latency.Read); err != nil {
		return nil, err
	}
	defer l.unlock()
	l.settle()
	all := make([][]byte, len(l.records))
	for i, r := range l.records {
		all[i] = bytes.Clone(r.data)
	}
	return all, nil
}

// settle makes the choice that a crash left open. The lock is held.
func (l *Log) settle() {
	if l.left == nil {
		return
	}
	// States in order: nothing of the tail, a part of its first record, all of that, a
	// part of the second, and so on.
	k := l.choose(l.choice())
	l.records = append(l.records, l.left[:k/2]...)
	if k%2 == 1 {
		torn := l.left[k/2].data
		l.records = append(l.records, record{data: torn[:len(torn)*3/4]})
	}
	l.left, l.forced = nil, len(l.records) // what has survived is on the disk
}

func (l *Log) choice() Choice {
	first, latest := len(l.records)+1, l.left[len(l.left)-1]
	return Choice{Cell: Cell{Kind: Tail, N: first}, Options: 2*len(l.left) + 1, Write: latest.seq}
}

// Crash ends this life of the log: each of its calls returns ErrDead from now on. It
// returns the next life, where cfg.Fate decides what was lost.
func (l *Log) Crash(cfg Config) *Log {
	l.kill()
	return l.Fork(cfg)
}

// Fork returns the log that a crash at this moment would leave, and lets this one
// live on. Neither sees what the other does.
func (l *Log) Fork(cfg Config) *Log {
	l.mu.Lock()
	defer l.mu.Unlock()
	n := &Log{core: l.next(cfg), records: reached(l.records[:l.forced])}
	n.forced = len(n.records)
	n.left = append(reached(l.left), reached(l.records[l.forced:])...)
	return n
}

// reached is what is left of records when those are gone that no flush has written.
func reached(list []record) []record {
	var all []record
	for _, r := range list {
		if !r.failed {
			all = append(all, r)
		}
	}
	return all
}

// Durable returns how many records, from the first on, no crash at this moment would
// lose. Behind one that a failed flush has lost there may be others that are durable:
// they do not count, for a crash moves them to another place.
func (l *Log) Durable() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	if i := slices.IndexFunc(l.records[:l.forced], func(r record) bool { return r.failed }); i >= 0 {
		return i
	}
	return l.forced
}

// Print returns a fingerprint of all that a crash may leave: two logs with the same
// print have the same futures.
func (l *Log) Print() uint64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	h := fnv.New64a()
	for i, r := range append(l.records[:len(l.records):len(l.records)], l.left...) {
		fmt.Fprintf(h, "%d %v %v %q\n", len(r.data), i < l.forced, r.failed, r.data)
	}
	return h.Sum64()
}

// Dirty returns how many records a crash at this moment would make uncertain.
func (l *Log) Dirty() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.records) - l.forced + len(l.left)
}

// OpenChoices lists the choice that the crash before this life left, unless it is made.
func (l *Log) OpenChoices() []Choice {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.left == nil {
		return nil
	}
	return []Choice{l.choice()}
}
