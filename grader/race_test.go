package main

import (
	"bytes"
	"fmt"
	"os/exec"
	"testing"

	"github.com/spf13/cobra"

	"faultline/grader/internal/suites"
)

// TestReferencesRunNativelyWithoutDataRaces runs them outside the machine, too, where
// goroutines are parallel. Their lab_test.go alone would do so in real time, in which
// a busy machine makes the living look dead: "make gotest" leaves it out.
func TestReferencesRunNativelyWithoutDataRaces(t *testing.T) {
	if _, err := exec.LookPath("gcc"); err != nil {
		t.Skip("the race detector needs a C compiler")
	}
	t.Parallel()
	for _, suite := range suites.All() {
		t.Run(suite.Lab.Name, func(t *testing.T) {
			var out bytes.Buffer
			cmd := &cobra.Command{}
			cmd.SetOut(&out)
			cmd.SetErr(&out)
			w, err := openWorkshop(cmd, 0)
			if err != nil {
				t.Fatal(err)
			}
			defer w.close()
			ref, err := w.reference(suite.Lab)
			if err != nil {
				t.Skip("this is a student's kit, without the reference")
			}
			err = w.race(t.Context(), selection{suite: suite}, ref)
			n := len(suite.Cases)
			if want := fmt.Sprintf("no data race in %d of %d cases\n", n, n); err != nil || !bytes.HasSuffix(out.Bytes(), []byte(want)) {
				t.Errorf("want %q, got (%v):\n%s", want, err, &out)
			}
		})
	}
}
