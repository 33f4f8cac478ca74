package labrpc_test

import (
	"errors"
	"net"
	"slices"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"faultline/labrpc"
	"faultline/labs/trace"
)

func TestCutsLoseWhatIsSentAndWhatWouldArrive(t *testing.T) {
	tests := []struct {
		title  string
		cut    func(n *labrpc.Network)
		ab, ba []string
	}{
		{"both directions of a cut", func(n *labrpc.Network) { n.Cut([]string{"a"}, []string{"x", "b"}) },
			nil, nil},
		{"one direction of a one-way cut", func(n *labrpc.Network) { n.CutOneWay([]string{"b"}, []string{"a"}) },
			[]string{"before", "during"}, nil},
		{"nothing of a cut between others", func(n *labrpc.Network) { n.Cut([]string{"a"}, []string{"x"}) },
			[]string{"before", "during"}, []string{"before", "during"}},
		{"nothing once it is healed", func(n *labrpc.Network) { n.Cut([]string{"a"}, []string{"b"}); n.Heal() },
			[]string{"before", "during"}, []string{"before", "during"}},
		{"what one of two cuts stops", func(n *labrpc.Network) {
			n.CutOneWay([]string{"a"}, []string{"b"})
			n.CutOneWay([]string{"b"}, []string{"a"})
		}, nil, nil},
	}
	for _, tt := range tests {
		t.Run(tt.title, func(t *testing.T) {
			bubble(t, labrpc.Config{}, func(l *lab) {
				a, b := l.listen("a"), l.listen("b")
				send(t, a, "b", "before")
				send(t, b, "a", "before")
				tt.cut(l.Network)
				send(t, a, "b", "during")
				send(t, b, "a", "during")
				equal(t, "a to b", within(t, b, time.Second), tt.ab)
				equal(t, "b to a", within(t, a, time.Second), tt.ba)
			})
		})
	}
}

func TestANodeReachesItselfThroughACut(t *testing.T) {
	bubble(t, labrpc.Config{Faults: labrpc.Faults{Latency: labrpc.Range{Max: 1}}}, func(l *lab) {
		a := l.listen("a")
		l.Cut([]string{"a"}, []string{"a", "b"})
		begin := time.Now()
		send(t, a, "a", "self")
		if p, _, _ := read(a, 10); p != "self" || time.Since(begin) != labrpc.MinLatency {
			t.Errorf("got %q after %v", p, time.Since(begin))
		}
	})
}

func TestTimedFaultsBeginAndEndAtTheirTimes(t *testing.T) {
	text := `cut       {a} | {b} 1s..2s
cut       {a} -> {b} 3s..4s
pause     b 5s..6s
crash     b at 7s restart 8s
crash     a at 9s
`
	want := []string{
		"1.000000s  cut        : {a} | {b}", "2.000000s  heal       : {a} | {b}",
		"3.000000s  cut        : {a} -> {b}", "4.000000s  heal       : {a} -> {b}",
		"5.000000s  pause      b", "6.000000s  resume     b",
		"7.000000s  crash      b #1", "8.000000s  restart    b #2",
		"9.000000s  crash      a #1",
	}
	timed := func(e trace.Event) bool { return e.Kind != trace.Open && e.Kind != trace.Close }
	for title, cfg := range map[string]labrpc.Config{
		"of a plan":   {Plan: plan(t, text), Faults: labrpc.Faults{Timed: *plan(t, "crash z at 1s")}},
		"of a config": {Faults: labrpc.Faults{Timed: *plan(t, text)}},
	} {
		t.Run(title, func(t *testing.T) {
			bubble(t, cfg, func(l *lab) {
				restarted := make(chan uint32, 1)
				l.Node("b").OnRestart(func() { restarted <- l.Node("b").Incarnation() })
				time.Sleep(10 * time.Second)
				got := l.lines(timed)
				for i := range got {
					got[i] = got[i][3:]
				}
				equal(t, "events", got, want)
				if n := <-restarted; n != 2 {
					t.Errorf("the program was restarted in incarnation %d", n)
				}
				if got := l.Happened().String(); got != text {
					t.Errorf("happened:\n%s", got)
				}
			})
		})
	}
}

