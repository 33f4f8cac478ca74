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

const traceShown = 20 // lines of the trace of a failing run

// A smallest is what shrinking has left of a failing run.
type smallest struct {
	request labtest.Request
	run     packed
	shrunk  *result.Shrunk
	apart   *result.Apart
}

// failure is the evidence of the case: of its smallest run, if there is one.
func (t *tally) failure() *result.Failure {
	bad, f := t.bad, &result.Failure{Seed: t.seed()}
	if s := t.small; s != nil {
		bad = s.run
		f.Sizes, f.Calm, f.Shrunk, f.Apart = s.request.Sizes, s.request.Calm, s.shrunk, s.apart
	}
	run := bad.open()
	f.Virtual, f.Hash, f.Finding, f.Said = run.Virtual, run.Hash, run.Finding, run.Said
	for _, e := range run.Events {
		switch e.Kind {
		case trace.Fault:
			f.Plan = append(f.Plan, e.Text)
		case trace.Step:
			f.Story = append(f.Story, fmt.Sprintf("%d %s", e.N, e.Text))
		}
	}
	showTrace(f, run)
	f.Dump = dump(run, t.pkg)
	return f
}

// An entry is an event of the trace as it is shown, and its place among all.
type entry struct {
	trace.Event
	at int
}

// shown are the events of a run that are shown as its trace.
func shown(run machine.Run) (list []entry) {
	for i, e := range run.Events {
		if result.InTrace(e) {
			list = append(list, entry{e, i})
		}
	}
	return list
}

func lines(list []entry) []string {
	var all []traceLine
	for _, e := range list {
		all = append(all, lineOf(e))
	}
	return written(all)
}

// showTrace chooses what a report shows of the trace: what it is about, what
// repeats only once, and of that the part around the first wrong step.
func showTrace(f *result.Failure, run machine.Run) {
	all := shown(run)
	what := aboutOf(run)
	kept := about(all, what)
	if f.Events, f.Beside = result.Excerpt(run.Events, beside(all, kept)); len(kept) < len(all) {
		f.Subject = what
	}
	lines := condense(kept)
	from := window(run, lines)
	to := min(len(lines), from+traceShown)
	f.Of = len(all)
	f.Trace = written(lines[from:to])
	if len(lines) > 0 {
		f.From = placeOf(all, lines[from].first)
		f.Head = head(what, kept, all, lines, from, to)
	}
}

// head says in words which events are shown.
func head(what string, kept, all []entry, lines []traceLine, from, to int) string {
	some := to-from < len(lines)
	if len(kept) < len(all) {
		s := fmt.Sprintf("what is about %s: %d of %d events", what, len(kept), len(all))
		switch {
		case some && to == len(lines):
			s += "; here the last of them"
		case some:
			s += "; here those around the first wrong step"
		}
		return s
	}
	first, last := placeOf(all, lines[from].first)+1, placeOf(all, lines[to-1].last)+1
	switch {
	case !some && to < len(all):
		return fmt.Sprintf("all %d events", len(all))
	case !some:
		return ""
	case last == len(all):
		return fmt.Sprintf("the last %d of %d events", last-first+1, len(all))
	}
	return fmt.Sprintf("events %d to %d of %d", first, last, len(all))
}

// placeOf is the place in a list of the event with that place in the run, or where
// it would be.
func placeOf(list []entry, at int) int {
	i, _ := slices.BinarySearchFunc(list, at, func(e entry, at int) int { return e.at - at })
	return i
}

// window is where the part of the trace begins that is shown. A run ends with its
// finding, so that is its end, with two exceptions. If the finding names an
// operation, what that returned is in view. If something took too long, the end is
// the same retransmission again and again, and what went wrong is what followed
// the last call that never returned, or what happened to the nodes and links after
// that.
func window(run machine.Run, lines []traceLine) (from int) {
	last := len(lines) - traceShown
	if last <= 0 {
		return 0
	}
	place := func(event int) int {
		i := slices.IndexFunc(lines, func(l traceLine) bool { return l.last >= event })
		if i < 0 {
			return len(lines)
		}
		return i
	}
	late := slices.ContainsFunc(run.Events, labtest.IsDump)
	from = last
	named := -1 // the last operation of that text: an earlier one may have been right
	for _, op := range labtest.History(run.Events) {
		if op.Done && strings.Contains(run.Actual, op.String()) {
			named = min(max(0, place(op.Return)-traceShown*3/4), last)
		}
	}
	if op, found := waiting(run); found && late {
		from = min(max(0, place(upheaval(run.Events, op.Call))-traceShown/4), last)
	}
	if named >= 0 {
		return named
	}
	return from
}

// upheaval is the last place after a call where a node or a link went down or came
// back, or else the call. The calm at the end of a storm does not count: by then all
// is lost.
func upheaval(all []trace.Event, call int) int {
	at := call
	for i, e := range all[call:] {
		if result.Upset(e) && !(e.Kind == trace.Heal && e.Text == "every fault") {
			at = call + i
		}
	}
	return at
}
