package rpc

import (
	"net"

	"faultline/labs"
	"faultline/labs/rpc/rpcapi"
)

// server has a goroutine that reads, and one for each call that is being
// executed.
type server struct {
	// Your code here (C).
}

// NewServer returns a server that owns conn.
func NewServer(conn net.PacketConn, opt rpcapi.ServerOptions, handle rpcapi.Handler) rpcapi.Server {
	panic(labs.TODO("C"))
}

// Remembered implements rpcapi.Server.
func (s *server) Remembered() (n int) {
	panic(labs.TODO("C"))
}

// Close implements rpcapi.Server.
func (s *server) Close() (err error) {
	panic(labs.TODO("C"))
}
