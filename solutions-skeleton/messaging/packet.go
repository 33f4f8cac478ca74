package messaging

import (
	"faultline/labs"
	"faultline/labs/messaging/messagingapi"
)

// Marshal returns the bytes of a packet, in the format of messagingapi.Packet.
func Marshal(p messagingapi.Packet) []byte {
	panic(labs.TODO("B"))
}

// Unmarshal returns the packet that b holds, without keeping a reference to b.
// It returns an error unless b is exactly one well-formed packet.
func Unmarshal(b []byte) (messagingapi.Packet, error) {
	panic(labs.TODO("B"))
}
