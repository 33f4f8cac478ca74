package machine

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/sys"

	"faultline/labs"
	"faultline/labs/labtest"
	"faultline/labs/trace"
)

const (
	clockLimit = int64(24 * time.Hour)                // of virtual time; a run that gets there waits for nothing
	epoch      = int64(1_767_225_600) * 1_000_000_000 // what the guest takes for now at the start: 1 January 2026, in ns
)

// Exit codes by which the host ends a guest. The Go runtime uses 0 to 2.
const (
	exitOutput = 0xfa00 + iota
	exitEvents
	exitClock
)

// A host is the world of one guest: its clock, its input and its record.
type host struct {
	clock    int64 // ns since the guest began to be initialized
	readings int   // of the clock since it last jumped
	began    int64 // the clock when the run began
	request  string
	finished bool   // the outcome was sent
	supposed string // faults that happened in what the run tries out: see labtest
	moved    bool   // the stack that the host calls on has moved: see labtest.Prepare
	outcome  labtest.Outcome
	hash     hash.Hash
	events   []trace.Event
	bytes    int // of the events' texts
	reached  []string
	sizes    []labtest.Size
	crashes  Crashes
	printed  int
	out, err lines

	alive func()    // called when a run begins, and now and then while the guest pauses; nil for nobody
	beat  time.Time // on the wall, when it was called last
}

// begin forgets the last run and gets ready for one.
func (h *host) begin(req labtest.Request) {
	*h = host{clock: h.clock, began: h.clock, request: req.String(), hash: sha256.New(), alive: h.alive, beat: time.Now()}
	h.out = lines{host: h}
	h.err = lines{host: h, dying: true}
}

// beatEvery is how often, on the wall, somebody hears that a run goes on.
const beatEvery = 200 * time.Millisecond

// pause notes a sign of life: an event, or that all goroutines wait.
func (h *host) pause() {
	if h.alive != nil && time.Since(h.beat) > beatEvery {
		h.sign()
	}
}

// sign gives a sign of life.
func (h *host) sign() {
	if h.alive != nil {
		h.beat = time.Now()
		h.alive()
	}
}

// config is what the guest can see of the world.
func (h *host) config() wazero.ModuleConfig {
	return wazero.NewModuleConfig().WithName("").WithStartFunctions("_initialize").
		WithArgs("guest").
		WithEnv("GODEBUG", "gcshrinkstackoff=1,adaptivestackstart=0"). // see labtest.Prepare
		WithEnv("GOGC", "400").                                        // the collector's goroutines stay out of short runs
		WithStdout(&h.out).WithStderr(&h.err).
		WithRandSource(rand.NewChaCha8([32]byte{})).
		WithNanotime(h.now, 1).
		WithWalltime(func() (int64, int32) {
			t := epoch + h.now()
			return t / 1e9, int32(t % 1e9)
		}, 1).
		WithNanosleep(h.sleep)
}

// now is the clock. It stands while the guest computes. The Go runtime reads it
// for reasons of its own, when memory grows for example, and these must not move
// events: a plan that is read from a file takes memory. But for someone who reads
// it again and again it ticks, or a busy wait would never end.
func (h *host) now() int64 {
	h.readings++
	switch {
	case h.readings > 1_000_000:
		h.clock += 10_000
	case h.readings > 10_000:
		h.clock += 100
	}
	return h.clock
}

// sleep lets time jump: the guest calls it when every goroutine waits.
func (h *host) sleep(ns int64) {
	if ns > 0 {
		h.pause()
		h.readings = 0
		h.clock += ns
	}
	if h.clock-h.began > clockLimit {
		panic(sys.NewExitError(exitClock))
	}
}

// provide makes the functions of module "faultline", whose other side is in
// package labtest. It goes without wazero's reflection, which cost more than most
// of these do: an event is sent for all that happens.
func (h *host) provide(ctx context.Context, r wazero.Runtime) error {
	b := r.NewHostModuleBuilder("faultline")
	for _, f := range []struct {
		name     string
		params   int
		results  int
		function func(mod api.Module, params []uint64) uint32
	}{
		{"request", 2, 1, h.copyRequest},
		{"event", 2, 0, h.event},
		{"outcome", 12, 0, h.finish},
		{"suppose", 2, 0, h.suppose},
		{"moved", 0, 0, h.move},
	} {
		b.NewFunctionBuilder().WithGoModuleFunction(api.GoModuleFunc(func(_ context.Context, mod api.Module, stack []uint64) {
			if n := f.function(mod, stack[:f.params]); f.results > 0 {
				stack[0] = uint64(n)
			}
		}), numbers(f.params), numbers(f.results)).Export(f.name)
	}
	_, err := b.Instantiate(ctx)
	return err
}

