package ring

import (
	"faultline/labrpc"
	"faultline/labs"
	"faultline/labs/ring/ringapi"
)

// peer knows its part of the ring from the beginning, so only what is under way
// changes.
type peer struct {
	// Your code here (B).
}

// NewPeer returns the peer that runs as process, and registers its methods there.
func NewPeer(process *labrpc.Process, cfg ringapi.PeerConfig) ringapi.Peer {
	panic(labs.TODO("B"))
}

// service is the name under which a peer registers its methods.
const service = "Ring"

// The handlers are the peer as others see it.
type handlers struct {
	// Your code here (B).
}

// Neighbours implements ringapi.Peer.
func (p *peer) Neighbours() []ringapi.Member {
	panic(labs.TODO("B"))
}

// Close implements ringapi.Peer. All that runs for the peer ends with its process.
func (p *peer) Close() {
	panic(labs.TODO("B"))
}
