package ring

import (
	"cmp"
	"math/bits"
	"slices"

	"faultline/labs/ring/ringapi"
)

// neighbourhood returns the part of the ring that a peer knows completely, in the
// order of the ring, with the peer itself in it. If it is the whole ring, the first
// member stands at the end again: it follows on the last.
//
//lab:todo B
func neighbourhood(cfg ringapi.PeerConfig) []ringapi.Member {
	below, n := cfg.Near, len(cfg.Members)
	if cfg.Table == ringapi.Fingers {
		below = 1
	}
	self := follower(cfg.Members, cfg.Self.ID)
	near := make([]ringapi.Member, min(below+1+cfg.Near, n+1))
	for i := range near {
		near[i] = cfg.Members[((self-below+i)%n+n)%n]
	}
	return near
}

// follower returns the index of the first member at or after id, going round.
//
//lab:omit
func follower(members []ringapi.Member, id ringapi.ID) int {
	byID := func(m ringapi.Member, id ringapi.ID) int { return cmp.Compare(m.ID, id) }
	i, _ := slices.BinarySearchFunc(members, id, byID)
	return i % len(members)
}

// fingers returns the members that follow on the places at a distance of 1, 2, 4
// and so on. Each is more than half of the way to some id.
//
//lab:todo B
func fingers(cfg ringapi.PeerConfig) (far []ringapi.Member) {
	for i := range cfg.Bits {
		at := (cfg.Self.ID + 1<<i) & (1<<cfg.Bits - 1)
		far = append(far, cfg.Members[follower(cfg.Members, at)])
	}
	return far
}

// leaves returns, for each i, a member that shares the i highest bits with the peer
// and not the bit after them, if there is one.
//
//lab:todo B
func leaves(cfg ringapi.PeerConfig) (far []ringapi.Member) {
	for i := cfg.Bits - 1; i >= 0; i-- {
		rest := ringapi.ID(1)<<i - 1
		first := (cfg.Self.ID ^ (rest + 1)) &^ rest
		m := cfg.Members[follower(cfg.Members, first)]
		if first <= m.ID && m.ID <= first|rest {
			far = append(far, m)
		}
	}
	return far
}

// shared is how many of the highest bits two ids have in common.
//
//lab:todo B
func shared(a, b ringapi.ID) int { return bits.LeadingZeros64(uint64(a ^ b)) }

// A Step is what a peer knows of the way to an id: its owner, or who is nearer.
//
//lab:omit
type Step struct {
	Owner bool
	ringapi.Member
}

// step returns the owner of an id if the peer knows it, and otherwise the best of
// those that it knows, without those to avoid. None left is the zero Step.
//
//lab:omit
func (p *peer) step(id ringapi.ID, avoid []string) Step {
	for i := range len(p.near) - 1 {
		if between(p.near[i].ID, id, p.near[i+1].ID) {
			return Step{true, p.near[i+1]}
		}
	}
	var best ringapi.Member
	for _, m := range p.known {
		if !slices.Contains(avoid, m.Node) && p.better(m, p.cfg.Self, id) && (best.Node == "" || p.better(m, best, id)) {
			best = m
		}
	}
	return Step{false, best}
}

// better reports whether m is nearer to id than n is. With fingers that is upwards,
// and nobody is nearer than the owner's predecessor: who jumps over the owner has
// to go round once more. With leaves more shared bits are nearer, then less
// distance; so a lookup never comes back to where it was.
//
//lab:omit
func (p *peer) better(m, n ringapi.Member, id ringapi.ID) bool {
	if p.cfg.Table == ringapi.Fingers {
		return up(m.ID, id-1, p.cfg.Bits) < up(n.ID, id-1, p.cfg.Bits)
	}
	return cmp.Or(-cmp.Compare(shared(m.ID, id), shared(n.ID, id)),
		cmp.Compare(apart(m.ID, id, p.cfg.Bits), apart(n.ID, id, p.cfg.Bits))) < 0
}
