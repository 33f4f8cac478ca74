package labrpc_test

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"faultline/labrpc"
	"faultline/labs/trace"
)

type PutArgs struct {
	Key, Value string
	Version    uint64
}

type PutReply struct {
	Version uint64
	Tags    map[string]int
}

type handler func(ctx context.Context, args PutArgs, reply *PutReply) error

// KV is a service with one method.
type KV struct{ put handler }

func (s *KV) Put(ctx context.Context, args PutArgs, reply *PutReply) error {
	return s.put(ctx, args, reply)
}

// start starts a process.
func (l *lab) start(name string) *labrpc.Process {
	l.t.Helper()
	p, err := l.Node(name).Start()
	if err != nil {
		l.t.Fatal(err)
	}
	return p
}

// serve starts a process with a KV.
func (l *lab) serve(name string, put handler) *labrpc.Process {
	l.t.Helper()
	p := l.start(name)
	if err := p.Register("KV", &KV{put}); err != nil {
		l.t.Fatal(err)
	}
	return p
}

// next replies with the next version.
func next(_ context.Context, args PutArgs, reply *PutReply) error {
	reply.Version = args.Version + 1
	return nil
}

// put calls KV.Put at b with this version, for a second at most, and returns the
// version of the reply.
func put(p *labrpc.Process, version uint64) (uint64, error) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	var reply PutReply
	err := p.Call(ctx, "b", "KV.Put", PutArgs{Key: "x", Version: version}, &reply)
	return reply.Version, err
}

// fails checks an error of Call and whether the call may have been executed.
func fails(t *testing.T, err, want error, maybe bool) {
	t.Helper()
	if !errors.Is(err, want) || labrpc.MaybeExecuted(err) != maybe {
		t.Errorf("got %v, maybe executed: %t, want %v, %t", err, labrpc.MaybeExecuted(err), want, maybe)
	}
}

func TestCallsUnderFaults(t *testing.T) {
	tests := []struct {
		title    string
		plan     string
		executed int
		err      error // of the first of two calls
	}{
		{"each call is executed once without faults", "", 2, nil},
		{"a lost request is silence", "drop a -> b #1", 1, context.DeadlineExceeded},
		{"a lost answer is silence, after the execution", "drop b -> a #1", 2, context.DeadlineExceeded},
		{"a request that is copied is executed twice", "duplicate a -> b #1 after 1ms", 3, nil},
		{"the second copy of an answer is ignored", "duplicate b -> a #1 after 1ms", 2, nil},
		{"an answer that comes late answers no later call", "delay b -> a #1 by 999ms", 2, context.DeadlineExceeded},
		{"a damaged request is lost", "corrupt a -> b #1 bit 77", 1, context.DeadlineExceeded},
		{"a damaged answer is lost", "corrupt b -> a #1 bit 3", 2, context.DeadlineExceeded},
		{"the copy of a damaged request is whole", "corrupt a -> b #1 bit 77\nduplicate a -> b #1 after 1ms", 2, nil},
		{"a cut is silence", "cut {a} | {b} 0s..500ms", 1, context.DeadlineExceeded},
		{"a paused node answers later", "pause b 0s..500ms", 2, nil},
		{"a node that is down is silence", "crash b at 0.5ms", 0, context.DeadlineExceeded},
	}
	for _, tt := range tests {
		t.Run(tt.title, func(t *testing.T) {
			bubble(t, labrpc.Config{Plan: plan(t, tt.plan)}, func(l *lab) {
				var executed atomic.Int32
				l.serve("b", func(ctx context.Context, args PutArgs, reply *PutReply) error {
					executed.Add(1)
					return next(ctx, args, reply)
				})
				a := l.start("a")
				begin := time.Now()
				version, err := put(a, 10)
				fails(t, err, tt.err, true)
				if err == nil && version != 11 || err != nil && (version != 0 || time.Since(begin) != time.Second) {
					t.Errorf("replied %d after %v", version, time.Since(begin))
				}
				if version, err := put(a, 20); tt.executed > 0 && (version != 21 || err != nil) {
					t.Errorf("the second call replied %d, %v", version, err)
				}
				time.Sleep(time.Second)
				if int(executed.Load()) != tt.executed {
					t.Errorf("executed %d times, want %d", executed.Load(), tt.executed)
				}
				if got := l.Happened().String(); got != plan(t, tt.plan).String() {
					t.Errorf("happened:\n%s", got)
				}
			})
		})
	}
}

