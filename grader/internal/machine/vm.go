package machine

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/experimental"
	"github.com/tetratelabs/wazero/imports/wasi_snapshot_preview1"

	"faultline/labs/labtest"
)

// machineVersion is part of every guest's name: change it with anything here
// that changes what a run does.
const machineVersion = "11"

const (
	pageSize    = 64 << 10 // bytes, of WebAssembly
	spareMemory = 64 << 20 // bytes that a guest's memory may have grown before it is replaced
)

// newRuntime makes a wazero runtime with the cache in the given folder. Compiling
// uses two cores.
func newRuntime(ctx context.Context, cache string) (r wazero.Runtime, close func(), err error) {
	cc, err := wazero.NewCompilationCacheWithDir(filepath.Join(cache, "native"))
	if err != nil {
		return nil, nil, fmt.Errorf("cache for compiled guests: %w", err)
	}
	cfg := wazero.NewRuntimeConfigCompiler().WithMemoryLimitPages(MemoryLimit / pageSize).WithCompilationCache(cc)
	r = wazero.NewRuntimeWithConfig(experimental.WithCompilationWorkers(ctx, 2), cfg)
	return r, func() { r.Close(ctx); cc.Close(ctx) }, nil
}

// A vm runs one guest, one run at a time.
type vm struct {
	runtime wazero.Runtime
	module  wazero.CompiledModule
	close   func()
	host    *host
	memory  *memory   // of the guest
	guest   *instance // nil until the first run and after a run that died
}

// An instance is an initialized guest.
type instance struct {
	mod      api.Module
	snapshot []byte // its memory after initialization
	clock    int64
	size     uint32 // of its memory before the last run
	used     bool   // by a run
}

// load compiles a guest, or takes it from the cache.
func load(ctx context.Context, cache, path string, m *memory) (*vm, error) {
	code, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	r, close, err := newRuntime(ctx, cache)
	if err != nil {
		return nil, err
	}
	v := &vm{runtime: r, close: close, host: &host{}, memory: m}
	if _, err = wasi_snapshot_preview1.Instantiate(ctx, r); err == nil {
		if err = v.host.provide(ctx, r); err == nil {
			v.module, err = r.CompileModule(ctx, code)
		}
	}
	if err != nil {
		close()
		return nil, fmt.Errorf("load the guest: %w", err)
	}
	return v, nil
}

// run performs one run over one of the solutions in the guest.
func (v *vm) run(ctx context.Context, solution int32, req labtest.Request, opt Options) Run {
	if opt.Fresh {
		v.drop(ctx)
	}
	run, reused := v.once(ctx, solution, req)
	if reused && run.Verdict == "memory" {
		// What earlier runs grew counts towards the limit; a fresh guest decides.
		v.drop(ctx)
		run, _ = v.once(ctx, solution, req)
	}
	return run
}

func (v *vm) once(ctx context.Context, solution int32, req labtest.Request) (run Run, reused bool) {
	if err := v.prepare(ctx); err != nil {
		return v.host.result(err), false
	}
	reused = v.guest.used
	v.guest.used = true
	v.host.begin(req)
	v.host.sign()
	_, err := v.guest.mod.ExportedFunction("run").Call(ctx, api.EncodeI32(solution))
	run = v.host.result(err)
	if err != nil || !v.host.finished || v.host.moved || v.guest.mod.Memory().Size() > uint32(len(v.guest.snapshot)+spareMemory) {
		v.drop(ctx)
	}
	return run, reused
}

// prepare gets the guest into the state that it has after initialization.
func (v *vm) prepare(ctx context.Context) error {
	if g := v.guest; g != nil {
		g.restore()
		v.host.clock = g.clock
		return nil
	}
	v.host.clock = int64(time.Second) // the Go runtime refuses a clock at zero
	v.host.begin(labtest.Request{})
	mod, err := v.runtime.InstantiateModule(v.memory.within(ctx), v.module, v.host.config())
	if err != nil {
		return err
	}
	memory, _ := mod.Memory().Read(0, mod.Memory().Size())
	v.guest = &instance{mod: mod, snapshot: slices.Clone(memory), clock: v.host.clock, size: mod.Memory().Size()}
	return nil
}

// restore puts the memory back. It cannot shrink again, so each run believes that
// its memory is as large as the snapshot, and asks for more behind that; what it
// asked for is where the last run left its traces.
func (g *instance) restore() {
	mem := g.mod.Memory()
	mem.Write(0, g.snapshot)
	grown, _ := mem.Read(uint32(len(g.snapshot)), mem.Size()-g.size)
	clear(grown)
	g.size = mem.Size()
}

func (v *vm) drop(ctx context.Context) {
	if v.guest != nil {
		v.guest.mod.Close(ctx)
		v.guest = nil
	}
}
