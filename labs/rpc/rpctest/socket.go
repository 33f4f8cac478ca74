package rpctest

import (
	"net"
	"time"
)

// A socket is a connection of which nothing can be seen but what it does. This lab
// allows reflect, with which one reads what a pointer leads to: from the network's own
// connection that is the network, with the seed of the run and its plan. Into a function
// nobody can look.
type socket struct {
	readFrom                          func([]byte) (int, net.Addr, error)
	writeTo                           func([]byte, net.Addr) (int, error)
	close                             func() error
	localAddr                         func() net.Addr
	deadline, readBefore, writeBefore func(time.Time) error
}

func newSocket(c net.PacketConn) socket {
	return socket{c.ReadFrom, c.WriteTo, c.Close, c.LocalAddr, c.SetDeadline, c.SetReadDeadline, c.SetWriteDeadline}
}

func (s socket) ReadFrom(p []byte) (int, net.Addr, error)   { return s.readFrom(p) }
func (s socket) WriteTo(p []byte, to net.Addr) (int, error) { return s.writeTo(p, to) }
func (s socket) Close() error                               { return s.close() }
func (s socket) LocalAddr() net.Addr                        { return s.localAddr() }
func (s socket) SetDeadline(t time.Time) error              { return s.deadline(t) }
func (s socket) SetReadDeadline(t time.Time) error          { return s.readBefore(t) }
func (s socket) SetWriteDeadline(t time.Time) error         { return s.writeBefore(t) }
