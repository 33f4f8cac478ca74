package kvapi

import (
	"context"
	"errors"
	"time"
)

// ErrLost says that every node that held the key has failed: there was a value, and
// it is gone. A later Put gives the key a value again.
var ErrLost = errors.New("every node that held the key has failed")

// DirectoryConfig describes a directory. A round trip on a calm network takes less
// than a tenth of Timeout.
type DirectoryConfig struct {
	Replicas  int           // on how many nodes a key is kept, as far as so many live
	DeadAfter time.Duration // a node from which nothing came for so long is dead; ten times Heartbeat
	Timeout   time.Duration // how long to wait for an answer before the call is given up

	// Rebalance is how often the directory looks what has to be copied or moved.
	// Zero is never: that is stage C.
	Rebalance time.Duration

	// HotReads is how many reads of one key a node shall answer in a second. Zero
	// is any number. Stage D.
	HotReads int
}

// A Directory knows which nodes hold a key. There is one, and it never fails. Its
// methods may be called by any number of goroutines at once.
//
// A key that is new is put on Replicas nodes with room (fewer only where fewer
// live), and these are on different racks as far as racks have living nodes with
// room. A node that is dead is on no list (DeadAfter + Timeout) after its last sign
// of life. One that comes back, be it that it restarted or that it was only cut
// off, comes back empty, however short it was away if it restarted.
//
// With Rebalance, in what follows within 20×Rebalance when there are up to 100 keys
// and 8 nodes, and nothing else fails meanwhile:
//
//   - A key with fewer than Replicas living nodes is copied to others, as far as
//     there are nodes with room, on other racks if it can be.
//   - A node that joins gets its share, of the keys that exist: at least half as
//     many as the average of all living nodes, where nodes and racks are equally
//     large. Nothing is moved that need not be: in all, no more copies are made than
//     twice its share.
//   - What a node need not hold any more is dropped there.
//   - A key that is read more often than HotReads allows its nodes gets as many
//     nodes as it takes, as far as there are nodes with room, and the reads are
//     spread over them: none answers more than twice HotReads in a second. When the
//     key has cooled down it is back on Replicas nodes.
//
// No node is ever given more keys than its Capacity. Reads and writes go on
// meanwhile.
type Directory interface {
	// Where returns the names of the nodes that reads of the key go to, in any
	// order; none if there is no such key, or it is lost.
	Where(key string) []string

	// Close closes the process and ends every goroutine of the directory.
	Close()
}

// NodeConfig describes a node.
type NodeConfig struct {
	Directory string        // the name of its process
	Rack      string        // nodes of one rack fail together
	Capacity  int           // how many keys it has room for
	Heartbeat time.Duration // how often it tells the directory that it lives
	Timeout   time.Duration // how long to wait for an answer
}

// A Node holds values in memory and belongs to one directory, which it joins by
// itself, on a calm network within two heartbeats. Its methods may be called by any number of goroutines at once.
type Node interface {
	// Keys returns the keys whose values the node holds, in any order.
	Keys() []string

	// Close closes the process and ends every goroutine of the node.
	Close()
}

// A Mode says who asks the nodes.
type Mode int

// The two ways to ask.
const (
	Recursive Mode = iota // the router asks the directory, which asks the nodes and relays the answer
	Iterative             // the directory names the nodes, and the router asks them
)

// RouterConfig describes a router.
type RouterConfig struct {
	Directory string        // the name of its process
	Mode      Mode          // who asks the nodes
	Timeout   time.Duration // how long to wait for an answer before trying again
}

// A Router is a client of the whole cluster. Its methods may be called by any number
// of goroutines at once; a Put may wait for an earlier one of the same router.
//
// Every Put has a version of its own, which the directory allots: the later Put of a
// key has the higher one. Versions need not be consecutive. A Put returns when every
// node on the key's list has stored the value; one that is dead is first taken off
// the list.
//
// A Get returns the newest version whose Put had returned before the Get was called,
// or a newer one whose Put has begun. That holds while fewer than Replicas nodes fail
// before their keys have been copied again, also for nodes that are taken for dead
// and live. A request that comes late or twice brings no old value back.
//
// On a calm network a Get sends 4 messages. Recursive, all 4 go between router and
// directory and between directory and node; iterative, 2 go between router and
// directory and 2 between router and node. A Put sends 2, and 2 for each replica,
// which go the same ways. Iterative, values never pass the directory. While a node
// of the key lives, a Get takes at most 4×Timeout, and a Put at most DeadAfter +
// 6×Timeout. Nobody pauses for longer than Timeout between two tries.
type Router interface {
	// Get returns the value of key and its version. The error is ErrNoKey when
	// there never was a value, ErrLost, or ctx.Err() when ctx ends first.
	Get(ctx context.Context, key string) (value []byte, version uint64, err error)

	// Put sets the value of key and returns its version. The error is ErrFull when
	// the key is new and there are not enough nodes with room: nothing is stored
	// then. When ctx ends first it is ErrMaybe: some node may have stored the value.
	// If it was never sent, it may be ctx.Err() instead.
	Put(ctx context.Context, key string, value []byte) (version uint64, err error)

	// Close closes the process and makes waiting calls return an error.
	Close()
}
