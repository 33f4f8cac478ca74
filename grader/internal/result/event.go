package result

import (
	"faultline/labs/labtest"
	"faultline/labs/trace"
)

// InTrace reports whether an event is one of those that a report shows as the trace, and
// that Failure.Of counts: not one that stands elsewhere in the report.
func InTrace(e trace.Event) bool {
	switch e.Kind {
	case trace.Fault, trace.Step, trace.Reach, trace.Model, trace.Source:
		return false
	}
	return !labtest.IsDump(e)
}

// Upset reports whether an event changes the state of nodes or links: what comes later
// depends on it.
func Upset(e trace.Event) bool {
	switch e.Kind {
	case trace.Crash, trace.Restart, trace.Pause, trace.Resume, trace.Cut, trace.Heal:
		return true
	}
	return false
}
