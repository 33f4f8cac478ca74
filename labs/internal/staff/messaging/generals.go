package messaging

import (
	"context"
	"net"
)

// General sends the order, or waits for it, and answers it. He implements
// messagingapi.General.
//
// The first attacks once he has an answer, the second once he has the order. So
// if the answer is lost, the second attacks alone. A third message, an answer to
// the answer, would only change who that is.
//
//lab:todo E
func General(ctx context.Context, conn net.PacketConn, peer net.Addr, first bool) (attack bool) {
	dawn, _ := ctx.Deadline()
	conn.SetReadDeadline(dawn)
	if first {
		conn.WriteTo([]byte("attack at dawn"), peer)
	}
	if _, _, err := conn.ReadFrom(make([]byte, 64)); err != nil {
		return false
	}
	if !first {
		conn.WriteTo([]byte("yes"), peer)
	}
	return true
}
