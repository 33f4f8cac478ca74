package quorum

import (
	"context"
	"time"

	"faultline/labrpc"
	"faultline/labs/quorum/quorumapi"
)

// caller asks replicas.
type caller struct {
	//lab:begin A
	process *labrpc.Process
	timeout time.Duration
	//lab:end
}

// An answer is what one replica said.
//
//lab:omit
type answer struct {
	from string
	reply
}

// A reply is what a request is answered with.
//
//lab:omit
type reply struct {
	item Item            // to the key of a read
	all  map[string]Item // to everything
}

// gather asks replicas, each until it has answered, and returns when so many have.
// Each replica is one goroutine, which answers once: however often one was asked, it
// counts as one.
//
//lab:omit
func (c *caller) gather(ctx context.Context, replicas []string, need int, request any) ([]answer, error) {
	ctx, enough := context.WithCancel(ctx)
	defer enough()
	return c.wait(ctx, c.ask(ctx, replicas, request), need)
}

// ask asks replicas until ctx ends. There is room for all answers, so nobody has to
// take them.
//
//lab:omit
func (c *caller) ask(ctx context.Context, replicas []string, request any) <-chan answer {
	answers := make(chan answer, len(replicas))
	for _, name := range replicas {
		go func() {
			if reply, err := c.insist(ctx, name, request); err == nil {
				answers <- answer{name, reply}
			}
		}()
	}
	return answers
}

//lab:omit
func (c *caller) wait(ctx context.Context, answers <-chan answer, need int) (list []answer, err error) {
	for len(list) < need {
		select {
		case a := <-answers:
			list = append(list, a)
		case <-c.process.Done():
			return nil, quorumapi.ErrClosed
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	return list, nil
}

// insist asks one replica again and again.
//
//lab:omit
func (c *caller) insist(ctx context.Context, replica string, request any) (r reply, err error) {
	for {
		if r, err = c.try(ctx, replica, request); err == nil {
			return r, nil
		}
		select {
		case <-ctx.Done():
			return r, ctx.Err()
		case <-c.process.Done():
			return r, quorumapi.ErrClosed
		default:
		}
	}
}

// try asks once and waits for the answer. An error that comes at once does not come
// back at once: else a replica that refuses would be asked without end.
//
//lab:omit
func (c *caller) try(ctx context.Context, replica string, request any) (r reply, err error) {
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	switch request := request.(type) {
	case string:
		err = c.process.Call(ctx, replica, service+".Read", request, &r.item)
	case Change:
		err = c.process.Call(ctx, replica, service+".Write", request, nil)
	case everything:
		err = c.process.Call(ctx, replica, service+".All", request, &r.all)
	}
	if err != nil {
		select {
		case <-ctx.Done():
		case <-c.process.Done():
		}
	}
	return r, err
}

// newest is the newest item among answers.
//
//lab:omit
func newest(answers []answer) (best Item) {
	for _, a := range answers {
		if a.item.Version.Newer(best.Version) {
			best = a.item
		}
	}
	return best
}
