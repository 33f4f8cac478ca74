package labtest

import (
	"fmt"
	"slices"
	"strings"

	"faultline/labs/disk"
)

// An Exploration is a component that keeps its state on a disk and recovers from
// crashes, and what is expected of it. New, Workload, Recover and Check are
// needed.
type Exploration[D Disk[D]] struct {
	// Node names the component in plans; "" stands for "store". Disk names its
	// disk; "" stands for "disk".
	Node, Disk string

	// New makes an empty disk. It passes the config on and may set the capacity.
	New func(disk.Config) D

	// Place says in a few words where on the disk a cell is: "block 2, the journal". It
	// stands beside the numbers of what a crash took. Nil, or "", says no more.
	Place func(disk.Cell) string

	// Prepare makes what is not explored: a crash in it loses nothing. Nil is
	// nothing.
	Prepare func(D)

	// Workload starts the component on the disk, and uses it by operations of
	// w. It is performed once.
	Workload func(d D, w *Work)

	// Recover starts the component on what a crash has left, reads everything
	// that it holds, in a form that is equal for equal contents, and closes it.
	// It is called for every state of the disk. If the form has "; " between the
	// things that it holds, a finding shows those that differ.
	Recover func(d D) (contents string, err error)

	// Check says what is wrong with the contents that were recovered from a
	// crash; the zero Finding is nothing.
	Check func(at Crash, contents string) Finding

	// Depth is how many crashes may follow each other: zero stands for 2, one in
	// the workload and one while recovering from it. 1 is no crash of recovery.
	Depth int

	// States is how many states of the disk are tried, more or less; zero stands for
	// 3000. Of a crash that could leave more than its share of them, some are drawn.
	States int
}

// A Crash is a moment at which the workload was cut off.
type Crash struct {
	Flush   int    // the disk crashed just before this flush took effect
	Invoked int    // operations that had been called
	Acked   int    // of these, how many had returned
	Done    []bool // which: by number, from 0, in the order in which they were called
}

// Work keeps the record of a workload. Operations may run beside each other.
type Work struct {
	begin func(what string) int
	end   func(n int)
}

// Op performs one operation, which is acknowledged when f returns. What reads
// "Put b=2". It returns what f does.
func (w *Work) Op(what string, f func() error) error {
	n := w.begin(what)
	err := f()
	w.end(n)
	return err
}

// Prefix is a Check for a component whose operations follow each other and take
// effect one by one, at once and for good: states[p] is what it holds after p
// operations. The contents must be those after some p operations, at least those
// that had returned and at most those that had been called.
func Prefix(states []string) func(Crash, string) Finding {
	return func(at Crash, contents string) Finding {
		for p := at.Acked; p <= at.Invoked && p < len(states); p++ {
			if states[p] == contents {
				return Finding{}
			}
		}
		return unlike(states, at, contents)
	}
}

// unlike says that the contents are not those after any number of operations that
// is possible.
func unlike(states []string, at Crash, contents string) Finding {
	possible := slices.Compact(slices.Clone(states[at.Acked:min(at.Invoked+1, len(states))]))
	found, wanted, rest := differ(contents, possible...)
	f := Finding{
		Property: "what was acknowledged survives a crash, and an operation happens wholly or not at all",
		Expected: "one of: " + strings.Join(quoted(wanted), ", ") + theRest(rest),
		Actual:   fmt.Sprintf("%q, which is the state after no number of operations", found),
	}
	if len(possible) == 1 {
		f.Expected = quoted(wanted)[0] + theRest(rest)
	}
	for p, s := range states {
		switch {
		case s != contents:
		case p < at.Acked:
			f.Actual = fmt.Sprintf("%q, %s", found, behind(p, at.Acked))
		default:
			f.Actual = fmt.Sprintf("%q, the state after %d operations, of which only %d were called", found, p, at.Invoked)
		}
	}
	return f
}

// behind says which state it is that has p operations, where more were acknowledged.
func behind(p, acknowledged int) string {
	switch {
	case acknowledged == 1:
		return "the state before the operation that was acknowledged"
	case p == 0:
		return fmt.Sprintf("the state before the %d operations that were acknowledged", acknowledged)
	}
	return fmt.Sprintf("the state after %d of the %d operations that were acknowledged", p, acknowledged)
}

func quoted(list []string) []string {
	q := make([]string, len(list))
	for i, s := range list {
		q[i] = fmt.Sprintf("%q", s)
	}
	return q
}

// Explore crashes a component at each of its crash points, in every way that its
// recovery can tell apart, and checks what it recovers: see [Exploration]. It
// fails the run with the simplest crash it knows, after all crash points were
// tried, so that the finding says how many hold. In the trace, and in the plan of
// the run, is what that crash lost. A run with a plan performs the crash that
// the plan has, and no other.
//
// The crash points are the moments before each flush takes effect, and the end:
// what a crash at any other moment leaves, one of these leaves as well, with more
// operations acknowledged. At each, every write that no flush covers survives or
// does not, sector by sector. A choice is made when the recovery reads what it is
// about, so writes that are never read multiply nothing. If there are too many
// states all the same, as where a checksum over all that was written decides, some
// are tried of each crash (see [disk.Sample]), and the story says how many.
//
// Beside Check it asks of every recovery: that it neither fails nor panics nor
// runs for ever; that a second one finds the same; that what it showed is still
// there after a crash which loses all that it wrote and did not flush; and that
// it can be interrupted by a crash itself, before any of its flushes.
func Explore[D Disk[D]](t *T, e Exploration[D]) {
	x := newExplorer(t, e)
	if t.req.Plan != nil {
		x.replay(x.planned())
		return
	}
	x.explore()
}
