package commitapi

import (
	"context"
	"errors"
	"time"
)

// ErrClosed is returned by a coordinator that has been closed or whose node has
// crashed. What became of the transaction, its log and its participants know.
var ErrClosed = errors.New("closed")

// CoordinatorConfig describes a coordinator.
type CoordinatorConfig struct {
	// Timeout is how long to wait for votes. A participant whose vote has not come by
	// then has voted no.
	Timeout time.Duration
}

// A Coordinator carries out transactions. Its methods may be called by any number of
// goroutines at once, and one transaction never waits for another one's participants.
//
// A function OpenCoordinator makes it, from a process, which it owns, its log, and a
// config. The log is empty at first and holds later what earlier lives of this
// coordinator have written. What they had decided holds:
//
//   - It has decided to commit once a record Commit is durable, and not before. It
//     begins at once to tell the participants, and until every one has acknowledged
//     that, it tells those who have not at least once in every 2×Timeout, through any
//     number of crashes.
//   - Then it forgets: it writes a record End, which need not be durable.
//   - Every transaction of which it knows nothing was aborted: that is what it answers
//     to an Inquiry. To abort, it need not write anything. It tells those who may have
//     voted yes, at once and once; who does not hear it will ask.
//   - While votes are being collected, the answer to an Inquiry is Unknown.
//
// When all nodes are up and the network does nothing wrong, every participant has
// decided after 10×Timeout. A commit over N participants takes then one forced write of
// the coordinator and two of each participant, and 4N messages, answers included. An
// abort takes one forced write of each who has voted yes, and 2 messages for each
// question and for each who has not voted no. All these are upper bounds.
type Coordinator interface {
	// Run carries out a transaction over one or more participants, each in one part.
	// It commits if all vote yes, and aborts if one does not. Run returns as soon as
	// that is decided: at most 2×Timeout after it was called, without waiting for
	// acknowledgements. If ctx ends before the decision, it aborts. The outcome is
	// Unknown only with an error, and the error is ErrClosed.
	Run(ctx context.Context, parts []Part) (Outcome, error)

	// Transact carries out a transaction that first looks: body reads, and returns what
	// is to change. It is stage D, and all about it is at Body.
	Transact(ctx context.Context, body Body) (Outcome, error)

	// Known returns how many transactions the coordinator remembers: those that are
	// not decided, and those that not all participants have acknowledged.
	Known() int

	// Close closes the process and ends every goroutine of the coordinator. Waiting
	// calls return ErrClosed. Closing twice does nothing.
	Close()
}
