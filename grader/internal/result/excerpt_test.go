package result

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"faultline/labs/trace"
)

// long is a run of n messages.
func long(n int) (events []trace.Event) {
	for i := range n {
		events = append(events, trace.Event{At: time.Duration(i), Kind: trace.Send, Node: "a", Peer: "b", N: i})
	}
	return events
}

func TestAShortRunIsKeptAsItIs(t *testing.T) {
	events := long(keptFirst + keptLast)
	kept, at := Excerpt(events, map[int]bool{0: true, keptFirst: true})
	if !slices.Equal(kept, events) || len(at) != 2 || !at[0] || !at[keptFirst] {
		t.Errorf("%d events, places %v", len(kept), at)
	}
}

func TestOfALongRunTheMiddleIsLeftOutButForWhatMattersLater(t *testing.T) {
	const n = 20_000
	events := long(n)
	matter := []trace.Event{{Kind: trace.Model, Node: "register"}, {Kind: trace.Crash, Node: "d", N: 1},
		{Kind: trace.Call, Node: "client-1", N: 1, Text: "Get x"}, {Kind: trace.Return, Node: "client-1", N: 1, Text: "1"}}
	copy(events[9_000:], matter)
	events[9_500] = trace.Event{Kind: trace.Fault, Text: "no part of a trace"}
	kept, at := Excerpt(events, map[int]bool{299: true, 300: true, 9_001: true, n - 1: true})

	gap := slices.IndexFunc(kept, func(e trace.Event) bool { return e.Kind == Omitted })
	if gap != keptFirst || kept[gap].At != events[gap].At || kept[gap].N != n-keptFirst-keptLast-len(matter)-1 {
		t.Errorf("at %d: %+v", gap, kept[gap])
	}
	if middle := kept[gap+1 : len(kept)-keptLast]; !slices.Equal(middle, matter) {
		t.Errorf("of the middle stay %v", middle)
	}
	if !slices.Equal(kept[:gap], events[:keptFirst]) || !slices.Equal(kept[len(kept)-keptLast:], events[n-keptLast:]) {
		t.Error("begin and end are not as they were")
	}
	if len(at) != 3 || !at[299] || !at[gap+2] || !at[len(kept)-1] {
		t.Errorf("places %v of %d", at, len(kept))
	}
}

func TestALongTextIsCutBetweenTwoLetters(t *testing.T) {
	for _, text := range []string{"short", strings.Repeat("x", keptText), strings.Repeat("x", keptText-1) + "ä and more",
		strings.Repeat("\xff", 2*keptText)} {
		kept, _ := Excerpt([]trace.Event{{Kind: trace.Log, Text: text}}, nil)
		got, more, cut := strings.Cut(kept[0].Text, "… and ")
		left := len(text) - len(got)
		if !strings.HasPrefix(text, got) || cut != (len(text) > keptText) || left > 0 && more != fmt.Sprintf("%d bytes more", left) ||
			len(got) > keptText || len(got) < min(len(text), keptText-4) || strings.HasSuffix(got, "\xc3") {
			t.Errorf("of %d bytes stay %d and %q", len(text), len(got), more)
		}
	}
}
