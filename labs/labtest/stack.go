package labtest

import (
	"fmt"
	"runtime"
	"slices"
	"strconv"
	"strings"
)

// A Goroutine is one goroutine of a dump that the Go runtime wrote.
type Goroutine struct {
	ID     int
	State  string // as the runtime says it: "chan receive", "sleep", "running"
	Frames []Frame
	Text   string // as in the dump
}

// A Frame is one call of a Goroutine, the innermost first.
type Frame struct {
	Func string // with its import path
	File string
	Line int
}

// Position is where the frame is, as "mailbox.go:41", the file without its folder.
func (f Frame) Position() string {
	return f.File[strings.LastIndex(f.File, "/")+1:] + ":" + strconv.Itoa(f.Line)
}

// Of returns the innermost frame of g that is in the package with the given
// import path.
func (g Goroutine) Of(pkg string) (Frame, bool) {
	for _, f := range g.Frames {
		if pkg != "" && strings.HasPrefix(f.Func, pkg+".") {
			return f, true
		}
	}
	return Frame{}, false
}

// calledBy reports whether what is in the package was called, directly or not, by a
// function whose name begins so behind its folder. What the package itself calls does
// not count: a receive loop that waits in a packet connection of the suite's is a
// goroutine of the solution's own.
func (g Goroutine) calledBy(caller, pkg string) bool {
	called := false
	for _, f := range slices.Backward(g.Frames) {
		called = called || strings.Contains(f.Func, "/"+caller)
		if strings.HasPrefix(f.Func, pkg+".") {
			return called
		}
	}
	return false
}

// entry returns the outermost frame of g that is in the package: the function
// that the scenario called, or where a goroutine of the solution began.
func (g Goroutine) entry(pkg string) Frame {
	var out Frame
	for _, f := range g.Frames {
		if strings.HasPrefix(f.Func, pkg+".") {
			out = f
		}
	}
	return out
}

// caller returns the frame that called what is in packages with such a path.
func (g Goroutine) caller(path string) Frame {
	last := -1
	for i, f := range g.Frames[:len(g.Frames)-1] {
		if strings.Contains(f.Func, path) {
			last = i
		}
	}
	return g.Frames[last+1]
}

// WaitsForLock reports whether g waits for a mutex.
func (g Goroutine) WaitsForLock() bool {
	if strings.HasPrefix(g.State, "sync.Mutex.") || strings.HasPrefix(g.State, "sync.RWMutex.") {
		return true
	}
	if !strings.HasPrefix(g.State, "chan receive") {
		return false
	}
	for _, f := range g.Frames {
		if !strings.HasPrefix(f.Func, "runtime.") { // which some dumps show, too
			return strings.Contains(f.Func, "labs/simsync.(*")
		}
	}
	return false
}

// runs reports whether g computes, or waits for nothing but a processor.
func (g Goroutine) runs() bool {
	return strings.HasPrefix(g.State, "running") || strings.HasPrefix(g.State, "runnable")
}

// stays says what g does where it is, of a goroutine that should not be there any more.
// One that steps aside at a lock, or is about to run, does not wait for anything.
func (g Goroutine) stays() string {
	for _, f := range g.Frames {
		if strings.Contains(f.Func, "labs/simsync/points.") {
			return "is busy there"
		}
	}
	if g.runs() {
		return "is busy there"
	}
	state, _, _ := strings.Cut(g.State, ",") // behind it is since when, or in which bubble
	return fmt.Sprintf("waits there (%s)", state)
}

// Goroutines reads a dump of goroutines as the Go runtime writes it, from a
// panic, a deadlock or runtime.Stack. What is not part of a goroutine is passed
// over.
func Goroutines(dump string) []Goroutine {
	var all []Goroutine
	for block := range strings.SplitSeq(dump, "\n\n") {
		start := 0
		if !strings.HasPrefix(block, "goroutine ") {
			if start = strings.Index(block, "\ngoroutine ") + 1; start == 0 {
				continue
			}
		}
		if g, ok := parseGoroutine(block[start:]); ok {
			all = append(all, g)
		}
	}
	return all
}

// parseGoroutine reads a block that begins "goroutine 7 [chan receive]:".
func parseGoroutine(block string) (Goroutine, bool) {
	lines := strings.Split(block, "\n")
	id, state, ok := strings.Cut(strings.TrimPrefix(lines[0], "goroutine "), " [")
	if first, _, several := strings.Cut(id, " "); several { // "7 gp=0xc000 m=0 mp=0x1"
		id = first
	}
	n, err := strconv.Atoi(id)
	if !ok || err != nil {
		return Goroutine{}, false
	}
	state, _, _ = strings.Cut(state, "]")
	g := Goroutine{ID: n, State: state, Text: strings.TrimRight(block, "\n")}
	// A call and, indented, its position. A line such as "...12 frames elided..."
	// has none, and the pairs go on behind it.
	for i := 1; i+1 < len(lines) && !strings.HasPrefix(lines[i], "created by "); i++ {
		if !strings.HasPrefix(lines[i], "\t") && strings.HasPrefix(lines[i+1], "\t") {
			g.Frames = append(g.Frames, parseFrame(lines[i], lines[i+1]))
		}
	}
	return g, true
}

// parseFrame reads "pkg.(*mailbox).Send(0x1, ...)" and "\t/dir/mailbox.go:41 +0x1c".
func parseFrame(call, position string) Frame {
	var f Frame
	f.Func = call
	if i := strings.LastIndex(call, "("); i > 0 {
		f.Func = call[:i]
	}
	position, _, _ = strings.Cut(strings.TrimSpace(position), " +0x")
	if i := strings.LastIndex(position, ":"); i > 0 {
		f.File = position[:i]
		f.Line, _ = strconv.Atoi(position[i+1:])
	}
	return f
}

// Mine returns the goroutines of the dump that have a frame in pkg, as text that
// Goroutines reads back. Arguments are left out: they are addresses, and where a
// solution's memory lies is not part of a run.
func Mine(dump, pkg string) string {
	var b strings.Builder
	for _, g := range Goroutines(dump) {
		if _, mine := g.Of(pkg); !mine {
			continue
		}
		fmt.Fprintf(&b, "goroutine %d [%s]:\n", g.ID, g.State)
		for _, f := range g.Frames {
			fmt.Fprintf(&b, "%s(...)\n\t%s:%d\n", f.Func, f.File, f.Line)
		}
		b.WriteString("\n")
	}
	return strings.TrimRight(b.String(), "\n")
}

// stacks dumps every goroutine of the process.
func stacks() string {
	for size := 64 << 10; ; size *= 2 {
		buf := make([]byte, size)
		if n := runtime.Stack(buf, true); n < size {
			return string(buf[:n])
		}
	}
}
