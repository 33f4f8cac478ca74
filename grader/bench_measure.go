package main

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"os/exec"
	"regexp"
	"strconv"
	"sync"
	"time"

	"faultline/grader/internal/grading"
	"faultline/grader/internal/machine"
	"faultline/grader/internal/result"
	"faultline/grader/internal/suites"
	"faultline/labs"
	"faultline/labs/labtest"
)

// A clocked machine adds up how much virtual time its runs took.
type clocked struct {
	grading.Runner
	mu      sync.Mutex
	virtual time.Duration
	runs    int
}

// Run performs a run.
func (c *clocked) Run(ctx context.Context, g *machine.Guest, req labtest.Request, opt machine.Options) (machine.Run, error) {
	run, err := c.Runner.Run(ctx, g, req, opt)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.virtual += run.Virtual
	c.runs++
	return run, err
}

// measureLabs grades the references with guests that are built.
func (w *workshop) measureLabs(ctx context.Context) (all []measure, err error) {
	counted := &clocked{Runner: w.pool}
	grader := &grading.Grader{Builder: w.builder, Pool: counted, Workers: w.grader.Workers}
	total := 0.0
	for _, suite := range suites.All() {
		ref, err := w.reference(suite.Lab)
		if err != nil {
			return nil, err
		}
		if _, err := w.guest(ctx, suite, ref); err != nil {
			return nil, err
		}
		began := time.Now()
		r, err := grader.Grade(ctx, suite, ref, grading.Order{})
		if err != nil {
			return nil, err
		}
		took := time.Since(began).Seconds()
		if err := allPassed(r); err != nil {
			return nil, err
		}
		total += took
		bound := 10.0
		if suite.Lab.Name == "journal" {
			bound = 15 // its explorations are the largest
		}
		what := fmt.Sprintf("lab %d %s, %d cases over the reference", suite.Lab.Number, suite.Lab.Name, len(suite.Cases))
		all = append(all, measure{What: what, Elsewhere: elsewhereLab(suite.Lab), Ours: took, Unit: "s", Bound: bound})
	}
	return append(all,
		measure{What: fmt.Sprintf("all labs, %s runs", thousands(counted.runs)), Elsewhere: "-", Ours: total, Unit: "s", Bound: 60},
		measure{What: "virtual seconds in a second on the wall", Elsewhere: "1", Bound: 50, Least: true,
			Ours: counted.virtual.Seconds() / total}), nil
}

// elsewhereLab is how long others take for what is most like a lab.
func elsewhereLab(lab labs.Lab) string {
	switch lab.Name {
	case "kv":
		return "COS 418: 214 s"
	case "quorum":
		return "MIT Raft: 576 s"
	}
	return "-"
}

func allPassed(r *result.Result) error {
	for _, c := range r.Cases() {
		if c.Verdict != labs.Pass {
			return fmt.Errorf("the reference does not pass %s: %s", c.ID, c.Reason)
		}
	}
	return nil
}

// measureEdit measures how long a student waits for the first verdict after an edit:
// the guest is built anew, and one case runs.
func (w *workshop) measureEdit(ctx context.Context) ([]measure, error) {
	suite := suites.All()[0]
	ref, err := w.reference(suite.Lab)
	if err != nil {
		return nil, err
	}
	ref.Files = maps.Clone(ref.Files)
	name := suite.Lab.Files[0]
	ref.Files[name] = fmt.Appendf(bytes.Clone(ref.Files[name]), "\n// edited at %d\n", time.Now().UnixNano())
	began := time.Now()
	first := time.Duration(0)
	grader := *w.grader
	grader.Progress = func(done, of int) {
		if first == 0 {
			first = time.Since(began)
		}
	}
	if _, err := grader.Grade(ctx, suite, ref, grading.Order{}); err != nil {
		return nil, err
	}
	return []measure{{What: "from an edit to the first verdict", Elsewhere: "tens of seconds", Ours: first.Seconds(), Unit: "s", Bound: 3}}, nil
}

// measureParts runs the Go benchmarks of the network, the disks and the machine.
func (w *workshop) measureParts(ctx context.Context) ([]measure, error) {
	found := map[string]float64{}
	for _, part := range []struct{ pkg, name, unit string }{
		{"./labrpc", "Call", "calls/s"},
		{"./grader/internal/machine", "Explore", "states/s"},
		{"./grader/internal/quicken", "Busy", "runs/s"},
	} {
		some, err := w.goBench(ctx, part.pkg, part.name, part.unit)
		if err != nil {
			return nil, err
		}
		maps.Copy(found, some)
	}
	call, states, busy := found["Call/gob"], found["Explore"], found["Busy/compiled"]
	if call == 0 || states == 0 || busy == 0 {
		return nil, fmt.Errorf("the Go benchmarks gave %v", found)
	}
	return []measure{
		{What: "native calls over the network, to those of one that uses gob", Elsewhere: "1",
			Ours: found["Call/labrpc"] / call, Bound: 5, Least: true},
		{What: "speed of a program in the machine, to that of what the Go compiler wrote", Elsewhere: "1",
			Ours: found["Busy/rewritten"] / busy, Bound: 1.5, Least: true},
		{What: "states of a disk recovered and checked in a second", Elsewhere: "CrashMonkey: 0.5", Ours: states, Bound: 5000, Least: true},
	}, nil
}

var benchLine = regexp.MustCompile(`(?m)^Benchmark(\S+?)(?:-\d+)?\s.*?([\d.e+]+) (\S+/s)\b`)

// goBench runs Go benchmarks and returns what they report in a unit, by name.
func (w *workshop) goBench(ctx context.Context, pkg, name, unit string) (map[string]float64, error) {
	cmd := exec.CommandContext(ctx, "go", "test", "-run", "^$", "-bench", "^Benchmark"+name+"$", pkg)
	cmd.Dir = w.root
	text, err := cmd.CombinedOutput()
	if err != nil {
		return nil, fmt.Errorf("go test -bench of %s: %w\n%s", pkg, err, text)
	}
	found := map[string]float64{}
	for _, m := range benchLine.FindAllStringSubmatch(string(text), -1) {
		if n, err := strconv.ParseFloat(m[2], 64); err == nil && m[3] == unit {
			found[m[1]] = n
		}
	}
	return found, nil
}
