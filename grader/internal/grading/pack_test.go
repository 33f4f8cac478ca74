package grading

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"faultline/grader/internal/machine"
	"faultline/labs"
	"faultline/labs/labtest"
	"faultline/labs/trace"
)

func TestARunIsUnpackedAsItWas(t *testing.T) {
	full := machine.Run{Outcome: labtest.Outcome{Verdict: labs.Fail}, Hash: "h", Length: 2, Events: []trace.Event{
		{At: time.Nanosecond, Kind: trace.Send, Node: "a", Peer: "b", N: 1, Text: "\xff\x00 ä\n"}, {Kind: trace.Note}}}
	for _, run := range []machine.Run{{}, {Hash: "h"}, full} {
		if diff := cmp.Diff(run, pack(run).open()); diff != "" {
			t.Errorf("- was, + is:\n%s", diff)
		}
	}
}
