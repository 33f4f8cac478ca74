package labrpc_test

import (
	"math"
	"net"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"faultline/labrpc"
	"faultline/labs/trace"
)

// wild is a network on which everything happens. Its latencies are drawn in
// nanoseconds and the timed faults begin between two sends, so that hardly any
// two things meet at one instant: a bubble runs those in any order.
var wild = labrpc.Faults{
	Loss: 0.2, Duplicate: 0.2, Corrupt: 0.2, Delay: 0.2,
	Latency:   labrpc.Range{Min: time.Millisecond, Max: 3 * time.Millisecond},
	Bandwidth: 1 << 20,
	Timed: labrpc.Plan{
		{Kind: labrpc.Crash, From: "c", Begin: 40300 * time.Microsecond, End: 60300 * time.Microsecond},
		{Kind: labrpc.Cut, Left: []string{"a"}, Right: []string{"b"},
			Begin: 30300 * time.Microsecond, End: 40300 * time.Microsecond},
		{Kind: labrpc.Pause, From: "b", Begin: 20300 * time.Microsecond, End: 30300 * time.Microsecond},
	},
}

// chatter has three nodes send each other messages on a fixed schedule, and
// returns the trace and the faults that happened.
func chatter(t *testing.T, cfg labrpc.Config) (lines []string, happened labrpc.Plan) {
	bubble(t, cfg, func(l *lab) {
		names := []string{"a", "b", "c"}
		conns := make(map[string]net.PacketConn)
		l.Node("c").OnRestart(func() { l.listen("c") })
		for _, name := range names {
			conns[name] = l.listen(name)
		}
		for i := range 100 {
			time.Sleep(time.Millisecond)
			from, to := names[i%3], names[(i/3)%3]
			conns[from].WriteTo([]byte("message "+strconv.Itoa(i)), labrpc.Addr(to)) // fails once c is dead
		}
		time.Sleep(time.Second)
		lines, happened = l.lines(nil), l.Happened()
	})
	return lines, happened
}

func TestReplayingWhatHappenedGivesTheSameTrace(t *testing.T) {
	for seed := range uint64(20) {
		cfg := labrpc.Config{Seed: seed, Faults: wild}
		lines, happened := chatter(t, cfg)
		cfg.Plan = plan(t, happened.String())
		again, happenedAgain := chatter(t, cfg)
		equal(t, "replayed trace of seed "+strconv.FormatUint(seed, 10), again, lines)
		if !reflect.DeepEqual(happenedAgain, happened) {
			t.Errorf("seed %d: happened\n%s\nin the replay\n%s", seed, happened, happenedAgain)
		}
	}
}

func TestEveryRandomFaultHappensAndSeedsDiffer(t *testing.T) {
	seen := make(map[labrpc.FaultKind]int)
	_, happened := chatter(t, labrpc.Config{Seed: 1, Faults: wild})
	for _, f := range happened {
		seen[f.Kind]++
	}
	for _, kind := range []labrpc.FaultKind{labrpc.Drop, labrpc.Duplicate, labrpc.Delay, labrpc.Corrupt,
		labrpc.Cut, labrpc.Pause, labrpc.Crash} {
		if seen[kind] == 0 {
			t.Errorf("no %s among\n%s", kind, happened)
		}
	}
	if _, other := chatter(t, labrpc.Config{Seed: 2, Faults: wild}); reflect.DeepEqual(other, happened) {
		t.Error("two seeds have the same faults")
	}
}

// TestRemovingAFaultLeavesTheOthers takes one drop after the other out of a
// plan. All else must happen at the same times: what shrinking rests on.
func TestRemovingAFaultLeavesTheOthers(t *testing.T) {
	cfg := labrpc.Config{Seed: 7, Faults: wild}
	cfg.Faults.Timed = nil
	lines, happened := chatter(t, cfg)
	drops := 0
	for i, f := range happened {
		if f.Kind != labrpc.Drop {
			continue
		}
		drops++
		rest := slices.Delete(slices.Clone(happened), i, i+1)
		cfg.Plan = &rest
		less, happenedLess := chatter(t, cfg)
		if !reflect.DeepEqual(happenedLess, rest) {
			t.Errorf("without %q other faults changed:\n%s\nwant\n%s", f, happenedLess, rest)
		}
		link := f.From + " -> " + f.To + " #" + strconv.Itoa(f.N) + "  "
		others := func(list []string) []string {
			return slices.DeleteFunc(slices.Clone(list), func(s string) bool { return strings.Contains(s, link) })
		}
		equal(t, "other messages without "+f.String(), others(less), others(lines))
	}
	if drops < 3 {
		t.Errorf("the run has %d drops: too few to tell", drops)
	}
}

