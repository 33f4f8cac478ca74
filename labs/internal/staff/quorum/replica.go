package quorum

import (
	"sync"

	"faultline/labrpc"
	"faultline/labs/quorum/quorumapi"
)

// replica holds the newest item of each key that it was given.
type replica struct {
	//lab:begin A
	process *labrpc.Process

	mu    sync.Mutex
	items map[string]Item
	//lab:end
}

// NewReplica starts a replica: see quorumapi.NewReplica.
//
//lab:todo A
func NewReplica(p *labrpc.Process) quorumapi.Replica {
	r := &replica{process: p, items: map[string]Item{}}
	p.Register(service, &handlers{r})
	return r
}

// Close implements quorumapi.Replica.
//
//lab:todo A
func (r *replica) Close() { r.process.Close() }

//lab:omit
const service = "Replica"

// handlers are the methods that clients call.
type handlers struct {
	//lab:begin A
	r *replica
	//lab:end
}

// Read returns the item of a key, which is the zero item if there is none.
//
//lab:omit
func (h *handlers) Read(key string, item *Item) error {
	h.r.mu.Lock()
	defer h.r.mu.Unlock()
	*item = h.r.items[key]
	return nil
}

// A Change is an item for a key.
//
//lab:omit
type Change struct {
	Key  string
	Item Item
}

// Write stores an item unless there is a newer one. So it may come late, and twice.
//
//lab:omit
func (h *handlers) Write(c Change, _ *struct{}) error {
	h.r.mu.Lock()
	defer h.r.mu.Unlock()
	if c.Item.Version.Newer(h.r.items[c.Key].Version) {
		h.r.items[c.Key] = c.Item
	}
	return nil
}