func TestACrash(t *testing.T) {
	start := func(l *lab) (a, b net.PacketConn) {
		a, b = l.listen("a"), l.listen("b")
		send(l.t, a, "b", "to the dead")
		send(l.t, b, "a", "from the dead")
		l.Node("b").Crash()
		return a, b
	}
	t.Run("leaves the dead node's goroutines closed connections", func(t *testing.T) {
		bubble(t, labrpc.Config{}, func(l *lab) {
			_, b := start(l)
			l.Node("b").Restart()
			l.listen("b")
			if _, err := b.WriteTo(nil, labrpc.Addr("a")); !errors.Is(err, net.ErrClosed) {
				t.Error(err)
			}
			if _, _, err := b.ReadFrom(nil); !errors.Is(err, net.ErrClosed) {
				t.Error(err)
			}
		})
	})
	t.Run("lets messages from the dead arrive, and none to it while it is down", func(t *testing.T) {
		bubble(t, labrpc.Config{}, func(l *lab) {
			a, _ := start(l)
			equal(t, "a received", within(t, a, time.Second), []string{"from the dead"})
			l.Node("b").Restart()
			b := l.listen("b")
			send(t, a, "b", "to the living")
			equal(t, "b received", within(t, b, time.Second), []string{"to the living"})
		})
	})
	t.Run("does not stop a message that is under way longer than the node is down", func(t *testing.T) {
		bubble(t, labrpc.Config{}, func(l *lab) {
			start(l)
			l.Node("b").Restart()
			b := l.listen("b")
			equal(t, "b received", within(t, b, time.Second), []string{"to the dead"})
		})
	})
	t.Run("and a restart count incarnations, and only one each", func(t *testing.T) {
		bubble(t, labrpc.Config{}, func(l *lab) {
			d := l.Node("b")
			for want := range uint32(3) {
				if got := d.Incarnation(); got != want+1 {
					t.Errorf("incarnation %d, want %d", got, want+1)
				}
				d.Crash()
				d.Crash()
				d.Restart()
				d.Restart()
			}
		})
	})
	t.Run("drops what waited for a paused node", func(t *testing.T) {
		bubble(t, labrpc.Config{}, func(l *lab) {
			a, b := l.listen("a"), l.listen("b")
			l.Node("b").Pause()
			send(t, a, "b", "in")
			send(t, b, "a", "out")
			time.Sleep(time.Second)
			l.Node("b").Crash()
			equal(t, "fates", l.fates(), []string{"drop b->a#1 crashed", "drop a->b#1 crashed"})
			if l.InFlight() != 0 {
				t.Errorf("%d messages in flight", l.InFlight())
			}
		})
	})
}

func TestAPausedNode(t *testing.T) {
	bubble(t, labrpc.Config{}, func(l *lab) {
		a, b := l.listen("a"), l.listen("b")
		send(t, a, "b", "read later")
		time.Sleep(time.Second)
		l.Node("b").Pause()
		send(t, a, "b", "arrives later")
		send(t, b, "a", "sets off later")
		equal(t, "a received", within(t, a, time.Second), nil)
		equal(t, "b received", within(t, b, time.Second), nil)
		if l.InFlight() != 2 {
			t.Errorf("%d messages in flight, want 2", l.InFlight())
		}
		l.Node("b").Resume()
		equal(t, "b received after the pause", within(t, b, 0), nil)
		equal(t, "b received after the pause", within(t, b, 1), []string{"read later", "arrives later"})
		equal(t, "a received after the pause", within(t, a, time.Second), []string{"sets off later"})
	})
}

func TestCalm(t *testing.T) {
	cfg := labrpc.Config{Plan: plan(t, `cut {a} | {b} 0s..1h
delay a -> c #1 by 10s
drop a -> c #2
crash c at 0.5s restart 5s
crash a at 5s
pause b 5s..6s`)}
	bubble(t, cfg, func(l *lab) {
		a, b := l.listen("a"), l.listen("b")
		send(t, a, "c", "late")
		time.Sleep(time.Second)
		l.Node("b").Pause()
		l.Calm()
		send(t, a, "c", "not dropped")
		send(t, a, "b", "not cut")
		equal(t, "b received", within(t, b, 20*time.Second), []string{"not cut"})
		ofNodes := func(e trace.Event) bool { return e.Peer == "" && e.Kind != trace.Open }
		equal(t, "events", l.lines(ofNodes), []string{
			"   0.000000s  cut        : {a} | {b}",
			"   0.500000s  crash      c #1",
			"   1.000000s  pause      b",
			"   1.000000s  heal       : every fault",
			"   1.000000s  resume     b",
			"   5.000000s  restart    c #2",
		})
		want := "cut       {a} | {b} 0s..1h0m0s\ndelay     a -> c #1 by 10s\ncrash     c at 500ms restart 5s\n"
		if got := l.Happened().String(); got != want {
			t.Errorf("happened:\n%s", got)
		}
	})
}

