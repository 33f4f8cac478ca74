package machine

import (
	"os"
	"path/filepath"
	"slices"
	"time"
)

// touch marks a file of the cache as used.
func touch(path string) error {
	now := time.Now()
	return os.Chtimes(path, now, now)
}

// What the cache may hold. A student's needs a few MB; whoever proves the suites
// again and again fills tens of GB in a day.
const (
	cacheAge  = 7 * 24 * time.Hour // since its last use, of anything
	cacheSize = 8 << 30            // bytes in all; the latest hour's are kept nevertheless, because somebody may be at work
	buildAge  = 24 * time.Hour     // of what was left by a build or a search that was killed: a search may take hours
)

// Prune removes from the cache what was not used for long, what is too much, the
// oldest first, and what killed builds have left behind. It is safe beside running
// graders.
func (b *Builder) Prune() {
	now := time.Now()
	builds, _ := filepath.Glob(filepath.Join(b.Cache, "build-*"))
	for _, path := range builds {
		if info, err := os.Stat(path); err == nil && now.Sub(info.ModTime()) > buildAge {
			os.RemoveAll(path)
		}
	}
	var size int64
	for _, f := range b.cached() {
		age := now.Sub(f.info.ModTime())
		size += f.info.Size()
		if age > cacheAge || size > cacheSize && age > time.Hour {
			os.Remove(f.path)
		}
	}
}

// A cachedFile is a guest or its native code.
type cachedFile struct {
	path string
	info os.FileInfo
}

// cached lists what is in the cache, the latest first.
func (b *Builder) cached() []cachedFile {
	var all []cachedFile
	for _, pattern := range []string{"guests/*", "native/*/*"} {
		paths, _ := filepath.Glob(filepath.Join(b.Cache, filepath.FromSlash(pattern)))
		for _, path := range paths {
			if info, err := os.Stat(path); err == nil {
				all = append(all, cachedFile{path, info})
			}
		}
	}
	slices.SortFunc(all, func(a, b cachedFile) int { return b.info.ModTime().Compare(a.info.ModTime()) })
	return all
}
