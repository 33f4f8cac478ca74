package machine

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"faultline/grader/internal/submission"
	"faultline/grader/internal/suites"
)

// Race runs a solution's cases under go test with the race detector, in bubbles
// of testing/synctest, and returns what go test printed. The pattern is one for
// its -run. This is outside the machine: the solution may do whatever this
// process may.
func (b *Builder) Race(ctx context.Context, suite suites.Suite, sol submission.Solution, pattern string) ([]byte, error) {
	n, err := b.native(suite, sol)
	if err != nil {
		return nil, err
	}
	defer n.Close()
	return n.goTest(ctx, "CGO_ENABLED=1", "-race", "-count=1", "-v", "-run", pattern).CombinedOutput()
}

// A Native is a solution's suite for go test, in bubbles of testing/synctest: outside
// the machine, with the same locks and virtual time.
type Native struct {
	root, tmp    string
	dir, overlay string
}

// Close removes its files.
func (n *Native) Close() { os.RemoveAll(n.tmp) }

func (b *Builder) native(suite suites.Suite, sol submission.Solution) (*Native, error) {
	l, err := layOver(suite, []submission.Solution{sol}, submission.Redirect)
	if err != nil {
		return nil, err
	}
	n := &Native{root: b.Root, dir: l.solutions[0].dir}
	delete(l.files, guestDir+"/main.go")
	if l.files[n.dir+"/lab_test.go"], err = expand(testTemplate, l); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(b.Cache, 0o755); err != nil {
		return nil, err
	}
	if n.tmp, err = os.MkdirTemp(b.Cache, "build-"); err != nil {
		return nil, err
	}
	if n.overlay, err = b.overlay(l, n.tmp); err != nil {
		n.Close()
		return nil, err
	}
	return n, nil
}

// goTest is go test for the suite.
func (n *Native) goTest(ctx context.Context, env string, flags ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, "go", append(append([]string{"test", "-tags=faultline_bubble", "-overlay", n.overlay},
		flags...), "./"+n.dir)...)
	cmd.Dir, cmd.Env = n.root, buildEnv(env)
	return cmd
}

// Native compiles a solution's suite, so that its cases can be searched for seeds that
// fail, several times as fast as in the machine. Only the machine's runs can be
// repeated and believed: what is found is to be confirmed there.
func (b *Builder) Native(ctx context.Context, suite suites.Suite, sol submission.Solution) (*Native, error) {
	n, err := b.native(suite, sol)
	if err != nil {
		return nil, err
	}
	out, err := n.goTest(ctx, "CGO_ENABLED=0", "-c", "-o", n.binary()).CombinedOutput()
	if err != nil {
		n.Close()
		return nil, fmt.Errorf("compiling %s for go test: %w\n%s", sol.Dir, err, out)
	}
	return n, nil
}

func (n *Native) binary() string { return filepath.Join(n.tmp, "cases.test") }

// A Search is what a native search of one case asks for.
type Search struct {
	Stage, Case string
	First       uint64 // seed
	Seeds       int
	Begun       func() // called before each run
}

// lull is how long a search waits for the next run to begin before it takes this
// one for one that never ends. It is no verdict: the machine has its own limits.
const lull = time.Minute

// Found is what a native search found.
type Found struct {
	Seed    uint64 // that fails, or kills the process; 0 if none does
	Skipped bool   // the case is not implemented
}

// Search runs a case with one seed after the other, until one fails.
func (n *Native) Search(ctx context.Context, s Search) (Found, error) {
	running, cancel := context.WithCancel(ctx)
	defer cancel()
	hung := time.AfterFunc(lull, cancel)
	defer hung.Stop()
	cmd := exec.CommandContext(running, n.binary(), "-test.v", "-test.timeout=0", "-test.run=^Test$/^"+s.Stage+"$/^"+s.Case+"$")
	cmd.Dir = filepath.Join(n.root, n.dir)
	// One goroutine at a time, until it waits: that is nearer to the machine.
	cmd.Env = append(os.Environ(), "GOMAXPROCS=1", "GODEBUG=asyncpreemptoff=1", "GOGC=400", fmt.Sprintf("FAULTLINE_SEEDS=%d %d", s.First, s.Seeds))
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		return Found{}, err
	}
	found := follow(out, func() {
		hung.Reset(lull)
		s.Begun()
	})
	switch err := cmd.Wait(); {
	case ctx.Err() != nil:
		return Found{}, ctx.Err()
	case err == nil:
		return Found{Skipped: found.Skipped}, nil
	case found.Seed == 0:
		return Found{}, fmt.Errorf("%s/%s does not begin to run: %w", s.Stage, s.Case, err)
	}
	return found, nil
}

// follow reads what a search prints, and returns the last seed that it names.
func follow(r io.Reader, begun func()) (f Found) {
	lines := bufio.NewReader(r)
	for {
		line, more, err := lines.ReadLine()
		if err != nil {
			return f
		}
		text := strings.TrimSpace(string(line))
		f.Skipped = f.Skipped || strings.HasPrefix(text, "--- SKIP")
		if text, is := strings.CutPrefix(text, "seed "); is && !more {
			if seed, err := strconv.ParseUint(text, 10, 64); err == nil {
				f.Seed = seed
				begun()
			}
		}
	}
}
