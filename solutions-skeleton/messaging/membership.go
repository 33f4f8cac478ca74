package messaging

import (
	"context"
	"net"

	"faultline/labs"
	"faultline/labs/messaging/messagingapi"
)

// A membership watches the other sites for one of them.
type membership struct {
	// Your code here (E).
}

// NewMembership returns a membership that owns conn.
func NewMembership(conn net.PacketConn, opt messagingapi.SiteOptions) messagingapi.Membership {
	panic(labs.TODO("E"))
}

// Status implements messagingapi.Membership.
func (m *membership) Status(site string) messagingapi.Status {
	panic(labs.TODO("E"))
}

// Next implements messagingapi.Membership.
func (m *membership) Next(ctx context.Context) (messagingapi.Change, error) {
	panic(labs.TODO("E"))
}

// Close implements messagingapi.Membership.
func (m *membership) Close() (err error) {
	panic(labs.TODO("E"))
}