func TestTheTraceTellsWhatACallIsAbout(t *testing.T) {
	bubble(t, labrpc.Config{Plan: plan(t, "corrupt b -> a #3 bit 9")}, func(l *lab) {
		a := l.start("a")
		l.serve("b", func(ctx context.Context, args PutArgs, reply *PutReply) error {
			if args.Version == 7 {
				return errors.New("no such version")
			}
			reply.Tags = map[string]int{"z": 26, "a": 1}
			return nil
		})
		call := func(method string, args any) {
			ctx, cancel := context.WithTimeout(context.Background(), time.Second)
			defer cancel()
			a.Call(ctx, "b", method, args, nil)
		}
		call("KV.Put", PutArgs{Key: "x", Value: strings.Repeat("long ", 100)})
		call("KV.Put", PutArgs{Key: "\n", Version: 7})
		call("KV.Put", &PutArgs{})
		call("KV.Got", struct{}{})
		equal(t, "trace", l.lines(func(e trace.Event) bool { return e.Peer != "" }), []string{
			`   0.000000s  send       a -> b #1  : KV.Put {Key:"x" Value:"long long long long long…" Version:0} 518 B`,
			`   0.001000s  deliver    a -> b #1  : KV.Put {Key:"x" Value:"long long long long long…" Version:0} 518 B`,
			`   0.001000s  send       b -> a #1  : KV.Put reply to #1 {Version:0 Tags:["a":1 "z":26]} 10 B`,
			`   0.002000s  deliver    b -> a #1  : KV.Put reply to #1 {Version:0 Tags:["a":1 "z":26]} 10 B`,
			`   0.002000s  send       a -> b #2  : KV.Put {Key:\"\\n\" Value:\"\" Version:7} 17 B`,
			`   0.003000s  deliver    a -> b #2  : KV.Put {Key:\"\\n\" Value:\"\" Version:7} 17 B`,
			`   0.003000s  send       b -> a #2  : KV.Put error to #2 "no such version" 17 B`,
			`   0.004000s  deliver    b -> a #2  : KV.Put error to #2 "no such version" 17 B`,
			`   0.004000s  send       a -> b #3  : KV.Put {Key:"" Value:"" Version:0} 16 B`,
			`   0.005000s  deliver    a -> b #3  : KV.Put {Key:"" Value:"" Version:0} 16 B`,
			`   0.005000s  send       b -> a #3  : KV.Put reply to #3 {Version:0 Tags:["a":1 "z":26]} 10 B`,
			`   0.005000s  corrupt    b -> a #3  : bit 9`,
			`   0.006000s  drop       b -> a #3  : damaged: wrong checksum`,
			`   1.004000s  send       a -> b #4  : KV.Got {} 14 B`,
			`   1.005000s  deliver    a -> b #4  : KV.Got {} 14 B`,
			`   1.005000s  send       b -> a #4  : KV.Got error to #4 "KV.Got is not registered" 26 B`,
			`   1.006000s  deliver    b -> a #4  : KV.Got error to #4 "KV.Got is not registered" 26 B`,
		})
	})
}

func TestTheTraceTakesAMethodThatIsNoText(t *testing.T) {
	bubble(t, labrpc.Config{}, func(l *lab) {
		l.serve("b", next)
		err := l.start("a").Call(context.Background(), "b", strings.Repeat("\x80", 200), struct{}{}, nil)
		if !errors.Is(err, labrpc.ErrNoMethod) {
			t.Errorf("the call gives %v", err)
		}
	})
}

