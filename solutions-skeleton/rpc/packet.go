package rpc

import (
	"faultline/labs"
	"faultline/labs/rpc/rpcapi"
)

// encode returns the bytes of a packet, in the format of rpcapi.Packet.
func encode(p rpcapi.Packet) []byte {
	panic(labs.TODO("C"))
}

// decode returns the packet that b holds, without keeping a reference to b, and
// whether it is one.
func decode(b []byte) (p rpcapi.Packet, ok bool) {
	panic(labs.TODO("C"))
}
