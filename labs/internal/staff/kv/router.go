package kv

import (
	"context"
	"time"

	"faultline/labrpc"
	"faultline/labs/kv/kvapi"
)

// A router asks the directory, and, if it is iterative, the nodes.
type router struct {
	//lab:begin C
	process *labrpc.Process
	cfg     kvapi.RouterConfig
	turn    chan struct{} // holds one token: the right to put
	number  uint64        // of the last Put; the token guards it
	//lab:end
}

// NewRouter starts a router, which owns the process.
//
//lab:todo C
func NewRouter(p *labrpc.Process, cfg kvapi.RouterConfig) kvapi.Router {
	r := &router{process: p, cfg: cfg, turn: make(chan struct{}, 1)}
	r.turn <- struct{}{}
	return r
}

// Get implements kvapi.Router.
//
//lab:todo C
func (r *router) Get(ctx context.Context, key string) (value []byte, version uint64, err error) {
	for {
		var found Found
		if r.cfg.Mode == kvapi.Recursive {
			found, err = r.getRecursive(ctx, key)
		} else {
			found, err = r.getIterative(ctx, key)
		}
		switch {
		case err == nil && found.Status == Fine:
			return found.Value, found.Version, nil
		case err == nil && found.Status == Absent:
			return nil, 0, kvapi.ErrNoKey
		case err == nil && found.Status == Gone:
			return nil, 0, kvapi.ErrLost
		}
		if err := r.pause(ctx); err != nil {
			return nil, 0, err
		}
	}
}

// pause waits before the next try.
//
//lab:omit
func (r *router) pause(ctx context.Context) error {
	timer := time.NewTimer(r.cfg.Timeout / 10)
	defer timer.Stop()
	select {
	case <-timer.C:
		return ctx.Err()
	case <-ctx.Done():
		return ctx.Err()
	case <-r.process.Done():
		return labrpc.ErrStopped
	}
}

// call calls once, with as much patience as may be needed for that many calls one
// after the other.
//
//lab:omit
func (r *router) call(ctx context.Context, calls int, to, method string, args, reply any) error {
	ctx, cancel := context.WithTimeout(ctx, time.Duration(calls)*r.cfg.Timeout)
	defer cancel()
	return r.process.Call(ctx, to, method, args, reply)
}

//lab:omit
func (r *router) getRecursive(ctx context.Context, key string) (found Found, err error) {
	err = r.call(ctx, 3, r.cfg.Directory, directoryService+".Get", key, &found)
	return found, err
}

// getIterative asks the directory who holds the key, and these one after the other.
// The list is not kept: only the directory knows who still is on it.
//
//lab:omit
func (r *router) getIterative(ctx context.Context, key string) (found Found, err error) {
	var at Located
	if err = r.call(ctx, 1, r.cfg.Directory, directoryService+".Locate", key, &at); err != nil || at.Status != Fine {
		return Found{Status: at.Status}, err
	}
	for _, replica := range at.List.Replicas {
		t := Touch{replica.Session, at.List.Epoch, key}
		if err = r.call(ctx, 1, replica.Node, nodeService+".Fetch", t, &found); err == nil {
			break
		}
	}
	return found, err
}

// Put implements kvapi.Router. It is the same Put in every try, so that it has one
// version: a request that comes again, however late, cannot overtake a later Put.
//
//lab:todo C
func (r *router) Put(ctx context.Context, key string, value []byte) (version uint64, err error) {
	select {
	case <-r.turn:
	case <-ctx.Done():
		return 0, kvapi.ErrMaybe
	case <-r.process.Done():
		return 0, labrpc.ErrStopped
	}
	defer func() { r.turn <- struct{}{} }()
	r.number++
	w := Write{Router: r.process.Name(), Incarnation: r.process.Incarnation(), Number: r.number, Key: key}
	for {
		var done Allotted
		if r.cfg.Mode == kvapi.Recursive {
			w.Value = value
			err = r.call(ctx, 2, r.cfg.Directory, directoryService+".Put", w, &done)
		} else {
			done, err = r.putIterative(ctx, w, value)
		}
		switch {
		case err == nil && done.Status == Fine:
			return done.Version, nil
		case err == nil && done.Status == NoRoom:
			return 0, kvapi.ErrFull
		}
		if r.pause(ctx) != nil {
			return 0, kvapi.ErrMaybe
		}
	}
}

// Close implements kvapi.Router.
//
//lab:todo C
func (r *router) Close() { r.process.Close() }

//lab:omit
func (r *router) putIterative(ctx context.Context, w Write, value []byte) (done Allotted, err error) {
	err = r.call(ctx, 1, r.cfg.Directory, directoryService+".Allot", w, &done)
	if err != nil || done.Status != Fine {
		return done, err
	}
	ctx, cancel := context.WithTimeout(ctx, r.cfg.Timeout)
	defer cancel()
	done.Status = storeAll(ctx, r.process, w.Key, value, done)
	return done, nil
}

// storeAll stores a value on every node of the list, on all at the same time. The
// answer is Fine only if all have it.
//
//lab:omit
func storeAll(ctx context.Context, p *labrpc.Process, key string, value []byte, a Allotted) Status {
	answers := make(chan Status, len(a.List.Replicas))
	for _, replica := range a.List.Replicas {
		s := Store{Touch{replica.Session, a.List.Epoch, key}, value, a.Version}
		go func() {
			var status Status
			if p.Call(ctx, replica.Node, nodeService+".Store", s, &status) != nil {
				status = Again
			}
			answers <- status
		}()
	}
	for range a.List.Replicas {
		if <-answers != Fine {
			return Again
		}
	}
	return Fine
}
