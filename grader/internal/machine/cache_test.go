package machine_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"faultline/grader/internal/machine"
)

func TestTheCacheKeepsWhatIsNewAndFits(t *testing.T) {
	const large = 5 << 30 // bytes, of which a sparse file takes none
	dir := t.TempDir()
	now := time.Now()
	for _, f := range []struct {
		path string
		age  time.Duration
		size int64
	}{
		{"guests/now.wasm", 0, large},
		{"native/v1/minutes-ago", 30 * time.Minute, large},
		{"guests/hours-ago.wasm", 3 * time.Hour, 1},
		{"guests/last-month.wasm", 30 * 24 * time.Hour, 1},
		{"build-now", 0, 1},
		{"build-hours-ago", 2 * time.Hour, 1},
		{"build-killed", 25 * time.Hour, 1},
	} {
		path := filepath.Join(dir, filepath.FromSlash(f.path))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, nil, 0o644); err != nil {
			t.Fatal(err)
		}
		if err := os.Truncate(path, f.size); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(path, now.Add(-f.age), now.Add(-f.age)); err != nil {
			t.Fatal(err)
		}
	}
	builder := machine.Builder{Cache: dir}
	kept := func(path string) bool {
		_, err := os.Stat(filepath.Join(dir, filepath.FromSlash(path)))
		return err == nil
	}
	builder.Prune()
	for path, want := range map[string]bool{
		"guests/now.wasm":        true,
		"native/v1/minutes-ago":  true, // too much, but somebody may be at work
		"guests/hours-ago.wasm":  false,
		"guests/last-month.wasm": false,
		"build-now":              true,
		"build-hours-ago":        true, // a search may be at work
		"build-killed":           false,
	} {
		if kept(path) != want {
			t.Errorf("%s: kept %v, want %v", path, !want, want)
		}
	}
}
