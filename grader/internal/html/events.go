package html

import (
	"slices"

	"faultline/grader/internal/result"
	"faultline/labs/labtest"
	"faultline/labs/trace"
)

// clean are the events with texts that can be shown.
func clean(events []trace.Event) []trace.Event {
	out := slices.Clone(events)
	for i := range out {
		e := &out[i]
		e.Kind, e.Node, e.Peer, e.Text = trace.Kind(line(string(e.Kind))), line(e.Node), line(e.Peer), line(e.Text)
	}
	return out
}

// nth is the place of the event that comes after so many of the trace, -1 if there
// is none.
func nth(events []trace.Event, n int) int {
	for i, e := range events {
		if !result.InTrace(e) {
			continue
		}
		if n == 0 {
			return i
		}
		n--
	}
	return -1
}

// omitted is the kind of the line that stands for events that a diagram leaves
// out. No trace has it.
const omitted trace.Kind = "omitted"

const (
	drawnFirst = 300 // events of a long run that are drawn: its begin
	drawnLast  = 2700
)

// A cut is what a diagram leaves out of a long run: its middle.
type cut struct {
	events   []trace.Event
	crossing map[int]bool // operations that begin or end in what is drawn
}

// begins is how many events are left out from the i-th on, if that is where the
// cut begins; else 0.
func (c cut) begins(i int) int {
	if i != drawnFirst {
		return 0
	}
	return max(0, len(c.events)-drawnFirst-drawnLast)
}

// leavesOut reports whether the i-th event is left out. What changes the state of
// nodes and links stays, because what is drawn later depends on it.
func (c cut) leavesOut(i int) bool {
	if i < drawnFirst || i >= len(c.events)-drawnLast {
		return false
	}
	switch e := c.events[i]; e.Kind {
	case trace.Step, trace.Cut, trace.Heal, trace.Crash, trace.Restart, trace.Pause, trace.Resume:
		return false
	case trace.Call, trace.Return:
		return !c.crossing[e.N]
	}
	return true
}

// crossing are the operations that are not wholly in the middle of a long run. A
// bar needs both its ends.
func crossing(events []trace.Event) map[int]bool {
	list := map[int]bool{}
	for _, op := range labtest.History(events) {
		if op.Call < drawnFirst || op.Return >= len(events)-drawnLast {
			list[events[op.Call].N] = true
		}
	}
	return list
}
