package kvapi

import "context"

// A Client carries out operations on the keys of one server. Every operation takes
// effect at one instant between its call and its return, and exactly once, however
// often its request was sent. A client carries out one operation at a time: calls
// that come meanwhile wait for their turn. The methods may be called by any number
// of goroutines at once.
//
// A request is repeated until it is answered or ctx ends: at the latest after a
// second, but no more often than a hundred times a second. When ctx ends first, the
// error is ctx.Err() for a Get, and for a change too if no request for it was ever
// sent; otherwise it is ErrMaybe. A change that ended with ErrMaybe takes effect
// before the next change of its client returns, or never. On a calm network an
// operation takes two messages, the request and the reply.
//
// A key that was never written has version 0. Each change of a key, Delete too,
// makes its version one higher, and it never goes back: also a key that was deleted
// and written again has a version which it never had before. What fails changes
// nothing.
//
// No method keeps a reference to value, and a value that is returned is the
// caller's own. An empty value is a value.
type Client interface {
	// Get returns the value of key and its version, or ErrNoKey.
	Get(ctx context.Context, key string) (value []byte, version uint64, err error)

	// Put sets the value of key, whether it has one or not, and returns the new
	// version.
	Put(ctx context.Context, key string, value []byte) (version uint64, err error)

	// CompareAndSet sets the value of key if its version is old, and returns the
	// new version. Old 0 means: only if key has no value now, be it that it never
	// had one or that it was deleted. Otherwise, and also when key has no value
	// and old is not 0, it is ErrVersion.
	CompareAndSet(ctx context.Context, key string, value []byte, old uint64) (version uint64, err error)

	// Delete removes key and returns the version that this made, or ErrNoKey.
	Delete(ctx context.Context, key string) (version uint64, err error)
}

// A Server holds the values of keys and answers clients for as long as its process
// lives. It remembers the result of a change until its client does not need it any
// more, so that a request which comes again gets the result of its one execution,
// be it a success or a failure.
//
// A life of a node has at most one client. A client whose node restarts is a new
// client: its name is the same, its incarnation is not.
type Server interface {
	// Remembered returns how many results of changes the server remembers: not
	// more than one for each name of a client.
	Remembered() int
}
