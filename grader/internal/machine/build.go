package machine

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"time"

	"github.com/tetratelabs/wazero"

	"faultline/grader/internal/quicken"
	"faultline/grader/internal/submission"
	"faultline/grader/internal/suites"
)

// guestDir is where the generated main of a guest is laid over the tree. The
// folder does not exist; an overlay needs none.
const guestDir = "grader/internal/machine/guest"

// A Builder makes guests. Its methods may be called concurrently. Root and Cache
// are needed.
type Builder struct {
	Root  string // of the module
	Cache string // folder for guests and compiled code; made when needed

	CPU time.Duration // that a process of the compiler may take; 0 is BuildCPU

	mu       sync.Mutex
	batched  map[string]*Guest // by the key that the guest would have alone
	programs map[string]Built  // by the key of the program
}

// A Guest is a compiled suite and solution.
type Guest struct {
	Lab     string
	Path    string // of the WebAssembly file; its name is a hash of all that went into it
	Index   int32  // of the solution among those in the file
	Package string // import path of the solution
	Program string // that of the program which the solution wrote, if the guest runs one
}

// A BuildError says that a solution does not compile. Its text is the compiler's,
// with the student's own paths.
type BuildError struct{ Text string }

func (e *BuildError) Error() string { return e.Text }

// Build makes the guest of a lab's suite and a solution. A solution that does
// not compile is a *BuildError. What has been built before costs nothing.
func (b *Builder) Build(ctx context.Context, suite suites.Suite, sol submission.Solution) (*Guest, error) {
	l, err := newLayer(suite, sol)
	if err != nil {
		return nil, err
	}
	key, err := b.key(l)
	if err != nil {
		return nil, err
	}
	b.mu.Lock()
	g := b.batched[key]
	b.mu.Unlock()
	if g != nil {
		return g, nil
	}
	path, err := b.make(ctx, l, key)
	return &Guest{Lab: suite.Lab.Name, Path: path, Package: l.solutions[0].Package()}, err
}

// guest makes the guest file of a layer, if it is not there yet.
func (b *Builder) guest(ctx context.Context, l layer) (path string, err error) {
	key, err := b.key(l)
	if err != nil {
		return "", err
	}
	return b.make(ctx, l, key)
}

// Batch makes one guest file for several solutions, which Build then finds. Most
// of a guest is what all of them share, so this takes a fraction of the time. It
// fails if one of them does not compile; Build says which.
func (b *Builder) Batch(ctx context.Context, suite suites.Suite, sols []submission.Solution) error {
	l, err := newLayer(suite, sols...)
	if err != nil {
		return err
	}
	path, err := b.guest(ctx, l)
	if err != nil {
		return err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.batched == nil {
		b.batched = map[string]*Guest{}
	}
	for i, p := range l.solutions {
		alone, err := newLayer(suite, p.Solution)
		if err != nil {
			return err
		}
		key, err := b.key(alone)
		if err != nil {
			return err
		}
		b.batched[key] = &Guest{Lab: suite.Lab.Name, Path: path, Index: int32(i), Package: p.Package()}
	}
	return nil
}

// Family makes guests of a solution that is so many programs in one: before each run
// its function choose is told the number of the guest, from 0 on, and then is that
// program.
func (b *Builder) Family(ctx context.Context, suite suites.Suite, sol submission.Solution, choose string, n int) ([]*Guest, error) {
	l, err := newLayer(suite, sol)
	if err != nil {
		return nil, err
	}
	l.choose = choose
	if err := l.addMain(); err != nil {
		return nil, err
	}
	path, err := b.guest(ctx, l)
	if err != nil {
		return nil, err
	}
	all := make([]*Guest, n)
	for i := range all {
		all[i] = &Guest{Lab: suite.Lab.Name, Path: path, Index: int32(i), Package: l.solutions[0].Package()}
	}
	return all, nil
}

// make compiles a layer to the file that its key names, unless it is there.
func (b *Builder) make(ctx context.Context, l layer, key string) (path string, err error) {
	path = filepath.Join(b.Cache, "guests", key+".wasm")
	if _, err := os.Stat(path); err == nil {
		return path, touch(path)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return "", err
	}
	tmp, err := os.MkdirTemp(b.Cache, "build-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(tmp)
	wasm := filepath.Join(tmp, "guest.wasm")
	if err := b.compile(ctx, l, tmp, wasm); err != nil {
		return "", err
	}
	if err := b.quicken(ctx, wasm); err != nil {
		return "", err
	}
	return path, os.Rename(wasm, path)
}

// compile runs the Go compiler over the tree with the layer on top.
func (b *Builder) compile(ctx context.Context, l layer, tmp, out string) error {
	overlay, err := b.overlay(l, tmp)
	if err != nil {
		return err
	}
	cmd := b.bounded(ctx, "go", "build", "-overlay", overlay, "-trimpath", "-buildvcs=false",
		"-buildmode=c-shared", "-ldflags=-s -w -checklinkname=0", "-o", out, "./"+guestDir)
	text, ok, err := forGuest(ctx, cmd, b.Root)
	switch {
	case err != nil:
		return err
	case ok:
		if said := l.unchecked(); said != "" {
			return &BuildError{Text: l.translate(said, tmp)}
		}
		return nil
	case b.tooMuch(text) != "":
		return &BuildError{Text: b.tooMuch(text)}
	case !l.blames(text, tmp):
		return fmt.Errorf("the go command cannot build guests here, whatever the solution:\n%s", text)
	}
	return &BuildError{Text: l.translate(text, tmp)}
}

// forGuest runs a go command that compiles for the machine, in a folder, and returns
// what it printed and whether it succeeded. An error means that it could not run.
func forGuest(ctx context.Context, cmd *exec.Cmd, dir string) (text string, ok bool, err error) {
	cmd.Dir, cmd.Env = dir, buildEnv("GOOS=wasip1", "GOARCH=wasm")
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) } // then it takes its folders away
	cmd.WaitDelay = 10 * time.Second
	out := &head{most: BuildOutput}
	cmd.Stdout, cmd.Stderr = out, out
	err = cmd.Run()
	switch exit := (*exec.ExitError)(nil); {
	case ctx.Err() != nil:
		return "", false, ctx.Err()
	case errors.As(err, &exit):
		return out.String(), false, nil
	case err != nil:
		return "", false, fmt.Errorf("cannot run the go command: %w", err)
	}
	return out.String(), true, nil
}

