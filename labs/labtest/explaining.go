package labtest

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"faultline/labrpc"
	"faultline/labs/disk"
	"faultline/labs/simsync/points"
	"faultline/labs/trace"
)

// shrink takes losses out of a failure as long as the rest breaks the same.
func (x *explorer[D]) shrink(f failure[D]) failure[D] {
	tries := 0
	for i := range f.hits {
		for j := 0; j < len(f.hits[i].lost) && tries < mostShrinks; tries++ {
			hits := slices.Clone(f.hits)
			hits[i].lost = slices.Delete(slices.Clone(hits[i].lost), j, j+1)
			g, came := x.perform(f.root, hits)
			if came && g.Property == f.Property && g.Expected == f.Expected {
				f.hits, f.Finding = hits, g
			} else {
				j++
			}
		}
	}
	return f
}

// perform has these crashes happen, one after the other. It reports whether all
// of them came.
func (x *explorer[D]) perform(root crashPoint[D], hits []hit) (f Finding, came bool) {
	p := root
	for i, h := range hits {
		var next *crashPoint[D]
		var each func(crashPoint[D])
		if i+1 < len(hits) {
			each = func(q crashPoint[D]) {
				if next == nil && q.disk.Flushes() == hits[i+1].flush {
					next = &q
					x.cut.Store(true)
				}
			}
		}
		if !x.caught {
			x.tell(p, h)
		}
		f = x.recover(p, h.losses().Fate(), each)
		x.cut.Store(false)
		if each == nil {
			return f, true
		}
		if next == nil {
			return f, false
		}
		p = *next
	}
	return f, true
}

func (h hit) losses() (list disk.Losses) {
	for _, l := range h.lost {
		list = append(list, l.Loss)
	}
	return list
}

// replay performs the workload up to the first of the crashes of a plan, then
// these, with everything in the trace. Without crashes it is the workload and a
// restart. It fails the run when that breaks something.
func (x *explorer[D]) replay(hits []hit) {
	if len(hits) > 0 {
		x.stop = hits[0].flush
	}
	x.work()
	root := slices.IndexFunc(x.points, func(p crashPoint[D]) bool { return p.Flush == x.stop })
	var f failure[D]
	if root >= 0 {
		came := false
		f.root, f.hits = x.points[root], hits
		if f.Finding, came = x.perform(f.root, hits); !came && f.Finding == (Finding{}) {
			x.t.Note("the recovery came to its end before the next crash of the plan")
		}
	} else {
		f.root = x.points[len(x.points)-1]
		f.hits = []hit{{flush: f.root.Flush}}
		x.crash(f.root, f.hits[0])
		f.Finding = x.recover(f.root, disk.Keep, nil)
	}
	if f.Finding != (Finding{}) {
		x.t.Fail(x.explain(f))
	}
	points.Configure(schedule(x.t))
}

// tell writes a crash into the trace, as the fault that a plan needs to repeat it
// and as a line of the story, before the recovery that may end the program.
func (x *explorer[D]) tell(p crashPoint[D], h hit) {
	for i, l := range h.lost {
		for _, c := range p.disk.OpenChoices() {
			if c.Cell == l.Cell {
				h.lost[i].write, h.lost[i].name = c.Write, c.Words()
			}
		}
	}
	for _, line := range x.lines(h) {
		x.t.record(trace.Event{Kind: trace.Fault, Text: line})
	}
	x.crash(p, h)
}

// crash writes a crash into the story and the trace.
func (x *explorer[D]) crash(p crashPoint[D], h hit) {
	x.t.Step("%s", x.words(p.Crash, h, len(p.past) > 0))
	x.happens(trace.Crash, fmt.Sprintf("before flush %d", h.flush))
}

// suppose says which crashes a recovery is to recover from: nobody could say it
// after it has ended the program. Nil is none.
func (x *explorer[D]) suppose(way *trail) {
	switch {
	case x.t.suppose == nil || !x.caught: // nobody asks, or it is in the trace
	case way == nil:
		x.t.suppose("")
	default:
		x.t.suppose(way.head + way.hit().losses().String())
	}
}

// head is the text of suppose up to what the latest crash took.
func (x *explorer[D]) head(p crashPoint[D]) string {
	var b strings.Builder
	for _, h := range p.past {
		b.WriteString(x.lines(h)[0] + "\n")
	}
	return b.String() + x.fault(p.disk.Flushes(), "").String()
}

// lines are the lines of a plan that make a crash happen.
func (x *explorer[D]) lines(h hit) []string {
	if h.lines != nil {
		return h.lines
	}
	return []string{x.fault(h.flush, h.losses().String()).String()}
}

