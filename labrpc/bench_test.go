package labrpc_test

import (
	"bytes"
	"context"
	"encoding/gob"
	"reflect"
	"strings"
	"sync"
	"testing"

	"faultline/labrpc"
	"faultline/labs/trace"
)

// Store is what the benchmarks call.
type Store struct{}

// Put replies with the next version.
func (*Store) Put(args PutArgs, reply *PutReply) error {
	reply.Version = args.Version + 1
	return nil
}

// BenchmarkCall measures calls of many clients in real time, next to a minimal
// baseline that writes each message with package gob, as MIT's labrpc does.
// Compare the calls per second.
func BenchmarkCall(b *testing.B) {
	fast := labrpc.Faults{Latency: labrpc.Range{Max: labrpc.MinLatency}}
	labrpcWith := func(cfg labrpc.Config) func(b *testing.B) {
		return func(b *testing.B) {
			n := labrpc.New(cfg)
			defer n.Close()
			server, err := n.Node("server").Start()
			if err != nil {
				b.Fatal(err)
			}
			if err := server.Register("KV", new(Store)); err != nil {
				b.Fatal(err)
			}
			client, err := n.Node("client").Start()
			if err != nil {
				b.Fatal(err)
			}
			clients(b, func(args PutArgs, reply *PutReply) error {
				return client.Call(context.Background(), "server", "KV.Put", args, reply)
			})
		}
	}
	b.Run("labrpc", labrpcWith(labrpc.Config{Faults: fast}))
	b.Run("labrpc traced", labrpcWith(labrpc.Config{Faults: fast, Trace: func(trace.Event) {}}))
	b.Run("gob", func(b *testing.B) {
		s := newGobServer(new(Store))
		defer close(s)
		clients(b, func(args PutArgs, reply *PutReply) error { return s.call("Put", args, reply) })
	})
}

// clients has b.N calls made by many clients at once: the network takes its time
// for each message, and one client would only measure that.
func clients(b *testing.B, call func(PutArgs, *PutReply) error) {
	const many = 256
	value := strings.Repeat("v", 100)
	b.ReportAllocs()
	var wg sync.WaitGroup
	for i := range many {
		wg.Go(func() {
			for range (b.N + i) / many {
				var reply PutReply
				if err := call(PutArgs{Key: "x", Value: value, Version: 1}, &reply); err != nil || reply.Version != 2 {
					b.Error(reply, err)
					return
				}
			}
		})
	}
	wg.Wait()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "calls/s")
}

// A gobServer serves the methods of a value. It does what no such network can do
// without: it writes and reads arguments and replies, and has a goroutine for
// each execution. It has no links, no faults, no trace and no latency.
type gobServer chan gobCall

type gobCall struct {
	method string
	args   []byte
	reply  chan []byte
}

func newGobServer(receiver any) gobServer {
	s := make(gobServer)
	go func() {
		for c := range s {
			go func() {
				m := reflect.ValueOf(receiver).MethodByName(c.method)
				args, reply := reflect.New(m.Type().In(0)), reflect.New(m.Type().In(1).Elem())
				if gob.NewDecoder(bytes.NewReader(c.args)).DecodeValue(args) != nil {
					panic("decode")
				}
				m.Call([]reflect.Value{args.Elem(), reply})
				c.reply <- gobBytes(reply.Interface())
			}()
		}
	}()
	return s
}

func (s gobServer) call(method string, args, reply any) error {
	c := gobCall{method: method, args: gobBytes(args), reply: make(chan []byte)}
	s <- c
	return gob.NewDecoder(bytes.NewReader(<-c.reply)).Decode(reply)
}

func gobBytes(v any) []byte {
	var b bytes.Buffer
	if err := gob.NewEncoder(&b).Encode(v); err != nil {
		panic(err)
	}
	return b.Bytes()
}
