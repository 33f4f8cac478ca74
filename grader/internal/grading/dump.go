package grading

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"faultline/grader/internal/machine"
	"faultline/labs/labtest"
)

const dumpShown = 40 // lines of a dump

// dump is what the solution's goroutines did last, as far as anybody said: the
// runtime's first line, and of each goroutine the calls that are the solution's. The
// goroutine that the finding points at comes first, then those in which somebody
// waits who called the solution, then its own: the youngest first, for what was there
// from the begin is a loop that never ends. Those at the same place are one.
func dump(run machine.Run, pkg string) (lines []string) {
	text := run.Dump
	for _, e := range run.Events {
		if note, ok := labtest.Dump(e); ok {
			text = note
		}
	}
	if run.Dump != "" {
		first, _, _ := strings.Cut(run.Dump, "\n")
		lines = append(lines, first)
	}
	for _, s := range standing(text, pkg, run.Where) {
		head := fmt.Sprintf("goroutine %d, %s", s.id, s.state)
		switch {
		case s.more == 1:
			head += ", and 1 more at the same place"
		case s.more > 1:
			head += fmt.Sprintf(", and %d more at the same place", s.more)
		}
		lines = append(append(lines, head), s.calls...)
	}
	return lines[:min(len(lines), dumpShown)]
}

// A stand is where one or more goroutines stand.
type stand struct {
	id    int
	state string
	calls []string // the innermost first
	more  int      // other goroutines at the same place
	rank  int      // the less, the nearer to what went wrong
}

// standing lists where the goroutines of a dump stand that are in a package.
func standing(dump, pkg, where string) (list []stand) {
	for _, g := range labtest.Goroutines(dump) {
		if _, mine := g.Of(pkg); !mine {
			continue
		}
		s := stand{id: g.ID, state: g.State, rank: 2}
		for _, f := range g.Frames {
			name, mine := strings.CutPrefix(f.Func, pkg+".")
			switch {
			case mine:
				s.calls = append(s.calls, fmt.Sprintf("  %s  %s", f.Position(), name))
				if f.Position() == where {
					s.rank = 0
				}
			case !strings.HasPrefix(f.Func, "runtime."): // somebody called it: the scenario, or the network
				s.rank = min(s.rank, 1)
			}
		}
		s.calls = unwound(s.calls)
		same := func(o stand) bool { return o.state == s.state && slices.Equal(o.calls, s.calls) }
		if i := slices.IndexFunc(list, same); i >= 0 {
			list[i].more++
			continue
		}
		list = append(list, s)
	}
	slices.SortFunc(list, func(a, b stand) int {
		return cmp.Or(cmp.Compare(a.rank, b.rank), cmp.Compare(a.more, b.more), cmp.Compare(b.id, a.id))
	})
	return list
}

// unwound says of a function that calls itself how often it did.
func unwound(calls []string) (short []string) {
	for i := 0; i < len(calls); {
		n := 1
		for i+n < len(calls) && calls[i+n] == calls[i] {
			n++
		}
		short = append(short, calls[i])
		if n > 2 {
			short = append(short, fmt.Sprintf("  (the same %d times more)", n-1))
		} else if n == 2 {
			short = append(short, calls[i])
		}
		i += n
	}
	return short
}
