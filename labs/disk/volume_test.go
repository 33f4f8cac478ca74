package disk_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
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

// short shortens runs of a letter: "aaa" is a3, a zero is 0.
func short(text string) string {
	var b strings.Builder
	for text != "" {
		rest := strings.TrimLeft(text, text[:1])
		name := text[:1]
		if name == "\x00" {
			name = "0"
		}
		if n := len(text) - len(rest); n > 1 {
			fmt.Fprintf(&b, "%s*%d ", name, n)
		} else {
			b.WriteString(name + " ")
		}
		text = rest
	}
	return strings.TrimSpace(b.String())
}

// left is all that a crash may leave, as the given function reads it, sorted.
func left(v *disk.Volume, read func(*disk.Volume) string) []string {
	all := map[string]bool{}
	for s := new(disk.Search); ; {
		all[read(v.Fork(disk.Config{Fate: s.Fate()}))] = true
		if !s.Next() {
			return slices.Sorted(maps.Keys(all))
		}
	}
}

func letters(letter string, n int) string { return strings.Repeat(letter, n) }

func TestWhatACrashMayLeaveOfAVolume(t *testing.T) {
	write := func(v *disk.Volume, off int64, text string) *disk.File {
		f := must(v.Open("kv"))
		must(f.WriteAt([]byte(text), off))
		return f
	}
	tests := []struct {
		title string
		do    func(*disk.Volume) // file kv holds aaa durably
		want  string             // of the files kv and tmp, whichever there are
	}{
		{"nothing was done", func(*disk.Volume) {}, "kv=a*3"},
		{"a write within a sector", func(v *disk.Volume) { write(v, 1, "b") }, "kv=a b a | kv=a*3"},
		{"two writes of a sector", func(v *disk.Volume) { write(v, 1, "b"); write(v, 2, "c") }, "kv=a b a | kv=a b c | kv=a*3"},
		{"a write and a sync", func(v *disk.Volume) { ok(write(v, 1, "b").Sync()) }, "kv=a b a"},
		{"an append: the size may be there without the contents", func(v *disk.Volume) { write(v, 3, "b") },
			"kv=a*3 | kv=a*3 0 | kv=a*3 b"},
		{"an append over a sector boundary", func(v *disk.Volume) { write(v, 3, letters("b", 510)) },
			"kv=a*3 | kv=a*3 0*509 | kv=a*3 0*509 b | kv=a*3 0*510 | kv=a*3 b*509 | kv=a*3 b*509 0 | kv=a*3 b*510"},
		{"a hole", func(v *disk.Volume) { ok(write(v, 600, "b").Sync()) }, "kv=a*3 0*597 b"},
		{"a shorter file", func(v *disk.Volume) { ok(must(v.Open("kv")).Truncate(1)) }, "kv=a | kv=a*3"},
		{"a longer file", func(v *disk.Volume) { ok(must(v.Open("kv")).Truncate(5)) }, "kv=a*3 | kv=a*3 0*2"},
		{"a file that was overwritten in place", func(v *disk.Volume) { put(v, "kv", "b", false) },
			"kv= | kv=0 | kv=a*3 | kv=b"},
		{"what was written after a shortening does not appear before it", func(v *disk.Volume) { put(v, "kv", "bbb", false) },
			"kv= | kv=0*3 | kv=a*3 | kv=b*3"},
		{"nor does what was written into a hole", func(v *disk.Volume) {
			f := must(v.Open("kv"))
			ok(f.Truncate(1500))
			ok(f.Sync())
			ok(f.Truncate(0))
			must(f.WriteAt([]byte("b"), 600))
			ok(v.SyncDir())
		}, "kv= | kv=0*600 b | kv=0*601 | kv=a*3 0*1497"},
		{"a new name", func(v *disk.Volume) { put(v, "tmp", "b", true) }, "kv=a*3 | kv=a*3 tmp=b"},
		{"a new name and a sync of the directory", func(v *disk.Volume) { put(v, "tmp", "b", false); ok(v.SyncDir()) },
			"kv=a*3 tmp= | kv=a*3 tmp=0 | kv=a*3 tmp=b"},
		{"a rename", func(v *disk.Volume) { ok(v.Rename("kv", "tmp")) }, "kv=a*3 | tmp=a*3"},
		{"a rename over a file", func(v *disk.Volume) {
			put(v, "tmp", "b", true)
			ok(v.SyncDir())
			ok(v.Rename("tmp", "kv"))
		}, "kv=a*3 tmp=b | kv=b"},
		{"a rename to itself", func(v *disk.Volume) { ok(v.Rename("kv", "kv")) }, "kv=a*3"},
		{"a new file, renamed", func(v *disk.Volume) { put(v, "tmp", "b", true); ok(v.Rename("tmp", "kv")) },
			"kv=a*3 | kv=a*3 tmp=b | kv=b"},
		{"the trap: renamed and not synced", func(v *disk.Volume) {
			put(v, "tmp", "b", false)
			ok(v.Rename("tmp", "kv"))
			ok(v.SyncDir())
		}, "kv= | kv=0 | kv=b"},
		{"a removal", func(v *disk.Volume) { ok(v.Remove("kv")) }, " | kv=a*3"},
		{"a removal and a new file of that name", func(v *disk.Volume) { ok(v.Remove("kv")); put(v, "kv", "b", true) },
			" | kv=a*3 | kv=b"},
	}
	for _, tt := range tests {
		t.Run(tt.title, func(t *testing.T) {
			v := disk.NewVolume(disk.Config{})
			put(v, "kv", "aaa", true)
			ok(v.SyncDir())
			tt.do(v)
			read := func(v *disk.Volume) string {
				var files []string
				for _, name := range must(v.Names()) {
					files = append(files, name+"="+short(content(v, name)))
				}
				return strings.Join(files, " ")
			}
			if got := strings.Join(left(v, read), " | "); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
			if lost := read(v.Fork(disk.Config{Fate: disk.Lose})); !slices.Contains(strings.Split(tt.want, " | "), lost) {
				t.Errorf("with all lost: %s", lost)
			}
			kept, before := read(v.Crash(disk.Config{})), tt.want
			if !strings.Contains(before, kept) {
				t.Errorf("with nothing lost: %s", kept)
			}
			if _, err := v.Names(); !errors.Is(err, disk.ErrDead) {
				t.Errorf("the dead volume says %v", err)
			}
		})
	}
}

