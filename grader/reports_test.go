package main

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"faultline/grader/internal/submission"
	"faultline/labs"
)

// A reading is something that students read: a report, or what comes after it.
// Its golden file is testdata/reports/NAME.txt, and the handouts quote these files.
type reading struct {
	name    string
	mutant  string   // what the student wrote; "": the mutant that has the reading's name
	starter bool     // the student has written nothing yet
	test    []string // arguments of "grader test"; none: the cases that are meant for the mutant
	plan    string   // the edited plan that is replayed instead, if any
	file    string   // the file that is read, not what is printed, if any
}

// TestReports holds what students read against testdata/reports: for bugs of
// every kind, the report of the case that is meant for it. The text is the
// product, so each change of it is to be read as someone who wrote the bug and
// does not know it yet; then -update writes it anew.
func TestReports(t *testing.T) {
	root := moduleRoot(t)
	// The run that the handout takes apart: of its two faults, one is more than the
	// bug needs.
	oneBit := []string{"messaging/B/alternating-bit", "--seed", "10"}
	for _, r := range []reading{
		{name: "mailbox-stack"},                // a wrong result
		{name: "mailbox-wait-once"},            // a history that no order explains
		{name: "mailbox-not-copied"},           // damaged contents
		{name: "mailbox-wakes-one"},            // a call that never returns
		{name: "mailbox-cancel-keeps-lock"},    // a deadlock
		{name: "mailbox-close-twice"},          // a panic, after a story
		{name: "packet-truncated-panics"},      // a panic of the language
		{name: "packet-little-endian"},         // wrong bytes
		{name: "once-no-retransmit"},           // no progress after a loss
		{name: "once-any-ack"},                 // a packet taken for another
		{name: "once-claims-on-timeout"},       // a claim that is not true
		{name: "once-damage-ends-receiver"},    // a bug that random faults find
		{name: "window-sender-smaller"},        // a bug at the wrap-around
		{name: "window-receiver-left-running"}, // a goroutine that is left over
		{name: "window-all-repeated"},          // too many packets
		{name: "timeout-without-backoff"},      // bad timing

		// What the handouts show besides.
		{name: "starter", starter: true, test: []string{"1"}},
		{name: "one-bit", mutant: "once-no-dedupe", test: oneBit},
		{name: "one-bit-plan", mutant: "once-no-dedupe", test: oneBit,
			file: "out/messaging-B-alternating-bit.plan"},
		{name: "one-bit-replay", mutant: "once-no-dedupe", plan: `case messaging/B/alternating-bit
seed 10
size messages 2
calm latency
calm locks
plan
duplicate sender -> receiver #1 after 90ms
drop sender -> receiver #4
`},
	} {
		t.Run(r.name, func(t *testing.T) {
			t.Chdir(workFolder(t, root))
			got := r.read(t, root)
			golden := filepath.Join(root, "grader", "testdata", "reports", r.name+".txt")
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

// read is what the student reads whose solution is the mutant.
func (r reading) read(t *testing.T, root string) string {
	t.Helper()
	files, kill, err := r.student(root)
	if err != nil {
		t.Fatal(err)
	}
	const dir = "solutions-skeleton/messaging" // as if it were the student's tree
	if err := writeTree(dir, files); err != nil {
		t.Fatal(err)
	}
	var text string
	for _, args := range r.commands(t, kill) {
		text += failingRun(t, append(args, "--solution", dir))
	}
	if r.file == "" {
		return text
	}
	written, err := os.ReadFile(r.file)
	if err != nil {
		t.Fatal(err)
	}
	return string(written)
}

// patient is how long a failure may be shrunk here: so long that the budget of runs
// ends it, and not how busy the machine is.
const patient = "10m"

// student is what the student wrote, and the cases that are meant for it.
func (r reading) student(root string) (files map[string][]byte, kill []string, err error) {
	switch {
	case r.starter:
		lab := labs.All()[0]
		starter, err := submission.Read(lab, filepath.Join(root, starterDir(lab)), nil)
		return starter.Files, nil, err
	case r.mutant != "":
		return specimenFiles(root, r.mutant)
	}
	return specimenFiles(root, r.name)
}

// commands are what the student types.
func (r reading) commands(t *testing.T, kill []string) (commands [][]string) {
	t.Helper()
	switch {
	case r.plan != "":
		if err := writeFile("edited.plan", r.plan); err != nil {
			t.Fatal(err)
		}
		return [][]string{{"replay", "edited.plan"}}
	case r.test != nil:
		return [][]string{append([]string{"test", "--shrink", patient}, r.test...)}
	}
	for _, id := range kill {
		commands = append(commands, []string{"test", "--shrink", patient, id})
	}
	return commands
}

// failingRun is what a command of the grader prints that finds a failure.
func failingRun(t *testing.T, args []string) string {
	t.Helper()
	var stdout, stderr bytes.Buffer
	root := command()
	root.SetArgs(args)
	root.SetOut(&stdout)
	root.SetErr(&stderr)
	if err := root.ExecuteContext(t.Context()); !errors.Is(err, errFailed) {
		t.Fatalf("grader %q: %v\n%s", args, err, stderr.String())
	}
	return stdout.String()
}
