package html

import (
	"testing"

	"faultline/grader/internal/result"
	"faultline/labs/labtest"
	"faultline/labs/trace"
)

// TestTheMarkOfADiagramCountsWhatTheTraceShows has an event of each kind that only one
// of the two might count.
func TestTheMarkOfADiagramCountsWhatTheTraceShows(t *testing.T) {
	events := []trace.Event{
		{Kind: trace.Step, Text: "told already"},
		{Kind: trace.Note, Text: "a note is shown"},
		{Kind: trace.Note, Text: labtest.DumpNote + "shown elsewhere"},
		{Kind: trace.Source, Node: "a.go"},
		{Kind: trace.Log, Text: "printed"},
		{Kind: result.Omitted, N: 2},
		{Kind: trace.Log, Text: "the end"},
	}
	for n, want := range []int{1, 4, 5, 5, 6, -1} {
		if got := nth(events, n); got != want {
			t.Errorf("event %d is at %d, want %d", n, got, want)
		}
	}
}
