package labrpc_test

import (
	"context"
	"errors"
	"math/big"
	"net"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"faultline/labrpc"
	"faultline/labs/trace"
)

func TestANodeHasOneProcessOrOneConnection(t *testing.T) {
	bubble(t, labrpc.Config{}, func(l *lab) {
		d := l.Node("a")
		start := func(want error) *labrpc.Process {
			t.Helper()
			p, err := d.Start()
			if !errors.Is(err, want) {
				t.Errorf("Start returned %v, want %v", err, want)
			}
			return p
		}
		p := start(nil)
		start(labrpc.ErrStarted)
		if _, err := d.Listen(); !errors.Is(err, labrpc.ErrStarted) {
			t.Errorf("Listen returned %v", err)
		}
		if err := p.Close(); err != nil {
			t.Error(err)
		}
		c := l.listen("a")
		start(labrpc.ErrListening)
		c.Close()
		start(nil)
		d.Crash()
		start(labrpc.ErrCrashed)
		d.Restart()
		if p := start(nil); p.Incarnation() != 2 || p.Name() != "a" {
			t.Errorf("started %s in incarnation %d", p.Name(), p.Incarnation())
		}
		l.Close()
		start(labrpc.ErrStopped)
	})
}

func TestAnEndedProcess(t *testing.T) {
	for title, end := range map[string]func(l *lab, p *labrpc.Process){
		"by a crash":             func(l *lab, p *labrpc.Process) { l.Node(p.Name()).Crash() },
		"by Close":               func(l *lab, p *labrpc.Process) { p.Close() },
		"by the network's Close": func(l *lab, p *labrpc.Process) { l.Close() },
	} {
		t.Run(title+", as a client", func(t *testing.T) {
			bubble(t, labrpc.Config{}, func(l *lab) {
				l.serve("b", wait)
				a := l.start("a")
				time.AfterFunc(10*time.Millisecond, func() { end(l, a) })
				begin := time.Now()
				_, err := put(a, 1)
				fails(t, err, labrpc.ErrStopped, true)
				if time.Since(begin) != 10*time.Millisecond {
					t.Errorf("the call returned after %v", time.Since(begin))
				}
				_, err = put(a, 2)
				fails(t, err, labrpc.ErrStopped, false)
				for _, err := range []error{a.Close(), a.Register("KV", &KV{next})} {
					if !errors.Is(err, labrpc.ErrStopped) {
						t.Error(err)
					}
				}
				select {
				case <-a.Done():
				default:
					t.Error("Done is not closed")
				}
			})
		})
		t.Run(title+", as a server", func(t *testing.T) {
			bubble(t, labrpc.Config{}, func(l *lab) {
				var ended error
				b := l.serve("b", func(ctx context.Context, args PutArgs, reply *PutReply) error {
					wait(ctx, args, reply)
					ended = ctx.Err()
					return nil
				})
				a := l.start("a")
				time.AfterFunc(10*time.Millisecond, func() { end(l, b) })
				_, err := put(a, 1)
				if !labrpc.MaybeExecuted(err) || err == nil {
					t.Errorf("the call returned %v", err)
				}
				synctest.Wait()
				if ended != context.Canceled {
					t.Errorf("the method's context ended with %v", ended)
				}
				if sent := l.Count("b", "").Sent; sent != 0 {
					t.Errorf("the dead sent %d messages", sent)
				}
			})
		})
	}
}

func TestEveryCallUnderWayEndsWithItsProcess(t *testing.T) {
	bubble(t, labrpc.Config{}, func(l *lab) {
		l.serve("b", wait)
		a := l.start("a")
		var mu sync.Mutex
		ended := 0
		for range 20 {
			go func() {
				_, err := put(a, 1)
				fails(t, err, labrpc.ErrStopped, true)
				mu.Lock()
				defer mu.Unlock()
				ended++
			}()
			synctest.Wait()
		}
		a.Close()
		synctest.Wait()
		if ended != 20 {
			t.Errorf("%d calls ended", ended)
		}
	})
}

func TestTheNextLifeOfANode(t *testing.T) {
	t.Run("is asked what is still under way, and has what it registers", func(t *testing.T) {
		bubble(t, labrpc.Config{Plan: plan(t, "delay a -> b #1 by 100ms")}, func(l *lab) {
			l.serve("b", func(context.Context, PutArgs, *PutReply) error {
				t.Error("the dead one was asked")
				return nil
			})
			a := l.start("a")
			time.AfterFunc(50*time.Millisecond, func() {
				l.Node("b").Crash()
				l.Node("b").Restart()
				l.serve("b", next)
			})
			if version, err := put(a, 1); version != 2 || err != nil {
				t.Errorf("replied %d, %v", version, err)
			}
		})
	})
	t.Run("does not take the answer to a call of the last one for its own", func(t *testing.T) {
		bubble(t, labrpc.Config{Plan: plan(t, "delay b -> a #1 by 100ms\ndelay b -> a #2 by 200ms")}, func(l *lab) {
			l.serve("b", next)
			old := l.start("a")
			go put(old, 10)
			time.Sleep(50 * time.Millisecond)
			l.Node("a").Crash()
			l.Node("a").Restart()
			if version, err := put(l.start("a"), 20); version != 21 || err != nil {
				t.Errorf("replied %d, %v", version, err)
			}
		})
	})
}

