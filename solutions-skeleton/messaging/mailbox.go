// Package messaging carries messages between goroutines of one process
// (Mailbox) and over a network that loses, copies, delays, reorders and damages
// packets (Sender and Receiver).
package messaging

import (
	"context"

	"faultline/labs"
	"faultline/labs/messaging/messagingapi"
)

// mailbox is a queue under one lock. Whoever cannot go on waits for a change of
// the queue and looks again.
type mailbox struct {
	// Your code here (A).
}

// NewMailbox returns an empty mailbox that holds at most capacity messages,
// which is at least 1.
func NewMailbox(capacity int) messagingapi.Mailbox {
	panic(labs.TODO("A"))
}

// Send implements messagingapi.Mailbox.
func (m *mailbox) Send(ctx context.Context, msg []byte) error {
	panic(labs.TODO("A"))
}

// Receive implements messagingapi.Mailbox.
func (m *mailbox) Receive(ctx context.Context) ([]byte, error) {
	panic(labs.TODO("A"))
}

// Close implements messagingapi.Mailbox.
func (m *mailbox) Close() {
	panic(labs.TODO("A"))
}
