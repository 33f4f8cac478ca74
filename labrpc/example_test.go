package labrpc_test

import (
	"errors"
	"fmt"
	"net"
	"os"
	"time"

	"faultline/labrpc"
	"faultline/labs/trace"
)

// Two nodes exchange a question and an answer.
func Example() {
	network := labrpc.New(labrpc.Config{})
	defer network.Close()
	client, _ := network.Node("client").Listen()
	server, _ := network.Node("server").Listen()

	go func() {
		buf := make([]byte, 100)
		n, from, _ := server.ReadFrom(buf)
		server.WriteTo(append(buf[:n], " pong"...), from)
	}()
	client.WriteTo([]byte("ping"), server.LocalAddr())
	fmt.Println(receive(client))
	// Output: "ping pong" from server
}

// receive waits for a packet.
func receive(c net.PacketConn) string { return receiveWithin(c, 10*time.Second) }

func receiveWithin(c net.PacketConn, d time.Duration) string {
	c.SetReadDeadline(time.Now().Add(d))
	buf := make([]byte, 100)
	n, from, err := c.ReadFrom(buf)
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return "nothing"
	}
	return fmt.Sprintf("%q from %v", buf[:n], from)
}

// During a cut nothing arrives, and no sender is told.
func ExampleNetwork_Cut() {
	network := labrpc.New(labrpc.Config{})
	defer network.Close()
	a, _ := network.Node("a").Listen()
	b, _ := network.Node("b").Listen()

	network.Cut([]string{"a"}, []string{"b"})
	_, err := a.WriteTo([]byte("hello"), b.LocalAddr())
	fmt.Println(err, receiveWithin(b, 10*time.Millisecond))

	network.Heal()
	a.WriteTo([]byte("hello again"), b.LocalAddr())
	fmt.Println(receive(b))
	// Output:
	// <nil> nothing
	// "hello again" from a
}

// A plan says exactly which faults happen.
func ExamplePlan() {
	plan, err := labrpc.ParsePlan(`
		# the answer gets lost
		drop server -> client #1
		cut {client} | {server} 2s..3.5s
	`)
	if err != nil {
		fmt.Println(err)
	}
	fmt.Print(plan)
	// Output:
	// drop      server -> client #1
	// cut       {client} | {server} 2s..3.5s
}

// A line that is no fault is named, with what it should look like.
func ExampleParsePlan() {
	_, err := labrpc.ParsePlan("drop a -> b #1\ndelay a -> b #2 after 3ms")
	fmt.Println(err)
	// Output: line 2: "after" where "by" should be: expected "delay FROM -> TO #N by DURATION"
}

// What happened by chance can be printed, and happens again as a plan.
func ExampleNetwork_Happened() {
	run := func(cfg labrpc.Config) labrpc.Plan {
		network := labrpc.New(cfg)
		defer network.Close()
		a, _ := network.Node("a").Listen()
		for range 5 {
			a.WriteTo([]byte("hello"), labrpc.Addr("b"))
		}
		return network.Happened()
	}
	happened := run(labrpc.Config{Seed: 4, Faults: labrpc.Faults{Loss: 0.5}})
	fmt.Print(happened)

	fmt.Println("again")
	fmt.Print(run(labrpc.Config{Seed: 4, Plan: &happened}))
	// Output:
	// drop      a -> b #1
	// drop      a -> b #3
	// again
	// drop      a -> b #1
	// drop      a -> b #3
}

// A script decides about messages itself: here it loses the first answer.
func ExampleNetwork_Intercept() {
	network := labrpc.New(labrpc.Config{Trace: func(e trace.Event) {
		if e.Kind == trace.Drop {
			fmt.Println(e.Node, "->", e.Peer, "lost by", e.Text)
		}
	}})
	defer network.Close()
	a, _ := network.Node("a").Listen()
	b, _ := network.Node("b").Listen()
	network.Intercept(func(m labrpc.Message) labrpc.Action {
		return labrpc.Action{Drop: m.From == "b" && m.N == 1}
	})
	a.WriteTo([]byte("question"), b.LocalAddr())
	fmt.Println(receive(b))
	b.WriteTo([]byte("answer"), a.LocalAddr())
	b.WriteTo([]byte("answer, once more"), a.LocalAddr())
	fmt.Println(receive(a))
	// Output:
	// "question" from a
	// b -> a lost by script
	// "answer, once more" from b
}

// After a crash and a restart a node is another incarnation, with no
// connection.
func ExampleNode_Crash() {
	network := labrpc.New(labrpc.Config{})
	defer network.Close()
	node := network.Node("kv-1")
	old, _ := node.Listen()

	node.Crash()
	_, err := old.WriteTo([]byte("I am dead"), labrpc.Addr("kv-2"))
	fmt.Println(errors.Is(err, net.ErrClosed))
	_, err = node.Listen()
	fmt.Println(err)

	node.Restart()
	_, err = node.Listen()
	fmt.Println(node.Incarnation(), err)
	// Output:
	// true
	// listen on kv-1: the node has crashed: restart it first
	// 2 <nil>
}

// The network counts messages for each directed link.
func ExampleNetwork_Count() {
	network := labrpc.New(labrpc.Config{Plan: &labrpc.Plan{{Kind: labrpc.Drop, From: "a", To: "b", N: 2}}})
	defer network.Close()
	a, _ := network.Node("a").Listen()
	b, _ := network.Node("b").Listen()
	for range 2 {
		a.WriteTo([]byte("hello"), b.LocalAddr())
	}
	receive(b)
	fmt.Printf("%+v\n", network.Count("a", ""))
	// Output: {Sent:2 Bytes:10 Delivered:1 Dropped:1 Calls:0}
}

// Each seed of a swarm has its own mix of faults.
func ExampleDraw() {
	limit := labrpc.Faults{Loss: 0.3, Delay: 0.3}
	for seed := range uint64(4) {
		f := labrpc.Draw(seed, limit)
		fmt.Printf("loss %.2f delay %.2f\n", f.Loss, f.Delay)
	}
	// Output:
	// loss 0.00 delay 0.00
	// loss 0.28 delay 0.23
	// loss 0.19 delay 0.14
	// loss 0.00 delay 0.00
}
