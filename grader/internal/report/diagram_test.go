package report_test

import (
	"strings"
	"testing"

	"faultline/grader/internal/report"
	"faultline/labs/trace"
)

func TestADiagramHasALineForEachEventThatCanBeSeen(t *testing.T) {
	var events []trace.Event
	for line := range strings.Lines(`   0.000000s  open       s
   0.000000s  step       #1  : nobody is there yet but s
   0.001000s  call       c #1  : Put x; y <b> # end
   0.001000s  fault      : drop c -> s #1
   0.001000s  send       c -> s #1  : Put x
   0.002000s  drop       c -> s #1  : lost
   0.003000s  send       c -> s #2  : ` + strings.Repeat("long ", 40) + `
   0.003000s  duplicate  c -> s #2
   0.004000s  deliver    c -> s #2
   0.004000s  write      s  : log 0 to 8
   0.005000s  flush      s #1  : log
   0.006000s  cut        : c | s
   0.007000s  crash      s #1
   0.008000s  return     c #1  : timeout
`) {
		e, err := trace.Parse(strings.TrimRight(line, "\n"))
		if err != nil {
			t.Fatal(err)
		}
		events = append(events, e)
	}
	const long = "long long long long long long long long long long long long long long l…"
	const want = `sequenceDiagram
    participant n1 as s
    participant n2 as c
    Note over n1: 0.000 nobody is there yet but s
    Note over n2: 0.001 Put x, y ‹b› no.  (end)
    n2-xn1: 0.002 dropped, lost: Put x
    Note over n2: 0.003 duplicate to s: ` + "long long long long long long long long long long long…" + `
    n2->>n1: 0.004 ` + long + `
    Note over n1: 0.005 flush log
    Note over n1,n2: 0.006 cut c | s
    Note over n1: 0.007 crash
    Note over n2: 0.008 gives timeout
`
	if got := report.Diagram(events); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
