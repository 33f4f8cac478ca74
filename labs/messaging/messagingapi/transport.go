package messagingapi

import (
	"context"
	"time"
)

// Options say how a Sender and its Receiver work together. Both ends get the
// same SeqBits and First.
type Options struct {
	// SeqBits is the size of the number space: messages are numbered modulo
	// 2^SeqBits. From 1 to 16. With SeqBits 1, stop and wait is the
	// alternating-bit protocol.
	SeqBits int

	// First is the number of the first message of a session.
	First uint16

	// Session tells one life of the sender from the next: a sender that
	// restarts gets a higher one, and its numbers begin at First again. At
	// least 1. A Receiver ignores this field and learns sessions from packets.
	Session uint32

	// Window is the most messages that a Sender of stage C may have in flight.
	// At most 2^SeqBits / 2. Stage B ignores it.
	Window int

	// Buffer is the most messages that a Receiver may hold for its reader,
	// whether they are in order or not. At least 1, and at most 2^SeqBits / 2.
	Buffer int

	// Timeout is how long a Sender waits for the first ack before it sends the
	// packet again. Stage B waits that long every time; stage C learns from
	// then on.
	Timeout time.Duration
}

// A Sender carries messages to one Receiver. Its methods may be called by any
// number of goroutines at once.
type Sender interface {
	// Send sends one message of at most MaxPayload bytes; messages arrive in
	// the order in which their Sends began. In stage B it returns nil once the
	// message has been acknowledged, in stage C once the message has a place
	// in the window, as Window and the room that the receiver last told of
	// allow. When ctx ends first it returns ctx.Err(): the message may still
	// arrive, and if it does, it arrives before the message of any later Send.
	// After Close it returns ErrClosed. It keeps no reference to msg.
	Send(ctx context.Context, msg []byte) error

	// Flush returns nil once every message sent so far has been acknowledged,
	// ctx.Err() when ctx ends first, and ErrClosed after Close.
	Flush(ctx context.Context) error

	// Close gives up what was not acknowledged, closes the connection, ends
	// every goroutine of the sender and makes waiting calls return ErrClosed.
	// Closing twice does nothing.
	Close() error
}

// A Receiver hands out the messages of a Sender: each exactly once, in order.
// Its methods may be called by any number of goroutines at once.
type Receiver interface {
	// Receive returns the next message, and waits for it. It returns ctx.Err()
	// when ctx ends first (no message is lost by that), and ErrClosed after
	// Close. A Receiver answers packets also while nobody is in Receive.
	Receive(ctx context.Context) ([]byte, error)

	// Close closes the connection, ends every goroutine of the receiver and
	// makes waiting calls return ErrClosed. Closing twice does nothing.
	Close() error
}
