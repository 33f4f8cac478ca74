package commit

import (
	"context"
	"time"

	"faultline/labrpc"
)

// once calls a method and gives up after a timeout.
func once(p *labrpc.Process, timeout time.Duration, to, method string, args, reply any) error {
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	return p.Call(ctx, to, method, args, reply)
}

// insist calls a method, one try after the other, until it succeeds or the process ends.
// It reports whether it succeeded.
//
//lab:todo A
func insist(p *labrpc.Process, timeout time.Duration, to, method string, args, reply any) bool {
	for !ended(p) {
		next := time.NewTimer(timeout)
		if once(p, timeout, to, method, args, reply) == nil {
			next.Stop()
			return true
		}
		select { // an error may have come at once
		case <-next.C:
		case <-p.Done():
			next.Stop()
		}
	}
	return false
}

// ended reports whether a process has ended.
func ended(p *labrpc.Process) bool {
	select {
	case <-p.Done():
		return true
	default:
		return false
	}
}
