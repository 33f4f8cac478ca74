package rpcapi

import (
	"context"
	"errors"
	"time"
)

// Every error of Client.Call is one of three, in the sense of errors.Is and
// errors.As: the call was not executed, nobody knows, or a *RemoteError.
var (
	// ErrNotExecuted says that the call was not executed and never will be.
	ErrNotExecuted = errors.New("the call was not executed")

	// ErrUnknown says that the call may have been executed, or may still be.
	ErrUnknown = errors.New("the call may have been executed")

	// ErrClosed comes with one of these when the client was closed.
	ErrClosed = errors.New("closed")
)

// A RemoteError says that the call was executed and that the handler returned an
// error with this text.
type RemoteError struct{ Text string }

// Error returns the text.
func (e *RemoteError) Error() string { return e.Text }

// A Handler executes calls. Several goroutines may call it at once. Its ctx ends
// when the server is closed and, from stage D on, when nobody waits for the call
// any more. It may keep args. A result or an error text longer than MaxBody
// becomes an error that says so.
type Handler func(ctx context.Context, method string, args []byte) ([]byte, error)

// ServerOptions say how a server works.
type ServerOptions struct {
	// Incarnation tells one life of the server from the next: a server that
	// restarts gets a higher one, and remembers nothing. At least 1.
	Incarnation uint32

	// Workers is the most calls that are executed at once. At least 1. The others
	// wait, in the order in which they came.
	Workers int
}

// A Server executes each call at most once and remembers its reply until the
// client says that it has it. It answers a copy of a call that was executed with
// the reply, and one of a call that waits or is being executed with an Ack.
type Server interface {
	// Remembered returns how many replies the server remembers.
	Remembered() int

	// Close closes the connection, ends the contexts of the handlers, and returns
	// when they and every goroutine of the server have ended. Closing twice does
	// nothing.
	Close() error
}

// ClientOptions say how a client works.
type ClientOptions struct {
	// ID is the client's own, in all of its lives.
	ID uint32

	// Incarnation tells one life of the client from the next: a client that
	// restarts gets a higher one, and its numbers begin at 1 again. At least 1.
	Incarnation uint32

	// Timeout is how long a client waits for an answer before it sends a call
	// again. It may wait longer each time, but no longer than Probe.
	Timeout time.Duration

	// Probe is how long a client waits before it sends a call again that the
	// server has acknowledged.
	Probe time.Duration
}

// A Client calls one server. Its methods may be called by any number of
// goroutines at once, and calls do not wait for each other.
type Client interface {
	// Call has the server execute a method. It returns what the handler
	// returned, or one of the errors above. When ctx ends first, the error is
	// also ctx.Err(). It keeps no reference to args. Method and args that are
	// too long are ErrNotExecuted, and so is a call that ended before it was
	// sent for a life of the server.
	//
	// From stage D on, a call whose ctx ends before its answer comes, and that
	// was sent for a life of the server, is cancelled: the client sends a Cancel
	// every Timeout until something answers it, and for 20 x Timeout at most.
	// Then the call is over, for Done as well.
	//
	// The reply to a call acknowledges the call, and the Done of the next call
	// acknowledges the reply. Only when Timeout has passed since a reply, and no
	// call is under way, the client sends one Ack instead.
	Call(ctx context.Context, method string, args []byte) ([]byte, error)

	// Close closes the connection, ends every goroutine of the client and makes
	// waiting calls return ErrClosed with what is known of them. Closing twice
	// does nothing.
	Close() error
}
