package trace_test

import (
	"fmt"
	"time"

	"faultline/labs/trace"
)

// A line of a trace says when, what, where, and in words.
func Example() {
	events := []trace.Event{
		{At: 3301200 * time.Microsecond, Kind: trace.Deliver, Node: "client-1", Peer: "kv-1", N: 4, Text: "Put x=2"},
		{At: 3302400 * time.Microsecond, Kind: trace.Drop, Node: "kv-1", Peer: "client-1", N: 4, Text: "lost"},
		{At: 3302400 * time.Microsecond, Kind: trace.Log, Text: "applied Put x=2"},
	}
	for _, e := range events {
		fmt.Printf("|%v\n", e)
	}
	// Output:
	// |   3.301200s  deliver    client-1 -> kv-1 #4  : Put x=2
	// |   3.302400s  drop       kv-1 -> client-1 #4  : lost
	// |   3.302400s  log        : applied Put x=2
}

// What would move a terminal's cursor is shown, not done.
func ExampleEvent_String() {
	fmt.Println(trace.Event{Kind: trace.Log, Text: "\x1b[2J100%\rdone"})
	// Output: 0.000000s  log        : \x1b[2J100%\rdone
}

func ExampleParse() {
	e, err := trace.Parse("3.302400s drop kv-1 -> client-1 #4  : lost")
	fmt.Println(e.At, e.Kind, e.Node, e.Peer, e.N, e.Text, err)

	_, err = trace.Parse("3.302400s")
	fmt.Println(err)
	// Output:
	// 3.3024s drop kv-1 client-1 4 lost <nil>
	// an event reads: seconds, kind, node [-> peer] [#number] [: text]
}
