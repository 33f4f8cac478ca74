package report

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"faultline/labs/labtest"
	"faultline/labs/trace"
)

// labelWidth is how many columns a line of a diagram has for what was sent.
const labelWidth = 72

// Diagram draws events as a sequence diagram in Mermaid's language, which forums and
// repositories show as a picture: a line for each node and client, an arrow for each
// message where it arrived or was lost, and notes for the rest, with their seconds.
func Diagram(events []trace.Event) string {
	d := diagram{sent: map[message]string{}}
	for _, e := range events {
		d.add(e)
	}
	var all strings.Builder
	all.WriteString("sequenceDiagram\n")
	for i, name := range d.lanes {
		fmt.Fprintf(&all, "    participant n%d as %s\n", i+1, label(name))
	}
	for _, line := range d.lines {
		all.WriteString("    " + line + "\n")
	}
	return all.String()
}

// A diagram grows event by event.
type diagram struct {
	lanes []string // nodes and clients, as they came
	lines []string
	sent  map[message]string // what is in a message
}

// A message is one of a link, by its number.
type message struct {
	from, to string
	n        int
}

func (d *diagram) add(e trace.Event) {
	if labtest.IsDump(e) {
		return // a screen of goroutines
	}
	m := message{e.Node, e.Peer, e.N}
	switch e.Kind {
	case trace.Model, trace.Reach, trace.Source, trace.Fault:
	case trace.Open, trace.Close, trace.Write:
		d.lane(e.Node) // where the line stands is all that these add
	case trace.Send:
		d.sent[m] = e.Text
	case trace.Deliver:
		d.arrow("->>", e, cmp.Or(d.sent[m], e.Text))
	case trace.Drop:
		d.arrow("-x", e, "dropped, "+e.Text+": "+d.sent[m])
	case trace.Duplicate, trace.Delay, trace.Corrupt:
		d.note(e, string(e.Kind)+" to "+e.Peer+": "+cmp.Or(e.Text, d.sent[m]))
	case trace.Call, trace.Log, trace.Step, trace.Note:
		d.note(e, e.Text)
	case trace.Return:
		d.note(e, "gives "+e.Text)
	default: // what happens to a node, its disk or its links
		d.note(e, strings.TrimSpace(string(e.Kind)+" "+e.Text))
	}
}

// lane is the name of somebody's line in the diagram.
func (d *diagram) lane(name string) string {
	i := slices.Index(d.lanes, name)
	if i < 0 {
		i = len(d.lanes)
		d.lanes = append(d.lanes, name)
	}
	return fmt.Sprintf("n%d", i+1)
}

func (d *diagram) arrow(kind string, e trace.Event, text string) {
	d.line(d.lane(e.Node)+kind+d.lane(e.Peer), e, text)
}

func (d *diagram) line(what string, e trace.Event, text string) {
	d.lines = append(d.lines, fmt.Sprintf("%s: %.3f %s", what, e.At.Seconds(), label(text)))
}

// note stands over a line, or if it is nobody's, over all that there are.
func (d *diagram) note(e trace.Event, text string) {
	over, last := "n1", len(d.lanes)
	switch {
	case e.Node != "" && e.Kind != trace.Cut && e.Kind != trace.Heal:
		over = d.lane(e.Node)
	case last == 0:
		return
	case last > 1:
		over = fmt.Sprintf("n1,n%d", last)
	}
	d.line("Note over "+over, e, text)
}

// endWord is what ends a block where Mermaid expects one.
var endWord = regexp.MustCompile(`\bend\b`)

// label is text that Mermaid takes for nothing else, cut where it gets too long.
func label(text string) string {
	text = strings.NewReplacer("#", "no. ", ";", ",", "<", "‹", ">", "›", "\n", " ").Replace(text)
	text = endWord.ReplaceAllString(text, "(end)")
	if runes := []rune(text); len(runes) > labelWidth {
		text = strings.TrimSpace(string(runes[:labelWidth-1])) + "…"
	}
	return cmp.Or(text, "-")
}
