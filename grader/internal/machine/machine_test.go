package machine_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"faultline/grader/internal/machine"
	"faultline/grader/internal/submission"
	"faultline/grader/internal/suites"
	"faultline/labrpc"
	"faultline/labs"
	"faultline/labs/labtest"
	"faultline/labs/trace"
)

// TestMain makes the test binary its own worker, as the grader's is.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == "worker" {
		if err := machine.Serve(context.Background(), os.Stdin, os.Stdout); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(2)
		}
		return
	}
	os.Exit(m.Run())
}

type fixture struct {
	t       *testing.T
	suite   suites.Suite
	builder *machine.Builder
	pool    *machine.Pool
}

func newFixture(t *testing.T) fixture {
	t.Helper()
	root, err := filepath.Abs("../../..")
	if err != nil {
		t.Fatal(err)
	}
	suite, _ := suites.Find("messaging")
	cache := filepath.Join(root, "out", "test-cache")
	f := fixture{t, suite, &machine.Builder{Root: root, Cache: cache}, machine.NewPool(machine.PoolConfig{
		Command: []string{os.Args[0], "worker"}, Workers: 2, Cache: cache, CPULimit: 2 * time.Second, CPUTotal: machine.CPUTotal,
	})}
	t.Cleanup(f.pool.Close)
	return f
}

// reference reads the staff's solution of lab 1.
func (f fixture) reference() submission.Solution {
	f.t.Helper()
	sol, err := submission.Read(f.suite.Lab, filepath.Join(f.builder.Root, "labs/internal/staff/messaging"), nil)
	if err != nil {
		f.t.Fatal(err)
	}
	return sol
}

// with is the reference with a piece of a file replaced.
func (f fixture) with(file, old, new string) submission.Solution {
	f.t.Helper()
	sol := f.reference()
	text := string(sol.Files[file])
	if strings.Count(text, old) != 1 {
		f.t.Fatalf("%q is %d times in %s, want once", old, strings.Count(text, old), file)
	}
	sol.Files = maps.Clone(sol.Files)
	text = strings.Replace(text, old, new, 1)
	for _, pkg := range []string{"os", "faultline/labs", "time"} { // as the new text needs
		name := pkg[strings.LastIndex(pkg, "/")+1:]
		if strings.Contains(new, name+".") && !strings.Contains(text, `"`+pkg+`"`) {
			text = strings.Replace(text, "import (", "import (\n\""+pkg+"\"", 1)
		}
	}
	sol.Files[file] = []byte(text)
	return sol
}

const receive = "func (m *mailbox) Receive(ctx context.Context) ([]byte, error) {\n"

func (f fixture) build(sol submission.Solution) *machine.Guest {
	f.t.Helper()
	guest, err := f.builder.Build(context.Background(), f.suite, sol)
	if err != nil {
		f.t.Fatal(err)
	}
	return guest
}

func (f fixture) run(g *machine.Guest, req labtest.Request, opt machine.Options) machine.Run {
	f.t.Helper()
	run, err := f.pool.Run(context.Background(), g, req, opt)
	if err != nil {
		f.t.Fatal(err)
	}
	return run
}

// spin is what no meter counts.
const spin = "again:\ngoto again\n"

