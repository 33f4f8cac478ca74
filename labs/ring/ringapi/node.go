package ringapi

import (
	"context"
	"time"
)

// NodeConfig describes a node of a ring whose members come and go. All nodes of a
// ring have the same Bits, Successors, Stabilize and Timeout.
type NodeConfig struct {
	Bits int
	Self Member

	// Successors is r: how many of the members that follow it a node knows. At
	// least 2.
	Successors int

	// Stabilize is how often a node looks after what it knows: a round. At least
	// 4×Timeout.
	Stabilize time.Duration

	// Timeout is how long a node waits for an answer before it takes another one
	// for dead. A round trip on a calm network takes less than a tenth of it.
	Timeout time.Duration
}

// A Node is a member of a ring whose members come and go, from the end of its Join to
// its Leave, Close or crash. Its methods may be called by any number of goroutines at
// once. Before its Join has returned, only Join and Close are called.
//
// What a node knows may be wrong at any time, and becomes right again. Say that a ring
// of N living members is repaired when each has the right Successors and the right
// Predecessor, and Lookup gives the right owner everywhere. On a calm network a ring
// is repaired 4×(N+r) rounds after the last change, under these assumptions:
//
//   - Ids and names are different. One node joined without a contact, before the others.
//   - At most r-1 members leave or fail between two moments at which the ring is
//     repaired. Any number may join in that time.
//   - Nodes that live may take each other for dead, in a partition or a storm. It is
//     over within 100 rounds, and until the ring is repaired nobody leaves or fails.
//
// Then Lookup also takes at most as long as H round trips when N+2×Bits more rounds
// have passed, where ids are spread evenly; H is that of Peer.
//
// While nothing changes, a node of a ring of up to 20 members starts at most 12 calls
// in a round, on average.
type Node interface {
	Store

	// Join makes the node a member of the ring that the node via is a member of,
	// or the first one of a new ring if via is "". It returns when the node has its
	// place: what the others know follows. As long as via, or somebody on the way,
	// does not answer, it tries again: where via lives, and at most every fifth message
	// is lost or late, it takes at most 600×Timeout. The error is ctx.Err() when ctx
	// ends first, and ErrClosed when the node was closed or crashed. It is called once.
	Join(ctx context.Context, via string) error

	// Leave tells the neighbours, hands over the keys, and closes the node. In a ring
	// that was repaired, its predecessor and its successor have each other when it
	// returns: a Lookup of its id by the predecessor then takes less than one Timeout.
	// If ctx ends before they have heard of it, the error is ctx.Err(), and the others
	// find out as if the node had failed. On a calm network it takes at most
	// 20×Timeout.
	Leave(ctx context.Context) error

	// Lookup returns the member that owns the id: the first at or after it. In a
	// ring that is not repaired it may be another one. Nodes that do not answer are
	// gone round: among at most r-1 dead ones in a ring that was repaired before,
	// it takes at most 20×Timeout, and finds the owner if that lives. Where there is
	// no way, it goes on trying. The error is as that of Join.
	Lookup(ctx context.Context, id ID) (Member, error)

	// Successors returns the members that the node takes for the next r upwards, in
	// their order and without itself; fewer if the ring has fewer others.
	Successors() []Member

	// Predecessor returns the member that the node takes for the next one
	// downwards, itself if it is alone, and false as long as it knows none.
	Predecessor() (Member, bool)

	// Close closes the process and ends every goroutine of the node. Calls under way
	// return ErrClosed. To others the node has failed. Closing twice does nothing.
	Close()
}
