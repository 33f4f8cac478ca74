package machine

import (
	"context"
	"os"
	"os/exec"

	"faultline/grader/internal/submission"
	"faultline/grader/internal/suites"
)

// Race runs a solution's cases under go test with the race detector, in bubbles
// of testing/synctest, and returns what go test printed. The pattern is one for
// its -run. This is outside the machine: the solution may do whatever this
// process may.
func (b *Builder) Race(ctx context.Context, suite suites.Suite, sol submission.Solution, pattern string) ([]byte, error) {
	l, err := newLayer(suite, sol)
	if err != nil {
		return nil, err
	}
	dir := l.solutions[0].dir
	delete(l.files, guestDir+"/main.go")
	if l.files[dir+"/lab_test.go"], err = expand(testTemplate, l); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(b.Cache, 0o755); err != nil {
		return nil, err
	}
	tmp, err := os.MkdirTemp(b.Cache, "build-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(tmp)
	overlay, err := b.overlay(l, tmp)
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, "go", "test", "-race", "-tags=faultline_bubble", "-overlay", overlay,
		"-count=1", "-v", "-run", pattern, "./"+dir)
	cmd.Dir = b.Root
	cmd.Env = buildEnv("CGO_ENABLED=1")
	return cmd.CombinedOutput()
}
