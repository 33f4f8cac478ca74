package main

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestReports holds what students read against testdata/reports: for bugs of
// every kind, the report of the case that is meant for it. The text is the
// product, so each change of it is to be read as someone who wrote the bug and
// does not know it yet; then -update writes it anew.
func TestReports(t *testing.T) {
	root := moduleRoot(t)
	t.Setenv("FAULTLINE_CACHE", filepath.Join(root, "out", "test-cache"))
	for _, name := range []string{
		"mailbox-stack",                // a wrong result
		"mailbox-wait-once",            // a history that no order explains
		"mailbox-not-copied",           // damaged contents
		"mailbox-wakes-one",            // a call that never returns
		"mailbox-cancel-keeps-lock",    // a deadlock
		"mailbox-close-twice",          // a panic
		"packet-little-endian",         // wrong bytes
		"once-no-retransmit",           // no progress after a loss
		"once-any-ack",                 // a packet taken for another
		"once-claims-on-timeout",       // a claim that is not true
		"once-damage-ends-receiver",    // a bug that random faults find
		"window-sender-smaller",        // a bug at the wrap-around
		"window-receiver-left-running", // a goroutine that is left over
		"window-all-repeated",          // too many packets
		"timeout-without-backoff",      // bad timing
	} {
		t.Run(name, func(t *testing.T) {
			t.Chdir(workFolder(t, root))
			got := reportOf(t, root, name)
			golden := filepath.Join(root, "grader", "testdata", "reports", name+".txt")
			if *update {
				if err := writeFile(golden, got); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(got, "\n")); diff != "" {
				t.Errorf("the report has changed; if it is better now, run with -update (- before, + now):\n%s", diff)
			}
		})
	}
}

// reportOf is what the student reads whose solution is the mutant, about the
// cases that are meant for it.
func reportOf(t *testing.T, root, name string) string {
	t.Helper()
	files, kill, err := specimenFiles(root, name)
	if err != nil {
		t.Fatal(err)
	}
	const dir = "solutions-skeleton/messaging" // as if it were the student's tree
	if err := writeTree(dir, files); err != nil {
		t.Fatal(err)
	}
	var stdout, stderr bytes.Buffer
	for _, id := range kill {
		root := command()
		root.SetArgs([]string{"test", id, "--solution", dir})
		root.SetOut(&stdout)
		root.SetErr(&stderr)
		if err := root.ExecuteContext(t.Context()); !errors.Is(err, errFailed) {
			t.Fatalf("%s: %v\n%s", id, err, stderr.String())
		}
	}
	return stdout.String()
}
