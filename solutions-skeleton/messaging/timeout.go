package messaging

import (
	"time"

	"faultline/labs"
)

// Bounds of a measured retransmission timeout.
const (
	minTimeout = 10 * time.Millisecond
	maxTimeout = 2 * time.Second
)

// A timeoutEstimator says how long to wait for an ack before a packet is sent
// again. It learns from round-trip times as RFC 6298 does.
type timeoutEstimator struct {
	// Your code here (C).
}

// newTimeoutEstimator returns an estimator that says initial until it has
// measured something.
func newTimeoutEstimator(initial time.Duration) *timeoutEstimator {
	panic(labs.TODO("C"))
}

// timeout returns the time to wait for the ack of a packet sent now.
func (e *timeoutEstimator) timeout() time.Duration {
	panic(labs.TODO("C"))
}

// sample takes in a measured round-trip time and ends a backoff. The packet
// must have been sent only once: the ack of a repeated packet may answer any of
// its copies, so it measures nothing (Karn).
func (e *timeoutEstimator) sample(rtt time.Duration) {
	panic(labs.TODO("C"))
}

// expired doubles the timeout because a packet that was sent at the given time
// has seen no ack until now. A packet from before the last doubling says nothing
// new: it was lost together with the one that caused the doubling.
func (e *timeoutEstimator) expired(sent, now time.Time) {
	panic(labs.TODO("C"))
}
