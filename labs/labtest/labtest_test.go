package labtest_test

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"faultline/labrpc"
	"faultline/labs"
	"faultline/labs/labtest"
	"faultline/labs/simsync"
	"faultline/labs/trace"
)

// A solution has the bugs of these tests. The names of its methods begin as those
// of a package would, so the harness takes the type for the solution's package,
// and does not mix it up with the scenarios beside it.
type solution struct {
	mu   simsync.Mutex
	used int
	over <-chan struct{} // closed when the run is over, to end what hangs
}

var solutionType = labtest.PackageOf((*solution).hang) + ".(*solution)"

// hang waits for what does not come.
func (s *solution) hang() { <-s.over }

// hold never gives the lock back.
func (s *solution) hold() {
	s.mu.Lock()
	defer s.mu.Unlock()
	<-s.over
}

func (s *solution) use() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.used++
}

// leak begins a goroutine that hangs.
func (s *solution) leak() { go s.hang() }

// linger begins a goroutine that ends some time after it is told to.
func (s *solution) linger(closed <-chan struct{}) {
	go func() {
		<-closed
		time.Sleep(4 * time.Second)
	}()
}

// A result is what a run left behind.
type result struct {
	labtest.Outcome
	events []trace.Event
}

// perform runs a scenario once, in a bubble: its time is virtual.
func perform(t *testing.T, req labtest.Request, scenario func(*labtest.T, *solution)) result {
	t.Helper()
	return performWithin(t, 0, req, scenario)
}

// performWithin does so with a limit; zero is the usual one.
func performWithin(t *testing.T, limit time.Duration, req labtest.Request, scenario func(*labtest.T, *solution)) (r result) {
	t.Helper()
	synctest.Test(t, func(*testing.T) {
		over := make(chan struct{}) // of the bubble, or its clock would stand
		s := &solution{over: over}
		c := labtest.Case{
			Case: labs.Case{Lab: "sample", Stage: "A", Name: "one", Title: "what must hold"},
			Run:  func(t *labtest.T) { scenario(t, s) }, Limit: limit,
		}
		suite := labtest.Suite{Lab: "sample", Package: solutionType, Cases: []labtest.Case{c}}
		var mu sync.Mutex
		r.Outcome = suite.RunCase(c, req, func(e trace.Event) {
			mu.Lock()
			defer mu.Unlock()
			r.events = append(r.events, e)
		})
		close(over)
		time.Sleep(time.Minute) // of the bubble: a scenario that outlives its run gets to its end, with all that it checks there
		synctest.Wait()
	})
	return r
}

// The bubble's own words in the state of a goroutine, and the lines of this file.
var incidental = regexp.MustCompile(` \(durable\)|, synctest bubble \d+|:\d+$`)

func (r result) String() string {
	words := []string{string(r.Verdict), r.Property, r.Expected, r.Actual, r.Where}
	for i, w := range words {
		words[i] = incidental.ReplaceAllString(w, "")
	}
	return strings.Join(words, " | ")
}

func TestARunEndsWithTheFirstThingThatWentWrong(t *testing.T) {
	finding := func(actual string) labtest.Finding { return labtest.Finding{Expected: "peace", Actual: actual} }
	tests := []struct {
		title    string
		scenario func(*labtest.T, *solution)
		want     string
	}{
		{"a scenario that comes to its end passes", func(t *labtest.T, s *solution) { s.use() }, "pass |  |  |  | "},
		{"Fail is the end of the scenario", func(t *labtest.T, s *solution) {
			t.Fail(finding("first"))
			t.Fail(finding("second"))
		}, "fail | what must hold | peace | first | "},
		{"a finding may name its own property", func(t *labtest.T, s *solution) {
			t.Fail(labtest.Finding{Property: "order", Actual: "chaos", Where: "x.go"})
		}, "fail | order |  | chaos | x.go"},
		{"Report lets the callback return, and stays the first", func(t *labtest.T, s *solution) {
			t.Report(finding("first"))
			t.Fail(finding("second"))
		}, "fail | what must hold | peace | first | "},
		{"Check fails unless the property holds", func(t *labtest.T, s *solution) {
			t.Check(true, finding("first"))
			t.Check(false, finding("second"))
		}, "fail | what must hold | peace | second | "},
		{"what fails beside the scenario ends a wait in it", func(t *labtest.T, s *solution) {
			t.Go(func() { t.Sleep(time.Second); t.Fail(finding("beside")) })
			t.Within(time.Minute, "hang", s.hang)
		}, "fail | what must hold | peace | beside | "},
		{"a cleanup may fail", func(t *labtest.T, s *solution) {
			t.Cleanup(func() { t.Fail(finding("in the cleanup")) })
		}, "fail | what must hold | peace | in the cleanup | "},
	}
	for _, test := range tests {
		t.Run(test.title, func(t *testing.T) {
			if got := perform(t, labtest.Request{}, test.scenario).String(); got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
		})
	}
}

