package machine

import (
	"strings"
	"testing"

	"github.com/tetratelabs/wazero/sys"

	"faultline/labs"
	"faultline/labs/labtest"
)

// newHost is a host at the beginning of a run.
func newHost() *host {
	h := &host{}
	h.begin(labtest.Request{})
	return h
}

// write writes pieces, as the runtime's print does, and returns the code by which the
// host ended the guest; 0 if it did not.
func write(l *lines, pieces ...string) (code uint32) {
	defer func() {
		if exit, ok := recover().(*sys.ExitError); ok {
			code = exit.ExitCode()
		}
	}()
	for _, p := range pieces {
		l.Write([]byte(p))
	}
	return 0
}

func TestLastWordsBeginBehindALineWithoutAnEnd(t *testing.T) {
	for _, test := range []struct {
		pieces    []string
		log, dump string
	}{
		{[]string{"x", "panic: ", "boom", "\n"}, "x", "panic: boom\n"},
		{[]string{"x", "\n", "y", "fatal error: ", "all goroutines are asleep", "\n"}, "x y", "fatal error: all goroutines are asleep\n"},
		{[]string{"x", "runtime: out of memory\n", "fatal error: ", "oh\n"}, "x", "runtime: out of memory\nfatal error: oh\n"},
		{[]string{"panic: ", "a", "\n", "\t", "panic: ", "b", "\n"}, "", "panic: a\n\tpanic: b\n"},
		{[]string{"it said panic: ", "boom", "\n"}, "it said panic: boom", ""},
	} {
		h := newHost()
		write(&h.err, test.pieces...)
		dump := h.err.rest()
		var log []string
		for _, e := range h.events {
			log = append(log, e.Text)
		}
		if got := strings.Join(log, " "); got != test.log || dump != test.dump {
			t.Errorf("%q: log %q, dump %q, want %q and %q", test.pieces, got, dump, test.log, test.dump)
		}
	}
}

func TestWhatEndsAGuestIsNamed(t *testing.T) {
	full := newHost()
	for len(full.events) < EventLimit {
		full.record("")
	}
	heavy := newHost()
	for heavy.record(strings.Repeat("x", 1<<20)) {
	}
	for _, test := range []struct {
		title    string
		code     uint32
		host     *host
		expected string
	}{
		{"a line when there is room for no event", write(&full.err, "x\n"), full, "a run causes at most 60000 events"},
		{"events that are long", exitEvents, heavy, "the events of a run have at most 32 MiB in all"},
		{"output", write(&newHost().out, strings.Repeat("x", OutputLimit+1)), newHost(), "a run prints at most 1048576 bytes"},
	} {
		out := test.host.died(sys.NewExitError(test.code), "")
		if out.Verdict != labs.Output || out.Expected != test.expected {
			t.Errorf("%s: %s, %q", test.title, out.Verdict, out.Expected)
		}
	}
	if n := len(heavy.events); n != EventBytes>>20 {
		t.Errorf("%d events of a MiB", n)
	}
}

func TestWordsOfASolutionDecideNoVerdict(t *testing.T) {
	trap := func(dump string) labs.Verdict { return crashed(dump).Verdict }
	for _, test := range []struct {
		title     string
		got, want labs.Verdict
	}{
		{"memory in a panic", trap("panic: kv: out of memory\n\ngoroutine 1 [running]:\n"), labs.Panic},
		{"a stack in a panic", trap("panic: the stack exceeds its room\n"), labs.Panic},
		{"a deadlock in a panic", trap("panic: fatal error: all goroutines are asleep\n"), labs.Panic},
		{"the runtime's memory", trap("runtime: out of memory: cannot allocate\nfatal error: out of memory\n"), labs.Memory},
		{"the runtime's memory, said once", trap("fatal error: runtime: out of memory\n"), labs.Memory},
		{"the runtime's stack", trap("runtime: goroutine stack exceeds 250000000-byte limit\nfatal error: stack overflow\n"), labs.Memory},
		{"the runtime's deadlock", trap("fatal error: all goroutines are asleep - deadlock!\n"), labs.Deadlock},
		{"a panic on paper, in a run that ends at a limit",
			newHost().died(sys.NewExitError(exitOutput), "panic: retrying\n").Verdict, labs.Output},
	} {
		if test.got != test.want {
			t.Errorf("%s: %s, want %s", test.title, test.got, test.want)
		}
	}
}

func TestOnlyTheCompilersOwnWordsAreABound(t *testing.T) {
	b := &Builder{}
	for _, line := range []string{
		`mailbox.go:3:9: cannot use "file too large" (untyped string constant) as int value in return statement`,
		"mailbox.go:3:9: not enough return values\n\thave (struct{A int \"out of memory\"})\n\twant ([]byte, error)",
	} {
		if got := b.tooMuch("# faultline/solutions-skeleton/messaging\n" + line + "\n"); got != "" {
			t.Errorf("%s\nis taken for: %s", line, got)
		}
	}
	for _, line := range []string{
		"signal: CPU time limit exceeded (core dumped)", "write /tmp/x/_pkg_.a: file too large", "fatal error: runtime: out of memory",
		"runtime.noptrbss: too much data in section SBSS (over 2e+09 bytes)",
	} {
		if b.tooMuch("# faultline/solutions-skeleton/messaging\n"+line+"\n") == "" {
			t.Errorf("%q is taken for nothing", line)
		}
	}
}

func TestATextIsCutBetweenRunes(t *testing.T) {
	for text, want := range map[string]int{
		strings.Repeat("x", TextLimit):            TextLimit,
		strings.Repeat("x", TextLimit+1):          TextLimit,
		"x" + strings.Repeat("\u00e9", TextLimit): TextLimit - 1,
	} {
		if got := cut(text); len(got) != want || !strings.HasPrefix(text, got) {
			t.Errorf("%.9q and so on: %d of %d bytes, want %d", text, len(got), len(text), want)
		}
	}
}