// A pause of the plan ends what it has begun. A script may have paused the node before.
func TestAPlannedPauseEndsNoPauseOfAScript(t *testing.T) {
	bubble(t, labrpc.Config{Plan: plan(t, "pause b 1s..2s")}, func(l *lab) {
		a, b := l.listen("a"), l.listen("b")
		l.Node("b").Pause()
		send(t, a, "b", "waits")
		equal(t, "b received", within(t, b, 3*time.Second), nil)
		l.Node("b").Resume()
		equal(t, "b received after the pause", within(t, b, time.Second), []string{"waits"})
	})
}

func TestCalmEndsWhatAScriptBeganAfterTheFirst(t *testing.T) {
	bubble(t, labrpc.Config{}, func(l *lab) {
		a, b := l.listen("a"), l.listen("b")
		l.Calm()
		l.Cut([]string{"a"}, []string{"b"})
		l.Node("b").Pause()
		l.Calm()
		l.Calm() // there is nothing to end, so nothing to tell
		send(t, a, "b", "not cut")
		equal(t, "b received", within(t, b, time.Second), []string{"not cut"})
		heals := func(e trace.Event) bool { return e.Kind == trace.Heal }
		if got := l.lines(heals); len(got) != 2 {
			t.Errorf("told %q", got)
		}
	})
}

func TestScripts(t *testing.T) {
	script := func(m labrpc.Message) labrpc.Action {
		switch string(m.Packet) {
		case "drop":
			return labrpc.Action{Drop: true}
		case "hold":
			return labrpc.Action{Delay: 10 * time.Millisecond}
		case "copy":
			return labrpc.Action{Copies: []time.Duration{time.Millisecond, 2 * time.Millisecond}}
		}
		return labrpc.Action{}
	}
	bubble(t, labrpc.Config{Plan: &labrpc.Plan{}}, func(l *lab) {
		a, b := l.listen("a"), l.listen("b")
		var tapped []string
		l.Tap(func(m labrpc.Message) {
			tapped = append(tapped, m.From+m.To+strconv.Itoa(m.N)+string(m.Packet))
			clear(m.Packet)
		})
		l.Intercept(script)
		send(t, a, "b", "drop", "hold", "copy", "pass")
		equal(t, "received", within(t, b, time.Second), []string{"copy", "pass", "copy", "copy", "hold"})
		l.Intercept(nil)
		send(t, a, "b", "drop")
		equal(t, "received without the script", within(t, b, time.Second), []string{"drop"})
		equal(t, "tapped", tapped, []string{"ab1drop", "ab2hold", "ab3copy", "ab4pass", "ab5drop"})

		l.Cut([]string{"a"}, []string{"b"})
		l.Node("a").Crash()
		if got := l.Happened(); len(got) != 0 {
			t.Errorf("what the script did counts as fault:\n%s", got)
		}
	})
}

func TestCallbacksMayUseTheNetwork(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var n *labrpc.Network
		var kinds []string
		n = labrpc.New(labrpc.Config{Trace: func(e trace.Event) {
			kinds = append(kinds, string(e.Kind))
			if e.Kind == trace.Crash {
				n.Node(e.Node).Restart()
				kinds = append(kinds, "traced")
			}
		}})
		n.Node("a").Crash()
		if want := []string{"crash", "traced", "restart"}; !slices.Equal(kinds, want) {
			t.Errorf("got %v, want %v", kinds, want)
		}
		n.Intercept(func(labrpc.Message) labrpc.Action { n.Close(); return labrpc.Action{} })
		c, err := n.Node("a").Listen()
		if err != nil {
			t.Fatal(err)
		}
		send(t, c, "a", "last")
		if n.InFlight() != 0 {
			t.Error("a message is in flight in a closed network")
		}
	})
}

func TestActionsOnOneMessageAddUp(t *testing.T) {
	const ms = time.Millisecond
	late := labrpc.Action{Delay: 2 * ms, Copies: []time.Duration{ms}}
	twice := labrpc.Action{Delay: ms, Copies: []time.Duration{3 * ms}}
	got := late.And(twice)
	if got.Drop || got.Delay != 3*ms || !slices.Equal(got.Copies, []time.Duration{ms, 3 * ms}) {
		t.Errorf("late and twice: %+v", got)
	}
	lost := labrpc.Action{Drop: true}
	if !lost.And(late).Drop || !late.And(lost).Drop {
		t.Error("a message that one of two loses arrives")
	}
}
