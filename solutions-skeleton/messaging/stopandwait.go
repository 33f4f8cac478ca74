package messaging

import (
	"context"
	"net"

	"faultline/labs"
	"faultline/labs/messaging/messagingapi"
)

// stopAndWaitSender has at most one message outstanding. It needs no goroutine
// of its own: who sends also reads the acks.
type stopAndWaitSender struct {
	// Your code here (B).
}

// NewSender returns a stop-and-wait sender that owns conn and sends to the
// receiver at to.
func NewSender(conn net.PacketConn, to net.Addr, opt messagingapi.Options) messagingapi.Sender {
	panic(labs.TODO("B"))
}

// Send implements messagingapi.Sender.
func (s *stopAndWaitSender) Send(ctx context.Context, msg []byte) error {
	panic(labs.TODO("B"))
}

// Flush implements messagingapi.Sender.
func (s *stopAndWaitSender) Flush(ctx context.Context) error {
	panic(labs.TODO("B"))
}

// Close implements messagingapi.Sender.
func (s *stopAndWaitSender) Close() (err error) {
	panic(labs.TODO("B"))
}

// stopAndWaitReceiver has a goroutine that answers packets and puts messages
// into a buffer, from which Receive takes them.
type stopAndWaitReceiver struct {
	// Your code here (B).
}

// NewReceiver returns a stop-and-wait receiver that owns conn.
func NewReceiver(conn net.PacketConn, opt messagingapi.Options) messagingapi.Receiver {
	panic(labs.TODO("B"))
}

// Receive implements messagingapi.Receiver.
func (r *stopAndWaitReceiver) Receive(ctx context.Context) ([]byte, error) {
	panic(labs.TODO("B"))
}

// Close implements messagingapi.Receiver.
func (r *stopAndWaitReceiver) Close() (err error) {
	panic(labs.TODO("B"))
}
