package messaging

import (
	"context"
	"net"

	"faultline/labs"
	"faultline/labs/messaging/messagingapi"
)

// windowSender has several messages in flight. One goroutine reads the acks;
// its read deadline is the time at which the next packet must be sent again.
type windowSender struct {
	// Your code here (C).
}

// NewWindowSender returns a sliding-window sender that owns conn and sends to
// the receiver at to.
func NewWindowSender(conn net.PacketConn, to net.Addr, opt messagingapi.Options) messagingapi.Sender {
	panic(labs.TODO("C"))
}

// Send implements messagingapi.Sender.
func (s *windowSender) Send(ctx context.Context, msg []byte) error {
	panic(labs.TODO("C"))
}

// Flush implements messagingapi.Sender.
func (s *windowSender) Flush(ctx context.Context) error {
	panic(labs.TODO("C"))
}

// Close implements messagingapi.Sender.
func (s *windowSender) Close() (err error) {
	panic(labs.TODO("C"))
}

// windowReceiver has a goroutine that answers packets and puts messages into
// order, from where Receive takes them.
type windowReceiver struct {
	// Your code here (C).
}

// NewWindowReceiver returns a sliding-window receiver that owns conn.
func NewWindowReceiver(conn net.PacketConn, opt messagingapi.Options) messagingapi.Receiver {
	panic(labs.TODO("C"))
}

// Receive implements messagingapi.Receiver.
func (r *windowReceiver) Receive(ctx context.Context) ([]byte, error) {
	panic(labs.TODO("C"))
}

// Close implements messagingapi.Receiver.
func (r *windowReceiver) Close() (err error) {
	panic(labs.TODO("C"))
}
