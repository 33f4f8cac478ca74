//go:build !wasip1

package labtest

import (
	"fmt"
	"strings"
	"time"

	"github.com/anishathalye/porcupine"

	"faultline/labs/trace"
)

// lastPlaced is how many operations of the best order are shown before those that
// cannot come next.
const lastPlaced = 3

// circumstances tell what a student needs to find the operations of a rejected
// history in the trace: the numbers and times of those that cannot come next, the
// last of the best order before them, and who crashed between.
func (v ruling) circumstances(events []trace.Event) string {
	best, stuck := v.best(), v.stuck(v.best())
	if len(best) > lastPlaced {
		best = best[len(best)-lastPlaced:]
	}
	text := " (" + list(events, stuck, "") + ")"
	if len(best) > 0 {
		text += "; the order ends with " + list(events, best, " ")
	}
	if crashed := crashes(events, append(best, stuck...)); crashed != "" {
		text += "; meanwhile " + crashed
	}
	return text
}

// list is operations by their numbers and times. With a separator their names stand
// before it.
func list(events []trace.Event, ops []porcupine.Operation, separator string) string {
	var words []string
	for _, op := range ops {
		o := op.Input.(Op)
		word := fmt.Sprintf("#%d from %s on", events[o.Call].N, at(o.Began))
		if o.Done {
			word = fmt.Sprintf("#%d, %s to %s", events[o.Call].N, at(o.Began), at(o.Ended))
		}
		if separator != "" {
			word = o.String() + separator + "(" + word + ")"
		}
		words = append(words, word)
	}
	if separator == "" {
		return strings.Join(words, " or ")
	}
	return strings.Join(words, ", ")
}

// crashes tells who crashed while some operations were carried out.
func crashes(events []trace.Event, ops []porcupine.Operation) string {
	first, last := len(events), 0
	for _, op := range ops {
		o := op.Input.(Op)
		first, last = min(first, o.Call), max(last, o.Return)
	}
	var words []string
	for _, e := range events[first:min(last, len(events))] {
		if e.Kind == trace.Crash {
			words = append(words, fmt.Sprintf("%s crashed at %s", e.Node, at(e.At)))
		}
	}
	return strings.Join(words, ", ")
}

func at(d time.Duration) string { return d.Round(time.Microsecond).String() }
