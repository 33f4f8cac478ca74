package quicken

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/imports/wasi_snapshot_preview1"
)

// compiled is a program that does what Go does with its stack.
func compiled(tb testing.TB) []byte {
	tb.Helper()
	file := filepath.Join(tb.TempDir(), "busy.wasm")
	cmd := exec.Command("go", "build", "-trimpath", "-o", file, "./testdata/busy")
	cmd.Env = append(os.Environ(), "GOOS=wasip1", "GOARCH=wasm", "GOFLAGS=")
	if text, err := cmd.CombinedOutput(); err != nil {
		tb.Fatalf("%v\n%s", err, text)
	}
	code, err := os.ReadFile(file)
	if err != nil {
		tb.Fatal(err)
	}
	return code
}

// run performs a module that has been compiled, and returns what it printed.
func run(tb testing.TB, r wazero.Runtime, m wazero.CompiledModule, args ...string) string {
	tb.Helper()
	var out bytes.Buffer
	cfg := wazero.NewModuleConfig().WithName("").WithArgs(append([]string{"busy"}, args...)...).WithStdout(&out).WithStderr(&out)
	mod, err := r.InstantiateModule(context.Background(), m, cfg)
	if err != nil {
		tb.Fatalf("%v\n%s", err, out.Bytes())
	}
	mod.Close(context.Background())
	return out.String()
}

func runtimeFor(tb testing.TB) wazero.Runtime {
	tb.Helper()
	ctx := context.Background()
	r := wazero.NewRuntime(ctx)
	tb.Cleanup(func() { r.Close(ctx) })
	wasi_snapshot_preview1.MustInstantiate(ctx, r)
	return r
}

func compile(tb testing.TB, r wazero.Runtime, code []byte) wazero.CompiledModule {
	tb.Helper()
	m, err := r.CompileModule(context.Background(), code)
	if err != nil {
		tb.Fatal(err)
	}
	return m
}

// TestAProgramDoesWhatItDidBefore whatever Go does with its stack.
func TestAProgramDoesWhatItDidBefore(t *testing.T) {
	t.Parallel()
	code := compiled(t)
	var m module
	quick, err := m.rewrite(code)
	if err != nil {
		t.Fatal(err)
	}
	// Some of the runtime's assembly is left alone, and what has no frame.
	if m.framed < len(m.types)*9/10 {
		t.Errorf("of %d functions, only %d have a variable for their frame: does the compiler write something else now?", len(m.types), m.framed)
	}
	r := runtimeFor(t)
	want, got := run(t, r, compile(t, r, code)), run(t, r, compile(t, r, quick))
	if lines := bytes.Count([]byte(want), []byte("\n")); lines != 13 {
		t.Errorf("the program printed %d lines:\n%s", lines, want)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("- as it was compiled, + rewritten:\n%s", diff)
	}
}

// TestWhatIsNotKnownIsAnError so that code is used as it is.
func TestWhatIsNotKnownIsAnError(t *testing.T) {
	for name, tt := range map[string]struct{ code, want string }{
		"nothing":            {"", "the module ends too early"},
		"a section too long": {magic + "\x01\x7f", "the module ends too early"},
		"a largest memory":   {magic + "\x05\x04\x01\x01\x01\x02", "section 5: it is not one memory without a largest size"},
		"two memories":       {magic + "\x05\x05\x02\x00\x01\x00\x01", "section 5: it is not one memory without a largest size"},
		"no type":            {magic + "\x0a\x04\x01\x02\x00\x0b", "section 10: a function has no type"},
		"a vector":           {magic + oneType + "\x0a\x05\x01\x03\x00\xfd\x0b", "section 10: function 0: unknown instruction 0xfd"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Module([]byte(tt.code))
			if err == nil || err.Error() != tt.want {
				t.Errorf("got %v, want %s", err, tt.want)
			}
		})
	}
}

const (
	magic   = "\x00asm\x01\x00\x00\x00"
	oneType = "\x01\x06\x01\x60\x01\x7f\x01\x7f" + "\x03\x02\x01\x00" // (i32) -> i32, and a function of it
)

