package labtest_test

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"faultline/labs/labtest"
)

// solutionPackage is that of the program which wrote the dumps in testdata.
const solutionPackage = "example.com/course/mailbox"

func dump(t testing.TB, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", name+".txt"))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// Each dump was written by the Go runtime: natively, in a bubble of
// testing/synctest, and by wasm guests with and without GOTRACEBACK=crash.
func TestADumpShowsWhereTheSolutionIs(t *testing.T) {
	tests := []struct {
		dump string
		want []string // of each goroutine: number, state, the solution's innermost place
	}{
		{"panic", []string{
			"1 running: mailbox.go:14",
			"19 chan receive (nil chan): mailbox.go:24"}},
		{"deadlock", []string{
			"1 sync.WaitGroup.Wait: none",
			"19 sync.Mutex.Lock: mailbox.go:19, for a lock",
			"20 chan receive: mailbox.go:24"}},
		{"elided", []string{
			"19 running: mailbox.go:29",
			"1 select (no cases): none"}},
		{"bubble", []string{
			"21 running, synctest bubble 1: bubble_test.go:16",
			"1 chan receive: none",
			"19 synctest.Run (durable), synctest bubble 1: bubble_test.go:11",
			"20 chan receive (durable), synctest bubble 1: none",
			"22 chan receive (durable), synctest bubble 1: mailbox.go:24"}},
		{"wasm-deadlock", []string{
			"1 sync.WaitGroup.Wait: none",
			"7 sync.Mutex.Lock: mailbox.go:19, for a lock",
			"8 chan receive: mailbox.go:24"}},
		{"wasm-crash", []string{
			"1 running: mailbox.go:14",
			"2 force gc (idle): none",
			"3 GC sweep wait: none",
			"4 GC scavenge wait: none",
			"5 GOMAXPROCS updater (idle): none",
			"6 finalizer wait: none",
			"7 chan receive (nil chan): mailbox.go:24"}},
	}
	for _, test := range tests {
		t.Run(test.dump, func(t *testing.T) {
			var got []string
			for _, g := range labtest.Goroutines(dump(t, test.dump)) {
				where := "none"
				if frame, mine := g.Of(solutionPackage); mine {
					where = frame.Position()
				}
				if g.WaitsForLock() {
					where += ", for a lock"
				}
				got = append(got, fmt.Sprintf("%d %s: %s", g.ID, g.State, where))
			}
			if got, want := strings.Join(got, "\n"), strings.Join(test.want, "\n"); got != want {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		})
	}
}

func TestWhatAGoroutineDoesIsSaidAsItsAuthorSeesIt(t *testing.T) {
	for state, want := range map[string]string{
		"runnable":                "is busy there",
		"chan receive":            "waits there (chan receive)",
		"chan receive, 2 minutes": "waits there (chan receive)",
		"sleep":                   "is busy there", // within a lock that steps aside
	} {
		dump := fmt.Sprintf("goroutine 7 [%s]:\nmain.f()\n\t/a.go:3 +0x1\n", state)
		if state == "sleep" {
			dump = strings.Replace(dump, "main.f", "faultline/labs/simsync/points.(*run).step", 1)
		}
		if got := labtest.Goroutines(dump)[0].Stays(); got != want {
			t.Errorf("%s: got %q, want %q", state, got, want)
		}
	}
}

func TestAnIdleWorkerWaitsForNoLock(t *testing.T) {
	for state, want := range map[string]bool{
		"sync.Mutex.Lock, 3 minutes": true, "sync.RWMutex.RLock": true, "sync.Mutex.Lock, synctest bubble 1": true,
		"sync.Cond.Wait": false, "sync.Cond.Wait, 1 minutes": false, "sync.WaitGroup.Wait (durable), synctest bubble 1": false,
	} {
		if got := (labtest.Goroutine{State: state}).WaitsForLock(); got != want {
			t.Errorf("%s: waits for a lock: %t", state, got)
		}
	}
}

func TestAFrameHasItsFunctionAndItsPlace(t *testing.T) {
	frames := labtest.Goroutines(dump(t, "wasm-crash"))[0].Frames
	want := []labtest.Frame{
		{Func: "panic", File: "runtime/panic.go", Line: 879},
		{Func: "runtime.goPanicIndex", File: "runtime/panic.go", Line: 114},
		{Func: solutionPackage + ".(*Mailbox[...]).Receive", File: solutionPackage + "/mailbox.go", Line: 14},
		{Func: "main.main", File: "example.com/course/main.go", Line: 16},
		{Func: "runtime.main", File: "runtime/proc.go", Line: 290},
		{Func: "runtime.goexit", File: "runtime/asm_wasm.s", Line: 428},
	}
	if len(frames) != len(want) {
		t.Fatalf("%d frames, want %d: %v", len(frames), len(want), frames)
	}
	for i := range want {
		if frames[i] != want[i] {
			t.Errorf("frame %d is %+v, want %+v", i, frames[i], want[i])
		}
	}
}

func TestFramesBehindThoseLeftOutAreRead(t *testing.T) {
	frames := labtest.Goroutines(dump(t, "elided"))[0].Frames
	if len(frames) != 100 {
		t.Errorf("%d frames, want the 100 that the runtime shows", len(frames))
	}
	for i, f := range frames {
		if i >= 2 && f.Func != solutionPackage+".Deep" {
			t.Errorf("frame %d is %+v", i, f)
		}
	}
}

func TestAPathWithSpacesIsAPath(t *testing.T) {
	text := "goroutine 1 [running]:\nmain.main()\n\t/home/a b/my lab/main.go:7 +0x1d\n"
	want := labtest.Frame{Func: "main.main", File: "/home/a b/my lab/main.go", Line: 7}
	if got := labtest.Goroutines(text)[0].Frames[0]; got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestMineIsTheSolutionsGoroutinesWithoutAddresses(t *testing.T) {
	text := dump(t, "deadlock")
	mine := labtest.Mine(text, solutionPackage)
	if strings.Contains(mine, "0x") {
		t.Errorf("addresses in\n%s", mine)
	}
	var want []labtest.Goroutine
	for _, g := range labtest.Goroutines(text) {
		if _, ok := g.Of(solutionPackage); ok {
			want = append(want, g)
		}
	}
	got := labtest.Goroutines(mine)
	for i := range got {
		got[i].Text, want[i].Text = "", ""
	}
	if diff := cmp.Diff(want, got); diff != "" || len(want) == 0 {
		t.Error(diff)
	}
	for _, other := range []string{"", "example.com/course", "example.com/course/mail", "strings"} {
		if got := labtest.Mine(text, other); got != "" {
			t.Errorf("package %q has nothing in the dump, and Mine is\n%s", other, got)
		}
	}
}

func TestWhatIsNoGoroutineIsPassedOver(t *testing.T) {
	for _, text := range []string{
		"", "\n\n", "no dump", "goroutine", "goroutine ", "goroutine 1", "goroutine x [running]:", "goroutine  [x]:",
		"panic: goroutine 1 [running]:", "runtime stack:\nruntime.throw()\n\tpanic.go:1 +0x1",
	} {
		if got := labtest.Goroutines(text); got != nil {
			t.Errorf("%q holds %+v", text, got)
		}
	}
}

func FuzzGoroutines(f *testing.F) {
	files, err := filepath.Glob(filepath.Join("testdata", "*.txt"))
	if err != nil || len(files) == 0 {
		f.Fatalf("no dumps: %v", err)
	}
	for _, file := range files {
		f.Add(dump(f, strings.TrimSuffix(filepath.Base(file), ".txt")))
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, g := range labtest.Goroutines(text) {
			if !strings.Contains(text, g.Text) || !strings.HasPrefix(g.Text, "goroutine ") {
				t.Errorf("the goroutine's text is not from the dump: %q", g.Text)
			}
			g.WaitsForLock()
			for _, frame := range g.Frames {
				frame.Position()
			}
		}
		labtest.Mine(text, solutionPackage)
	})
}

type box[T any] struct{ v T }

func (b *box[T]) get() T { return b.v }

func newBox[T any]() *box[T] { return new(box[T]) }

func TestAFunctionTellsItsPackage(t *testing.T) {
	const here = "faultline/labs/labtest_test"
	tests := []struct {
		title string
		f     any
		want  string
	}{
		{"nothing", nil, ""},
		{"a function that is nil", (func(int) error)(nil), ""},
		{"a function", TestAFunctionTellsItsPackage, here},
		{"a closure", func() {}, here},
		{"a generic function", newBox[int], here},
		{"a method", (&box[string]{}).get, here},
		{"a function of the standard library", filepath.Join, "path/filepath"},
		{"a package without a slash", runtime.GC, "runtime"},
	}
	for _, test := range tests {
		t.Run(test.title, func(t *testing.T) {
			if got := labtest.PackageOf(test.f); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}
