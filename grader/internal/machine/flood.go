package machine

import (
	"fmt"
	"strings"

	"faultline/labs/labtest"
	"faultline/labs/trace"
)

// flood asks what a run with too many events did: it says what most of its messages
// were, and which call had not returned: one that sends for ever, or that nobody
// answers. Of one that prints for ever there is no more to say.
func flood(events []trace.Event) string {
	counts := map[string]int{}
	most, all, printed := "", 0, 0
	for _, e := range events {
		if e.Kind == trace.Log {
			printed++
		}
		if e.Kind != trace.Send {
			continue
		}
		link := e.Node + " to " + e.Peer
		counts[link]++
		all++
		if counts[link] > counts[most] { // the first of those that are level
			most = link
		}
	}
	if printed > len(events)/2 {
		return fmt.Sprintf("%d of them are lines that it printed: does a loop print without waiting?", printed)
	}
	var open []string
	for _, op := range labtest.History(events) {
		if !op.Done {
			open = append(open, fmt.Sprintf("%s of %s, called at %v", strings.TrimSpace(op.Name+" "+op.Arg), op.Client, op.Began))
		}
	}
	text := "does the solution send in a loop without waiting? "
	if most != "" {
		text += fmt.Sprintf("Of %d messages, %d went from %s; ", all, counts[most], most)
	}
	switch len(open) {
	case 0:
		return text + "every call had returned"
	case 1:
		return text + open[0] + ", had not returned"
	}
	return text + fmt.Sprintf("%d calls had not returned, the first of them %s", len(open), open[0])
}
