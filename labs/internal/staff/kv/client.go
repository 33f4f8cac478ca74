// Package kv is a key-value store: versioned values on one server (NewServer,
// NewClient), on a disk that outlives crashes (OpenServer), and on a cluster.
package kv

import (
	"context"
	"fmt"
	"time"

	"faultline/labrpc"
	"faultline/labs/kv/kvapi"
)

// client is a process's client.
type client struct {
	//lab:begin A
	// Changes are numbered, and a number stays with its change however often that
	// is sent: so the server can tell a change that comes again from a new one.
	process *labrpc.Process
	server  string
	turn    chan struct{} // holds a token while an operation is under way
	seq     uint64        // of the last change; whoever has the turn may use it
	//lab:end
}

// NewClient returns the client of a process for the server of that name. It may
// be called before the server is there.
//
//lab:todo A
func NewClient(p *labrpc.Process, server string) kvapi.Client {
	return &client{process: p, server: server, turn: make(chan struct{}, 1)}
}

// Get implements kvapi.Client.
//
//lab:todo A
func (c *client) Get(ctx context.Context, key string) (value []byte, version uint64, err error) {
	result, _, err := c.ask(ctx, "KV.Get", func() Request { return Request{Key: key} })
	if err != nil {
		return nil, 0, err
	}
	return result.Value, result.Version, result.Failure.err()
}

// Put implements kvapi.Client.
//
//lab:todo A
func (c *client) Put(ctx context.Context, key string, value []byte) (version uint64, err error) {
	return c.change(ctx, Request{Op: Put, Key: key, Value: value})
}

// CompareAndSet implements kvapi.Client.
//
//lab:todo A
func (c *client) CompareAndSet(ctx context.Context, key string, value []byte, old uint64) (version uint64, err error) {
	return c.change(ctx, Request{Op: CompareAndSet, Key: key, Value: value, Old: old})
}

// Delete implements kvapi.Client.
//
//lab:todo A
func (c *client) Delete(ctx context.Context, key string) (version uint64, err error) {
	return c.change(ctx, Request{Op: Delete, Key: key})
}

// change gives a change its number and has the server execute it.
//
//lab:omit
func (c *client) change(ctx context.Context, r Request) (version uint64, err error) {
	result, maybe, err := c.ask(ctx, "KV."+string(r.Op), func() Request {
		c.seq++
		r.Client, r.Incarnation, r.Seq = c.process.Name(), c.process.Incarnation(), c.seq
		return r
	})
	switch {
	case err != nil && maybe:
		return 0, fmt.Errorf("%w: %w", kvapi.ErrMaybe, err)
	case err != nil:
		return 0, err
	}
	return result.Version, result.Failure.err()
}

// How long a client waits for an answer before it asks again: twice as long each
// time, for a network that is slow answers no faster when it is asked more often.
//
//lab:omit
const (
	firstWait = 50 * time.Millisecond
	lastWait  = 800 * time.Millisecond
)

// ask sends a request until it is answered. It gives up when ctx or the process
// ends, and says whether the request may have been executed. The request is made
// when it is the caller's turn.
//
//lab:omit
func (c *client) ask(ctx context.Context, method string, make func() Request) (result Result, maybe bool, err error) {
	if err := ctx.Err(); err != nil {
		return Result{}, false, err
	}
	select {
	case c.turn <- struct{}{}:
		defer func() { <-c.turn }()
	case <-ctx.Done():
		return Result{}, false, ctx.Err()
	}
	r := make()
	for wait := firstWait; ; wait = min(2*wait, lastWait) {
		result, err := c.try(ctx, wait, method, r)
		if err == nil {
			return result, false, nil
		}
		maybe = maybe || labrpc.MaybeExecuted(err)
		if ctx.Err() != nil {
			return Result{}, maybe, ctx.Err()
		}
		select {
		case <-c.process.Done():
			return Result{}, maybe, err
		default:
		}
	}
}

// try sends a request once and waits for the answer. An error that comes at once
// does not come back at once: else a server that refuses would be asked without
// end.
//
//lab:omit
func (c *client) try(ctx context.Context, wait time.Duration, method string, r Request) (result Result, err error) {
	ctx, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	if err = c.process.Call(ctx, c.server, method, r, &result); err == nil {
		return result, nil
	}
	select {
	case <-ctx.Done():
	case <-c.process.Done():
	}
	return Result{}, err
}
