package report

import (
	"fmt"
	"io"
	"strings"

	"faultline/grader/internal/result"
	"faultline/labs/labtest"
)

// writePlan writes the faults of a run, and how much smaller the run is than the
// first that failed.
func writePlan(w io.Writer, f *result.Failure) {
	list(w, "plan", f.Plan, planShown)
	switch note := Smaller(f); {
	case note == "":
	case len(f.Plan) == 0:
		field(w, "plan", "none ("+note+")")
	default:
		field(w, "", "("+note+")")
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
		parts = append(parts, fmt.Sprintf("no fault is needed; shrunk from %s", count(s.Faults, "fault")))
	case len(f.Plan) == s.Faults:
		parts = append(parts, count(s.Faults, "fault"))
	default:
		parts = append(parts, fmt.Sprintf("%s; shrunk from %d", count(len(f.Plan), "fault"), s.Faults))
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

// writeStory writes the steps of the scenario, a long one on several lines.
func writeStory(w io.Writer, steps []string) {
	label := "story"
	for _, step := range steps {
		lines := []string{step}
		if len([]rune(step)) > width-12 {
			lines = wrap(step, width-14)
		}
		for i, line := range lines {
			if i > 0 {
				line = "  " + line
			}
			fmt.Fprintf(w, "  %-9s %s\n", label, line)
			label = ""
		}
	}
}

// eventLines is how many lines of a report one event takes at most: someone may
// print a whole file. A replay has all of it.
const eventLines = 3

// events makes lines of a report of events: a wide one goes on below its kind.
func events(list []string) (lines []string) {
	const below = "              " // where the kind stands
	for _, event := range list {
		line := []rune(event)
		for n := 1; len(line) > width-12; n++ {
			if n == eventLines {
				line = append(line[:width-13], '…')
				break
			}
			at := width - 12
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

// writeTrace writes the events around the first wrong step.
func writeTrace(w io.Writer, f *result.Failure) {
	title := "trace"
	if f.Head != "" {
		field(w, title, f.Head)
		title = ""
	}
	lines := events(f.Trace)
	list(w, title, lines, len(lines))
}

// writeApart writes where the nearest run that passes goes another way.
func writeApart(w io.Writer, a *result.Apart) {
	if a == nil {
		return
	}
	if a.Without == labtest.CalmLocks { // where the two part first may be any two locks
		field(w, "nearest", "the case passes if no goroutine steps aside at a lock: look for what goes wrong in one order only")
		return
	}
	field(w, "nearest", "without \""+strings.Join(strings.Fields(a.Without), " ")+"\" the case passes; up to here that run is the same:")
	for _, part := range []struct {
		label string
		lines []string
	}{{"", events(a.Common)}, {"failing", orEnd(events(a.Failing))}, {"passing", orEnd(events(a.Passing))}} {
		list(w, part.label, part.lines, len(part.lines))
	}
}

func orEnd(lines []string) []string {
	if len(lines) == 0 {
		return []string{"   (the end of the run)"}
	}
	return lines
}
