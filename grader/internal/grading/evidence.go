package grading

import (
	"fmt"
	"slices"
	"strings"

	"faultline/grader/internal/machine"
	"faultline/grader/internal/result"
	"faultline/labs/labtest"
	"faultline/labs/trace"
)

const (
	traceShown = 20 // events of a failing run
	dumpShown  = 40 // lines of a dump
)

// A smallest is what shrinking has left of a failing run.
type smallest struct {
	request labtest.Request
	run     machine.Run
	shrunk  *result.Shrunk
	apart   *result.Apart
}

// failure is the evidence of the case: of its smallest run, if there is one.
func (t *tally) failure() *result.Failure {
	run, f := t.bad, &result.Failure{Seed: t.seed()}
	if s := t.small; s != nil {
		run = s.run
		f.Sizes, f.Calm, f.Shrunk, f.Apart = s.request.Sizes, s.request.Calm, s.shrunk, s.apart
	}
	f.Virtual, f.Hash, f.Finding, f.Said, f.Events = run.Virtual, run.Hash, run.Finding, run.Said, run.Events
	for _, e := range run.Events {
		switch e.Kind {
		case trace.Fault:
			f.Plan = append(f.Plan, e.Text)
		case trace.Step:
			f.Story = append(f.Story, fmt.Sprintf("%d %s", e.N, e.Text))
		}
	}
	all := shown(run)
	f.Of = len(all)
	f.From = window(run, all)
	f.Trace = lines(all[f.From:min(len(all), f.From+traceShown)])
	f.Dump = dump(run, t.pkg)
	return f
}

// An entry is an event of the trace as it is shown, and its place among all.
type entry struct {
	trace.Event
	at int
}

// shown are the events of a run that are shown as its trace: not those that stand
// elsewhere in a report.
func shown(run machine.Run) (list []entry) {
	for i, e := range run.Events {
		switch e.Kind {
		case trace.Fault, trace.Step, trace.Reach, trace.Model, trace.Source:
		default:
			if !isDump(e) {
				list = append(list, entry{e, i})
			}
		}
	}
	return list
}

// isDump reports whether an event is the note that holds the solution's goroutines.
func isDump(e trace.Event) bool {
	_, ok := labtest.Dump(e)
	return ok
}

func lines(list []entry) (all []string) {
	for _, e := range list {
		all = append(all, e.String())
	}
	return all
}

// window is where the part of the trace begins that is shown. A run ends with its
// finding, so that is its end, with two exceptions. If the finding names an
// operation, what that returned is in view. If something took too long, the end is
// the same retransmission again and again, and what went wrong is what followed
// the last call that never returned, or what happened to the nodes and links after
// that.
func window(run machine.Run, all []entry) (from int) {
	last := len(all) - traceShown
	if last <= 0 {
		return 0
	}
	place := func(event int) int {
		return slices.IndexFunc(all, func(e entry) bool { return e.at == event })
	}
	late := slices.ContainsFunc(run.Events, isDump)
	from = last
	named := -1 // the last operation of that text: an earlier one may have been right
	for _, op := range labtest.History(run.Events) {
		switch {
		case op.Done && strings.Contains(run.Actual, op.String()):
			named = min(max(0, place(op.Return)-traceShown*3/4), last)
		case !op.Done && late:
			from = min(max(0, upheaval(all, place(op.Call))-traceShown/4), last)
		}
	}
	if named >= 0 {
		return named
	}
	return from
}

// upheaval is the last place after a call where a node or a link went down or came
// back, or else the call. The calm at the end of a storm does not count: by then all
// is lost.
func upheaval(all []entry, call int) int {
	at := call
	for i, e := range all[call:] {
		switch e.Kind {
		case trace.Crash, trace.Restart, trace.Pause, trace.Resume, trace.Cut:
			at = call + i
		case trace.Heal:
			if e.Text != "every fault" {
				at = call + i
			}
		}
	}
	return at
}

// dump is what the solution's goroutines did last, as far as anybody said: the
// runtime's first line, and of each goroutine the calls that are the solution's.
func dump(run machine.Run, pkg string) []string {
	text := run.Dump
	for _, e := range run.Events {
		if note, ok := labtest.Dump(e); ok {
			text = note
		}
	}
	var lines []string
	if run.Dump != "" {
		first, _, _ := strings.Cut(run.Dump, "\n")
		lines = append(lines, first)
	}
	for _, g := range labtest.Goroutines(text) {
		if _, mine := g.Of(pkg); !mine {
			continue
		}
		lines = append(lines, fmt.Sprintf("goroutine %d, %s", g.ID, g.State))
		for _, f := range g.Frames {
			if name, ok := strings.CutPrefix(f.Func, pkg+"."); ok {
				lines = append(lines, fmt.Sprintf("  %s  %s", f.Position(), name))
			}
		}
	}
	return lines[:min(len(lines), dumpShown)]
}
