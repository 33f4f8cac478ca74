package html

import (
	"faultline/grader/internal/result"
	"faultline/labs"
)

// Changes are what is different from the last report of the same lab. Only cases
// that are in both count: who runs one stage has not lost the others.
type changes struct {
	Known  bool // there is an earlier result to compare with
	Points int  // more than before, over the cases in both
	Fixed  []change
	Broken []change
	Other  []change // neither passed before nor passes now, but fails in another way
}

// A change is what became of one case.
type change struct {
	ID, Title    string
	Before, Now  word
	BeforeReason string
}

func (c changes) None() bool { return len(c.Fixed)+len(c.Broken)+len(c.Other) == 0 && c.Points == 0 }

// property is what a case found broken. The values it saw are not compared: what
// shrinking leaves of a run may depend on how much time it had.
func property(c result.Case) string {
	if c.Failure == nil {
		return ""
	}
	return c.Failure.Property
}

func (c *changes) add(now, before *result.Result) {
	if before == nil || before.Lab != now.Lab {
		return
	}
	old := map[string]result.Case{}
	for _, b := range before.Cases() {
		old[b.ID] = b
	}
	for _, n := range now.Cases() {
		b, both := old[n.ID]
		if !both {
			continue
		}
		c.Known = true
		c.Points += n.Points - b.Points
		ch := change{ID: line(n.ID), Title: line(n.Title), Before: wordOf(b.Verdict), Now: wordOf(n.Verdict)}
		switch {
		case b.Verdict == n.Verdict && property(b) == property(n):
		case b.Verdict != labs.Pass && n.Verdict == labs.Pass:
			c.Fixed = append(c.Fixed, ch)
		case b.Verdict == labs.Pass:
			c.Broken = append(c.Broken, ch)
		default:
			ch.BeforeReason = line(b.Reason)
			c.Other = append(c.Other, ch)
		}
	}
}