func TestVerdicts(t *testing.T) {
	f := newFixture(t)
	tests := []struct {
		name      string
		file, old string
		new       string
		verdict   labs.Verdict
		actual    string // part of it
		where     string // file without line
	}{
		{"waiting before the run begins is a deadlock", "mailbox.go", receive, "var never = <-make(chan int)\n" + receive,
			labs.Deadlock, "every goroutine waits", "mailbox.go"},
		{"the reference passes", "mailbox.go", receive, receive, labs.Pass, "", ""},
		{"a wrong result fails", "mailbox.go", receive, receive + "return nil, nil\n",
			labs.Fail, "it gave", ""},
		{"a panic is one, with its place", "mailbox.go", receive, receive + "panic(\"oh\")\n",
			labs.Panic, "panic: oh", "mailbox.go"},
		{"a panic in a goroutine of the solution is one too", "mailbox.go", receive, receive + "go func() { panic(\"oh\") }()\n",
			labs.Panic, "panic: oh", "mailbox.go"},
		{"what a terminal could act on is escaped", "mailbox.go", receive, receive + "panic(\"a\\x1b[2Jb\")\n",
			labs.Panic, `panic: a\x1b[2Jb`, "mailbox.go"},
		{"a nil dereference is a panic", "mailbox.go", receive, receive + "m = nil\n",
			labs.Panic, "nil pointer", "mailbox.go"},
		{"waiting for a lock that is held for ever is a deadlock", "mailbox.go", receive, receive + "m.Lock()\n",
			labs.Deadlock, "a lock that nobody releases", "mailbox.go"},
		{"waiting for something else for ever fails", "mailbox.go", receive, receive + "select {}\n",
			labs.Fail, "waits there", "mailbox.go"},
		{"a loop that never pauses is stuck, with its place", "mailbox.go", receive, receive + "for {}\n",
			labs.Stuck, "a loop of yours goes on and on", "mailbox.go"},
		{"one that polls is busy there, if its locks step aside", "mailbox.go", receive, receive + "for { m.Lock(); m.Unlock() }\n",
			labs.Fail, "is busy there", "mailbox.go"},
		{"so is one in a function that a loop is over", "mailbox.go", receive, receive + "for range func(yield func() bool) { for yield() {} } {}\n",
			labs.Stuck, "a loop of yours goes on and on", "mailbox.go"},
		{"what never pauses in another way is stuck by its CPU time", "mailbox.go", receive, receive + spin,
			labs.Stuck, "without a pause", ""},
		{"long work is not stuck while time goes on", "mailbox.go", receive,
			receive + "for range 20 { for range 4_000_000 {}; time.Sleep(time.Millisecond) }\n", labs.Pass, "", ""},
		{"a busy wait on the clock makes progress", "mailbox.go", receive,
			receive + "for end := time.Now().Add(time.Millisecond); time.Now().Before(end); {\n}\n", labs.Pass, "", ""},
		{"memory without end is refused", "mailbox.go", receive,
			receive + "for all := [][]byte{}; ; { all = append(all, make([]byte, 1<<20)) }\n", labs.Memory, "needed more", ""},
		{"a recursion without end is refused", "mailbox.go", receive, receive + "return m.Receive(ctx)\n",
			labs.Memory, "a recursion that never ends", "mailbox.go"},
		{"output without end is refused", "mailbox.go", receive, receive + "for { println(\"x\") }\n",
			labs.Output, "it caused more: 59", ""},
		{"output of long lines without end is refused too", "mailbox.go", receive, receive + "for { println(\"a line that is longer\") }\n",
			labs.Output, "printed more", ""},
		{"sending without end is refused", "stopandwait.go", "func NewSender(conn net.PacketConn, to net.Addr, opt messagingapi.Options) messagingapi.Sender {\n",
			"func NewSender(conn net.PacketConn, to net.Addr, opt messagingapi.Options) messagingapi.Sender {\nfor { conn.WriteTo(Marshal(messagingapi.Packet{Kind: 1}), to) }\n",
			labs.Output, "went from sender to receiver; every call had returned", ""},
		{"an early exit is no pass", "mailbox.go", receive, receive + "os.Exit(0)\n",
			labs.Fail, "ended itself with exit status 0", ""},
		{"an early exit with the panic's status is no panic", "mailbox.go", receive, receive + "os.Exit(2)\n",
			labs.Fail, "ended itself with exit status 2", ""},
		{"a forged last word is no panic", "mailbox.go", receive, receive + "println(\"panic: not really\")\n",
			labs.Pass, "", ""},
		{"what the starter code says of itself is believed", "mailbox.go", receive, receive + "panic(labs.TODO(\"A\"))\n",
			labs.NotImplemented, "stage A is not implemented yet", ""},
	}
	sols := make([]submission.Solution, len(tests))
	for i, test := range tests {
		sols[i] = f.with(test.file, test.old, test.new)
	}
	// All but the one that never gets to its first run share a guest.
	if err := f.builder.Batch(context.Background(), f.suite, sols[1:]); err != nil {
		t.Fatal(err)
	}
	for i, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			id := "messaging/A/fifo"
			if test.file == "stopandwait.go" {
				id = "messaging/B/calm"
			}
			run := f.run(f.build(sols[i]), labtest.Request{Case: id, Seed: 1}, machine.Options{})
			if run.Verdict != test.verdict || !strings.Contains(run.Actual, test.actual) {
				t.Fatalf("%s: %s\n%s", run.Verdict, run.Actual, run.Dump)
			}
			if file, _, _ := strings.Cut(run.Where, ":"); test.where != "" && file != test.where {
				t.Errorf("where is %q, want a line of %s\n%s", run.Where, test.where, run.Dump)
			}
		})
	}
}

func TestAStuckRunCostsNoOther(t *testing.T) {
	f := newFixture(t)
	g := f.build(f.with("mailbox.go", receive, receive+spin))
	fifo, format := labtest.Request{Case: "messaging/A/fifo", Seed: 1}, labtest.Request{Case: "messaging/B/packet-format", Seed: 1}
	for _, want := range []struct {
		req     labtest.Request
		verdict labs.Verdict
	}{{format, labs.Pass}, {fifo, labs.Stuck}, {format, labs.Pass}, {format, labs.Pass}} {
		if run := f.run(g, want.req, machine.Options{}); run.Verdict != want.verdict {
			t.Errorf("%s: %s, want %s", want.req.Case, run.Verdict, want.verdict)
		}
	}
}