// numbers is the type of n parameters or results.
func numbers(n int) []api.ValueType {
	return slices.Repeat([]api.ValueType{api.ValueTypeI32}, n)
}

func (h *host) copyRequest(mod api.Module, buf []uint64) uint32 {
	n := min(uint32(buf[1]), uint32(len(h.request)))
	mod.Memory().WriteString(uint32(buf[0]), h.request[:n])
	return uint32(len(h.request))
}

func (h *host) event(mod api.Module, line []uint64) uint32 {
	h.pause()
	if !h.record(raw(mod, line, EventBytes+1)) { // its text is escaped already
		panic(sys.NewExitError(exitEvents))
	}
	return 0
}

func (h *host) suppose(mod api.Module, faults []uint64) uint32 {
	h.pause()
	h.supposed = raw(mod, faults, EventBytes)
	return 0
}

func (h *host) move(api.Module, []uint64) uint32 {
	h.moved = true
	return 0
}

func (h *host) finish(mod api.Module, texts []uint64) uint32 {
	if h.finished { // the first one counts
		return 0
	}
	h.finished = true
	text := func(i int) string { return Clean(cut(raw(mod, texts[2*i:], TextLimit+1))) }
	h.outcome = labtest.Outcome{Verdict: labs.Verdict(text(0)), Finding: labtest.Finding{
		Property: text(1), Expected: text(2), Actual: text(3), Where: text(4), About: text(5),
	}}
	return 0
}

// raw is the text whose place and size in the memory are the first two words, or as much
// of it as is wanted.
func raw(mod api.Module, words []uint64, most int) string {
	b, ok := mod.Memory().Read(uint32(words[0]), min(uint32(words[1]), uint32(most)))
	if !ok {
		return ""
	}
	return string(b)
}

// cut is a text of an outcome within its limit.
func cut(s string) string {
	if len(s) <= TextLimit {
		return s
	}
	return strings.ToValidUTF8(s[:TextLimit], "") // the end may be half a rune
}

// Clean makes what the solution can write harmless to look at: what a terminal or
// an editor could act on stands escaped, as in a Go string.
func Clean(s string) string {
	printable := func(r rune) bool { return r == '\n' || r == '\t' || unicode.IsPrint(r) && r != utf8.RuneError }
	if strings.IndexFunc(s, func(r rune) bool { return !printable(r) }) < 0 {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		if printable(r) {
			b.WriteRune(r)
		} else {
			quoted := strconv.QuoteRune(r)
			b.WriteString(quoted[1 : len(quoted)-1])
		}
	}
	return b.String()
}

// record takes the text of an event into the hash and the trace, and reports
// whether there was room for it.
func (h *host) record(line string) bool {
	if h.bytes += len(line); h.bytes > EventBytes || len(h.events) == EventLimit {
		return false
	}
	e, err := trace.Parse(line)
	if err != nil {
		e = trace.Event{Kind: trace.Note, Text: line}
	}
	switch e.Kind {
	case labtest.SizeEvent:
		h.size(labtest.Size{Name: e.Text, N: e.N})
		return true
	case labtest.StatesEvent:
		h.crashes.States += e.N
		return true
	case labtest.RecoveriesEvent:
		h.crashes.Recoveries += e.N
		return true
	}
	fmt.Fprintln(h.hash, line)
	h.events = append(h.events, e)
	if e.Kind == trace.Reach {
		h.reached = append(h.reached, e.Text)
	}
	return true
}

// size notes how large the scenario is, the largest number for each name.
func (h *host) size(s labtest.Size) {
	for i := range h.sizes {
		if h.sizes[i].Name == s.Name {
			h.sizes[i].N = max(h.sizes[i].N, s.N)
			return
		}
	}
	h.sizes = append(h.sizes, s)
}

// print records a line that the solution printed, with its virtual time, and
// reports whether there was room for it.
func (h *host) print(line string) bool {
	e := trace.Event{At: time.Duration(h.clock - h.began), Kind: trace.Log, Text: strings.ToValidUTF8(line, "�")}
	return h.record(e.String())
}

