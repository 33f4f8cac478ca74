package machine

import (
	"context"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"faultline/grader/internal/suites"
	"faultline/labrpc"
	"faultline/labs"
	"faultline/labs/labtest"
	"faultline/labs/trace"
)

// toys loads the guest of testdata, whose cases explore the crashes of a store.
func toys(tb testing.TB) *vm {
	tb.Helper()
	root, err := filepath.Abs("../../..")
	if err != nil {
		tb.Fatal(err)
	}
	text, err := os.ReadFile("testdata/explore/main.go")
	if err != nil {
		tb.Fatal(err)
	}
	l := layer{suite: suites.Suite{Lab: labs.Lab{Name: "toy"}}, files: map[string][]byte{guestDir + "/main.go": text}}
	ctx, builder := context.Background(), Builder{Root: root, Cache: filepath.Join(root, "out", "test-cache")}
	key, err := builder.key(l)
	if err != nil {
		tb.Fatal(err)
	}
	path, err := builder.make(ctx, l, key)
	if err != nil {
		tb.Fatal(err)
	}
	vm, err := load(ctx, builder.Cache, path, &memory{})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(vm.close)
	return vm
}

// statesOf is how many states of the disk a run says it tried.
func statesOf(run Run) (states int) {
	for _, e := range run.Events {
		if m := regexp.MustCompile(`(\d+) states of the disk tried`).FindStringSubmatch(e.Text); m != nil {
			states, _ = strconv.Atoi(m[1])
		}
	}
	return states
}

func faultsOf(tb testing.TB, run Run) labrpc.Plan {
	tb.Helper()
	var plan labrpc.Plan
	for _, e := range run.Events {
		if e.Kind == trace.Fault {
			f, err := labrpc.ParseFault(e.Text)
			if err != nil {
				tb.Fatal(err)
			}
			plan = append(plan, f)
		}
	}
	return plan
}

func TestTheCrashThatEndsARunIsInItsTrace(t *testing.T) {
	vm := toys(t)
	tests := []struct {
		name    string
		verdict labs.Verdict
	}{{"holds", labs.Pass}, {"panics", labs.Panic}, {"panics-beside", labs.Panic}, {"hangs", labs.Fail}}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			req := labtest.Request{Case: "toy/A/" + tt.name, Seed: 1}
			run := vm.run(context.Background(), 0, req, Options{})
			if run.Verdict != tt.verdict {
				t.Fatalf("%+v", run.Outcome)
			}
			again := vm.run(context.Background(), 0, req, Options{})
			if run.Hash != again.Hash {
				t.Errorf("the same run had the hashes %s and %s", run.Hash, again.Hash)
			}
			if run.Crashes != again.Crashes || tt.verdict == labs.Pass && run.Crashes.States < 2 ||
				run.Crashes.Recoveries < run.Crashes.States {
				t.Errorf("it tried %+v, and again %+v", run.Crashes, again.Crashes)
			}
			if tt.verdict == labs.Pass {
				return
			}
			plan := faultsOf(t, run)
			if len(plan) == 0 || plan[0].Kind != labrpc.Lose {
				t.Fatalf("the trace has the faults %v", plan)
			}
			req.Plan = &plan
			replay := vm.run(context.Background(), 0, req, Options{})
			if replay.Verdict != tt.verdict || !slices.EqualFunc(plan, faultsOf(t, replay), sameFault) {
				t.Errorf("its plan gives %v by %v", replay.Outcome, faultsOf(t, replay))
			}
			if tt.verdict == labs.Panic && !strings.Contains(replay.Dump, "replay") {
				t.Errorf("nothing says where it panicked: %s", replay.Dump)
			}
		})
	}
}

func sameFault(a, b labrpc.Fault) bool { return a.String() == b.String() }

// BenchmarkExplore measures how many states of a disk a toy store recovers from
// in a second, each checked.
func BenchmarkExplore(b *testing.B) {
	vm, states := toys(b), 0
	for b.Loop() {
		run := vm.run(context.Background(), 0, labtest.Request{Case: "toy/A/holds", Seed: 1}, Options{})
		if run.Verdict != labs.Pass {
			b.Fatal(run.Outcome)
		}
		states += statesOf(run)
	}
	b.ReportMetric(float64(states)/b.Elapsed().Seconds(), "states/s")
}