// buildEnv is all that the go command sees: nothing of the caller's settings
// may change what is built.
func buildEnv(extra ...string) []string {
	env := []string{"CGO_ENABLED=0", "GOWORK=off", "GOENV=off", "GOTOOLCHAIN=local", "GOPROXY=off",
		"GOFLAGS=-mod=readonly", "GO111MODULE=on"}
	for _, name := range []string{"PATH", "HOME", "GOCACHE", "GOPATH", "GOMODCACHE", "GOROOT", "TMPDIR", "XDG_CACHE_HOME"} {
		if value, ok := os.LookupEnv(name); ok {
			env = append(env, name+"="+value)
		}
	}
	return append(env, extra...)
}

// quicken rewrites a compiled guest so that it runs faster, and has wazero compile it
// into the cache. A guest that cannot be rewritten runs as it is.
func (b *Builder) quicken(ctx context.Context, wasm string) error {
	code, err := os.ReadFile(wasm)
	if err != nil {
		return err
	}
	if quick, err := quicken.Module(code); err == nil {
		code = quick
		if err := os.WriteFile(wasm, code, 0o644); err != nil {
			return err
		}
	}
	r, close, err := newRuntime(ctx, b.Cache)
	if err != nil {
		return err
	}
	defer close()
	var compiled wazero.CompiledModule
	if compiled, err = r.CompileModule(ctx, code); err != nil {
		return fmt.Errorf("compile the guest: %w", err)
	}
	return compiled.Close(ctx)
}

// overlay writes the files of the layer below tmp and returns the overlay file
// that lays them over the tree. What else lies in a solution's folder is hidden.
func (b *Builder) overlay(l layer, tmp string) (string, error) {
	replace := map[string]string{}
	for _, p := range l.solutions {
		entries, err := os.ReadDir(b.path(p.dir))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return "", err
		}
		for _, e := range entries {
			if !e.IsDir() {
				replace[b.path(p.dir+"/"+e.Name())] = ""
			}
		}
	}
	for i, name := range l.names() {
		file := copyName(tmp, i)
		if err := os.WriteFile(file, l.files[name], 0o644); err != nil {
			return "", err
		}
		replace[b.path(name)] = file
	}
	return writeOverlay(tmp, replace)
}

// writeOverlay writes below tmp the file in which the go command reads what stands in
// place of which file, and returns its path.
func writeOverlay(tmp string, replace map[string]string) (string, error) {
	text, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		return "", err
	}
	path := filepath.Join(tmp, "overlay.json")
	return path, os.WriteFile(path, text, 0o644)
}

// copyName is where the i-th file of a layer is written for the overlay.
func copyName(tmp string, i int) string { return filepath.Join(tmp, fmt.Sprintf("%d.go", i)) }

// path is where a file of the tree is, by its name below the root.
func (b *Builder) path(name string) string { return filepath.Join(b.Root, filepath.FromSlash(name)) }

// key is a hash of all that a guest is made from.
func (b *Builder) key(l layer) (string, error) {
	h := sha256.New()
	fmt.Fprintln(h, runtime.Version(), machineVersion)
	add := func(name string, data []byte) { fmt.Fprintf(h, "%s %d\n%s", name, len(data), data) }
	for _, name := range l.names() {
		add(name, l.files[name])
	}
	for _, dir := range []string{"labrpc", "labs"} {
		err := filepath.WalkDir(filepath.Join(b.Root, dir), func(path string, e fs.DirEntry, err error) error {
			switch {
			case err != nil:
				return err
			case e.IsDir() && e.Name() == "internal":
				return filepath.SkipDir
			case e.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go"):
				return nil
			}
			data, err := os.ReadFile(path)
			rel, _ := filepath.Rel(b.Root, path)
			add(filepath.ToSlash(rel), data)
			return err
		})
		if err != nil {
			return "", err
		}
	}
	return hex.EncodeToString(h.Sum(nil))[:32], nil
}
