package messaging_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"testing"
	"time"

	"faultline/labs/internal/staff/messaging"
	"faultline/labs/messaging/messagingapi"
)

// The suite runs the reference over a simulated network. That it needs nothing
// from there but the interface of the standard library is shown here.
func TestOverRealUDP(t *testing.T) {
	opt := messagingapi.Options{
		SeqBits: 4, First: 13, Session: 1, Window: 8, Buffer: 4, Timeout: 200 * time.Millisecond,
	}
	transports := []struct {
		name     string
		sender   func(net.PacketConn, net.Addr, messagingapi.Options) messagingapi.Sender
		receiver func(net.PacketConn, messagingapi.Options) messagingapi.Receiver
	}{
		{"stop and wait", messaging.NewSender, messaging.NewReceiver},
		{"sliding window", messaging.NewWindowSender, messaging.NewWindowReceiver},
	}
	for _, tr := range transports {
		t.Run(tr.name+" delivers each message once, in order", func(t *testing.T) {
			to, from := listen(t), listen(t)
			r := tr.receiver(to, opt)
			s := tr.sender(from, to.LocalAddr(), opt)
			const n = 300
			sent := make(chan error, 1)
			go func() { sent <- sendAll(t.Context(), s, n) }()
			for i := range n {
				msg, err := r.Receive(t.Context())
				if err != nil || string(msg) != fmt.Sprint(i) {
					t.Fatalf("message %d: got %q, error %v", i, msg, err)
				}
			}
			if err := <-sent; err != nil {
				t.Fatal(err)
			}
		})
		t.Run(tr.name+" ends what waits when it is closed", func(t *testing.T) {
			to, silent := listen(t), listen(t)
			r := tr.receiver(to, opt)
			s := tr.sender(listen(t), silent.LocalAddr(), opt)
			results := make(chan error, 2)
			go func() { results <- sendAll(t.Context(), s, opt.Window+1) }()
			go func() {
				_, err := r.Receive(t.Context())
				results <- err
			}()
			first := make([]byte, messagingapi.HeaderSize)
			if _, _, err := silent.ReadFrom(first); err != nil { // Send has begun
				t.Fatal(err)
			}
			if err := errors.Join(s.Close(), r.Close(), s.Close(), r.Close()); err != nil {
				t.Fatal(err)
			}
			for range 2 {
				if err := <-results; err != messagingapi.ErrClosed {
					t.Errorf("a waiting call returned %v", err)
				}
			}
		})
	}
}

// sendAll sends n numbered messages and waits until they have arrived.
func sendAll(ctx context.Context, s messagingapi.Sender, n int) error {
	for i := range n {
		if err := s.Send(ctx, []byte(fmt.Sprint(i))); err != nil {
			return err
		}
	}
	return s.Flush(ctx)
}

// listen opens a socket on the loopback interface for the length of a test.
func listen(t *testing.T) net.PacketConn {
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return conn
}
