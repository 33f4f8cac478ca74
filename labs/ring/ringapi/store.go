package ringapi

import (
	"cmp"
	"context"
	"errors"
)

// ErrNoKey says that a key has no value: there never was one, or it was deleted.
var ErrNoKey = errors.New("no such key")

// A Version tells the writes of one key apart. Of two, the one with the higher N is
// the later one, and of two with the same N the one whose By comes later in the order
// of strings. The zero Version is before all others.
type Version struct {
	N  uint64
	By string // whatever makes it unique
}

// Compare is negative if v is before w, zero if they are the same, and positive if v
// is after w.
func (v Version) Compare(w Version) int {
	return cmp.Or(cmp.Compare(v.N, w.N), cmp.Compare(v.By, w.By))
}

// A Store is the data of a ring. Every Node is one: it may be asked at any member. Its
// methods may be called by any number of goroutines at once. A key lives where
// KeyID(key, Bits) says; r is Successors.
//
// When a ring is repaired, and 10 + 2×N more rounds have passed on a calm network, every
// key is held by its owner and the r-1 members after it, or by all if there are fewer,
// and by nobody else. The assumptions are those of Node.
//
// Every Put and every Delete has a version of its own, however often it was tried and
// however late its messages come. What follows from that:
//
//   - On a network on which nobody who lives takes another one for dead, a write that
//     began after another one of its key had returned has the later version, and a Get
//     returns the latest version whose write had returned before the Get began, or a
//     later one whose write has begun. That holds while members join, leave and fail, as
//     long as at most r-1 joins, departures and failures together happen between two
//     moments at which keys are where they belong.
//   - After a storm or a partition it holds again as soon as keys are where they belong:
//     of all the versions whose writes have returned, none that is later than what a Get
//     returns.
//
// No method keeps a reference to value, and a value that is returned is the caller's
// own. An empty value is a value.
//
// Get, Put and Delete go on trying where nobody answers. On a calm network they take at
// most 20×Timeout while members only join and leave, and at most 4×Stabilize +
// 20×Timeout when members fail. Where old messages come again, or round trips take up to
// half a Timeout, they and Leave may take twice as long. When ctx ends first the error is
// ctx.Err(), and the write may take effect or not; when the node was closed or crashed, it
// is ErrClosed.
//
// Values that do not change cost nothing: in rounds in which nobody comes or goes, they
// are not sent. When a member joins, at most twice as many values are sent to it as it will
// hold.
type Store interface {
	// Put sets the value of key, and returns its version. When it returns, the owner
	// and the r-1 members after it hold the value, as far as they live.
	Put(ctx context.Context, key string, value []byte) (Version, error)

	// Delete removes the value of key, if there is one. It has a version as a Put has.
	Delete(ctx context.Context, key string) (Version, error)

	// Get returns the value of key and its version. The error is ErrNoKey if there is
	// none; what it returns beside that does not matter.
	Get(ctx context.Context, key string) (value []byte, version Version, err error)

	// Keys returns the keys whose values this node holds, in any order.
	Keys() []string
}