// TestRatesAreIndependent turns each rate off and finds the other faults in
// place.
func TestRatesAreIndependent(t *testing.T) {
	calm := labrpc.Faults{Duplicate: 0.3, Corrupt: 0.3, Delay: 0.3}
	off := map[labrpc.FaultKind]func(*labrpc.Faults){
		labrpc.Duplicate: func(f *labrpc.Faults) { f.Duplicate = 0 },
		labrpc.Corrupt:   func(f *labrpc.Faults) { f.Corrupt = 0 },
		labrpc.Delay:     func(f *labrpc.Faults) { f.Delay = 0 },
	}
	_, all := chatter(t, labrpc.Config{Seed: 3, Faults: calm})
	for kind, turnOff := range off {
		t.Run("without "+string(kind), func(t *testing.T) {
			f := calm
			turnOff(&f)
			_, got := chatter(t, labrpc.Config{Seed: 3, Faults: f})
			want := slices.DeleteFunc(slices.Clone(all), func(f labrpc.Fault) bool { return f.Kind == kind })
			if len(want) == len(all) || !reflect.DeepEqual(got, want) {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		})
	}
}

func TestRatesAreProbabilities(t *testing.T) {
	for _, rate := range []float64{0, 0.1, 0.5, 1} {
		bubble(t, labrpc.Config{Seed: 5, Faults: labrpc.Faults{Loss: rate}}, func(l *lab) {
			a := l.listen("a")
			const sent = 4000
			for range sent {
				send(t, a, "b", "x")
			}
			got := float64(len(l.Happened())) / sent
			if math.Abs(got-rate) > 0.03 {
				t.Errorf("rate %v: %v of the messages were lost", rate, got)
			}
		})
	}
}

func TestLatenciesFillTheirRange(t *testing.T) {
	r := labrpc.Range{Min: 2 * time.Millisecond, Max: 4 * time.Millisecond}
	bubble(t, labrpc.Config{Faults: labrpc.Faults{Latency: r}}, func(l *lab) {
		a, b := l.listen("a"), l.listen("b")
		low, high := time.Hour, time.Duration(0)
		for range 200 {
			begin := time.Now()
			send(t, a, "b", "x")
			if _, _, err := read(b, 1); err != nil {
				t.Fatal(err)
			}
			low, high = min(low, time.Since(begin)), max(high, time.Since(begin))
		}
		if low < r.Min || low > r.Min+r.Min/10 || high > r.Max || high < r.Max-r.Max/10 {
			t.Errorf("latencies go from %v to %v", low, high)
		}
	})
}

func TestFIFO(t *testing.T) {
	f := wild
	f.Loss, f.Corrupt, f.Timed = 0, 0, nil
	for _, fifo := range []bool{false, true} {
		f.FIFO = fifo
		bubble(t, labrpc.Config{Seed: 1, Faults: f}, func(l *lab) {
			a, b := l.listen("a"), l.listen("b")
			for i := range 100 {
				send(t, a, "b", string(rune('A'+i)))
			}
			got := within(t, b, time.Hour)
			if len(got) <= 100 || slices.IsSorted(got) != fifo {
				t.Errorf("FIFO %v: received %q", fifo, got)
			}
		})
	}
}

func TestBandwidth(t *testing.T) {
	f := labrpc.Faults{Bandwidth: 1000, Queue: 250, Latency: labrpc.Range{Min: 10 * time.Millisecond}}
	arrivals := func(e trace.Event) bool { return e.Kind == trace.Deliver || e.Kind == trace.Drop }
	bubble(t, labrpc.Config{Faults: f}, func(l *lab) {
		a := l.listen("a")
		l.listen("b")
		l.listen("c")
		for range 4 {
			send(t, a, "b", string(make([]byte, 100)))
		}
		send(t, a, "c", string(make([]byte, 400)))
		time.Sleep(time.Second)
		send(t, a, "b", string(make([]byte, 300)))
		time.Sleep(time.Second)
		equal(t, "messages queue behind each other, and an idle link takes any", l.lines(arrivals), []string{
			"   0.000000s  drop       a -> b #3  : queue full",
			"   0.000000s  drop       a -> b #4  : queue full",
			"   0.110000s  deliver    a -> b #1  : 100 B",
			"   0.210000s  deliver    a -> b #2  : 100 B",
			"   0.410000s  deliver    a -> c #1  : 400 B",
			"   1.310000s  deliver    a -> b #5  : 300 B",
		})
	})
}

func TestDraw(t *testing.T) {
	limit := wild
	limit.FIFO, limit.MTU = true, 100
	var zeros, timed int
	for seed := range uint64(300) {
		f := labrpc.Draw(seed, limit)
		for _, r := range [][2]float64{{f.Loss, limit.Loss}, {f.Duplicate, limit.Duplicate},
			{f.Corrupt, limit.Corrupt}, {f.Delay, limit.Delay}} {
			if r[0] < 0 || r[0] > r[1] {
				t.Fatalf("seed %d drew rate %v, limit %v", seed, r[0], r[1])
			}
			if r[0] == 0 {
				zeros++
			}
		}
		if f.Latency.Min < limit.Latency.Min || f.Latency.Max > limit.Latency.Max || f.Latency.Max < f.Latency.Min {
			t.Fatalf("seed %d drew latencies %v", seed, f.Latency)
		}
		if !f.FIFO || f.MTU != 100 || f.Bandwidth != limit.Bandwidth {
			t.Fatalf("seed %d changed what is not drawn: %+v", seed, f)
		}
		timed += len(f.Timed)
		if again := labrpc.Draw(seed, limit); !reflect.DeepEqual(again, f) {
			t.Fatalf("seed %d drew %+v, then %+v", seed, f, again)
		}
	}
	if zeros < 320 || zeros > 480 {
		t.Errorf("%d of 1200 rates are zero, want about a third", zeros)
	}
	if timed < 500 || timed > 700 {
		t.Errorf("%d of 900 timed faults were kept, want about two thirds", timed)
	}
}

func TestImpossibleFaultsPanic(t *testing.T) {
	cut := labrpc.Fault{Kind: labrpc.Cut, Left: []string{"a"}, Right: []string{"b"}, Begin: 2, End: 1}
	drop := labrpc.Fault{Kind: labrpc.Drop, From: "a", To: "b", N: 1}
	tests := []struct {
		title string
		cfg   labrpc.Config
	}{
		{"the zero fault", labrpc.Config{Plan: &labrpc.Plan{{}}}},
		{"a cut that ends before it begins", labrpc.Config{Plan: &labrpc.Plan{cut}}},
		{"a message among timed faults", labrpc.Config{Faults: labrpc.Faults{Timed: labrpc.Plan{drop}}}},
		{"a pause of nobody", labrpc.Config{Faults: labrpc.Faults{Timed: labrpc.Plan{{Kind: labrpc.Pause}}}}},
	}
	for _, tt := range tests {
		t.Run(tt.title, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("no panic")
				}
			}()
			labrpc.New(tt.cfg)
		})
	}
}

func TestTheTraceHoldsThePlan(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var text string
		network := labrpc.New(labrpc.Config{Seed: 1, Faults: wild, Trace: func(e trace.Event) {
			if e.Kind == trace.Fault {
				text += e.Text + "\n"
			}
		}})
		defer network.Close()
		conn, err := network.Node("a").Listen()
		if err != nil {
			t.Fatal(err)
		}
		for range 50 {
			conn.WriteTo([]byte("hello"), labrpc.Addr("b"))
		}
		if want := network.Happened().String(); text != want || want == "" {
			t.Errorf("the trace says\n%s\nhappened\n%s", text, want)
		}
	})
}
