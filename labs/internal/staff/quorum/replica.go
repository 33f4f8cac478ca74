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

	storage *storage // nil if the items are in memory only

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

// Write stores an item. It may come late, and twice.
//
//lab:omit
func (h *handlers) Write(c Change, _ *struct{}) error {
	h.r.mu.Lock()
	defer h.r.mu.Unlock()
	return h.r.store(c)
}

// store stores an item unless there is a newer one. Whoever asks meanwhile waits: what
// is not durable yet is shown to nobody. The lock is held.
//
//lab:omit
func (r *replica) store(c Change) error {
	if !c.Item.Version.Newer(r.items[c.Key].Version) {
		return nil
	}
	if r.storage != nil {
		if err := r.storage.save(c); err != nil {
			r.process.Close() // nobody knows what is on the disk: only a restart can tell
			return err
		}
	}
	r.items[c.Key] = c.Item
	return nil
}