func TestAPointComesBeforeEachCallAndEachExecution(t *testing.T) {
	var l *lab
	points := 0
	cfg := labrpc.Config{Point: func() {
		points++
		l.InFlight() // no lock is held
	}}
	bubble(t, cfg, func(inside *lab) {
		l = inside
		executed := 0
		l.serve("b", func(context.Context, PutArgs, *PutReply) error {
			executed = points
			return nil
		})
		put(l.start("a"), 1)
		if executed != 2 || points != 2 {
			t.Errorf("%d points, %d of them before the execution", points, executed)
		}
	})
}

func TestARequestIsNotExecutedOnceItsProcessHasEnded(t *testing.T) {
	var l *lab
	points := 0
	cfg := labrpc.Config{Point: func() {
		if points++; points == 2 {
			l.Node("b").Crash() // the request was delivered, and its goroutine runs
		}
	}}
	bubble(t, cfg, func(inside *lab) {
		l = inside
		l.serve("b", func(context.Context, PutArgs, *PutReply) error {
			t.Error("the dead executed it")
			return nil
		})
		_, err := put(l.start("a"), 1)
		fails(t, err, context.DeadlineExceeded, true)
	})
}

// TestWhatHappenedToCallsHappensAgain has several clients call under wild faults, with
// crashes and restarts, and then again under the plan of what happened.
func TestWhatHappenedToCallsHappensAgain(t *testing.T) {
	run := func(t *testing.T, cfg labrpc.Config) (lines []string, happened labrpc.Plan) {
		bubble(t, cfg, func(l *lab) {
			l.serve("b", next)
			l.Node("b").OnRestart(func() { l.serve("b", next) })
			var clients sync.WaitGroup
			for _, name := range []string{"c", "d", "e"} {
				p := l.start(name)
				clients.Go(func() {
					for i := range uint64(20) {
						if version, err := put(p, i); err == nil && version != i+1 {
							t.Errorf("replied %d to %d", version, i)
						}
					}
				})
				synctest.Wait()
			}
			clients.Wait()
			lines, happened = l.lines(nil), l.Happened()
			slices.Sort(lines) // natively, goroutines that wake at one instant go on in any order
		})
		return lines, happened
	}
	for seed := range uint64(3) {
		faults := labrpc.Faults{Loss: 0.1, Duplicate: 0.1, Corrupt: 0.1, Delay: 0.1,
			Latency: labrpc.Range{Min: time.Millisecond, Max: 9 * time.Millisecond},
			Timed:   *plan(t, "crash b at 3s restart 4s\npause b 5s..6s\ncut {c} -> {b} 7s..8s")}
		first, happened := run(t, labrpc.Config{Seed: seed, Faults: faults})
		again, _ := run(t, labrpc.Config{Seed: seed, Faults: faults, Plan: &happened})
		equal(t, "trace of the second run", again, first)
		if len(happened) < 20 {
			t.Errorf("only %d faults happened", len(happened))
		}
	}
}

// TestProcessesFromManyGoroutines is in real time, for the race detector.
func TestProcessesFromManyGoroutines(t *testing.T) {
	n := labrpc.New(labrpc.Config{
		Faults: labrpc.Faults{Duplicate: 0.2, Loss: 0.01, Latency: labrpc.Range{Max: 100 * time.Microsecond},
			DelayBy: labrpc.Range{Max: time.Millisecond}},
		Trace: func(trace.Event) {},
	})
	defer n.Close()
	l := &lab{Network: n, t: t}
	l.serve("b", func(ctx context.Context, args PutArgs, reply *PutReply) error {
		reply.Tags = map[string]int{args.Key: 1}
		return next(ctx, args, reply)
	})
	p, other := l.start("c"), l.start("d")
	var clients sync.WaitGroup
	for i := range 32 {
		clients.Go(func() {
			for j := range 20 {
				ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
				var reply PutReply
				from := p
				if i%2 == 0 {
					from = other
				}
				err := from.Call(ctx, "b", "KV.Put", PutArgs{Key: "x", Version: uint64(j)}, &reply)
				if err == nil && (reply.Version != uint64(j)+1 || reply.Tags["x"] != 1) {
					t.Errorf("replied %+v to %d", reply, j)
				}
				reply.Tags = nil
				cancel()
			}
		})
	}
	n.Node("d").Crash()
	clients.Wait()
}

