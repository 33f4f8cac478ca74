package labtest

import (
	"strings"
	"time"

	"faultline/labs/trace"
)

// An Op is an operation of a client, put together from its Call and Return
// events. Call and Return are places in the trace, not times: two operations
// that touch at one instant of virtual time are still ordered, and a checker
// that took the instants would accept a stale read.
type Op struct {
	Client string
	Name   string // "Send"
	Arg    string // what follows the name
	Result string
	Call   int
	Return int // len(events) if it never returned
	Done   bool
	Began  time.Duration
	Ended  time.Duration
}

// History returns the operations of a run in the order of their calls. An
// operation that was still going on at the end stays in, open.
func History(events []trace.Event) []Op {
	var ops []Op
	at := map[int]int{} // number of the operation -> place in ops
	for i, e := range events {
		switch e.Kind {
		case trace.Call:
			name, arg, _ := strings.Cut(e.Text, " ")
			at[e.N] = len(ops)
			ops = append(ops, Op{Client: e.Node, Name: name, Arg: arg, Call: i, Return: len(events), Began: e.At})
		case trace.Return:
			if j, ok := at[e.N]; ok {
				o := &ops[j]
				o.Result, o.Return, o.Done, o.Ended = e.Text, i, true, e.At
			}
		}
	}
	return ops
}

// Subject is the first of the operation's arguments: of "Put x=1" or "Put x 1" it is
// x, the key.
func (o Op) Subject() string {
	word, _, _ := strings.Cut(o.Arg, " ")
	word, _, _ = strings.Cut(word, "=")
	return word
}

// String is the operation as one reads it: "client-1 Send a1 = ok".
func (o Op) String() string {
	s := strings.TrimSpace(o.Client + " " + o.Name + " " + o.Arg)
	if !o.Done {
		return s + " (never returned)"
	}
	if o.Result == "" {
		return s
	}
	return s + " = " + o.Result
}
