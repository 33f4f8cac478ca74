package disk_test

import (
	"errors"
	"io/fs"
	"testing"

	"faultline/labs/disk"
)

func must[V any](v V, err error) V {
	if err != nil {
		panic(err)
	}
	return v
}

func ok(err error) {
	if err != nil {
		panic(err)
	}
}

// put writes a file, with or without a sync.
func put(v *disk.Volume, name, text string, sync bool) {
	f := must(v.Create(name))
	must(f.WriteAt([]byte(text), 0))
	if sync {
		ok(f.Sync())
	}
	ok(f.Close())
}

// content is what a file holds, "-" if there is none.
func content(v *disk.Volume, name string) string {
	f, err := v.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return "-"
	}
	ok(err)
	b := make([]byte, must(f.Size()))
	must(f.ReadAt(b, 0))
	return string(b)
}

func TestACrashLeavesWhatWasSynced(t *testing.T) {
	tests := []struct {
		title      string
		do         func(*disk.Volume)
		lose, keep string // of file "kv" when all or nothing is lost
	}{
		{"nothing was done", func(*disk.Volume) {}, "old", "old"},
		{"overwritten", func(v *disk.Volume) { put(v, "kv", "new", false) }, "old", "new"},
		{"overwritten and synced", func(v *disk.Volume) { put(v, "kv", "new", true) }, "new", "new"},
		{"renamed over", func(v *disk.Volume) {
			put(v, "tmp", "new", true)
			ok(v.Rename("tmp", "kv"))
		}, "old", "new"},
		{"renamed over and the directory synced, not the file", func(v *disk.Volume) {
			put(v, "tmp", "new", false)
			ok(v.Rename("tmp", "kv"))
			ok(v.SyncDir())
		}, "", "new"},
		{"removed", func(v *disk.Volume) { ok(v.Remove("kv")) }, "old", "-"},
		{"removed and the directory synced", func(v *disk.Volume) { ok(v.Remove("kv")); ok(v.SyncDir()) }, "-", "-"},
	}
	for _, tt := range tests {
		t.Run(tt.title, func(t *testing.T) {
			v := disk.NewVolume(disk.Config{})
			put(v, "kv", "old", true)
			ok(v.SyncDir())
			tt.do(v)
			if got := content(v.Fork(disk.Config{Fate: disk.Lose}), "kv"); got != tt.lose {
				t.Errorf("with all lost: %q, want %q", got, tt.lose)
			}
			if got := content(v.Crash(disk.Config{}), "kv"); got != tt.keep {
				t.Errorf("with nothing lost: %q, want %q", got, tt.keep)
			}
			if _, err := v.Names(); !errors.Is(err, disk.ErrDead) {
				t.Errorf("the dead volume says %v", err)
			}
		})
	}
}
