package machine

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"time"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/sys"

	"faultline/labs"
	"faultline/labs/labtest"
)

// A TestTask is one run of a test binary.
type TestTask struct {
	Binary TestBinary
	Seed   uint64
	Args   []string // of the test binary, such as -test.v
}

// Test performs the tests of a binary, waiting for a free worker. They may read
// what is in the folder of their sources, and write below the folder for temporary
// files. What they print are the events of the run, with the machine's time. They
// may compute for as long as limit. An error is a fault of ours or the end of ctx.
func (p *Pool) Test(ctx context.Context, t TestTask, limit time.Duration) (Run, error) {
	return p.do(ctx, task{Cache: p.cfg.Cache, Test: &t}, patience{total: limit})
}

// test performs one run in a machine that no run has used.
func (w *worker) test(ctx context.Context, cache string, t TestTask) Run {
	v, err := load(ctx, cache, t.Binary.Path, &w.memory)
	if err != nil {
		return Run{Outcome: outcome(labs.GraderError, "", err.Error())}
	}
	defer v.close()
	tmp, err := os.MkdirTemp(cache, "build-") // as a killed build leaves it: Prune removes it
	if err != nil {
		return Run{Outcome: outcome(labs.GraderError, "", err.Error())}
	}
	defer os.RemoveAll(tmp)
	v.host.clock = int64(time.Second) // as in prepare
	v.host.begin(labtest.Request{Case: t.Binary.Package, Seed: t.Seed})
	_, err = v.runtime.InstantiateModule(v.memory.within(ctx), v.module, t.config(v.host, tmp))
	return v.host.tested(err)
}

// config is what a test binary can see of the world. The source of randomness
// makes the order of maps and the choices of select a function of the seed.
func (t TestTask) config(h *host, tmp string) wazero.ModuleConfig {
	var key [32]byte
	binary.LittleEndian.PutUint64(key[:], t.Seed)
	return h.config().WithStartFunctions("_start").
		WithArgs(append([]string{"test"}, t.Args...)...).
		WithEnv("PWD", "/pkg").WithEnv("TMPDIR", "/tmp").
		WithEnv(seedVariable, strconv.FormatUint(t.Seed, 10)).
		WithRandSource(rand.NewChaCha8(key)).
		WithFSConfig(wazero.NewFSConfig().WithReadOnlyDirMount(t.Binary.Dir, "/pkg").WithDirMount(tmp, "/tmp"))
}

const testFailed = "a test failed"

// Died reports whether the tests ended before they had said themselves how they
// went.
func (r Run) Died() bool { return r.Verdict != labs.Pass && r.Actual != testFailed }

// tested is the run of a test binary, which says with its exit status how it went.
func (h *host) tested(err error) Run {
	h.out.flush()
	h.err.flush()
	var exit *sys.ExitError
	switch {
	case err == nil: // wazero's word for exit status 0
		h.finished, h.outcome = true, labtest.Outcome{Verdict: labs.Pass}
	case errors.As(err, &exit) && exit.ExitCode() == 1:
		h.finished, h.outcome = true, outcome(labs.Fail, "every test passes", testFailed)
		err = nil
	}
	return h.result(err)
}

// Hung reports whether the tests ended because their time was up, and after how
// much.
func (r Run) Hung() (limit string, hung bool) {
	_, err := fmt.Sscanf(r.Actual, "panic: test timed out after %s", &limit)
	return limit, err == nil
}