func TestASilentNode(t *testing.T) {
	for title, make := range map[string]func(l *lab){
		"that nobody made":             func(l *lab) {},
		"without a process":            func(l *lab) { l.Node("b") },
		"that speaks in packets":       func(l *lab) { l.listen("b") },
		"whose process was closed":     func(l *lab) { l.serve("b", next).Close() },
		"that crashed":                 func(l *lab) { l.serve("b", next); l.Node("b").Crash() },
		"that restarted, and no more":  func(l *lab) { l.serve("b", next); l.Node("b").Crash(); l.Node("b").Restart() },
		"whose only method never ends": func(l *lab) { l.serve("b", wait) },
		"that is the caller, cut nowhere": func(l *lab) {
			l.Intercept(func(labrpc.Message) labrpc.Action { return labrpc.Action{Drop: true} })
		},
	} {
		t.Run(title, func(t *testing.T) {
			bubble(t, labrpc.Config{}, func(l *lab) {
				make(l)
				_, err := put(l.start("a"), 1)
				fails(t, err, context.DeadlineExceeded, true)
			})
		})
	}
}

// wait is a method that waits for its process to end.
func wait(ctx context.Context, _ PutArgs, _ *PutReply) error {
	<-ctx.Done()
	return ctx.Err()
}

func TestACallThatCertainlyIsNotExecuted(t *testing.T) {
	bubble(t, labrpc.Config{}, func(l *lab) {
		l.serve("b", func(context.Context, PutArgs, *PutReply) error {
			t.Error("it was executed")
			return nil
		})
		a := l.start("a")
		ended, end := context.WithCancel(context.Background())
		end()
		background := context.Background()
		type ring struct{ Next *ring }
		round := new(ring)
		round.Next = round
		type secret struct{ seq int }
		var reply PutReply
		tests := []struct {
			title       string
			ctx         context.Context
			to, method  string
			args, reply any
			want        error
			text        string
		}{
			{"its context had ended", ended, "b", "KV.Put", PutArgs{}, &reply, context.Canceled, "context canceled"},
			{"no node has such a name", background, "b:80", "KV.Put", PutArgs{}, &reply, labrpc.ErrAddr,
				"no node can have this address"},
			{"nil", background, "b", "KV.Put", nil, &reply, labrpc.ErrEncoding,
				"it cannot cross the network: the arguments are nil: use struct{}{} where there is nothing to say"},
			{"a nil pointer", background, "b", "KV.Put", (*PutArgs)(nil), &reply, labrpc.ErrEncoding,
				"it cannot cross the network: the arguments are nil: use struct{}{} where there is nothing to say"},
			{"an unexported field", background, "b", "KV.Put", secret{1}, &reply, labrpc.ErrEncoding,
				"it cannot cross the network: labrpc_test.secret has the unexported field seq, which would be lost: export it"},
			{"a ring", background, "b", "KV.Put", round, &reply, labrpc.ErrEncoding,
				"it cannot cross the network: labrpc_test.ring: it holds more than 1000 pointers, slices or maps " +
					"inside each other: send a list instead of a chain, and no value that holds itself"},
			{"more than a message holds", background, "b", "KV.Put", PutArgs{Value: strings.Repeat("x", labrpc.MaxMessage)},
				&reply, labrpc.ErrEncoding,
				"it cannot cross the network: labrpc_test.PutArgs: it is longer than 1 MiB: send it in parts"},
			{"no place for a reply", background, "b", "KV.Put", PutArgs{}, reply, labrpc.ErrEncoding,
				"it cannot cross the network: a reply of type labrpc_test.PutReply has no place for one: " +
					"give a pointer to a variable"},
			{"a reply that cannot cross", background, "b", "KV.Put", PutArgs{}, new(chan int), labrpc.ErrEncoding,
				"it cannot cross the network: chan int cannot cross: a channel means nothing on another machine; " +
					"send what would go through it"},
			{"other arguments", background, "b", "KV.Put", PutReply{}, &reply, labrpc.ErrEncoding,
				"it cannot cross the network: KV.Put takes labrpc_test.PutArgs and replies with labrpc_test.PutReply, " +
					"and was called with labrpc_test.PutReply and labrpc_test.PutReply"},
			{"another reply", background, "b", "KV.Put", PutArgs{}, new(int), labrpc.ErrEncoding,
				"it cannot cross the network: KV.Put takes labrpc_test.PutArgs and replies with labrpc_test.PutReply, " +
					"and was called with labrpc_test.PutArgs and int"},
		}
		for _, tt := range tests {
			err := a.Call(tt.ctx, tt.to, tt.method, tt.args, tt.reply)
			fails(t, err, tt.want, false)
			if want := "call " + tt.method + " at " + tt.to + ": " + tt.text; err.Error() != want {
				t.Errorf("%s:\n%v\nwant\n%v", tt.title, err, want)
			}
		}
	})
}

