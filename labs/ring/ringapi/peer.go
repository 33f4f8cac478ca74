package ringapi

import (
	"context"
	"errors"
	"time"
)

// ErrClosed is returned by a Peer that has been closed, or whose node has crashed.
var ErrClosed = errors.New("closed")

// A Member is a node of the ring as the others know it.
type Member struct {
	ID   ID     // its place; no two members have the same
	Node string // the name of its process, which is its address
}

// A Table says what a peer knows of the ring.
type Table int

// The two tables.
const (
	Fingers Table = iota // as in Chord: the next members, and ever longer ways upwards
	Leaves               // as in Pastry: the next members on both sides, and a table by prefix
)

// String is "fingers" or "leaves".
func (t Table) String() string {
	if t == Fingers {
		return "fingers"
	}
	return "leaves"
}

// A Mode says who asks.
type Mode int

// The two ways to ask.
const (
	Iterative Mode = iota // the peer that looks up asks one after the other itself
	Recursive             // each passes the question on; the last one answers the first
)

// String is "iterative" or "recursive".
func (m Mode) String() string {
	if m == Iterative {
		return "iterative"
	}
	return "recursive"
}

// PeerConfig describes a peer and the ring that it is part of.
type PeerConfig struct {
	Bits int
	Self Member

	// Members are all members in ascending order of their ids, Self among them.
	// The peers of a ring share the slice: it must not be changed, nor kept.
	Members []Member

	Table Table

	// Near is how many neighbours a peer knows, as far as there are others. With
	// Fingers these are the next Near members upwards and one downwards, with
	// Leaves the next Near members in both directions. At least 1.
	Near int

	// Timeout is how long a peer waits for an answer before it takes a node for
	// dead and looks for a way round it. A round trip on a calm network takes
	// less than a tenth of it.
	Timeout time.Duration
}

// A Peer is a node of a ring whose members do not change. All peers of a ring have
// the same Members, Table, Near and Timeout. Its methods may be called by any number
// of goroutines at once.
//
// In what follows H is the next whole number at or above log2 of the number of
// members, and 2 more. A lookup on a calm network, among living members whose ids
// are spread evenly by chance,
//
//   - sends nothing if the id is near: above the farthest of the Near neighbours
//     downwards, and not above the farthest upwards;
//   - asks at most H others when it is Iterative: each with one request and one
//     answer, and every message is from or to the peer that looks up;
//   - is passed on at most H times when it is Recursive, each time to one of the
//     Neighbours of whoever passes it on. Who knows the owner sends it straight to
//     the peer that looks up. So a lookup that is passed on h times takes h+1
//     requests, as many answers, and the time of h+1 messages.
//
// On rings with other ids, it asks or passes on at most 2×Bits times.
type Peer interface {
	// Lookup returns the member that owns the id: the first at or after it. Nodes
	// that do not answer are gone round: as long as of any Near neighbours in a row
	// at least one lives, it finds every owner that lives, and takes at most
	// 20×Timeout if every fourth node is dead, or if one message is lost. Where more
	// are lost, it goes on trying. The error is ctx.Err() when ctx ends first, and ErrClosed when the
	// peer was closed or crashed.
	Lookup(ctx context.Context, id ID, mode Mode) (Member, error)

	// Neighbours returns every member that the peer knows, other than itself, each
	// once and in any order. With both tables the nearest are among them, see
	// PeerConfig.Near. With Fingers there is, for each i from 0 to Bits-1, the
	// first member at or after Self.ID + 2^i. With Leaves there is, for each i
	// from 0 to Bits-1, a member whose id has the same i highest bits as Self.ID
	// and another bit after them, if the ring has such a member. Where ids are
	// spread evenly, there are at most 4×H members beside the nearest.
	Neighbours() []Member

	// Close closes the process and ends every goroutine of the peer. Waiting
	// lookups return ErrClosed. Closing twice does nothing.
	Close()
}
