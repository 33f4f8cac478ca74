package labtest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
)

// GaveUp is the result of an operation that ended with the error of its context.
const GaveUp = "gave up"

// An Ending is an error of a contract, with which operations may end.
type Ending struct {
	Err     error
	Result  string // what the history calls it
	Of      string // the operations that may end so: "Put Delete"; "" is all
	GivenUp bool   // only those that may be given up
}

// Over reports whether the context of a call has ended, so that the call may be given
// up. A solution that looks at the clock is not too early when it comes before the
// timer of the context, at the same instant.
func Over(ctx context.Context) bool {
	deadline, ok := ctx.Deadline()
	return ctx.Err() != nil || ok && !time.Now().Before(deadline)
}

// Ending returns the result of an operation that ended with an error. It fails unless
// that is one of the endings, or the error of a context; and if the operation was given
// up before it is over: before its context has ended, or its client was closed.
func (t *T) Ending(operation string, err error, over bool, endings []Ending) (result string) {
	for _, e := range append(endings,
		Ending{Err: context.DeadlineExceeded, Result: GaveUp, GivenUp: true},
		Ending{Err: context.Canceled, Result: GaveUp, GivenUp: true}) {
		if !errors.Is(err, e.Err) || e.Of != "" && !strings.Contains(e.Of, operation) {
			continue
		}
		t.Check(over || !e.GivenUp, Finding{
			Property: "who has no answer goes on asking, until the context of the call ends",
			Expected: operation + " goes on asking: the context that it was given has not ended, " +
				"nor was its client closed",
			Actual: fmt.Sprintf("it gave up: %q", err),
		})
		return e.Result
	}
	t.Fail(Finding{
		Property: "an operation ends with an error of the contract, or with none",
		Expected: fmt.Sprintf("%s gives an error that is (errors.Is) one of those in %sapi that it may end with, "+
			"or ctx.Err()", operation, t.suite.Lab),
		Actual: fmt.Sprintf("it gave %q", err),
	})
	return ""
}