func (x *explorer[D]) fault(flush int, lost string) labrpc.Fault {
	return labrpc.Fault{Kind: labrpc.Lose, From: x.Node, Disk: x.Disk, Point: labrpc.BeforeFlush, N: flush, Lost: lost}
}

// planned is the crashes that the run's plan has for this disk.
func (x *explorer[D]) planned() (hits []hit) {
	for _, f := range *x.t.req.Plan {
		if f.Kind != labrpc.Lose || f.From != x.Node || f.Disk != x.Disk || f.Point != labrpc.BeforeFlush {
			continue
		}
		losses, _ := disk.ParseLosses(f.Lost)
		i := slices.IndexFunc(hits, func(h hit) bool { return h.flush == f.N })
		if i < 0 {
			i = len(hits)
			hits = append(hits, hit{flush: f.N})
		}
		hits[i].lines = append(hits[i].lines, f.String())
		for _, l := range losses {
			hits[i].lost = append(hits[i].lost, lost{Loss: l})
		}
	}
	slices.SortFunc(hits, func(a, b hit) int { return cmp.Compare(a.flush, b.flush) })
	return hits
}

// words says when a crash came and what it took.
func (x *explorer[D]) words(at Crash, h hit, ofRecovery bool) string {
	s := fmt.Sprintf("a crash before flush %d, %s", h.flush, x.during(at))
	if ofRecovery {
		s = fmt.Sprintf("a crash of the recovery before flush %d", h.flush)
	}
	if len(h.lost) == 0 {
		return s + ", that lost nothing"
	}
	var list []string
	for _, l := range h.lost {
		item := l.name
		if item == "" { // a plan's, not read yet
			item = l.Words()
		}
		if l.Left > 0 {
			item += " but for an earlier write"
		}
		var about []string
		if x.Place != nil {
			about = append(about, x.Place(l.Cell))
		}
		if op := x.writer(l.write); op != "" && !ofRecovery {
			about = append(about, "written by "+op)
		}
		if about := strings.Join(slices.DeleteFunc(about, func(s string) bool { return s == "" }), "; "); about != "" {
			item += " (" + about + ")"
		}
		list = append(list, item)
	}
	return s + ", that lost " + strings.Join(list, ", ")
}

// during says what the workload was about.
func (x *explorer[D]) during(at Crash) string {
	var open []string
	for i, done := range at.Done {
		if !done {
			open = append(open, x.ops[i].what)
		}
	}
	switch {
	case len(open) > 0:
		return "during " + strings.Join(open, " and ") + " (not acknowledged)"
	case at.Invoked > 0:
		return "after " + x.ops[at.Invoked-1].what + " (acknowledged)"
	}
	return "before the first operation"
}

// writer is the operation that did a write, "" if none did.
func (x *explorer[D]) writer(write uint64) (what string) {
	for _, op := range x.ops {
		if uint64(op.write) < write {
			what = op.what
		}
	}
	return what
}

// explain is what to tell about a failure.
func (x *explorer[D]) explain(f failure[D]) Finding {
	var crashes []string
	for i, h := range f.hits {
		crashes = append(crashes, x.words(f.root.Crash, h, i > 0))
	}
	f.Actual = "after " + strings.Join(crashes, ", then ") + ": " + f.Actual
	if x.said != "" {
		f.Actual += "; " + x.said
	}
	return f.Finding
}

// verdict counts the crash points that fail, and names some.
func (x *explorer[D]) verdict(bad []failure[D]) string {
	s := fmt.Sprintf("recovers at %d of %d crash points", len(x.points)-len(bad), len(x.points))
	for i, f := range bad[1:] {
		if i == 3 {
			return s + fmt.Sprintf(" and at %d more", len(bad)-4)
		}
		if i == 0 {
			s += ", and fails too"
		}
		s += fmt.Sprintf(" before flush %d, %s,", f.root.Flush, x.during(f.root.Crash))
	}
	return strings.TrimSuffix(s, ",")
}

// coverage says what was tried.
func (x *explorer[D]) coverage(bad int) string {
	s := fmt.Sprintf("recovers at %d of %d crash points (%d differ): "+
		"%d states of the disk tried, %d of them after a crash of the recovery",
		len(x.points)-bad, len(x.points), x.distinct, x.states, x.nested)
	if x.sampled > 0 {
		s += fmt.Sprintf("; %d of these are samples, from %s at which a crash could leave 2^%d states and more",
			x.drawn, Count(x.sampled, "moment"), x.most)
	}
	if x.skipped > 0 {
		s += fmt.Sprintf(", and %s of recoveries from those were left out", Count(x.skipped, "moment"))
	}
	if x.strays > 0 {
		s += fmt.Sprintf("; after %d of the crashes the recovery did not read in the same order again, so these were sampled",
			x.strays)
	}
	return s
}
