package result

import (
	"fmt"
	"unicode/utf8"

	"faultline/labs/trace"
)

// Omitted is the kind of an event that stands for those of the middle of a long run
// that are left out: N of them, counted as in Failure.Of. No run has it.
const Omitted trace.Kind = "omitted"

const (
	keptFirst = 300 // events of a long run: its begin
	keptLast  = 2700
	keptText  = 8000 // bytes of one text: a page shows 2,000 characters of it
)

// Excerpt is what a result keeps of the events of a run and of the places of some of
// them: what a diagram of it draws. A run may have sixty thousand events, and of a
// solution that floods the network each case has that many; nobody reads the middle of
// such a run. What stays of it are the history, by which a checker judges, and what
// changes the state of nodes and links, on which depends what comes later.
func Excerpt(events []trace.Event, places map[int]bool) (kept []trace.Event, at map[int]bool) {
	gap := -1 // the place of what stands for those left out
	for i, e := range events {
		if i >= keptFirst && i < len(events)-keptLast && !lasting(e) {
			if gap < 0 {
				gap, kept = len(kept), append(kept, trace.Event{At: e.At, Kind: Omitted})
			}
			if InTrace(e) {
				kept[gap].N++
			}
			continue
		}
		if places[i] {
			if at == nil {
				at = map[int]bool{}
			}
			at[len(kept)] = true
		}
		e.Text = Short(e.Text)
		kept = append(kept, e)
	}
	return kept, at
}

// lasting reports whether an event matters for what comes after it.
func lasting(e trace.Event) bool {
	switch e.Kind {
	case trace.Step, trace.Call, trace.Return, trace.Model:
		return true
	}
	return Upset(e)
}

// Short is a text that may have been made to fill the disk, or as much of its begin as
// is kept, with no half of a letter, and how much there was.
func Short(text string) string {
	if len(text) <= keptText {
		return text
	}
	n := keptText
	for n > keptText-utf8.UTFMax && !utf8.RuneStart(text[n]) {
		n--
	}
	return fmt.Sprintf("%s… and %d bytes more", text[:n], len(text)-n)
}
