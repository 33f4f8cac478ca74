package messaging

import "time"

// Bounds of a measured retransmission timeout.
const (
	minTimeout = 10 * time.Millisecond
	maxTimeout = 2 * time.Second
)

// A timeoutEstimator says how long to wait for an ack before a packet is sent
// again. It learns from round-trip times as RFC 6298 does.
type timeoutEstimator struct {
	//lab:begin C
	srtt      time.Duration // smoothed round-trip time; 0 before the first sample
	rttvar    time.Duration // smoothed deviation from it
	rto       time.Duration // the timeout, backoff included
	backedOff time.Time     // when rto was last doubled
	//lab:end
}

// newTimeoutEstimator returns an estimator that says initial until it has
// measured something.
//
//lab:todo C
func newTimeoutEstimator(initial time.Duration) *timeoutEstimator {
	return &timeoutEstimator{rto: initial}
}

// timeout returns the time to wait for the ack of a packet sent now.
//
//lab:todo C
func (e *timeoutEstimator) timeout() time.Duration { return e.rto }

// sample takes in a measured round-trip time and ends a backoff. The packet
// must have been sent only once: the ack of a repeated packet may answer any of
// its copies, so it measures nothing (Karn).
//
//lab:todo C
func (e *timeoutEstimator) sample(rtt time.Duration) {
	if e.srtt == 0 {
		e.srtt, e.rttvar = rtt, rtt/2
	} else {
		e.rttvar = (3*e.rttvar + (e.srtt - rtt).Abs()) / 4
		e.srtt = (7*e.srtt + rtt) / 8
	}
	// On a steady path rttvar goes to zero. Without the lower bound the timeout
	// would come down to the round-trip time itself, and each ack too late.
	e.rto = min(e.srtt+max(4*e.rttvar, minTimeout), maxTimeout)
}

// expired doubles the timeout because a packet that was sent at the given time
// has seen no ack until now. A packet from before the last doubling says nothing
// new: it was lost together with the one that caused the doubling.
//
//lab:todo C
func (e *timeoutEstimator) expired(sent, now time.Time) {
	if !sent.Before(e.backedOff) && e.rto < maxTimeout {
		e.rto = min(2*e.rto, maxTimeout)
		e.backedOff = now
	}
}
