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
