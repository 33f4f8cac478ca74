// Package messaging carries messages between goroutines of one process
// (Mailbox) and over a network that loses, copies, delays, reorders and damages
// packets (Sender and Receiver).
package messaging

import (
	"bytes"
	"context"
	"sync"

	"faultline/labs/messaging/messagingapi"
)

// mailbox is a queue under one lock. Whoever cannot go on waits for a change of
// the queue and looks again.
type mailbox struct {
	//lab:begin A
	monitor  // guards the fields below
	capacity int
	queue    [][]byte
	closed   bool
	//lab:end
}

// NewMailbox returns an empty mailbox that holds at most capacity messages,
// which is at least 1.
//
//lab:todo A
func NewMailbox(capacity int) messagingapi.Mailbox {
	return &mailbox{capacity: capacity}
}

// Send implements messagingapi.Mailbox.
//
//lab:todo A
func (m *mailbox) Send(ctx context.Context, msg []byte) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	m.Lock()
	defer m.Unlock()
	for !m.closed && len(m.queue) == m.capacity {
		if err := m.wait(ctx); err != nil {
			return err
		}
	}
	if m.closed {
		return messagingapi.ErrClosed
	}
	m.queue = append(m.queue, bytes.Clone(msg))
	m.broadcast()
	return nil
}

// Receive implements messagingapi.Mailbox.
//
//lab:todo A
func (m *mailbox) Receive(ctx context.Context) ([]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	m.Lock()
	defer m.Unlock()
	for !m.closed && len(m.queue) == 0 {
		if err := m.wait(ctx); err != nil {
			return nil, err
		}
	}
	if len(m.queue) == 0 {
		return nil, messagingapi.ErrClosed
	}
	msg := m.queue[0]
	m.queue = m.queue[1:]
	m.broadcast()
	return msg, nil
}

// Close implements messagingapi.Mailbox.
//
//lab:todo A
func (m *mailbox) Close() {
	m.Lock()
	defer m.Unlock()
	m.closed = true
	m.broadcast()
}

// A monitor is a lock with one condition, "something has changed". Unlike
// sync.Cond, it lets a goroutine stop waiting when its context ends. The zero
// value is ready to use.
//
//lab:omit
type monitor struct {
	sync.Mutex
	changed chan struct{} // closed by the next broadcast; nil while nobody waits
}

// wait gives up the lock until the next broadcast or until ctx ends, and holds
// the lock again when it returns. It returns ctx.Err() if ctx ended. What the
// caller waits for may still be false: all who wait wake, and one was faster.
//
//lab:omit
func (m *monitor) wait(ctx context.Context) error {
	if m.changed == nil {
		m.changed = make(chan struct{})
	}
	changed := m.changed // to be read under the lock, or a broadcast could be missed
	m.Unlock()
	defer m.Lock()
	select {
	case <-changed:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// broadcast wakes all who wait. The caller holds the lock.
//
//lab:omit
func (m *monitor) broadcast() {
	if m.changed != nil {
		close(m.changed)
		m.changed = nil
	}
}
