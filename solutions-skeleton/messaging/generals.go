package messaging

import (
	"context"
	"net"

	"faultline/labs"
)

// General sends the order, or waits for it, and answers it. He implements
// messagingapi.General.
//
// The first attacks once he has an answer, the second once he has the order. So
// if the answer is lost, the second attacks alone. A third message, an answer to
// the answer, would only change who that is.
func General(ctx context.Context, conn net.PacketConn, peer net.Addr, first bool) (attack bool) {
	panic(labs.TODO("E"))
}
