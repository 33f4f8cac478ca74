package machine

import (
	"context"
	"path/filepath"
	"testing"

	"faultline/grader/internal/submission"
	"faultline/grader/internal/suites"
	"faultline/labs"
	"faultline/labs/labtest"
)

// BenchmarkRun measures one run of the reference in the machine, and how much
// faster than the clock on the wall its own clock goes.
func BenchmarkRun(b *testing.B) {
	root, err := filepath.Abs("../../..")
	if err != nil {
		b.Fatal(err)
	}
	ctx, suite := context.Background(), suites.All()[0]
	sol, err := submission.Read(suite.Lab, filepath.Join(root, "labs/internal/staff", suite.Lab.Name), nil)
	if err != nil {
		b.Skip("needs the reference solution: ", err)
	}
	builder := Builder{Root: root, Cache: filepath.Join(root, "out", "test-cache")}
	guest, err := builder.Build(ctx, suite, sol)
	if err != nil {
		b.Fatal(err)
	}
	vm, err := load(ctx, builder.Cache, guest.Path, &memory{})
	if err != nil {
		b.Fatal(err)
	}
	defer vm.close()
	for _, id := range []string{"messaging/A/linearizable", "messaging/B/storm", "messaging/C/packets", "messaging/C/outage"} {
		b.Run(id, func(b *testing.B) {
			var virtual float64
			seed := uint64(0)
			for b.Loop() {
				seed++
				run := vm.run(ctx, 0, labtest.Request{Case: id, Seed: seed}, Options{})
				if run.Verdict != labs.Pass {
					b.Fatal(run.Outcome)
				}
				virtual += run.Virtual.Seconds()
			}
			b.ReportMetric(virtual/b.Elapsed().Seconds(), "virtual-s/s")
		})
	}
}
