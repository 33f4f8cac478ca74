package quorumapi

import (
	"context"
	"errors"
	"time"

	"faultline/labrpc"
)

// What an operation can end with beside success and ctx.Err(). Test for them with
// errors.Is: an error may wrap one of these and say more.
var (
	// ErrNoKey says that there is no value under the key.
	ErrNoKey = errors.New("no such key")

	// ErrMaybe says that nobody knows: some replica may have stored the value, or may
	// still do so. If so, a later Get may return it, or may not.
	ErrMaybe = errors.New("the value may have been stored")

	// ErrClosed says that the client was closed, or that its node has crashed.
	ErrClosed = errors.New("closed")
)

// Config describes the replicas and a client of them. All that put have the same
// Replicas, R and W; a client that only gets may know some of the replicas, to look at
// what these hold. Clients of NewClient, NewRegister and NewHedged see the same values.
type Config struct {
	Replicas []string // the names of their processes; N is how many there are
	R, W     int      // how many must answer a Get, and a Put; from 1 to N

	// Timeout is how long to wait for an answer before asking that replica again. A
	// round trip on a calm network takes less than a tenth of it.
	Timeout time.Duration

	// Repair has every Get of a Register bring replicas up to date. Stage C. Within
	// 10×Timeout after the Get returned, unless the client is closed before, every replica
	// that can be reached all the time holds what it returned, or something newer. The Get
	// waits for none of this. It goes on
	// costing at most 4N messages on a calm network.
	Repair bool
}

// A Client reads and writes the values of keys. Each key is a register of its own.
// The methods may be called by any number of goroutines at once.
//
// An answer counts for the one replica and the one operation that it was given to. An
// operation has one phase or two: it asks, and it stores. A phase that has too few
// answers goes on asking, each replica that has not answered at least once in
// 2×Timeout and at most once in Timeout; with enough of them it is over within a
// Timeout. An operation returns an error only when ctx ends or the client is closed.
// On a calm network a Get sends at most 2N messages and a Put at most 4N; with a
// Register it is 4N for both.
//
// No method keeps a reference to value, and a value that is returned is the caller's
// own. An empty value is a value.
type Client interface {
	// Get returns a value of key, or ErrNoKey if those asked have none. With a
	// NewClient it waits for the answers of R replicas, no matter which, and returns
	// the newest value among them.
	Get(ctx context.Context, key string) (value []byte, err error)

	// Put sets the value of key. With a NewClient it asks W replicas, no matter
	// which, what the newest value is that they have, and returns when W replicas
	// have stored the new one as newer than that. A replica that holds a newer one keeps
	// that, and counts as one that has stored it. When ctx ends, or the client is closed,
	// after any replica was sent the value, the error is ErrMaybe; before that it is
	// ctx.Err() or ErrClosed.
	Put(ctx context.Context, key string, value []byte) error

	// Close closes the process and ends every goroutine of the client. Waiting
	// operations return. Closing twice does nothing.
	Close()
}

// A Replica holds a value for each key, and answers clients.
type Replica interface {
	// Close closes the process and ends every goroutine of the replica. Closing
	// twice does nothing.
	Close()
}

// NewReplica starts a replica in a process, with its values in memory. It knows
// nobody: clients talk to it.
type NewReplica func(*labrpc.Process) Replica

// NewClient returns the client of a process, which keeps what Promises promises. A
// life of a node has at most one client. A client whose node restarts is another client:
// what its former life has sent may still arrive.
type NewClient func(*labrpc.Process, Config) Client

// NewRegister returns a client whose quorums are majorities, whatever R and W say,
// and for which every key is an atomic register: each operation takes effect at one
// instant between its call and its return. So of two Gets that follow each other,
// whoever calls them, the second returns nothing older than the first. A Put that
// ends with ErrMaybe takes effect at one instant after its call, or never. With fewer
// than half of the replicas silent every operation returns.
type NewRegister func(*labrpc.Process, Config) Client
