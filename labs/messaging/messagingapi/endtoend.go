package messagingapi

import "context"

// MaxMessage is the length of the longest message of a [Path], in bytes.
const MaxMessage = 1024

// A Path is one end of a way through relays. What is sent at one end is received
// at the other, in the order in which it was sent, and never twice. Every hop is
// reliable and has a checksum. But between two hops a message lies in a relay's
// memory, which may flip some of its bits, and no hop notices. A relay may also
// crash: what it holds is lost, and so is what comes while it is down. Nobody is
// told. Usually a message takes less than 10 ms from end to end; a relay may hold
// it for longer. Its methods may be called by any number of goroutines at once.
type Path interface {
	// Send hands a message of at most MaxMessage bytes to the first relay, and
	// takes as long as the first hop needs for it. It returns nil whatever
	// becomes of the message then, and an error when ctx ends first or the
	// message is too long. It keeps no reference to msg.
	Send(ctx context.Context, msg []byte) error

	// Receive takes the next message, and waits for it. It returns ctx.Err()
	// when ctx ends first, and no other error. An end holds 256 messages that
	// nobody has taken, and loses what comes on top of them.
	Receive(ctx context.Context) ([]byte, error)
}

// A FileSender carries files to one FileReceiver at the other end of its path.
// Both ends begin anew together. What they say to each other is up to the
// solution. Its methods may be called by any number of goroutines at once.
type FileSender interface {
	// SendFile sends a file of any length, also an empty one. It returns nil
	// only once the receiver has confirmed that the whole file, checked end to
	// end, has arrived. One file is sent at a time; other calls wait for their
	// turn. When ctx ends first it returns ctx.Err(): the file may have arrived
	// or not, but it does not arrive after a later one. After Close it returns
	// ErrClosed. It keeps no reference to file.
	SendFile(ctx context.Context, file []byte) error

	// Close ends every goroutine of the sender and makes waiting calls return
	// ErrClosed. Closing twice does nothing.
	Close() error
}

// A FileReceiver hands out the files of a FileSender: each exactly once, in
// order, also when two are equal. Its methods may be called by any number of
// goroutines at once.
type FileReceiver interface {
	// ReceiveFile returns the next file that has passed the whole-file check,
	// and waits for it. It returns ctx.Err() when ctx ends first (no file is
	// lost by that), and ErrClosed after Close. A FileReceiver answers messages
	// also while nobody is in ReceiveFile, and keeps the files until then.
	ReceiveFile(ctx context.Context) ([]byte, error)

	// Close ends every goroutine of the receiver and makes waiting calls return
	// ErrClosed. Closing twice does nothing.
	Close() error
}