// A model is what a volume must look like to the program that uses it.
type model map[string][]byte

// step does one random operation to both.
func (m model) step(v *disk.Volume, r *rand.Rand) {
	name := string(rune('a' + r.IntN(3)))
	if m[name] == nil || r.IntN(12) == 0 {
		ok(must(v.Create(name)).Close())
		m[name] = []byte{}
	}
	f := must(v.Open(name))
	defer f.Close()
	size := int64(r.IntN(1500))
	switch r.IntN(10) {
	case 0:
		ok(f.Truncate(size))
		m[name] = append(m[name], make([]byte, 1500)...)[:size:size]
	case 1:
		to := string(rune('a' + r.IntN(3)))
		ok(v.Rename(name, to))
		if to != name {
			m[to] = m[name]
			delete(m, name)
		}
	case 2:
		ok(v.Remove(name))
		delete(m, name)
	case 3:
		ok(f.Sync())
	case 4:
		ok(v.SyncDir())
	case 5:
		must(f.Append([]byte("tail")))
		m[name] = append(m[name], "tail"...)
	default:
		text := bytes.Repeat([]byte{'A' + byte(r.IntN(26))}, r.IntN(700))
		must(f.WriteAt(text, size))
		if len(text) > 0 {
			m[name] = append(m[name], make([]byte, max(0, int(size)+len(text)-len(m[name])))...)
			copy(m[name][size:], text)
		}
	}
}

