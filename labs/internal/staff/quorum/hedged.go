package quorum

import (
	"context"
	"slices"
	"sync"
	"time"

	"faultline/labrpc"
	"faultline/labs/quorum/quorumapi"
)

// hedged is a client whose Gets ask R replicas, and more of them when these are late.
type hedged struct {
	//lab:begin D
	*client
	hedgeAfter time.Duration

	mu     sync.Mutex
	turn   int             // which replica comes first in the next Get
	late   map[string]bool // the latest that is known of a replica
	budget int             // in tenths of a hedge
	//lab:end
}

// A Get earns a tenth of a hedge, and ten hedges can be saved. A probe costs as much.
//
//lab:omit
const (
	hedgeCost  = 10
	mostSaved  = 10 * hedgeCost
	probeEvery = 30 // Gets
)

// NewHedged returns a client that hedges its Gets: see quorumapi.NewHedged.
//
//lab:todo D
func NewHedged(p *labrpc.Process, cfg quorumapi.HedgedConfig) quorumapi.Client {
	return &hedged{client: newClient(p, cfg.Config), hedgeAfter: cfg.HedgeAfter,
		late: map[string]bool{}, budget: mostSaved}
}

// Get implements quorumapi.Client.
//
//lab:todo D
func (h *hedged) Get(ctx context.Context, key string) ([]byte, error) {
	ctx, enough := context.WithCancel(ctx)
	defer enough()
	s := search{hedged: h, ctx: ctx, key: key, order: h.begin(key)}
	answers, err := s.run()
	if err != nil {
		return nil, err
	}
	return newest(answers).value()
}

// A search is one Get.
//
//lab:omit
type search struct {
	*hedged
	ctx   context.Context
	key   string
	order []string // in which replicas are asked
	asked int
}

// run asks until R replicas have answered.
//
//lab:omit
func (s *search) run() (list []answer, err error) {
	answers := make(chan answer, len(s.order))
	hedge := time.NewTicker(s.hedgeAfter)
	defer hedge.Stop()
	patience := time.NewTimer(s.timeout)
	defer patience.Stop()
	s.ask(answers, s.config.R)
	for len(list) < s.config.R {
		select {
		case a := <-answers:
			list = append(list, a)
		case <-hedge.C:
			s.blame(list)
			if s.asked < len(s.order) && s.spend() {
				s.ask(answers, s.asked+1)
			}
		case <-patience.C:
			s.ask(answers, len(s.order))
		case <-s.process.Done():
			return nil, quorumapi.ErrClosed
		case <-s.ctx.Done():
			return nil, s.ctx.Err()
		}
	}
	return list, nil
}

// ask asks replicas until so many are asked.
//
//lab:omit
func (s *search) ask(answers chan<- answer, n int) {
	for ; s.asked < n; s.asked++ {
		name := s.order[s.asked]
		go func() {
			if reply, err := s.insist(s.ctx, name, s.key); err == nil {
				answers <- answer{name, reply}
			}
		}()
	}
}

// blame notes who has been asked for at least HedgeAfter and has not answered.
//
//lab:omit
func (s *search) blame(answered []answer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, name := range s.order[:s.asked] {
		if !slices.ContainsFunc(answered, func(a answer) bool { return a.from == name }) {
			s.late[name] = true
		}
	}
}

// begin returns the order in which a Get asks: each replica comes first in its turn, and
// those that were late come last. Now and then one of these is probed.
//
//lab:omit
func (h *hedged) begin(key string) []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.budget = min(h.budget+1, mostSaved)
	h.turn++
	n := len(h.config.Replicas)
	var order, late []string
	for i := range n {
		name := h.config.Replicas[(h.turn+i)%n]
		if h.late[name] {
			late = append(late, name)
		} else {
			order = append(order, name)
		}
	}
	if len(late) > 0 && h.turn%probeEvery == 0 && h.budget >= hedgeCost {
		h.budget -= hedgeCost
		go h.probe(late[0], key)
	}
	return append(order, late...)
}

// spend reports whether a hedge can be paid for. If all replicas are slow, more requests
// would make them slower.
//
//lab:omit
func (h *hedged) spend() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.budget < hedgeCost {
		return false
	}
	h.budget -= hedgeCost
	return true
}

// probe asks a replica that was late, and waits for nothing but the answer.
//
//lab:omit
func (h *hedged) probe(name, key string) {
	ctx, cancel := context.WithTimeout(context.Background(), h.hedgeAfter)
	defer cancel()
	if _, err := h.try(ctx, name, key); err == nil {
		h.mu.Lock()
		defer h.mu.Unlock()
		delete(h.late, name)
	}
}
