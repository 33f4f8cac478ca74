package main

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/cobra"

	"faultline/grader/internal/machine"
	"faultline/grader/internal/mutate"
	"faultline/grader/internal/submission"
	"faultline/labs/labtest"
	"faultline/labs/trace"
)

// TestAReferenceRunsAsBeforeWithCountersAndInAFamily is what "mutate" rests on: the
// counters do not change a run, and neither does the choice of a mutant elsewhere. Then
// a run that does not come to a changed statement is the reference's.
func TestAReferenceRunsAsBeforeWithCountersAndInAFamily(t *testing.T) {
	t.Parallel()
	w, err := openWorkshop(&cobra.Command{}, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer w.close()
	suite, err := findLab("messaging")
	if err != nil {
		t.Fatal(err)
	}
	ref, err := w.reference(suite.Lab)
	if err != nil {
		t.Skip("this is a student's kit, without the reference")
	}
	deps, err := mutate.Dependencies(t.Context(), w.root, "./"+referenceDir(suite.Lab))
	if err != nil {
		t.Fatal(err)
	}
	src, err := mutate.Load("faultline/"+referenceDir(suite.Lab), ref.Files, deps)
	if err != nil {
		t.Fatal(err)
	}
	var members []mutate.Mutant
	for _, m := range src.Sample(60) {
		if src.InFamily(m) {
			members = append(members, m)
		}
	}
	plain, err1 := w.builder.Build(t.Context(), suite, ref)
	counted, err2 := w.builder.Build(t.Context(), suite, submission.Solution{Files: src.Instrument()})
	// One guest more than there are mutants: the reference itself.
	family, err3 := w.builder.Family(t.Context(), suite, submission.Solution{Files: src.Family(members)}, mutate.Choose, len(members)+1)
	for _, err := range []error{err1, err2, err3} {
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, id := range []string{"messaging/A/linearizable", "messaging/B/storm", "messaging/C/storm", "messaging/D/storm"} {
		req := labtest.Request{Case: id, Seed: 3}
		want := eventsOf(t, w, plain, req)
		for what, guest := range map[string]*machine.Guest{"with counters": counted, "in a family": family[len(members)]} {
			if diff := cmp.Diff(want, eventsOf(t, w, guest, req)); diff != "" {
				t.Errorf("%s %s (- the reference):\n%.3000s", id, what, diff)
			}
		}
	}
}

// eventsOf performs a run and returns what happened, without what counters print.
func eventsOf(t *testing.T, w *workshop, guest *machine.Guest, req labtest.Request) (texts []string) {
	t.Helper()
	run, err := w.pool.Run(t.Context(), guest, req, machine.Options{Trace: true})
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range run.Events {
		if _, _, counter := mutate.Reached(e.Text); !counter || e.Kind != trace.Log {
			texts = append(texts, e.String())
		}
	}
	return append(texts, string(run.Verdict), run.Virtual.String())
}
