package machine

import (
	"os"
	"path/filepath"
	"time"
)

// touch marks a file of the cache as used.
func touch(path string) error {
	now := time.Now()
	return os.Chtimes(path, now, now)
}

// Prune removes from the cache what was not used for a week and what a killed
// build left behind. It is safe beside running graders.
func (b *Builder) Prune() {
	const age = 7 * 24 * time.Hour
	old := func(path string, limit time.Duration) bool {
		info, err := os.Stat(path)
		return err == nil && time.Since(info.ModTime()) > limit
	}
	for pattern, limit := range map[string]time.Duration{
		"guests/*": age, "native/*/*": age, "build-*": time.Hour,
	} {
		matches, _ := filepath.Glob(filepath.Join(b.Cache, filepath.FromSlash(pattern)))
		for _, path := range matches {
			if old(path, limit) {
				os.RemoveAll(path)
			}
		}
	}
}
