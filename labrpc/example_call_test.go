package labrpc_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"faultline/labrpc"
	"faultline/labs/trace"
)

// A Counter is a service: its methods are called from other nodes.
type Counter struct{ total int }

// AddArgs is what Add takes. Fields must be exported to cross.
type AddArgs struct{ By int }

// AddReply is what Add replies with.
type AddReply struct{ Total int }

// Add adds to the counter.
func (c *Counter) Add(args AddArgs, reply *AddReply) error {
	if args.By < 0 {
		return errors.New("a counter only goes up")
	}
	c.total += args.By
	reply.Total = c.total
	return nil
}

// A process registers what others may call, and calls what others registered.
func ExampleProcess() {
	network := labrpc.New(labrpc.Config{})
	defer network.Close()
	server, _ := network.Node("server").Start()
	server.Register("Counter", new(Counter))
	client, _ := network.Node("client").Start()

	var reply AddReply
	err := client.Call(context.Background(), "server", "Counter.Add", AddArgs{By: 2}, &reply)
	fmt.Println(reply.Total, err)
	err = client.Call(context.Background(), "server", "Counter.Add", AddArgs{By: -2}, &reply)
	fmt.Println(reply.Total, err)
	// Output:
	// 2 <nil>
	// 2 call Counter.Add at server: a counter only goes up
}

// An error tells whether the call may have been executed. Here the answer is
// lost, and only the server knows that the counter has moved.
func ExampleMaybeExecuted() {
	network := labrpc.New(labrpc.Config{Plan: &labrpc.Plan{{Kind: labrpc.Drop, From: "server", To: "client", N: 1}}})
	defer network.Close()
	server, _ := network.Node("server").Start()
	counter := new(Counter)
	server.Register("Counter", counter)
	client, _ := network.Node("client").Start()

	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	err := client.Call(ctx, "server", "Counter.Add", AddArgs{By: 2}, nil)
	fmt.Println(err, labrpc.MaybeExecuted(err))
	err = client.Call(ctx, "server", "Counter.Add", AddArgs{By: 2}, nil)
	fmt.Println(err, labrpc.MaybeExecuted(err))
	// Output:
	// call Counter.Add at server: context deadline exceeded true
	// call Counter.Add at server: context deadline exceeded false
}

// What cannot cross is found when a method that has it is registered.
func ExampleProcess_Register() {
	network := labrpc.New(labrpc.Config{})
	defer network.Close()
	server, _ := network.Node("server").Start()
	fmt.Println(server.Register("Notes", new(Notes)))
	// Output:
	// register Notes at server: method Add: labrpc_test.Note has the unexported field seq, which would be lost: export it
}

// Notes is a service that cannot work.
type Notes struct{ list []Note }

// A Note has a field that would not arrive.
type Note struct {
	Text string
	seq  int
}

// Add keeps a note.
func (n *Notes) Add(args Note, _ *int) error {
	args.seq = len(n.list)
	n.list = append(n.list, args)
	return nil
}

// A crash ends the process of a node; the next one knows nothing of it.
func ExampleNode_Start() {
	network := labrpc.New(labrpc.Config{})
	defer network.Close()
	node := network.Node("kv-1")
	first, _ := node.Start()
	_, err := node.Start()
	fmt.Println(err)

	node.Crash()
	<-first.Done()
	node.Restart()
	second, _ := node.Start()
	fmt.Println(first.Incarnation(), second.Incarnation())
	// Output:
	// start kv-1: the node runs a process already: close it first
	// 1 2
}

// The trace names the method of each message, and what it carries.
func ExampleProcess_Call_trace() {
	network := labrpc.New(labrpc.Config{Trace: func(e trace.Event) {
		if e.Kind == trace.Deliver {
			fmt.Printf("%s -> %s: %s\n", e.Node, e.Peer, e.Text)
		}
	}})
	server, _ := network.Node("server").Start()
	server.Register("Counter", new(Counter))
	server.Call(context.Background(), "server", "Counter.Add", AddArgs{By: 2}, nil)
	network.Close() // waits until all events are reported
	fmt.Printf("%+v\n", network.CountMethod("", "server", "Counter.Add"))
	// Output:
	// server -> server: Counter.Add {By:2} 19 B
	// server -> server: Counter.Add reply to #1 {Total:2} 3 B
	// {Sent:2 Bytes:22 Delivered:2 Dropped:0 Calls:1}
}