func (m model) String() string {
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(m)) {
		fmt.Fprintf(&b, "%s: %s\n", name, short(string(m[name])))
	}
	return b.String()
}

func view(v *disk.Volume) string {
	m := model{}
	for _, name := range must(v.Names()) {
		m[name] = []byte(content(v, name))
	}
	return m.String()
}

func TestAProgramSeesWhatItWroteWhateverIsVolatile(t *testing.T) {
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 1))
		v, m := disk.NewVolume(disk.Config{}), model{}
		for range 30 {
			m.step(v, r)
			if got := view(v); got != m.String() {
				t.Fatalf("seed %d: got\n%swant\n%s", seed, got, m)
			}
			if r.IntN(10) == 0 {
				v = v.Crash(disk.Config{Fate: disk.Keep})
			}
		}
	}
}

func TestWhatWasSyncedSurvivesEveryCrash(t *testing.T) {
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 2))
		v, m := disk.NewVolume(disk.Config{}), model{}
		for range 4 {
			for range 10 {
				m.step(v, r)
			}
			for name := range m {
				ok(must(v.Open(name)).Sync())
			}
			ok(v.SyncDir())
			if n := v.Dirty(); n != 0 {
				t.Errorf("seed %d: %d things are still volatile", seed, n)
			}
			v = v.Crash(disk.Config{Fate: disk.Draw(seed)})
			if got := view(v); got != m.String() {
				t.Fatalf("seed %d: got\n%swant\n%s", seed, got, m)
			}
		}
	}
}

// TestALazySearchOfAVolumeFindsWhatAnEagerOneFinds also crashes twice in a row.
func TestALazySearchOfAVolumeFindsWhatAnEagerOneFinds(t *testing.T) {
	tried := 0
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 3))
		v, m := disk.NewVolume(disk.Config{}), model{}
		for range 2 {
			m.step(v, r)
		}
		v = v.Fork(disk.Config{Fate: disk.Draw(seed)})
		m = model{}
		for _, name := range must(v.Names()) {
			m[name] = []byte(content(v, name))
		}
		m.step(v, r)
		v = v.Fork(disk.Config{})
		open := v.OpenChoices()
		if len(open) > 10 {
			continue
		}
		tried++
		eager := map[string]bool{}
		choices := make([]int, len(open))
		for more := true; more; more = count(choices, open) {
			var losses disk.Losses
			for i, c := range open {
				losses = append(losses, disk.Loss{Cell: c.Cell, Left: choices[i]})
			}
			eager[view(v.Fork(disk.Config{Fate: losses.Fate()}))] = true
		}
		if lazy := left(v, view); !slices.Equal(lazy, slices.Sorted(maps.Keys(eager))) {
			t.Errorf("seed %d: lazily %d states, eagerly %d", seed, len(lazy), len(eager))
		}
	}
	if tried < 100 {
		t.Errorf("only %d volumes were small enough", tried)
	}
}