// result is the run's, given how the call of the guest ended.
func (h *host) result(err error) Run {
	h.out.flush()
	dump := Clean(h.err.rest())
	run := Run{Virtual: time.Duration(h.clock - h.began), Situations: h.reached, Sizes: h.sizes, Crashes: h.crashes,
		Events: h.events, Dump: dump}
	switch {
	case h.moved:
		run.Outcome = outcome(labs.GraderError, "", "the stack of the guest's first goroutine has moved")
	case err != nil:
		run.Outcome = h.died(err, dump)
	case !h.finished:
		run.Outcome = labtest.Outcome{Verdict: labs.Fail, Finding: labtest.Finding{
			Expected: "the case runs to its end", Actual: "it ended without an outcome"}}
	default:
		run.Outcome = h.outcome
	}
	if run.Verdict != labs.Pass && h.supposed != "" {
		for line := range strings.Lines(h.supposed) {
			e := trace.Event{At: run.Virtual, Kind: trace.Fault, Text: strings.TrimSuffix(line, "\n")}
			h.record(e.String())
		}
		run.Events = h.events
	}
	// Not the dump: it has addresses, and reading a plan moves those.
	fmt.Fprintf(h.hash, "%+v\n%d\n", run.Outcome, h.clock-h.began)
	run.Hash = hex.EncodeToString(h.hash.Sum(nil))[:32]
	run.Length = len(h.events)
	return run
}

// died says what it means that the guest ended before its run did.
func (h *host) died(err error, dump string) labtest.Outcome {
	var exit *sys.ExitError
	switch stopped := errors.As(err, &exit); {
	case stopped && exit.ExitCode() >= exitOutput: // by us, whatever looks like last words
		return h.ended(exit.ExitCode())
	case dump != "": // in a reactor the runtime ends with a trap, not with exit status 2
		return crashed(dump)
	case !stopped && strings.Contains(err.Error(), "stack overflow"): // of the machine, before the runtime saw its own limit
		return outcome(labs.Memory, "calls end before they fill the stack", "stack overflow: does a function call itself without end?")
	case !stopped:
		return outcome(labs.GraderError, "", "the machine failed: "+err.Error())
	}
	return exited(exit.ExitCode())
}

// ended says what it means that the host ended the guest.
func (h *host) ended(code uint32) labtest.Outcome {
	switch {
	case code == exitOutput:
		return outcome(labs.Output, fmt.Sprintf("a run prints at most %d bytes", OutputLimit), "it printed more: does a loop print without waiting?")
	case code == exitEvents && h.bytes > EventBytes:
		return outcome(labs.Output, fmt.Sprintf("the events of a run have at most %d MiB in all", EventBytes>>20),
			fmt.Sprintf("they had more after %d events: does a message or a result grow without end?", len(h.events)))
	case code == exitEvents:
		return outcome(labs.Output, fmt.Sprintf("a run causes at most %d events", EventLimit),
			"it caused more: "+flood(h.events))
	case code == exitClock:
		return outcome(labs.Fail, "the run ends", fmt.Sprintf("it was still waiting after %v of virtual time", time.Duration(clockLimit)))
	}
	return exited(code)
}

func exited(code uint32) labtest.Outcome {
	return outcome(labs.Fail, "the program runs until the case is over", fmt.Sprintf("it ended itself with exit status %d", code))
}

func outcome(v labs.Verdict, expected, actual string) labtest.Outcome {
	return labtest.Outcome{Verdict: v, Finding: labtest.Finding{Expected: expected, Actual: actual}}
}

// crashed reads the last words of the Go runtime. What stands behind "panic: " are words
// of the solution, which may well be out of memory of its own; the runtime ends a
// program for want of anything with "fatal error: " or "runtime: ".
func crashed(dump string) labtest.Outcome {
	first, _, _ := strings.Cut(dump, "\n")
	if stage, todo := labs.FindTODO(first); todo {
		return outcome(labs.NotImplemented, "", "stage "+stage+" is not implemented yet")
	}
	o := outcome(labs.Panic, "no panic", first)
	switch {
	case strings.HasPrefix(first, "panic: "):
	case strings.Contains(dump, "fatal error: all goroutines are asleep"):
		o = outcome(labs.Deadlock, "somebody can go on", "every goroutine waits for another")
	case strings.Contains(dump, "stack exceeds"):
		o = outcome(labs.Memory, "calls end", "they went ever deeper: look for a recursion that never ends")
	case strings.Contains(dump, "out of memory"):
		o = outcome(labs.Memory, fmt.Sprintf("a run needs at most %d MiB", MemoryLimit>>20), "it needed more")
	}
	return o
}