func TestCodeThatIsNotWrittenIsNoBug(t *testing.T) {
	unwritten := func() { panic(labs.TODO("A")) }
	for title, scenario := range map[string]func(*labtest.T, *solution){
		"in the scenario": func(*labtest.T, *solution) { unwritten() },
		"beside it":       func(t *labtest.T, _ *solution) { t.Go(unwritten) },
		"within a bound":  func(t *labtest.T, _ *solution) { t.Within(time.Second, "it", unwritten) },
		"in an operation": func(t *labtest.T, _ *solution) {
			t.Op("a", "Get", func() string { unwritten(); return "" })
		},
	} {
		t.Run(title, func(t *testing.T) {
			got := perform(t, labtest.Request{}, scenario)
			if got.Verdict != labs.NotImplemented || got.Actual != "stage A is not implemented yet" {
				t.Errorf("got %s", got)
			}
		})
	}
}

func TestWhatTakesTooLongIsExplainedByTheSolutionsGoroutines(t *testing.T) {
	tests := []struct {
		title    string
		scenario func(*labtest.T, *solution)
		want     string
	}{
		{"a call that does not return shows where it waits", func(t *labtest.T, s *solution) {
			t.Within(time.Second, "Send of m1", s.hang)
		}, "fail | what must hold | Send of m1 returns within 1s of virtual time | " +
			"a goroutine of yours waits there (chan receive) | labtest_test.go"},
		{"a goroutine that waits for a lock makes it a deadlock", func(t *labtest.T, s *solution) {
			t.Go(s.hold)
			t.Sleep(time.Millisecond)
			t.Within(time.Second, "use", s.use)
		}, "deadlock | what must hold | use returns within 1s of virtual time | " +
			"a goroutine of yours waits for a lock that nobody releases | labtest_test.go"},
		{"Join waits for what Go began", func(t *labtest.T, s *solution) {
			t.Go(s.hang)
			t.Join(time.Second, "every client")
		}, "fail | what must hold | every client returns within 1s of virtual time | " +
			"a goroutine of yours waits there (chan receive) | labtest_test.go"},
		{"a scenario ends only when all its clients have", func(t *labtest.T, s *solution) {
			t.Go(s.hang)
			t.Sleep(time.Second)
		}, "fail | what must hold | the whole scenario returns within 2m0s of virtual time | " +
			"a goroutine of yours waits there (chan receive) | labtest_test.go"},
		{"a scenario has a limit of its own", func(t *labtest.T, s *solution) { s.hang() },
			"fail | what must hold | the whole scenario returns within 2m0s of virtual time | " +
				"a goroutine of yours waits there (chan receive) | labtest_test.go"},
		{"a condition that never holds", func(t *labtest.T, s *solution) {
			t.Eventually(time.Second, "the leader", func() bool { return false })
		}, "fail | what must hold | the leader returns within 1s of virtual time | it did not return | "},
	}
	for _, test := range tests {
		t.Run(test.title, func(t *testing.T) {
			got := perform(t, labtest.Request{}, test.scenario)
			if got.String() != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
			last := got.events[len(got.events)-1]
			if last.Kind != trace.Note || !strings.HasPrefix(last.Text, labtest.DumpNote) {
				t.Errorf("the trace does not end with the solution's goroutines but with %v", last)
			}
		})
	}
}