func TestARunThatIsCalledOffEndsItsWorker(t *testing.T) {
	f := newFixture(t)
	g := f.build(f.with("mailbox.go", receive, receive+spin))
	ctx, cancel := context.WithCancel(context.Background())
	go cancel()
	_, err := f.pool.Run(ctx, g, labtest.Request{Case: "messaging/A/fifo", Seed: 1}, machine.Options{})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want %v", err, context.Canceled)
	}
	if run := f.run(g, labtest.Request{Case: "messaging/B/packet-format", Seed: 1}, machine.Options{}); run.Verdict != labs.Pass {
		t.Errorf("the run after it: %s", run.Verdict)
	}
}

// requests are some runs of every case.
func (f fixture) requests(seeds uint64) (all []labtest.Request) {
	for _, c := range f.suite.Cases {
		for seed := range seeds {
			all = append(all, labtest.Request{Case: c.ID(), Seed: seed + 1})
		}
	}
	return all
}

func TestARestoredRunHashesLikeAFreshOne(t *testing.T) {
	f := newFixture(t)
	g := f.build(f.reference())
	requests := f.requests(1)
	fresh := map[string]string{}
	for _, r := range requests {
		fresh[r.String()] = f.run(g, r, machine.Options{Fresh: true}).Hash
	}
	for range 2 { // in another order each time, so after other runs
		rand.New(rand.NewPCG(1, 2)).Shuffle(len(requests), func(i, j int) { requests[i], requests[j] = requests[j], requests[i] })
		for _, r := range requests {
			if run := f.run(g, r, machine.Options{}); run.Hash != fresh[r.String()] {
				t.Errorf("%v: hash %s after other runs, %s in a fresh machine", r, run.Hash, fresh[r.String()])
			}
		}
	}
}

func TestHowLargeAScenarioIsDoesNotCountAsAnEvent(t *testing.T) {
	f := newFixture(t)
	g := f.build(f.reference())
	req := labtest.Request{Case: "messaging/A/linearizable", Seed: 1}
	drawn := f.run(g, req, machine.Options{Trace: true})
	if len(drawn.Sizes) != 3 || drawn.Sizes[0].Name != "senders" || drawn.Sizes[0].N < 2 {
		t.Fatalf("sizes %v", drawn.Sizes)
	}
	for _, e := range drawn.Events {
		if e.Kind == labtest.SizeEvent {
			t.Errorf("an event of the trace: %s", e)
		}
	}
	req.Sizes = drawn.Sizes
	if same := f.run(g, req, machine.Options{}); same.Hash != drawn.Hash {
		t.Errorf("told to be as large as it is, the run has hash %s, and else %s", same.Hash, drawn.Hash)
	}
	req.Sizes = []labtest.Size{{Name: "senders", N: 1}}
	if small := f.run(g, req, machine.Options{}); small.Hash == drawn.Hash || small.Sizes[0] != req.Sizes[0] || small.Verdict != labs.Pass {
		t.Errorf("with one sender: %s, sizes %v, hash %s", small.Verdict, small.Sizes, small.Hash)
	}
}

func TestSeedsDiffer(t *testing.T) {
	f := newFixture(t)
	g := f.build(f.reference())
	seen := map[string]uint64{}
	for seed := range uint64(20) {
		hash := f.run(g, labtest.Request{Case: "messaging/C/storm", Seed: seed}, machine.Options{}).Hash
		if first, twice := seen[hash]; twice {
			t.Errorf("seeds %d and %d gave the same run", first, seed)
		}
		seen[hash] = seed
	}
}

// planOf is the plan that a trace says has happened.
func planOf(t *testing.T, events []trace.Event) *labrpc.Plan {
	t.Helper()
	var text strings.Builder
	for _, e := range events {
		if e.Kind == trace.Fault {
			text.WriteString(e.Text + "\n")
		}
	}
	plan, err := labrpc.ParsePlan(text.String())
	if err != nil {
		t.Fatal(err)
	}
	return &plan
}

func TestThePlanOfARunReplaysIt(t *testing.T) {
	f := newFixture(t)
	g := f.build(f.reference())
	for _, id := range []string{"messaging/B/storm", "messaging/B/alternating-bit", "messaging/C/storm", "messaging/C/wrap"} {
		for seed := uint64(1); seed <= 10; seed++ {
			req := labtest.Request{Case: id, Seed: seed}
			run := f.run(g, req, machine.Options{Trace: true})
			req.Plan = planOf(t, run.Events)
			if again := f.run(g, req, machine.Options{Trace: true}); again.Hash != run.Hash {
				t.Errorf("%s with seed %d: %s", id, seed, firstDifference(run.Events, again.Events))
			}
		}
	}
}

