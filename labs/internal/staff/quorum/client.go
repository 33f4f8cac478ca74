package quorum

import (
	"bytes"
	"context"
	"fmt"
	"sync"

	"faultline/labrpc"
	"faultline/labs/quorum/quorumapi"
)

// client is one with quorums of any size.
type client struct {
	//lab:begin A
	caller
	config quorumapi.Config
	writer string // a name that no other client has, nor a former life of this one

	mu      sync.Mutex
	counter uint64 // of its latest version
	//lab:end
}

// NewClient returns a client with the quorums of the configuration: see
// quorumapi.NewClient.
//
//lab:todo A
func NewClient(p *labrpc.Process, cfg quorumapi.Config) quorumapi.Client {
	return newClient(p, cfg)
}

//lab:omit
func newClient(p *labrpc.Process, cfg quorumapi.Config) *client {
	return &client{
		caller: caller{process: p, timeout: cfg.Timeout}, config: cfg,
		writer: fmt.Sprintf("%s#%d", p.Name(), p.Incarnation()),
	}
}

// Get implements quorumapi.Client.
//
//lab:todo A
func (c *client) Get(ctx context.Context, key string) ([]byte, error) {
	answers, err := c.gather(ctx, c.config.Replicas, c.config.R, key)
	if err != nil {
		return nil, err
	}
	return newest(answers).value()
}

// value is what a Get returns when that is the newest item.
//
//lab:omit
func (i Item) value() ([]byte, error) {
	if i.Version == (Version{}) {
		return nil, quorumapi.ErrNoKey
	}
	return i.Value, nil
}

// Put implements quorumapi.Client.
//
//lab:todo A
func (c *client) Put(ctx context.Context, key string, value []byte) error {
	value = bytes.Clone(value)
	answers, err := c.gather(ctx, c.config.Replicas, c.config.W, key)
	if err != nil {
		return err
	}
	item := Item{Version: c.next(newest(answers).Version), Value: value}
	if _, err := c.gather(ctx, c.config.Replicas, c.config.W, Change{Key: key, Item: item}); err != nil {
		return fmt.Errorf("%w: %w", quorumapi.ErrMaybe, err)
	}
	return nil
}

// next returns a version that is newer than one that was seen, and that nobody else
// uses: two Puts of this client may have seen the same.
//
//lab:omit
func (c *client) next(seen Version) Version {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.counter = max(c.counter, seen.Counter) + 1
	return Version{Counter: c.counter, Writer: c.writer}
}

// Close implements quorumapi.Client. All that runs for the client ends with its
// process.
//
//lab:todo A
func (c *client) Close() { c.process.Close() }