// Who has no such method says so of one copy of the request. Another one may come later.
func TestACallWithoutAMethodMayYetBeExecuted(t *testing.T) {
	bubble(t, labrpc.Config{Plan: plan(t, "duplicate a -> b #1 after 1s")}, func(l *lab) {
		l.start("b")
		err := l.start("a").Call(context.Background(), "b", "KV.Put", PutArgs{}, nil)
		fails(t, err, labrpc.ErrNoMethod, true)
		if want := "call KV.Put at b: the process there has no such method: KV.Put is not registered"; err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
		l.Node("b").Crash()
		l.Node("b").Restart()
		var executed atomic.Bool
		l.serve("b", func(context.Context, PutArgs, *PutReply) error {
			executed.Store(true)
			return nil
		})
		time.Sleep(2 * time.Second)
		if !executed.Load() {
			t.Error("the copy was not executed, so this shows nothing")
		}
	})
}

func TestWhatAMethodReturnsAsErrorCrossesAsText(t *testing.T) {
	bubble(t, labrpc.Config{}, func(l *lab) {
		l.serve("b", func(_ context.Context, args PutArgs, reply *PutReply) error {
			reply.Version = 99
			if args.Version == 0 {
				reply.Tags = map[string]int{strings.Repeat("x", labrpc.MaxMessage): 1}
				return nil
			}
			return context.DeadlineExceeded
		})
		version, err := put(l.start("a"), 1)
		var remote labrpc.RemoteError
		if !errors.As(err, &remote) || remote != "context deadline exceeded" || version != 0 {
			t.Errorf("replied %d, %v", version, err)
		}
		if errors.Is(err, context.DeadlineExceeded) || !labrpc.MaybeExecuted(err) {
			t.Errorf("%v is taken for the caller's own, or for no execution", err)
		}
		_, err = put(l.start("c"), 0)
		want := "call KV.Put at b: it was executed, but its reply cannot cross: " +
			"labrpc_test.PutReply: it is longer than 1 MiB: send it in parts"
		if err == nil || err.Error() != want || !labrpc.MaybeExecuted(err) {
			t.Errorf("got %v", err)
		}
	})
}

func TestMaybeExecutedIsTrueForAllThatIsNotKnown(t *testing.T) {
	for _, err := range []error{nil, errors.New("x"), context.Canceled} {
		if !labrpc.MaybeExecuted(err) {
			t.Errorf("%v: certainly not executed", err)
		}
	}
}

func TestCallerAndMethodShareNoMemory(t *testing.T) {
	type Box struct {
		Map   map[string]int
		Slice []byte
		Ptr   *int
	}
	bubble(t, labrpc.Config{Plan: plan(t, "duplicate a -> b #1 after 1ms")}, func(l *lab) {
		var kept []*Box
		b := l.start("b")
		if err := b.Register("Box", boxes[Box](func(args Box, reply *Box) {
			*reply = args
			kept = append(kept, reply)
		})); err != nil {
			t.Fatal(err)
		}
		one := 1
		args := Box{map[string]int{"x": 1}, []byte("abc"), &one}
		old := map[string]int{"old": 1}
		reply := Box{Map: old, Slice: []byte("much longer"), Ptr: &one}
		if err := l.start("a").Call(context.Background(), "b", "Box.Do", &args, &reply); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Second)
		synctest.Wait()
		if len(reply.Map) != 1 || reply.Map["x"] != 1 || string(reply.Slice) != "abc" || *reply.Ptr != 1 {
			t.Errorf("replied %+v", reply)
		}
		kept[0].Map["x"], kept[0].Slice[0], *kept[0].Ptr = 2, 'z', 2
		for title, box := range map[string]*Box{"caller": &args, "reply": &reply, "second execution": kept[1]} {
			if box.Map["x"] != 1 || string(box.Slice) != "abc" || *box.Ptr != 1 {
				t.Errorf("the %s sees what the method changed: %+v", title, box)
			}
		}
		if len(old) != 1 || old["old"] != 1 {
			t.Errorf("the reply was written into the old map: %v", old)
		}
	})
}