const panicVariable = "LABRPC_TEST_PANIC"

// TestAPanicOfAMethodEndsTheProgram runs itself once more, to panic there.
func TestAPanicOfAMethodEndsTheProgram(t *testing.T) {
	if os.Getenv(panicVariable) != "" {
		l := &lab{Network: labrpc.New(labrpc.Config{}), t: t}
		l.serve("b", func(context.Context, PutArgs, *PutReply) error { panic("the method's own") })
		put(l.start("a"), 1)
		return
	}
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(program, "-test.run", "^"+t.Name()+"$")
	cmd.Env = append(os.Environ(), panicVariable+"=1")
	out, err := cmd.CombinedOutput()
	if err == nil || !strings.Contains(string(out), "panic: the method's own") {
		t.Errorf("it ended with %v:\n%s", err, out)
	}
}

type (
	Fits    struct{}
	Bad     struct{}
	NoneFit struct{}
)

func (*Fits) Value(args int, reply *int) error    { *reply = args; return nil }
func (*Fits) Pointer(args *int, reply *int) error { *reply = *args; return nil }
func (*Fits) Context(_ context.Context, args *int, reply *[]int) error {
	*reply = []int{*args}
	return nil
}
func (*Fits) NoPointer(args int, reply map[string]int) error    { return nil }
func (*Fits) NoError(args int, reply *int)                      {}
func (*Fits) Many(args int, reply ...*int) error                { return nil }
func (*Fits) Short(args int) error                              { return nil }
func (*Bad) Put(args struct{ Value big.Int }, reply *int) error { return nil }
func (*NoneFit) Close() error                                   { return nil }

func TestRegister(t *testing.T) {
	bubble(t, labrpc.Config{}, func(l *lab) {
		p := l.start("kv-1")
		for _, tt := range []struct {
			name     string
			receiver any
			want     string // "" for no error
		}{
			{"KV", new(Fits), ""},
			{"Other", new(Fits), ""},
			{"KV", new(Fits), "register KV at kv-1: the name is taken: give each receiver one of its own"},
			{"a b", new(Fits), "register a b at kv-1: a service's name is made of letters and digits, for example KV"},
			{"Nil", nil, "register Nil at kv-1: the receiver is nil: it has no methods"},
			{"None", new(NoneFit), "register None at kv-1: *labrpc_test.NoneFit has no exported method of the form " +
				"func(args A, reply *R) error: is it a pointer to your server?"},
			{"Value", Fits{}, "register Value at kv-1: labrpc_test.Fits has no exported method of the form " +
				"func(args A, reply *R) error: is it a pointer to your server?"},
			{"Bad", new(Bad), "register Bad at kv-1: method Put: big.Int has the unexported field neg, " +
				"which would be lost: export it"},
		} {
			err := p.Register(tt.name, tt.receiver)
			if got := errorText(err); got != tt.want {
				t.Errorf("%s: %s\nwant %s", tt.name, got, tt.want)
			}
		}
		ctx := context.Background()
		var one int
		var list []int
		for method, reply := range map[string]any{"Value": &one, "Pointer": &one, "Context": &list} {
			one, list = 0, []int{0}
			err := p.Call(ctx, "kv-1", "KV."+method, 7, reply)
			if err != nil || one+list[0] != 7 {
				t.Errorf("%s replied %d, %v, %v", method, one, list, err)
			}
		}
		for method, why := range map[string]string{
			"NoPointer": "has a reply that is no pointer: map[string]int",
			"NoError":   "does not return one error",
			"Many":      "does not take (args A, reply *R)",
			"Short":     "does not take (args A, reply *R)",
		} {
			err := p.Call(ctx, "kv-1", "KV."+method, 7, &one)
			want := "call KV." + method + " at kv-1: the process there has no such method: KV." + method + " " + why
			if errorText(err) != want || !errors.Is(err, labrpc.ErrNoMethod) {
				t.Errorf("%v\nwant %s", err, want)
			}
		}
	})
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func TestPacketsAndCallsDoNotMeet(t *testing.T) {
	bubble(t, labrpc.Config{}, func(l *lab) {
		var c net.PacketConn = l.listen("c")
		l.serve("b", next)
		send(t, c, "b", "\x01\x01\x06KV.Put")
		equal(t, "c received", within(t, c, time.Second), nil)
		equal(t, "fates", l.fates(), []string{"drop c->b#1 nobody listens"})
	})
}