// TestAFrameIsAddressedWhereTheStackPointerIsKnown all the time. The function's number for
// the runtime is 0x1000.
func TestAFrameIsAddressedWhereTheStackPointerIsKnown(t *testing.T) {
	const (
		enter   = "\x23\x00\x21\x01"                 // localSP = globalSP
		set     = "\x22\x01\x24\x00"                 // both
		frame   = "\x20\x01\x41\x10\x6b" + set       // SP -= 16
		unframe = "\x20\x01\x41\x10\x6a" + set       // SP += 16
		pop     = "\x20\x01\x41\x08\x6a" + set       // SP += 8
		store   = "\x20\x01\x42\x07\x37\x03\x08"     // 8(SP) = 7
		push    = "\x20\x01\x41\x08\x6b" + set       // SP -= 8
		pc      = "\x20\x01\x42\x81\x80\x80\x80\x01" // SP, 0x1000<<16 | 1
		call    = push + pc + "\x37\x03\x00\x41\x00\x10\x00" + "\x23\x00\x21\x01\x1a"
		leave   = "\x41\x00\x0f"
		end     = "\x0b"
	)
	for name, tt := range map[string]struct {
		code string
		want bool
	}{
		"a frame":                           {enter + frame + store + unframe + pop + leave + end, true},
		"no frame":                          {enter + store + pop + leave + end, true},
		"a call":                            {enter + frame + store + call + unframe + pop + leave + end, true},
		"a return on each of two ways":      {enter + frame + store + unframe + pop + leave + store + unframe + pop + leave + end, true},
		"no access":                         {enter + frame + unframe + pop + leave + end, false},
		"no copy of the stack pointer":      {frame + store + unframe + pop + leave + end, false},
		"a return that leaves the frame":    {enter + frame + store + pop + leave + end, false},
		"an access to a frame that is gone": {enter + frame + unframe + store + pop + leave + end, false},
		"a stack pointer from elsewhere":    {enter + frame + store + "\x41\x40" + set + unframe + pop + leave + end, false},
		"room for something else":           {enter + frame + push + store + pop + unframe + pop + leave + end, false},
		"the return address of another function": {enter + frame + store + push +
			"\x20\x01\x42\x81\x80\x84\x80\x01\x37\x03\x00\x41\x00\x10\x00" + unframe + pop + leave + end, false},
	} {
		t.Run(name, func(t *testing.T) {
			var m module
			body := "\x01\x01\x7f" + tt.code
			if _, err := m.function([]byte(body), 0, 1); err != nil || m.framed > 0 != tt.want {
				t.Errorf("%d framed (%v), want %v", m.framed, err, tt.want)
			}
		})
	}
}

// FuzzModule holds that nothing makes it panic, and that wazero takes what it makes of
// what wazero takes.
func FuzzModule(f *testing.F) {
	f.Add([]byte(magic))
	f.Add([]byte(magic + oneType + "\x05\x03\x01\x00\x01" + "\x0a\x08\x01\x06\x00\x3f\x00\x0f\x0b\x0b"))
	// A loop, two blocks and a table; place 0 jumps to place 1.
	body := "\x00\x03\x40\x02\x40\x02\x40\x20\x00\x0e\x01\x00\x01\x0b\x41\x01\x21\x00\x0c\x01\x0b\x0b\x41\x00\x0b"
	f.Add([]byte(magic + oneType + "\x0a" + string(rune(len(body)+2)) + "\x01" + string(rune(len(body))) + body))
	ctx := context.Background()
	f.Fuzz(func(t *testing.T, code []byte) {
		quick, err := Module(code)
		if err != nil {
			return
		}
		r := wazero.NewRuntimeWithConfig(ctx, wazero.NewRuntimeConfigInterpreter())
		defer r.Close(ctx)
		if _, err := r.CompileModule(ctx, code); err != nil {
			return
		}
		if _, err := r.CompileModule(ctx, quick); err != nil {
			t.Errorf("wazero takes the module, but not what was made of it: %v", err)
		}
	})
}

// BenchmarkBusy runs a program as it was compiled, and as it is rewritten.
func BenchmarkBusy(b *testing.B) {
	code := compiled(b)
	quick, err := Module(code)
	if err != nil {
		b.Fatal(err)
	}
	r := runtimeFor(b)
	for _, bench := range []struct {
		name string
		code []byte
	}{{"compiled", code}, {"rewritten", quick}} {
		b.Run(bench.name, func(b *testing.B) {
			m := compile(b, r, bench.code)
			for b.Loop() {
				run(b, r, m, "5")
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "runs/s")
		})
	}
}
