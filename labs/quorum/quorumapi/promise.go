package quorumapi

import (
	"errors"
	"fmt"
)

// ErrConfig says that there cannot be such quorums.
var ErrConfig = errors.New("there are no such quorums: R and W must be from 1 to N")

// A Promise is what a configuration is worth. The zero value is worth nothing.
type Promise struct {
	// Ordered: when a Put has returned, every Put that is called from then on
	// replaces its value, whoever called it. Of two Puts that overlap one replaces the
	// other's value, and it is the same one for everybody.
	Ordered bool

	// Fresh: a Get returns the value of the newest Put that had returned before the
	// Get was called, or of one that had not. It needs Ordered: else nobody knows
	// which one is the newest.
	Fresh bool

	GetFailures int // how many replicas may be silent, whichever, and Gets still return
	PutFailures int // and Puts
}

// String is the promise in words.
func (p Promise) String() string {
	gets := "Gets may be stale"
	if p.Fresh {
		gets = "Gets are fresh"
	}
	puts := "Puts have no order"
	if p.Ordered {
		puts = "Puts are ordered"
	}
	return fmt.Sprintf("%s with %d replicas silent, %s with %d", gets, p.GetFailures, puts, p.PutFailures)
}

// A Promises says what n replicas are worth when a Get waits for r answers and a Put
// for w, as in Client. The error is ErrConfig if r or w is not from 1 to n.
type Promises func(n, r, w int) (Promise, error)
