package html

import (
	"slices"

	"faultline/grader/internal/result"
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
		switch {
		case e.Kind == result.Omitted && n >= e.N:
			n -= e.N
		case !result.InTrace(e):
		case n == 0 || e.Kind == result.Omitted:
			return i
		default:
			n--
		}
	}
	return -1
}
