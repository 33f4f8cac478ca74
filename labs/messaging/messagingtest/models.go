//go:build !wasip1

package messagingtest

import (
	"fmt"
	"strings"

	"github.com/anishathalye/porcupine"

	"faultline/labs/labtest"
)

// Models are the sequential specifications that histories are checked against.
func Models() labtest.Models {
	return labtest.Models{"mailbox": mailboxModel}
}

// A queue is the state of a mailbox: its messages, joined so that == compares.
type queue struct {
	messages string // each followed by a separator
	length   int
	closed   bool
}

const separator = "\x00"

// mailboxModel is a bounded queue. A Send that waits takes effect when there is
// room, so in the model it is simply not possible before.
func mailboxModel(parameters string) porcupine.Model {
	var capacity int
	fmt.Sscanf(parameters, "capacity=%d", &capacity)
	return porcupine.Model{
		Init: func() any { return queue{} },
		Step: func(state, input, output any) (bool, any) {
			return step(state.(queue), input.(labtest.Op), capacity)
		},
		DescribeOperation: func(input, _ any) string { return input.(labtest.Op).String() },
		DescribeState:     func(state any) string { return state.(queue).String() },
	}
}

func step(q queue, op labtest.Op, capacity int) (bool, queue) {
	switch {
	case op.Name == "Close":
		return true, queue{q.messages, q.length, true}
	case op.Result == canceled:
		return true, q
	case op.Name == "Send" && op.Result == closed:
		return q.closed, q
	case op.Name == "Send":
		return !q.closed && q.length < capacity, queue{q.messages + op.Arg + separator, q.length + 1, q.closed}
	case op.Result == closed:
		return q.closed && q.length == 0, q
	}
	head, rest, _ := strings.Cut(q.messages, separator)
	return q.length > 0 && (head == op.Result || !op.Done), queue{rest, q.length - 1, q.closed}
}

func (q queue) String() string {
	s := "[" + strings.ReplaceAll(strings.TrimSuffix(q.messages, separator), separator, " ") + "] in the mailbox"
	if q.closed {
		s += ", closed"
	}
	return s
}