func TestErrorsOfAVolume(t *testing.T) {
	v := disk.NewVolume(disk.Config{Capacity: 10})
	put(v, "a", "aaaa", true)
	f := must(v.Open("a"))
	short := make([]byte, 6)
	first := func(_ any, err error) error { return err }
	tests := []struct {
		title string
		err   error
		want  error
	}{
		{"a file that is not there", first(v.Open("b")), fs.ErrNotExist},
		{"a rename of it", v.Rename("b", "a"), fs.ErrNotExist},
		{"its removal", v.Remove("b"), fs.ErrNotExist},
		{"a name that is none", first(v.Create("a/b")), fs.ErrInvalid},
		{"a new name that is none", v.Rename("a", ""), fs.ErrInvalid},
		{"a place before the file", first(f.ReadAt(short, -1)), fs.ErrInvalid},
		{"a write there", first(f.WriteAt(short, -1)), fs.ErrInvalid},
		{"a negative size", f.Truncate(-1), fs.ErrInvalid},
		{"the end of the file", first(f.ReadAt(short, 0)), io.EOF},
		{"a write without room", first(f.WriteAt(short, 5)), disk.ErrFull},
		{"an append without room", first(f.Append(append(short, 0))), disk.ErrFull},
		{"a longer file without room", f.Truncate(11), disk.ErrFull},
		{"what fits", first(f.Append(short)), nil},
		{"rot where nothing is", v.Rot("a", 10), fs.ErrInvalid},
		{"rot of nothing", v.Rot("b", 0), fs.ErrNotExist},
		{"a close", f.Close(), nil},
		{"another", f.Close(), fs.ErrClosed},
		{"a sync after it", f.Sync(), fs.ErrClosed},
		{"a read after it", first(f.ReadAt(short, 0)), fs.ErrClosed},
	}
	for _, tt := range tests {
		if !errors.Is(tt.err, tt.want) {
			t.Errorf("%s: %v, want %v", tt.title, tt.err, tt.want)
		}
	}
	if got := content(v, "a"); got != "aaaaaaaa\x00\x00" {
		t.Errorf("what failed left %q", got)
	}
}

func TestAFailedSyncLosesWhatItWasToWrite(t *testing.T) {
	v := disk.NewVolume(disk.Config{})
	put(v, "a", "old", true)
	ok(v.SyncDir())
	f := must(v.Open("a"))
	must(f.WriteAt([]byte("new"), 0))
	v.FailFlush()
	if err := f.Sync(); !errors.Is(err, disk.ErrIO) {
		t.Errorf("the sync says %v", err)
	}
	if err := f.Sync(); err != nil {
		t.Errorf("the next sync says %v", err)
	}
	if got := content(v, "a"); got != "new" {
		t.Errorf("until a crash it reads %q", got)
	}
	put(v, "b", "b", true)
	v.FailFlush()
	if err := v.SyncDir(); !errors.Is(err, disk.ErrIO) {
		t.Errorf("the sync of the directory says %v", err)
	}
	ok(v.SyncDir())
	if names := must(v.Names()); !slices.Equal(names, []string{"a", "b"}) {
		t.Errorf("until a crash there are %v", names)
	}
	v = v.Crash(disk.Config{Fate: disk.Keep})
	if got := content(v, "a") + content(v, "b"); got != "old-" {
		t.Errorf("the crash left %q", got)
	}
}

func TestAFlushFailsByItsNumber(t *testing.T) {
	for n := 1; n <= 4; n++ {
		v := disk.NewVolume(disk.Config{Fails: func(flush int) bool { return flush == n }})
		f := must(v.Create("a"))
		for i := 1; i <= 4; i++ {
			must(f.WriteAt([]byte{byte(i)}, 0))
			if err := f.Sync(); errors.Is(err, disk.ErrIO) != (i == n) {
				t.Errorf("flush %d of a disk whose flush %d fails: %v", i, n, err)
			}
		}
	}
}

func TestRotIsThereToStay(t *testing.T) {
	v := disk.NewVolume(disk.Config{})
	put(v, "a", "abc", true)
	ok(v.SyncDir())
	ok(v.Rot("a", 1))
	if got := content(v, "a") + content(v.Crash(disk.Config{}), "a"); got != "accacc" {
		t.Errorf("it reads %q", got)
	}
}

func TestAVolumeTakesManyGoroutines(t *testing.T) {
	v := disk.NewVolume(disk.Config{BeforeFlush: func(int) {}})
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			name := fmt.Sprint("f", i%4)
			for range 20 {
				f := must(v.Create(name))
				must(f.Append([]byte("x")))
				ok(f.Sync())
				ok(v.SyncDir())
				must(v.Names())
				v.Fork(disk.Config{Fate: disk.Lose}).Print()
			}
		})
	}
	wg.Wait()
	if names := must(v.Names()); len(names) != 4 {
		t.Error(names)
	}
}
