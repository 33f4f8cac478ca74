package kvapi

import "errors"

// What an operation can end with beside success. Test for them with errors.Is:
// an error may wrap one of these and say more.
var (
	// ErrNoKey says that there is no value under the key.
	ErrNoKey = errors.New("no such key")

	// ErrVersion says that the key has another version than the caller expected:
	// nothing was changed.
	ErrVersion = errors.New("another version")

	// ErrMaybe says that nobody knows: the operation may have taken effect, or
	// may still do so, because a request is on its way somewhere.
	ErrMaybe = errors.New("the operation may have taken effect")

	// ErrFull says that there is no room for the change, on the server's disk or at
	// the nodes of the cluster.
	ErrFull = errors.New("there is no room")

	// ErrCorrupt says that what the disk gives back is not what was written.
	ErrCorrupt = errors.New("the disk is corrupt")
)
