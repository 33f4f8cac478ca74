package disk_test

import (
	"errors"
	"math"
	"testing"

	"faultline/labs/disk"
)

func TestNoFileIsLongerThanCanBeSimulated(t *testing.T) {
	v := disk.NewVolume(disk.Config{})
	f := must(v.Create("kv"))
	for _, off := range []int64{math.MaxInt64, 1 << 40} {
		if n, err := f.WriteAt([]byte("a"), off); n != 0 || !errors.Is(err, disk.ErrFull) {
			t.Errorf("a write at %d gave %d, %v", off, n, err)
		}
	}
	if err := f.Truncate(1 << 50); !errors.Is(err, disk.ErrFull) {
		t.Errorf("a file of 2^50 bytes: %v", err)
	}
	if size := must(f.Size()); size != 0 {
		t.Errorf("the file has %d bytes", size)
	}
}

// A number may be that of another change in another run: an explorer that goes by the
// print would take one disk for the other.
func TestDifferentChangesHaveDifferentPrints(t *testing.T) {
	v := disk.NewVolume(disk.Config{})
	for _, name := range []string{"a", "b"} {
		put(v, name, name, true)
	}
	ok(v.SyncDir())
	prints := map[uint64]string{}
	for name, do := range map[string]func(*disk.Volume) error{
		"remove a":      func(v *disk.Volume) error { return v.Remove("a") },
		"remove b":      func(v *disk.Volume) error { return v.Remove("b") },
		"rename a to c": func(v *disk.Volume) error { return v.Rename("a", "c") },
		"rename b to c": func(v *disk.Volume) error { return v.Rename("b", "c") },
		"rename a to b": func(v *disk.Volume) error { return v.Rename("a", "b") },
	} {
		w := v.Fork(disk.Config{})
		ok(do(w))
		if other, is := prints[w.Print()]; is {
			t.Errorf("%s has the print of %s", name, other)
		}
		prints[w.Print()] = name
	}
}

// A rename may be lost and the next one not: then a file has two names, and what it is
// called must not depend on the order of a map.
func TestAFileWithTwoNamesIsCalledByTheFirst(t *testing.T) {
	for range 50 {
		v := disk.NewVolume(disk.Config{})
		put(v, "a", "x", true)
		ok(v.SyncDir())
		ok(v.Rename("a", "b"))
		ok(v.Rename("b", "c"))
		first := true
		v = v.Crash(disk.Config{Fate: func(c disk.Choice) int {
			if c.Kind == disk.Rename && c.File == "b" {
				return 0
			}
			return disk.Keep(c)
		}})
		must(v.Names())
		ok(v.SyncDir())
		must(must(v.Open("a")).WriteAt([]byte("y"), 0))
		for _, c := range v.Fork(disk.Config{}).OpenChoices() {
			if c.Name != "a" || !first {
				t.Fatalf("open is %+v", c)
			}
			first = false
		}
		if first {
			t.Fatal("nothing is open, so this shows nothing")
		}
	}
}

func TestRotTellsWhatItFindsLost(t *testing.T) {
	v := disk.NewVolume(disk.Config{})
	put(v, "kv", "aaa", true)
	ok(v.SyncDir())
	must(must(v.Open("kv")).Append([]byte("b")))
	var lost disk.Losses
	v = v.Crash(disk.Config{Fate: disk.Lose, Lost: func(l disk.Loss) { lost = append(lost, l) }})
	ok(v.Rot("kv", 0))
	if len(lost) != 1 || lost[0].Kind != disk.Size {
		t.Errorf("found lost: %v", lost)
	}
}
