package journal_test

import (
	"testing"
	"testing/fstest"

	"faultline/labs/disk"
	"faultline/labs/internal/staff/journal"
	"faultline/labs/journal/journalapi"
)

// mounted makes a file system with a few files.
func mounted(t testing.TB) (*disk.Device, journalapi.FileSystem) {
	t.Helper()
	d := disk.NewDevice(64, disk.Config{})
	if err := journal.Mkfs(d, journalapi.Geometry{Journal: 16, Inodes: 32}); err != nil {
		t.Fatal(err)
	}
	f, err := journal.Mount(d, journalapi.Options{Delayed: true})
	if err != nil {
		t.Fatal(err)
	}
	for _, err := range []error{
		f.Mkdir("d"), f.Mkdir("d/e"), f.Mkdir("empty"), f.Create("a"), f.Create("d/b"), f.Create("d/e/c"),
		f.WriteAt("a", make([]byte, 50_000), 3), f.WriteAt("d/e/c", []byte("hello"), 0), f.Link("d/e/c", "d/l"),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	return d, f
}

func TestTheViewKeepsTheRulesOfTheStandardLibrary(t *testing.T) {
	_, f := mounted(t)
	if err := fstest.TestFS(f.View(), "a", "d/b", "d/e/c", "d/l", "empty"); err != nil {
		t.Error(err)
	}
	if err := f.Close(); err != nil {
		t.Error(err)
	}
}

// Whatever is on a disk, nobody may panic, and what Fsck has mended is sound.
func FuzzFsck(f *testing.F) {
	f.Add(uint16(1), uint16(0), []byte("nonsense"))
	f.Add(uint16(17), uint16(130), []byte{0, 2, 255, 255, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 16, 0, 0, 0, 0, 1})
	f.Add(uint16(18), uint16(2), []byte{0, 0, 0, 255})
	f.Add(uint16(19), uint16(60), []byte{0, 0, 0, 0, 0, 0, 0, 2, '.', 0, '/', 0, 0, 0, 0, 0, 0, 0, 1})
	f.Fuzz(func(t *testing.T, block, at uint16, garbage []byte) {
		d, fs := mounted(t)
		if err := fs.Close(); err != nil {
			t.Fatal(err)
		}
		b := make([]byte, disk.BlockSize)
		bn := uint64(block) % d.NumBlocks()
		if err := d.Read(bn, b); err != nil {
			t.Fatal(err)
		}
		copy(b[at%disk.BlockSize:], garbage)
		if err := d.Write(bn, b); err != nil {
			t.Fatal(err)
		}
		if _, err := journal.Fsck(d, true); err != nil {
			return // there is no superblock, no journal, or no room for lost+found
		}
		if again, err := journal.Fsck(d, false); err != nil || len(again) > 0 {
			t.Errorf("after a repair there is still %q, %v", again, err)
		}
		fs, err := journal.Mount(d, journalapi.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if err := fs.Close(); err != nil {
			t.Error(err)
		}
	})
}
