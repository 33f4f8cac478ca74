package quorum

import (
	"context"

	"faultline/labrpc"
	"faultline/labs/quorum/quorumapi"
)

// register is a client whose Gets leave what they return at a majority.
type register struct {
	//lab:begin B
	*client
	//lab:end
}

// NewRegister returns a client for which every key is an atomic register: see
// quorumapi.NewRegister.
//
//lab:todo B
func NewRegister(p *labrpc.Process, cfg quorumapi.Config) quorumapi.Client {
	majority := len(cfg.Replicas)/2 + 1
	cfg.R, cfg.W = majority, majority
	return &register{newClient(p, cfg)}
}

// Get implements quorumapi.Client. A Put may be under way and may have reached one
// replica only: the next Get could ask the others. So a value that a majority has not
// stored yet is stored there first, with the version that it has.
//
//lab:todo B
func (r *register) Get(ctx context.Context, key string) ([]byte, error) {
	asking, enough := r.asking(ctx)
	defer enough()
	reads := r.ask(asking, r.config.Replicas, key)
	answers, err := r.wait(ctx, reads, r.config.R)
	if err != nil {
		return nil, err
	}
	found := Change{Key: key, Item: newest(answers)}
	behind := r.without(answers, found.Item)
	if has := len(r.config.Replicas) - len(behind); has < r.config.W {
		acks := r.ask(asking, behind, found)
		if _, err := r.wait(ctx, acks, r.config.W-has); err != nil {
			return nil, err
		}
	} else if r.config.Repair {
		go r.repair(asking, reads, found)
	}
	return found.Item.value()
}

// without returns the replicas of which it is not known that they have an item.
//
//lab:omit
func (r *register) without(answers []answer, item Item) (list []string) {
	has := map[string]bool{}
	for _, a := range answers {
		has[a.from] = a.item.Version == item.Version
	}
	for _, name := range r.config.Replicas {
		if !has[name] {
			list = append(list, name)
		}
	}
	return list
}
