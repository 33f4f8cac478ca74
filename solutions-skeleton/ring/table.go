package ring

import (
	"faultline/labs"
	"faultline/labs/ring/ringapi"
)

// neighbourhood returns the part of the ring that a peer knows completely, in the
// order of the ring, with the peer itself in it. If it is the whole ring, the first
// member stands at the end again: it follows on the last.
func neighbourhood(cfg ringapi.PeerConfig) []ringapi.Member {
	panic(labs.TODO("B"))
}

// fingers returns the members that follow on the places at a distance of 1, 2, 4
// and so on. Each is more than half of the way to some id.
func fingers(cfg ringapi.PeerConfig) (far []ringapi.Member) {
	panic(labs.TODO("B"))
}

// leaves returns, for each i, a member that shares the i highest bits with the peer
// and not the bit after them, if there is one.
func leaves(cfg ringapi.PeerConfig) (far []ringapi.Member) {
	panic(labs.TODO("B"))
}

// shared is how many of the highest bits two ids have in common.
func shared(a, b ringapi.ID) int {
	panic(labs.TODO("B"))
}
