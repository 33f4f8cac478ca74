package messagingapi

import (
	"context"
	"errors"
)

// ErrClosed is returned by operations on what has been closed.
var ErrClosed = errors.New("closed")

// A Mailbox hands messages from senders to receivers, first in, first out, and
// holds a bounded number of them. Every method may be called by any number of
// goroutines at once, and each takes effect at one instant between its call and
// its return.
type Mailbox interface {
	// Send puts a message at the end of the queue and waits while the mailbox
	// is full. It returns ErrClosed when the mailbox is closed before there was
	// room, and ctx.Err() when ctx ends first; then the message was not sent.
	// Send keeps no reference to msg: the caller may reuse it at once.
	Send(ctx context.Context, msg []byte) error

	// Receive takes the message at the head of the queue and waits while the
	// mailbox is empty. Once the mailbox is closed, it hands out what is left
	// and then returns ErrClosed. It returns ctx.Err() when ctx ends first;
	// then it took nothing.
	Receive(ctx context.Context) ([]byte, error)

	// Close ends the mailbox. Waiting senders get ErrClosed, messages that are
	// in the queue can still be received. Closing twice does nothing.
	Close()
}