func TestAGoroutineThatOutlivesItsCloseIsFound(t *testing.T) {
	leak := func(t *labtest.T, s *solution) { s.leak() }
	const want = "fail | Close ends every goroutine | " +
		"no goroutine of the solution is left once everything is closed | " +
		"a goroutine is still there 5s later (chan receive) | labtest_test.go"
	if got := perform(t, labtest.Request{}, leak).String(); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestAGoroutineMayTakeItsTimeToEnd(t *testing.T) {
	got := perform(t, labtest.Request{}, func(t *labtest.T, s *solution) {
		closed := make(chan struct{})
		t.Cleanup(func() { close(closed) })
		s.linger(closed)
	})
	if got.Verdict != labs.Pass {
		t.Errorf("got %s", got)
	}
}

func TestCleanupsRunTheLatestFirstWhenTheClientsAreDone(t *testing.T) {
	var order []string
	perform(t, labtest.Request{}, func(t *labtest.T, s *solution) {
		for _, name := range []string{"network", "sender"} {
			t.Cleanup(func() { order = append(order, name) })
		}
		t.Go(func() { t.Sleep(time.Minute); order = append(order, "client") })
	})
	if want := []string{"client", "sender", "network"}; !slices.Equal(order, want) {
		t.Errorf("got %v, want %v", order, want)
	}
}

func TestAFailedCaseIsCleanedUpWhateverTheSolutionDoes(t *testing.T) {
	var order []string
	closes := func(name string) func() { return func() { order = append(order, name) } }
	r := perform(t, labtest.Request{}, func(t *labtest.T, s *solution) {
		t.Cleanup(closes("network"))
		t.Cleanup(func() {
			t.Within(time.Second, "Close of the sender", closes("sender"))
			t.Within(time.Second, "Close of the receiver", closes("receiver"))
		})
		t.Cleanup(func() { t.Within(time.Second, "Close of the relay", func() { panic("closed twice") }) })
		t.Cleanup(func() { t.Within(time.Second, "Close of the sink", s.hang) })
		t.Cleanup(s.hang)
		t.Go(s.hang)
		t.Fail(labtest.Finding{Actual: "chaos"})
	})
	if want := []string{"sender", "receiver", "network"}; !slices.Equal(order, want) {
		t.Errorf("closed %v, want %v", order, want)
	}
	if r.Actual != "chaos" {
		t.Errorf("cleaning up has changed the outcome to %s", r)
	}
}

func TestVerbsSayWhetherSomethingCameInTime(t *testing.T) {
	var got []string
	say := func(what string, result any) { got = append(got, fmt.Sprint(what, " ", result)) }
	r := perform(t, labtest.Request{}, func(t *labtest.T, s *solution) {
		nap := func(d time.Duration) func() { return func() { t.Sleep(d) } }
		say("short nap", t.Returns(2*time.Second, nap(time.Second)))
		say("long nap", t.Returns(2*time.Second, nap(time.Minute)))
		say("both, soon", t.Ended(time.Second))
		say("both, later", t.Ended(time.Hour))
		say("since", t.Since())
		say("another nap", t.Returns(time.Second, nap(0)))

		n := 0
		t.Eventually(time.Second, "the third look", func() bool { n++; return n == 3 })
		say("looks", n)

		ctx := t.Context(time.Second)
		<-ctx.Done()
		say("context", errors.Is(ctx.Err(), context.DeadlineExceeded))
		say("since", t.Since())
	})
	want := []string{
		"short nap true", "long nap false", "both, soon false", "both, later true", "since 1m1s",
		"another nap true", "looks 3", "context true", "since 1m2.002s",
	}
	if r.Verdict != labs.Pass || !slices.Equal(got, want) {
		t.Errorf("%s\ngot  %v\nwant %v", r, got, want)
	}
}

func TestAContextEndsWithItsCase(t *testing.T) {
	var ctx context.Context
	perform(t, labtest.Request{}, func(t *labtest.T, s *solution) { ctx = t.Context(time.Hour) })
	if !errors.Is(ctx.Err(), context.Canceled) {
		t.Errorf("after the case its context says %v", ctx.Err())
	}
}

func TestTheRecordIsKeptByTheVerbs(t *testing.T) {
	r := perform(t, labtest.Request{}, func(t *labtest.T, s *solution) {
		t.Step("a mailbox for %d messages", 3)
		t.Sleep(time.Second)
		t.Note("calm")
		t.Reach("the mailbox was full")
		t.Op("c1", "Send a", func() string { t.Sleep(time.Second); return "ok" })
		t.Op("c2", "Receive", func() string { return "a" })
		t.Step("done")
		t.Judge("mailbox", "capacity=3")
	})
	want := []string{
		"   0.000000s  step      #1  : a mailbox for 3 messages",
		"   1.000000s  note       : calm",
		"   1.000000s  reach      : the mailbox was full",
		"   1.000000s  call       c1 #1  : Send a",
		"   2.000000s  return     c1 #1  : ok",
		"   2.000000s  call       c2 #2  : Receive",
		"   2.000000s  return     c2 #2  : a",
		"   2.000000s  step      #2  : done",
		"   2.000000s  model      mailbox  : capacity=3",
	}
	var got []string
	for _, e := range r.events {
		got = append(got, e.String())
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestChoicesDependOnTheSeedAndTheirPurposeAlone(t *testing.T) {
	draw := func(seed uint64, before int) (choices [2]uint64) {
		perform(t, labtest.Request{Seed: seed}, func(t *labtest.T, s *solution) {
			clients := t.Rand("clients")
			for range before {
				clients.Uint64()
			}
			choices = [2]uint64{t.Seed(), t.Rand("faults").Uint64()}
		})
		return choices
	}
	if a, b := draw(7, 0), draw(7, 5); a != b {
		t.Errorf("five draws for another purpose changed %d to %d", a, b)
	}
	if a, b := draw(7, 0), draw(8, 0); a[0] != 7 || b[0] != 8 || a[1] == b[1] {
		t.Errorf("seeds 7 and 8 draw %d and %d", a, b)
	}
	var same bool
	perform(t, labtest.Request{}, func(t *labtest.T, s *solution) {
		same = t.Rand("clients").Uint64() == t.Rand("faults").Uint64()
	})
	if same {
		t.Error("two purposes draw the same")
	}
}

func TestThePlanOfARequestDecidesTheFaults(t *testing.T) {
	faults := labrpc.Faults{Loss: 1}
	for title, test := range map[string]struct {
		plan *labrpc.Plan
		want int // packets that arrive
	}{
		"the seed draws":     {nil, 0},
		"an empty plan":      {new(labrpc.Plan), 3},
		"a plan of one drop": {&labrpc.Plan{{Kind: labrpc.Drop, From: "a", To: "b", N: 2}}, 2},
	} {
		t.Run(title, func(t *testing.T) {
			r := perform(t, labtest.Request{Seed: 1, Plan: test.plan}, func(t *labtest.T, s *solution) {
				net := t.Network(labrpc.Config{Faults: faults})
				a, errA := net.Node("a").Listen()
				_, errB := net.Node("b").Listen()
				t.Check(errA == nil && errB == nil, labtest.Finding{Actual: "no connection"})
				for range 3 {
					a.WriteTo([]byte("x"), labrpc.Addr("b"))
				}
				t.Sleep(time.Minute)
			})
			got := 0
			for _, e := range r.events {
				if e.Kind == trace.Deliver {
					got++
				}
			}
			if r.Verdict != labs.Pass || got != test.want {
				t.Errorf("%d of 3 packets arrive, want %d (%s)", got, test.want, r)
			}
		})
	}
}

func TestARequestMakesAScenarioSmallerButNeverLarger(t *testing.T) {
	for _, test := range []struct {
		title string
		sizes []labtest.Size
		want  int
	}{
		{"as the scenario wants it", nil, 40},
		{"smaller", []labtest.Size{{Name: "messages", N: 3}}, 3},
		{"not larger", []labtest.Size{{Name: "messages", N: 41}}, 40},
		{"another name", []labtest.Size{{Name: "clients", N: 3}}, 40},
	} {
		t.Run(test.title, func(t *testing.T) {
			got := 0
			r := perform(t, labtest.Request{Sizes: test.sizes}, func(t *labtest.T, s *solution) { got = t.Size("messages", 40) })
			want := trace.Event{Kind: labtest.SizeEvent, N: test.want, Text: "messages"}
			if got != test.want || len(r.events) != 1 || r.events[0] != want {
				t.Errorf("%d, and the record says %v; want %d", got, r.events, test.want)
			}
		})
	}
}

func TestCalmLatencyMakesEachDeliveryTakeAMillisecond(t *testing.T) {
	faults := labrpc.Faults{Latency: labrpc.Range{Min: 50 * time.Millisecond, Max: time.Second}, Bandwidth: 10}
	r := perform(t, labtest.Request{Seed: 1, Calm: []string{labtest.CalmLatency}}, func(t *labtest.T, s *solution) {
		net := t.Network(labrpc.Config{Faults: faults})
		a, _ := net.Node("a").Listen()
		net.Node("b").Listen()
		for range 3 {
			a.WriteTo([]byte("a packet"), labrpc.Addr("b"))
		}
		t.Sleep(time.Minute)
	})
	for _, e := range r.events {
		if e.Kind == trace.Deliver && e.At != time.Millisecond {
			t.Errorf("%s", e)
		}
	}
}

func TestCalmLocksNeverStepAside(t *testing.T) {
	took := func(seed uint64, calm ...string) (d time.Duration) {
		perform(t, labtest.Request{Seed: seed, Calm: calm}, func(t *labtest.T, s *solution) {
			for range 100 {
				s.use()
			}
			d = t.Since()
		})
		return d
	}
	busy := 0
	for seed := range uint64(8) {
		if took(seed) > 0 {
			busy++
		}
		if d := took(seed, labtest.CalmLocks); d != 0 {
			t.Errorf("seed %d: 100 uses of a calm lock took %v", seed, d)
		}
	}
	if busy == 0 {
		t.Error("no seed has locks that step aside, so this test shows nothing")
	}
}

func TestACaseIsFoundByItsID(t *testing.T) {
	suite := labtest.Suite{Cases: []labtest.Case{{Case: labs.Case{Lab: "sample", Stage: "A", Name: "one"}}}}
	if c, ok := suite.Find("sample/A/one"); !ok || c.Name != "one" {
		t.Errorf("got %q, %v", c.Name, ok)
	}
	if c, ok := suite.Find("sample/A/two"); ok {
		t.Errorf("a case that is not there is %q", c.Name)
	}
}
