package quorum

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"faultline/labrpc"
	"faultline/labs/disk"
	"faultline/labs/quorum/quorumapi"
)

// OpenReplica starts a replica with what is on the volume: see quorumapi.OpenReplica.
//
//lab:todo C
func OpenReplica(p *labrpc.Process, v *disk.Volume, o quorumapi.ReplicaOptions) (quorumapi.Replica, error) {
	s := &storage{volume: v}
	items, isComplete, err := s.load()
	if err != nil {
		return nil, fmt.Errorf("open the replica: %w", err)
	}
	r := &replica{process: p, storage: s, items: items}
	switch {
	case isComplete:
		p.Register(service, &handlers{r})
	case o.New:
		if err := s.replace(complete, nil); err != nil {
			return nil, fmt.Errorf("open the replica: %w", err)
		}
		p.Register(service, &handlers{r})
	default:
		go r.catchUp(o)
	}
	return r, nil
}

// everything is the request for all items of a replica.
//
//lab:omit
type everything struct{}

// All returns all items.
//
//lab:omit
func (h *handlers) All(_ everything, all *map[string]Item) error {
	h.r.mu.Lock()
	defer h.r.mu.Unlock()
	*all = maps.Clone(h.r.items)
	return nil
}

// catchUp copies what a majority of all replicas have, and lets clients in when that is
// durable. The disk that was lost may have been one of a majority which stored
// something. The others of that majority are one too few for one: so any majority
// without this replica has one of them.
//
//lab:todo C
func (r *replica) catchUp(o quorumapi.ReplicaOptions) {
	c := &caller{process: r.process, timeout: o.Timeout}
	others := slices.DeleteFunc(slices.Clone(o.Replicas), func(name string) bool { return name == r.process.Name() })
	answers, err := c.gather(context.Background(), others, len(o.Replicas)/2+1, everything{})
	if err != nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, a := range answers {
		for _, key := range slices.Sorted(maps.Keys(a.all)) {
			if r.store(Change{Key: key, Item: a.all[key]}) != nil {
				return
			}
		}
	}
	if r.storage.replace(complete, nil) != nil {
		r.process.Close()
		return
	}
	r.process.Register(service, &handlers{r})
}
