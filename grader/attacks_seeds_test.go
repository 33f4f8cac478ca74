package main

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"faultline/grader/internal/grading"
	"faultline/grader/internal/machine"
	"faultline/grader/internal/submission"
	"faultline/grader/internal/suites"
	"faultline/labs"
	"faultline/labs/labtest"
	"faultline/labs/trace"
)

// TestWhoKnowsThePublicSeedsGainsNothingWithOthers writes the attack that any
// student can write who reads the suite: a solution that recognizes the packets of
// the public seeds, and works for those alone. With the seeds that students run it
// passes; with those of a class it does not.
func TestWhoKnowsThePublicSeedsGainsNothingWithOthers(t *testing.T) {
	if testing.Short() {
		t.Skip("it builds three guests")
	}
	t.Parallel()
	w, err := openWorkshop(&cobra.Command{}, 0)
	check(t, err)
	defer w.close()
	suite, _ := suites.Find("messaging")
	ref, err := w.reference(suite.Lab)
	check(t, err)
	const id, seeds = "messaging/B/packet-format", 3
	order := grading.Order{Select: func(c labs.Case) bool { return c.ID() == id }, Seeds: func(labs.Case) int { return seeds }}

	cheat := knowing(ref, w.overheard(t, suite, knowing(ref, nil), id, seeds))
	for _, test := range []struct {
		list []uint64
		want labs.Verdict
	}{{nil, labs.Pass}, {[]uint64{0x5eed01, 0x5eed02, 0x5eed03}, labs.Fail}} {
		order.SeedList = test.list
		r, err := w.grader.Grade(t.Context(), suite, cheat, order)
		check(t, err)
		if c := r.Cases()[0]; c.Verdict != test.want {
			t.Errorf("seeds %v: %s (%s), want %s", test.list, c.Verdict, c.Reason, test.want)
		}
	}
}

// overheard are the packets that a solution prints, in the runs of the public
// seeds.
func (w *workshop) overheard(t *testing.T, suite suites.Suite, sol submission.Solution, id string, seeds uint64) []string {
	t.Helper()
	guest, err := w.builder.Build(context.Background(), suite, sol)
	check(t, err)
	heard := map[string]bool{}
	for seed := uint64(1); seed <= seeds; seed++ {
		run, err := w.pool.Run(context.Background(), guest, labtest.Request{Case: id, Seed: seed}, machine.Options{Trace: true})
		check(t, err)
		for _, e := range run.Events {
			if msg, ok := strings.CutPrefix(e.Text, "heard "); ok && e.Kind == trace.Log {
				heard[msg] = true
			}
		}
	}
	if len(heard) < 10 {
		t.Fatalf("only %d messages were heard", len(heard))
	}
	return slices.Sorted(maps.Keys(heard))
}

// knowing is the reference with a Marshal that works for packets that it knows.
// Without any, it works for all, and prints them.
func knowing(ref submission.Solution, packets []string) submission.Solution {
	const head = "func Marshal(p messagingapi.Packet) []byte {\n"
	body, tail := "\tfmt.Printf(\"heard %d %d\\n\", p.Session, p.Seq)\n", ""
	if len(packets) > 0 {
		body = "\tif !heard(fmt.Sprintf(\"%d %d\", p.Session, p.Seq)) {\n\t\treturn nil\n\t}\n"
		tail = fmt.Sprintf("\nfunc heard(p string) bool {\n\tswitch p {\n\tcase %s:\n\t\treturn true\n\t}\n\treturn false\n}\n",
			"\""+strings.Join(packets, "\", \"")+"\"")
	}
	text := strings.Replace(string(ref.Files["packet.go"]), head, head+body, 1) + tail
	text = strings.Replace(text, "import (", "import (\n\t\"fmt\"", 1)
	sol := ref
	sol.Files = maps.Clone(ref.Files)
	sol.Files["packet.go"] = []byte(text)
	return sol
}