func firstDifference(a, b []trace.Event) string {
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return fmt.Sprintf("event %d was\n%s\nis\n%s", i, a[i], b[i])
		}
	}
	return fmt.Sprintf("%d events, then %d", len(a), len(b))
}

func TestAnUnchangedSolutionIsNotBuiltAgain(t *testing.T) {
	f := newFixture(t)
	first := f.build(f.reference())
	t.Setenv("PATH", "") // no go command
	if again := f.build(f.reference()); again.Path != first.Path {
		t.Errorf("built as %s, then as %s", first.Path, again.Path)
	}
}

func TestTheCallersSettingsDoNotReachTheBuild(t *testing.T) {
	f := newFixture(t)
	f.builder.Cache = t.TempDir()
	for name, value := range map[string]string{"GOFLAGS": "-mod=vendor", "GOARCH": "386", "GO111MODULE": "off", "GOWORK": "/nowhere"} {
		t.Setenv(name, value)
	}
	f.build(f.reference())
}

func TestBuildErrorsSpeakOfTheStudentsFiles(t *testing.T) {
	f := newFixture(t)
	for _, test := range []struct {
		name, old, new string
		want           string
	}{
		{"a type error", receive, receive + "return 1\n",
			"hw/mailbox.go:59:8: not enough return values\n\thave (number)\n\twant ([]byte, error)"},
		{"an undefined name", receive, receive + "undefined()\n", "hw/mailbox.go:59:1: undefined: undefined"},
		{"a type of sync", receive, receive + "new(sync.Cond).wait()\n",
			"hw/mailbox.go:59:16: new(sync.Cond).wait undefined (type *sync.Cond has no field or method wait, but does have method Wait)"},
		{"a file that does not parse", receive, receive + "return (\n", "hw/mailbox.go"},
		{"a missing function", "func NewMailbox(", "func newMailbox(",
			"package messaging: the lab needs a function NewMailbox of type func(int) messagingapi.Mailbox"},
		{"a function of another type", "func NewMailbox(capacity int)", "func NewMailbox(capacity int, _ ...int)",
			"package messaging: the lab needs a function NewMailbox of type func(int) messagingapi.Mailbox"},
	} {
		t.Run(test.name, func(t *testing.T) {
			sol := f.with("mailbox.go", test.old, test.new)
			sol.Dir = "hw"
			_, err := f.builder.Build(context.Background(), f.suite, sol)
			var broken *machine.BuildError
			if !errors.As(err, &broken) {
				t.Fatalf("error %v, want a BuildError", err)
			}
			if !strings.Contains(broken.Text, test.want) || strings.Contains(broken.Text, f.builder.Root) {
				t.Errorf("got\n%s\nwant\n%s", broken.Text, test.want)
			}
		})
	}
}

func TestAFaultOfTheMachineIsNoBuildErrorOfTheStudent(t *testing.T) {
	f := newFixture(t)
	f.builder.Cache = t.TempDir()
	t.Setenv("GOROOT", t.TempDir())
	_, err := f.builder.Build(context.Background(), f.suite, f.reference())
	if broken := (*machine.BuildError)(nil); err == nil || errors.As(err, &broken) {
		t.Errorf("without a standard library: error %v, want one of ours", err)
	}
}

func TestABatchGivesTheSameRunsAsGuestsAlone(t *testing.T) {
	f := newFixture(t)
	sols := []submission.Solution{f.reference(), f.with("mailbox.go", receive, receive+"panic(\"oh\")\n")}
	requests := f.requests(1)
	runs := func(b *machine.Builder) (all []string) {
		for _, sol := range sols {
			g, err := b.Build(context.Background(), f.suite, sol)
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range requests {
				run := f.run(g, r, machine.Options{})
				all = append(all, fmt.Sprintf("%s %s %s %s %s", r.Case, run.Verdict, run.Actual, run.Where, run.Hash))
			}
		}
		return all
	}
	alone := runs(f.builder)
	batched := &machine.Builder{Root: f.builder.Root, Cache: f.builder.Cache}
	if err := batched.Batch(context.Background(), f.suite, sols); err != nil {
		t.Fatal(err)
	}
	if got := runs(batched); !slices.Equal(got, alone) {
		t.Errorf("in a batch\n%s\nalone\n%s", strings.Join(got, "\n"), strings.Join(alone, "\n"))
	}
}
