package report

import (
	"fmt"
	"strings"

	"faultline/grader/internal/result"
	"faultline/labs/labtest"
)

// plan writes the faults of a run, and how much smaller the run is than the
// first that failed.
func (p page) plan(f *result.Failure) {
	p.list("plan", f.Plan, planShown)
	switch note := Smaller(f); {
	case note == "":
	case len(f.Plan) == 0:
		p.field("plan", "none ("+note+")")
	default:
		p.field("", "("+note+")")
	}
}

// Smaller says in a few words how a failure was shrunk; "" if it was not.
func Smaller(f *result.Failure) string {
	s := f.Shrunk
	if s == nil {
		return ""
	}
	var parts []string
	switch {
	case s.Faults == 0:
	case len(f.Plan) == 0:
		parts = append(parts, fmt.Sprintf("no fault is needed; shrunk from %s", labtest.Count(s.Faults, "fault")))
	case len(f.Plan) == s.Faults:
		parts = append(parts, labtest.Count(s.Faults, "fault"))
	default:
		parts = append(parts, fmt.Sprintf("%s; shrunk from %d", labtest.Count(len(f.Plan), "fault"), s.Faults))
	}
	for _, drawn := range s.Sizes {
		for _, size := range f.Sizes {
			if size.Name == drawn.Name && size.N < drawn.N {
				parts = append(parts, fmt.Sprintf("%s: %d of %d", size.Name, size.N, drawn.N))
			}
		}
	}
	switch {
	case s.Cut == "time":
		parts = append(parts, "the time for shrinking was over: --shrink gives it more")
	case s.Cut != "":
		parts = append(parts, fmt.Sprintf("shrinking ended after %d runs", s.Runs))
	}
	return strings.Join(parts, "; ")
}

// story writes the steps of the scenario, a long one on several lines.
func (p page) story(steps []string) {
	label := "story"
	for _, step := range steps {
		lines := []string{step}
		if len([]rune(step)) > p.width-12 {
			lines = Wrap(step, p.width-14)
		}
		for i, line := range lines {
			if i > 0 {
				line = "  " + line
			}
			fmt.Fprintf(p, "  %-9s %s\n", label, line)
			label = ""
		}
	}
}

// eventLines is how many lines of a report one event takes at most: someone may
// print a whole file. A replay has all of it.
const eventLines = 3

// events makes lines of a report of events: a wide one goes on below its kind.
func (p page) events(list []string) (lines []string) {
	const below = "              " // where the kind stands
	for _, event := range list {
		line := []rune(event)
		for n := 1; len(line) > p.width-12; n++ {
			if n == eventLines {
				line = append(line[:p.width-13], '…')
				break
			}
			at := p.width - 12
			for i := at; i > at/2; i-- {
				if line[i] == ' ' {
					at = i
					break
				}
			}
			lines = append(lines, string(line[:at]))
			line = []rune(below + strings.TrimLeft(string(line[at:]), " "))
		}
		lines = append(lines, string(line))
	}
	return lines
}

// trace writes the events around the first wrong step.
func (p page) trace(f *result.Failure) {
	title := "trace"
	if f.Head != "" {
		p.field(title, f.Head)
		title = ""
	}
	lines := p.events(f.Trace)
	p.list(title, lines, len(lines))
}

// apart writes where the nearest run that passes goes another way.
func (p page) apart(a *result.Apart) {
	if a == nil {
		return
	}
	if a.Without == labtest.CalmLocks { // where the two part first may be any two locks
		p.field("nearest", "the case passes if no goroutine steps aside at a lock: look for what goes wrong in one order only")
		return
	}
	p.field("nearest", "without \""+strings.Join(strings.Fields(a.Without), " ")+"\" the case passes; up to here that run is the same:")
	for _, part := range []struct {
		label string
		lines []string
	}{{"", p.events(a.Common)}, {"failing", orEnd(p.events(a.Failing))}, {"passing", orEnd(p.events(a.Passing))}} {
		p.list(part.label, part.lines, len(part.lines))
	}
}

func orEnd(lines []string) []string {
	if len(lines) == 0 {
		return []string{"   (the end of the run)"}
	}
	return lines
}