// boxes is a service whose method does not return errors.
type boxes[T any] func(args T, reply *T)

func (b boxes[T]) Do(args T, reply *T) error { b(args, reply); return nil }

func TestRequestsAreExecutedAtTheSameTime(t *testing.T) {
	bubble(t, labrpc.Config{}, func(l *lab) {
		second := make(chan bool)
		l.serve("b", func(_ context.Context, args PutArgs, _ *PutReply) error {
			if args.Version == 1 {
				<-second
			} else {
				close(second)
			}
			return nil
		})
		a := l.start("a")
		first := make(chan error)
		go func() {
			_, err := put(a, 1)
			first <- err
		}()
		synctest.Wait()
		_, err := put(a, 2)
		fails(t, errors.Join(err, <-first), nil, true)
	})
}

func TestAScriptSeesCalls(t *testing.T) {
	bubble(t, labrpc.Config{}, func(l *lab) {
		l.serve("b", next)
		a := l.start("a")
		var seen []string
		l.Tap(func(m labrpc.Message) { seen = append(seen, m.From+m.Method+strconv.FormatBool(m.Reply)) })
		l.Intercept(func(m labrpc.Message) labrpc.Action {
			return labrpc.Action{Drop: m.Method == "KV.Put" && m.Reply}
		})
		_, err := put(a, 1)
		fails(t, err, context.DeadlineExceeded, true)
		if err := a.Call(context.Background(), "b", "KV.Get", 1, nil); !errors.Is(err, labrpc.ErrNoMethod) {
			t.Error(err)
		}
		equal(t, "seen", seen, []string{"aKV.Putfalse", "bKV.Puttrue", "aKV.Getfalse", "bKV.Gettrue"})
	})
}

func TestCallsAreCounted(t *testing.T) {
	cfg := labrpc.Config{Plan: plan(t, "duplicate a -> b #1 after 1ms\ndrop b -> a #1\ndrop a -> b #2")}
	bubble(t, cfg, func(l *lab) {
		l.serve("b", next)
		a := l.start("a")
		put(a, 1)
		put(a, 1)
		a.Call(context.Background(), "b", "KV.Get", 1, nil)
		tests := []struct {
			what      string
			got, want labrpc.Counters
		}{
			{"requests", l.Count("a", "b"), labrpc.Counters{Sent: 3, Bytes: 17 + 17 + 14, Delivered: 3, Dropped: 1, Calls: 3}},
			{"requests for KV.Put", l.CountMethod("", "b", "KV.Put"),
				labrpc.Counters{Sent: 2, Bytes: 34, Delivered: 2, Dropped: 1, Calls: 2}},
			{"replies of KV.Put", l.CountMethod("b", "", "KV.Put"),
				labrpc.Counters{Sent: 2, Bytes: 8, Delivered: 1, Dropped: 1}},
			{"of KV.Get", l.CountMethod("", "", "KV.Get"), labrpc.Counters{Sent: 2, Bytes: 14 + 26, Delivered: 2, Calls: 1}},
			{"of no method", l.CountMethod("", "", "KV.Delete"), labrpc.Counters{}},
		}
		for _, tt := range tests {
			if tt.got != tt.want {
				t.Errorf("%s: %+v, want %+v", tt.what, tt.got, tt.want)
			}
		}
	})
}
