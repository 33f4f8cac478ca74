package messagingapi

import (
	"context"
	"net"
)

// A General decides whether to attack at dawn, which is the deadline of ctx. There
// are two, and only an attack by both is a victory. The first has the plan to attack; the
// second learns of it from a message or not at all, so without one he must not
// attack. They may exchange what they like over conn, but on a calm network, on
// which a message takes a hundredth of the night, no more than MaxMessengers
// messages, and then both must attack.
//
// A General decides by the messages that he received, not by chance. He returns
// by dawn and neither closes conn nor leaves a goroutine behind.
type General func(ctx context.Context, conn net.PacketConn, peer net.Addr, first bool) (attack bool)

// MaxMessengers is how many messages two generals may exchange on a calm
// network.
const MaxMessengers = 50
