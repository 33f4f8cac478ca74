package ring

import (
	"context"
	"slices"
	"sync"

	"faultline/labrpc"
	"faultline/labs/ring/ringapi"
)

// peer knows its part of the ring from the beginning, so only what is under way
// changes.
type peer struct {
	//lab:begin B
	process *labrpc.Process
	cfg     ringapi.PeerConfig
	near    []ringapi.Member // see neighbourhood
	known   []ringapi.Member // the others that it knows, each once

	mu      sync.Mutex                     // guards the fields below
	lookups uint64                         // recursive ones that have begun here
	waiting map[uint64]chan ringapi.Member // for their answers, by number
	//lab:end
}

// NewPeer returns the peer that runs as process, and registers its methods there.
//
//lab:todo B
func NewPeer(process *labrpc.Process, cfg ringapi.PeerConfig) ringapi.Peer {
	p := &peer{process: process, cfg: cfg, near: neighbourhood(cfg), waiting: make(map[uint64]chan ringapi.Member)}
	far := leaves
	if cfg.Table == ringapi.Fingers {
		far = fingers
	}
	for _, m := range append(far(cfg), p.near...) {
		if m != cfg.Self && !slices.Contains(p.known, m) {
			p.known = append(p.known, m)
		}
	}
	p.cfg.Members = nil
	process.Register(service, &handlers{p}) // it fails only if the process has ended, and then so does all else
	return p
}

// service is the name under which a peer registers its methods.
const service = "Ring"

// The handlers are the peer as others see it.
type handlers struct {
	//lab:begin B
	p *peer
	//lab:end
}

// Neighbours implements ringapi.Peer.
//
//lab:todo B
func (p *peer) Neighbours() []ringapi.Member { return slices.Clone(p.known) }

// Close implements ringapi.Peer. All that runs for the peer ends with its process.
//
//lab:todo B
func (p *peer) Close() { p.process.Close() }

// call calls a method of another peer, and waits one Timeout for the answer.
//
//lab:omit
func (p *peer) call(ctx context.Context, node, method string, args, reply any) error {
	ctx, cancel := context.WithTimeout(ctx, p.cfg.Timeout)
	defer cancel()
	return p.process.Call(ctx, node, service+"."+method, args, reply)
}
