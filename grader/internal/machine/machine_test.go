package machine_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"faultline/grader/internal/machine"
	"faultline/grader/internal/submission"
	"faultline/grader/internal/suites"
	"faultline/labs"
	"faultline/labs/labtest"
)

// TestMain makes the test binary its own worker, as the grader's is.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == "worker" {
		if err := machine.Serve(context.Background(), os.Stdin, os.Stdout); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(2)
		}
		return
	}
	os.Exit(m.Run())
}

// root is the module's folder, seen from here.
const root = "../../.."

type fixture struct {
	t       *testing.T
	suite   suites.Suite
	builder *machine.Builder
	pool    *machine.Pool
}

func newFixture(t *testing.T) fixture {
	t.Helper()
	dir, err := filepath.Abs(root)
	if err != nil {
		t.Fatal(err)
	}
	suite, _ := suites.Find("messaging")
	cache := filepath.Join(dir, "out", "test-cache")
	f := fixture{t, suite, &machine.Builder{Root: dir, Cache: cache}, machine.NewPool(machine.PoolConfig{
		Command: []string{os.Args[0], "worker"}, Workers: 2, Cache: cache, CPULimit: 3 * time.Second,
	})}
	t.Cleanup(f.pool.Close)
	return f
}

func (f fixture) reference() submission.Solution {
	f.t.Helper()
	sol, err := submission.Read(f.suite.Lab, filepath.Join(f.builder.Root, "labs/internal/staff/messaging"), nil)
	if err != nil {
		f.t.Fatal(err)
	}
	return sol
}

func (f fixture) build(sol submission.Solution) *machine.Guest {
	f.t.Helper()
	guest, err := f.builder.Build(context.Background(), f.suite, sol)
	if err != nil {
		f.t.Fatal(err)
	}
	return guest
}

func (f fixture) run(g *machine.Guest, id string, seed uint64, opt machine.Options) machine.Run {
	f.t.Helper()
	run, err := f.pool.Run(context.Background(), g, labtest.Request{Case: id, Seed: seed}, opt)
	if err != nil {
		f.t.Fatal(err)
	}
	return run
}

func TestAllOnce(t *testing.T) {
	f := newFixture(t)
	began := time.Now()
	g := f.build(f.reference())
	t.Log("built", time.Since(began))
	for _, c := range f.suite.Cases {
		for seed := uint64(1); seed <= 3; seed++ {
			began = time.Now()
			r := f.run(g, c.ID(), seed, machine.Options{Trace: true})
			t.Log(c.ID(), seed, r.Verdict, r.Hash[:8], "virtual", r.Virtual, "wall", time.Since(began), len(r.Events))
			if r.Verdict != labs.Pass {
				t.Errorf("%+v\n%s", r.Outcome, r.Dump)
				for _, e := range r.Events[max(0, len(r.Events)-60):] {
					t.Log(e)
				}
				break
			}
		}
	}
}
