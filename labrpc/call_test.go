package labrpc_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"faultline/labrpc"
)

type PutArgs struct {
	Key, Value string
	Version    uint64
}

type PutReply struct {
	Version uint64
	Tags    map[string]int
}

type KV struct{ err error }

func (s *KV) Put(args PutArgs, reply *PutReply) error {
	reply.Version = args.Version + 1
	return s.err
}

func TestSmoke(t *testing.T) {
	bubble(t, labrpc.Config{}, func(l *lab) {
		a, _ := l.Node("a").Start()
		b, _ := l.Node("b").Start()
		if err := b.Register("KV", &KV{}); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		var r PutReply
		err := a.Call(ctx, "b", "KV.Put", PutArgs{"x", "a", 2}, &r)
		if err != nil || r.Version != 3 {
			t.Error(r, err)
		}
		err = a.Call(ctx, "b", "KV.Get", PutArgs{"x", "a", 2}, &r)
		if !errors.Is(err, labrpc.ErrNoMethod) || labrpc.MaybeExecuted(err) {
			t.Error(err)
		}
		err = a.Call(ctx, "c", "KV.Get", PutArgs{"x", "a", 2}, &r)
		if !errors.Is(err, context.DeadlineExceeded) || !labrpc.MaybeExecuted(err) {
			t.Error(err)
		}
		t.Log(err)
		for _, s := range l.lines(nil) {
			t.Log(s)
		}
	})
}
