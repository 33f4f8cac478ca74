package rpc

import (
	"context"
	"net"

	"faultline/labs"
	"faultline/labs/rpc/rpcapi"
)

// client has a goroutine that reads; each Call sends for itself.
type client struct {
	// Your code here (C).
}

// NewClient returns a client that owns conn and calls the server at server.
func NewClient(conn net.PacketConn, server net.Addr, opt rpcapi.ClientOptions) rpcapi.Client {
	panic(labs.TODO("C"))
}

// Call implements rpcapi.Client.
func (c *client) Call(ctx context.Context, method string, args []byte) ([]byte, error) {
	panic(labs.TODO("C"))
}

// Close implements rpcapi.Client.
func (c *client) Close() (err error) {
	panic(labs.TODO("C"))
}
