//go:build !wasip1

package labtest

import (
	"html"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/anishathalye/porcupine"

	"faultline/labs"
	"faultline/labs/trace"
)

// A Dispute is about a history that no order of its operations explains.
// Operations are named by their numbers.
type Dispute struct {
	Finding
	Order []int // the longest order that fits
	Stuck []int // one of these would have to come next, and none can

	ruling ruling
	events []trace.Event
}

// Dispute judges the histories of a run again, as Judge does, and returns what is
// wrong with the first that cannot be explained. It reports whether there is one.
func (m Models) Dispute(events []trace.Event) (Dispute, bool) {
	v := m.judge(events, modelSteps)
	if v.outcome.Verdict != labs.Fail {
		return Dispute{}, false
	}
	best := v.best()
	return Dispute{
		Finding: v.outcome.Finding, Order: numbers(events, best), Stuck: numbers(events, v.stuck(best)),
		ruling: v, events: events,
	}, true
}

func numbers(events []trace.Event, ops []porcupine.Operation) []int {
	list := make([]int, 0, len(ops))
	for _, op := range ops {
		list = append(list, events[op.Call].N)
	}
	return list
}

// Picture writes the checker's own picture of the history: a page of HTML with
// scripts, in which porcupine shows the orders that it tried. Beside the
// operations stand the story, what befell the network, and the operations that
// cannot come next. Two pictures of one history are the same, byte for byte.
func (d Dispute) Picture(w io.Writer) error {
	info := d.ruling.info
	for _, orders := range info.PartialLinearizations() {
		slices.SortFunc(orders, slices.Compare) // the checker gives them in the order of a map
	}
	info.AddAnnotations(d.annotations())
	model := d.ruling.model
	model.DescribeState = func(state any) string { // porcupine's script takes it for HTML
		return html.EscapeString(d.ruling.model.DescribeState(state))
	}
	return porcupine.Visualize(model, info, w)
}

const (
	storyColor = "#dbeafe"
	faultColor = "#fde68a"
	stuckColor = "#fecaca"
)

func (d Dispute) annotations() (list []porcupine.Annotation) {
	for i, e := range d.events {
		note := porcupine.Annotation{Start: int64(i), Details: e.Text}
		switch e.Kind {
		case trace.Step:
			note.Tag, note.Description, note.BackgroundColor = "Story", strconv.Itoa(e.N), storyColor
		case trace.Drop, trace.Duplicate, trace.Corrupt, trace.Cut, trace.Heal, trace.Crash, trace.Restart:
			note.Tag, note.Description, note.BackgroundColor = "Network", string(e.Kind), faultColor
			note.Details = strings.TrimSpace(e.String())
		default:
			continue
		}
		list = append(list, note)
	}
	for _, op := range d.ruling.stuck(d.ruling.best()) {
		list = append(list, porcupine.Annotation{
			Tag: "Cannot come next", Start: op.Call, End: op.Return,
			Description: op.Input.(Op).String(), Details: d.Actual, BackgroundColor: stuckColor,
		})
	}
	return list
}
