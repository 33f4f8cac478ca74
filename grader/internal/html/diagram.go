package html

import (
	"slices"
	"strings"

	"faultline/grader/internal/result"
	"faultline/grader/internal/suites"
	"faultline/labs"
	"faultline/labs/labtest"
	"faultline/labs/trace"
)

// A diagram is what the script draws: the events of a run, and which of them
// matter. Places are indices of Events; -1 is nowhere.
type diagram struct {
	Events []event `json:"events"`
	Focus  int     `json:"focus"` // what is in view at first
	End    string  `json:"end"`   // how the run ended
	Order  []int   `json:"order,omitempty"`
	Stuck  []int   `json:"stuck,omitempty"` // operations that no order can have next, by number
	Apart  int     `json:"apart"`           // the first event that the nearest passing run does not have

	// Picture is the checker's own page about the history, if there was a dispute.
	Picture string `json:"picture,omitempty"`
}

// An event is a trace.Event for the script. Its time is in microseconds.
type event struct {
	At   int64      `json:"at"`
	Kind trace.Kind `json:"kind"`
	Node string     `json:"node,omitempty"`
	Peer string     `json:"peer,omitempty"`
	N    int        `json:"n,omitempty"`
	Text string     `json:"text,omitempty"`
}

// omitted is the kind of the line that stands for events that a diagram leaves
// out. No trace has it.
const omitted trace.Kind = "omitted"

const (
	drawnFirst = 300 // events of a long run that are drawn: its begin
	drawnLast  = 2700
)

// newDiagram makes the diagram of a failure, nil if there is nothing to draw.
func newDiagram(r *result.Result, c result.Case) *diagram {
	f := c.Failure
	events := harmless(f.Events)
	d := &diagram{Focus: -1, Apart: -1, End: string(c.Verdict) + ": " + line(f.Actual)}
	d.rule(r, c, events)
	focus, apart := d.wrong(events, c), -1
	if f.Apart != nil {
		apart = f.Apart.Same
	}
	seen := 0 // events that Failure.Of counts
	for i, e := range events {
		if counted(e) {
			if seen == apart {
				d.Apart = len(d.Events)
			}
			seen++
		}
		if e.Kind == trace.Model || isDump(e) || d.leaveOut(events, i) {
			continue
		}
		if i == focus {
			d.Focus = len(d.Events)
		}
		d.Events = append(d.Events, event{At: e.At.Microseconds(), Kind: e.Kind, Node: e.Node, Peer: e.Peer, N: e.N, Text: e.Text})
	}
	if !slices.ContainsFunc(d.Events, func(e event) bool { return e.Kind != trace.Step && e.Kind != trace.Reach }) {
		return nil // the story is told already
	}
	if d.Focus < 0 {
		d.Focus = len(d.Events) - 1
	}
	return d
}

// harmless are the events with texts that can be shown.
func harmless(events []trace.Event) []trace.Event {
	out := slices.Clone(events)
	for i := range out {
		e := &out[i]
		e.Kind, e.Node, e.Peer, e.Text = trace.Kind(line(string(e.Kind))), line(e.Node), line(e.Peer), line(e.Text)
	}
	return out
}

// counted reports whether Failure.Of counts an event.
func counted(e trace.Event) bool {
	switch e.Kind {
	case trace.Fault, trace.Step, trace.Reach, trace.Model, trace.Note:
		return false
	}
	return true
}

// leaveOut reports whether the i-th event is in the middle of a long run. What
// changes the state of nodes and links stays: what is drawn later depends on it.
func (d *diagram) leaveOut(events []trace.Event, i int) bool {
	if len(events) <= drawnFirst+drawnLast || i < drawnFirst || i >= len(events)-drawnLast {
		return false
	}
	if i == drawnFirst {
		d.Events = append(d.Events, event{At: events[i].At.Microseconds(), Kind: omitted, N: len(events) - drawnFirst - drawnLast})
	}
	switch events[i].Kind {
	case trace.Step, trace.Fault, trace.Cut, trace.Heal, trace.Crash, trace.Restart, trace.Pause, trace.Resume,
		trace.Open, trace.Close, trace.Call, trace.Return:
		return false
	}
	return true
}

// rule marks the operations that the checker of histories stumbled over, if that
// is what the failure is about.
func (d *diagram) rule(r *result.Result, c result.Case, events []trace.Event) {
	suite, ok := suites.Find(r.Lab)
	if !ok || c.Verdict != labs.Fail {
		return
	}
	dispute, found := suite.Models.Dispute(events)
	if !found || line(dispute.Actual) != line(c.Failure.Actual) {
		return
	}
	d.Order, d.Stuck = dispute.Order, dispute.Stuck
	var page strings.Builder
	if dispute.Picture(&page) == nil {
		d.Picture = page.String()
	}
}

// wrong is the event where the run goes wrong. That is what an operation returned
// which the finding is about, or the last call that never returned, if something
// took too long. Else it is the end.
func (d *diagram) wrong(events []trace.Event, c result.Case) (at int) {
	at = len(events) - 1
	late := slices.ContainsFunc(events, isDump)
	for _, op := range labtest.History(events) {
		stuck := len(d.Stuck) > 0 && events[op.Call].N == d.Stuck[0]
		switch {
		case op.Done && (stuck || strings.Contains(line(c.Failure.Actual), op.String())):
			return op.Return
		case stuck, !op.Done && late:
			at = op.Call
		}
	}
	return at
}

// isDump reports whether an event is the harness's note of all goroutines, which
// a report shows elsewhere.
func isDump(e trace.Event) bool {
	return e.Kind == trace.Note && strings.HasPrefix(e.Text, labtest.DumpNote)
}

// place finds the event of a kind with a text, or the step with a number; -1 if
// the diagram does not have it.
func (d *diagram) place(kind trace.Kind, n int, text string) int {
	if d == nil {
		return -1
	}
	for i, e := range d.Events {
		if e.Kind == kind && e.N == n && (n != 0 || e.Text == text) {
			return i
		}
	}
	return -1
}
