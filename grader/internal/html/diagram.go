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

	// Only is what the failure is about, if not about all of the run: the other
	// events can be hidden.
	Only string `json:"only,omitempty"`

	// Other is the nearest run that passes, if there is one.
	Other *diagram `json:"other,omitempty"`

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

	// Beside says that the event has nothing to do with what the failure is about.
	Beside bool `json:"beside,omitempty"`
}

// newDiagram makes the diagram of a failure, nil if there is nothing to draw.
func newDiagram(r *result.Result, c result.Case) *diagram {
	f := c.Failure
	events := clean(f.Events)
	d := &diagram{End: "✗ " + string(c.Verdict) + ": " + line(f.Actual)}
	if f.Expected != "" { // some say no more than "1 are"
		d.End = "✗ " + string(c.Verdict) + ": expected " + line(f.Expected) + "; " + line(f.Actual)
	}
	d.rule(r, c, events)
	apart := -1
	if f.Apart != nil {
		apart = nth(events, f.Apart.Same)
		d.Other = passing(f.Apart)
	}
	d.Only = line(f.Subject)
	d.draw(events, f.Beside, d.wrong(events, c), apart)
	if !slices.ContainsFunc(d.Events, func(e event) bool { return e.Kind != trace.Step && e.Kind != trace.Reach }) {
		return nil // the story is told already
	}
	return d
}

// passing is the diagram of the nearest run that passes, nil without its events.
func passing(a *result.Apart) *diagram {
	events := clean(a.Events)
	if len(events) == 0 {
		return nil
	}
	at := -1
	if len(a.Passing) > 0 {
		at = slices.IndexFunc(events, func(e trace.Event) bool { return e.String() == a.Passing[0] })
	}
	d := &diagram{End: "✓ pass: this is the run without " + line(a.Without)}
	if a.Without == labtest.CalmLocks {
		d.End = "✓ pass: this is the run in which no goroutine steps aside at a lock"
	}
	d.draw(events, a.Beside, at, at)
	return d
}

// draw takes in what of a run is drawn. Focus, apart and beside are places in events.
func (d *diagram) draw(events []trace.Event, beside map[int]bool, focus, apart int) {
	d.Focus, d.Apart = -1, -1
	for i, e := range events {
		if i == apart {
			d.Apart = len(d.Events)
		}
		if e.Kind == trace.Model || e.Kind == trace.Source || labtest.IsDump(e) {
			continue
		}
		if i == focus {
			d.Focus = len(d.Events)
		}
		d.Events = append(d.Events, event{At: e.At.Microseconds(), Kind: e.Kind, Node: e.Node, Peer: e.Peer, N: e.N, Text: e.Text,
			Beside: beside[i]})
	}
	if d.Focus < 0 {
		d.Focus = len(d.Events) - 1
	}
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
	late := slices.ContainsFunc(events, labtest.IsDump)
	for _, op := range labtest.History(events) {
		guilty := strings.Contains(line(c.Failure.Actual), op.String())
		if len(d.Stuck) > 0 { // then the finding names operations that fit, too
			guilty = events[op.Call].N == d.Stuck[0]
		}
		switch {
		case op.Done && guilty:
			return op.Return
		case len(d.Stuck) > 0 && guilty, !op.Done && late:
			at = op.Call
		}
	}
	return at
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
