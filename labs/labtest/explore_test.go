package labtest_test

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"testing"
	"time"

	"faultline/labrpc"
	"faultline/labs"
	"faultline/labs/disk"
	"faultline/labs/labtest"
	"faultline/labs/trace"
)

// A toy keeps one text in a file, replaces it with every update, and has one bug
// or none.
type toy struct {
	v     *disk.Volume
	bug   string
	calls *int // of get, by all toys
}

// must ends the toy when the disk of a workload fails, which it does not.
func must[V any](v V, err error) V {
	if err != nil {
		panic(err)
	}
	return v
}

// set replaces the text: copy, sync, rename, sync the directory.
func (s toy) set(text string) error {
	switch s.bug {
	case "torn tail":
		return s.log(text)
	case "acknowledges first":
		must(0, s.v.SyncDir()) // of the set before
	}
	f := must(s.v.Create("new"))
	must(f.WriteAt([]byte(text+"."), 0))
	var err error
	if s.bug != "no sync of the file" {
		err = f.Sync()
	}
	err = errors.Join(err, f.Close(), s.v.Rename("new", "text"))
	if s.bug != "no sync of the directory" && s.bug != "acknowledges first" {
		err = errors.Join(err, s.v.SyncDir())
	}
	return err
}

// entry is how long an entry of the log is.
const entry = 600

// log appends an entry to a log instead, over two sectors.
func (s toy) log(text string) error {
	f, err := s.v.Open("log")
	if err != nil {
		f = must(s.v.Create("log"))
		must(0, s.v.SyncDir())
	}
	must(f.Append([]byte(text + strings.Repeat(" ", entry-len(text)-1) + ".")))
	return f.Sync()
}

// tail returns the text of the last entry, if its size is right.
func (s toy) tail() (string, error) {
	f, err := s.v.Open("log")
	if err != nil {
		return "", nil
	}
	n := must(f.Size()) / entry
	if n == 0 {
		return "", nil
	}
	b := make([]byte, entry)
	must(f.ReadAt(b, (n-1)*entry))
	return strings.TrimRight(strings.TrimSuffix(string(b), "."), " "), nil
}

// get returns the text.
func (s toy) get() (string, error) {
	f, err := s.v.Open("text")
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	b := make([]byte, must(f.Size()))
	must(f.ReadAt(b, 0))
	text, whole := strings.CutSuffix(string(b), ".")
	if s.bug == "panics" && !whole {
		panic("half a text")
	}
	if *s.calls++; s.bug == "chance" && *s.calls == 2 {
		text += "?"
	}
	return text, f.Close()
}

// recover is get, and the bugs that recoveries have.
func (s toy) recover() (string, error) {
	switch s.bug {
	case "torn tail":
		got, err := s.tail()
		if zeros := strings.TrimRight(got, "\x00"); zeros != got {
			got = strings.TrimSpace(zeros) + " and zeros"
		}
		return got, err
	case "counts":
		n := must(s.v.Create(fmt.Sprintf("seen%d", len(must(s.v.Names())))))
		names := must(s.v.Names())
		return strings.Join(names, ","), errors.Join(n.Sync(), s.v.SyncDir())
	case "refuses":
		if names := must(s.v.Names()); slices.Contains(names, "new") {
			return "", errors.New("what is this file new?")
		}
	case "endless":
		for names := must(s.v.Names()); slices.Contains(names, "new"); {
			names = must(s.v.Names())
		}
	case "tidies first":
		// It takes the text away before the copy is durable.
		text, err := s.get()
		if err != nil || text == "" {
			return text, err
		}
		err = errors.Join(s.v.Remove("text"), s.v.SyncDir())
		return text, errors.Join(err, s.set(text))
	}
	return s.get()
}

var texts = []string{"one", "two", "three"}

// explore tries a toy, or performs what a plan has.
func explore(t *testing.T, bug string, plan *labrpc.Plan) result {
	t.Helper()
	states, calls := append([]string{""}, texts...), new(int)
	return perform(t, labtest.Request{Seed: 1, Plan: plan}, func(t *labtest.T, _ *solution) {
		labtest.Explore(t, labtest.Exploration[*disk.Volume]{
			New: disk.NewVolume,
			Workload: func(v *disk.Volume, w *labtest.Work) {
				for _, text := range texts {
					if err := w.Op("set "+text, func() error { return toy{v, bug, calls}.set(text) }); err != nil {
						t.Fail(labtest.Finding{Actual: err.Error()})
					}
				}
			},
			Recover: func(v *disk.Volume) (string, error) { return toy{v, bug, calls}.recover() },
			Check: func(at labtest.Crash, contents string) labtest.Finding {
				if bug == "counts" {
					return labtest.Finding{}
				}
				return labtest.Prefix(states)(at, contents)
			},
		})
	})
}

// crashes are the lines of the plan that a run had.
func (r result) crashes() (plan labrpc.Plan) {
	for _, e := range r.events {
		if e.Kind == trace.Fault {
			f, err := labrpc.ParseFault(e.Text)
			if err != nil {
				panic(err)
			}
			plan = append(plan, f)
		}
	}
	return plan
}

// last is the last line of the story.
func (r result) last() (text string) {
	for _, e := range r.events {
		if e.Kind == trace.Step {
			text = e.Text
		}
	}
	return text
}

const (
	survives = "what was acknowledged survives a crash, and an operation happens wholly or not at all"
	stays    = "what was read after a recovery stays, whatever happens next"
	same     = "what a recovery finds depends on the disk and nothing else"
)

func TestExploreFindsTheCrashThatBreaksAStore(t *testing.T) {
	tests := []struct {
		bug, property, crash, actual, plan string
	}{
		{"no sync of the file", survives,
			"after a crash before flush 1, during set one (not acknowledged), that lost sector 0 of text (written by set one): ",
			`"\x00\x00\x00\x00", which is the state after no number of operations; ` +
				`recovers at 0 of 4 crash points, and fails too before flush 2, during set two (not acknowledged), ` +
				`before flush 3, during set three (not acknowledged), before flush 4, after set three (acknowledged)`,
			"lose      store disk flush 1: sector new#1:0\n"},
		{"no sync of the directory", survives,
			"after a crash before flush 2, during set two (not acknowledged), that lost the rename to text (written by set one): ",
			`"", the state before the operation that was acknowledged; ` +
				`recovers at 1 of 4 crash points, and fails too before flush 3, during set three (not acknowledged), ` +
				`before flush 4, after set three (acknowledged)`,
			"lose      store disk flush 2: rename text#3\n"},
		{"acknowledges first", survives,
			"after a crash before flush 3, during set two (not acknowledged), that lost the rename to text (written by set one): ",
			`"", the state before the operation that was acknowledged; recovers at 4 of 7 crash points, ` +
				"and fails too before flush 5, during set three (not acknowledged), " +
				"before flush 7, after set three (acknowledged)",
			"lose      store disk flush 3: rename text#3\n"},
		{"torn tail", survives,
			"after a crash before flush 2, during set one (not acknowledged), that lost sector 1 of log (written by set one): ",
			`"one and zeros", which is the state after no number of operations; recovers at 2 of 5 crash points, ` +
				"and fails too before flush 3, during set two (not acknowledged), " +
				"before flush 4, during set three (not acknowledged)",
			"lose      store disk flush 2: sector log#1:1\n"},
		{"chance", same, "this happened once, and not when it was tried again: " +
			"after a crash before flush 2, during set one (not acknowledged), that lost nothing: ",
			`"one?", which is the state after no number of operations; recovers at 6 of 7 crash points`,
			"lose      store disk flush 2: nothing\n"},
		{"counts", stays, "after a crash before flush 7, after set three (acknowledged), that lost nothing: ",
			`"seen1,seen2,text" when it recovered once more; this is a plain restart`,
			"lose      store disk flush 7: nothing\n"},
		{"refuses", "what must hold", "after a crash before flush 1, during set one (not acknowledged), that lost nothing: ",
			"it failed: what is this file new?; recovers at 1 of 7 crash points, " +
				"and fails too before flush 2, during set one (not acknowledged), " +
				"before flush 3, during set two (not acknowledged), " +
				"before flush 4, during set two (not acknowledged), and at 2 more",
			"lose      store disk flush 1: nothing\n"},
		{"endless", "what must hold", "after a crash before flush 1, during set one (not acknowledged), that lost nothing: ",
			"it called the disk 100000 times; recovers at 1 of 7 crash points, " +
				"and fails too before flush 2, during set one (not acknowledged), " +
				"before flush 3, during set two (not acknowledged), " +
				"before flush 4, during set two (not acknowledged), and at 2 more",
			"lose      store disk flush 1: nothing\n"},
		{"tidies first", survives,
			"after a crash before flush 3, during set two (not acknowledged), that lost nothing, " +
				"then a crash of the recovery before flush 5, that lost nothing: ",
			`"", the state before the operation that was acknowledged; recovers at 2 of 7 crash points, ` +
				"and fails too before flush 4, during set two (not acknowledged), " +
				"before flush 5, during set three (not acknowledged), " +
				"before flush 6, during set three (not acknowledged), and at 1 more",
			"lose      store disk flush 3: nothing\nlose      store disk flush 5: nothing\n"},
	}
	for _, tt := range tests {
		t.Run(tt.bug, func(t *testing.T) {
			r := explore(t, tt.bug, nil)
			if r.Verdict != labs.Fail || r.Property != tt.property || r.Actual != tt.crash+tt.actual {
				t.Errorf("got  %s\nwant %s\n     %s%s", r, tt.property, tt.crash, tt.actual)
			}
			plan := r.crashes()
			if plan.String() != tt.plan {
				t.Errorf("the plan is\n%swant\n%s", plan, tt.plan)
			}
			if tt.bug == "chance" {
				return
			}
			again := explore(t, tt.bug, &plan)
			if again.Property != r.Property || again.Expected != r.Expected || !strings.HasPrefix(r.Actual, again.Actual) {
				t.Errorf("its plan gives %s", again)
			}
			if got := again.crashes(); got.String() != tt.plan {
				t.Errorf("the plan of the replay is\n%s", got)
			}
		})
	}
}

func TestExploreSaysWhatItCovered(t *testing.T) {
	r := explore(t, "", nil)
	want := "recovers at 7 of 7 crash points (7 differ): 11 states of the disk tried, 0 of them after a crash of the recovery"
	if r.Verdict != labs.Pass || r.last() != want {
		t.Errorf("%s: %s", r, r.last())
	}
	if got := r.crashes(); len(got) > 0 {
		t.Errorf("a run without a finding has the faults\n%s", got)
	}
	for _, e := range r.events {
		if e.Kind == trace.Lose {
			t.Errorf("a state that is right is in the trace: %s", e)
		}
	}
}

// blocks explores a device on which a workload writes some blocks that are not
// flushed, and recovery reads them in some order.
func blocks(t *testing.T, n uint64, order func() []uint64) result {
	return perform(t, labtest.Request{Seed: 1}, func(t *labtest.T, _ *solution) {
		b := make([]byte, disk.BlockSize)
		labtest.Explore(t, labtest.Exploration[*disk.Device]{
			States: 100,
			New:    func(cfg disk.Config) *disk.Device { return disk.NewDevice(n, cfg) },
			Workload: func(d *disk.Device, w *labtest.Work) {
				for bn := range n {
					b[0] = 1
					w.Op("write", func() error { return d.Write(bn, b) })
				}
			},
			Recover: func(d *disk.Device) (string, error) {
				for _, bn := range order() {
					if err := d.Read(bn, b); err != nil {
						return "", err
					}
				}
				return "", nil
			},
			Check: func(labtest.Crash, string) labtest.Finding { return labtest.Finding{} },
		})
	})
}

func TestExploreSaysWhatItCouldNotTry(t *testing.T) {
	straight := func(n uint64) func() []uint64 {
		return func() (list []uint64) {
			for bn := range n {
				list = append(list, bn)
			}
			return list
		}
	}
	calls := 0
	turns := func() []uint64 {
		calls++
		return [][]uint64{{0, 1, 2}, {2}}[calls%2]
	}
	tests := []struct {
		title, want string
		n           uint64
		order       func() []uint64
	}{
		{"all fates", "recovers at 1 of 1 crash points (1 differ): 65 states of the disk tried, " +
			"0 of them after a crash of the recovery", 6, straight(6)},
		{"too many fates", "78 states of the disk tried, 0 of them after a crash of the recovery; " +
			"77 of these are samples, from 1 moment at which a crash could leave 2^8 states and more", 8, straight(8)},
		{"far too many", "78 states of the disk tried, 0 of them after a crash of the recovery; " +
			"77 of these are samples, from 1 moment at which a crash could leave 2^60 states and more", 60, straight(60)},
		{"reads in turns", "; after 1 of the crashes the recovery did not read in the same order again, so these were sampled", 3, turns},
	}
	for _, tt := range tests {
		t.Run(tt.title, func(t *testing.T) {
			if r := blocks(t, tt.n, tt.order); r.Verdict != labs.Pass || !strings.HasSuffix(r.last(), tt.want) {
				t.Errorf("%s: %s", r, r.last())
			}
		})
	}
}

// summed explores a log whose entries of three blocks count if a checksum says so:
// recovery reads all of the last one, and then clears it if it does not count.
func summed(t *testing.T, bug string) result {
	const blocks, entries = 3, 6
	fill := func(b []byte, v byte) {
		for i := range b {
			b[i] = v + byte(i/disk.SectorSize)
		}
	}
	return perform(t, labtest.Request{Seed: 1}, func(t *labtest.T, _ *solution) {
		b := make([]byte, disk.BlockSize)
		states := []string{""}
		for e := range entries {
			states = append(states, fmt.Sprint(e))
		}
		labtest.Explore(t, labtest.Exploration[*disk.Device]{
			States: 400,
			New:    func(cfg disk.Config) *disk.Device { return disk.NewDevice(entries*blocks, cfg) },
			Workload: func(d *disk.Device, w *labtest.Work) {
				for e := range entries {
					must(0, w.Op("append", func() error {
						for i := range blocks {
							fill(b, byte(10*e+i+1))
							must(0, d.Write(uint64(blocks*e+i), b))
						}
						return d.Flush()
					}))
				}
			},
			Recover: func(d *disk.Device) (last string, err error) {
				for e := range entries {
					whole, any := true, false
					for i := range blocks {
						want := make([]byte, disk.BlockSize)
						fill(want, byte(10*e+i+1))
						must(0, d.Read(uint64(blocks*e+i), b))
						whole = whole && (bytes.Equal(b, want) || bug == "one block" && i == 1 && b[0] != 0)
						any = any || slices.Max(b) > 0
					}
					switch {
					case whole:
						last = fmt.Sprint(e)
					case any:
						for i := range blocks {
							must(0, d.Write(uint64(blocks*e+i), make([]byte, disk.BlockSize)))
						}
						must(0, d.Flush())
					}
					if whole && bug == "one block" {
						for i := range blocks {
							must(0, d.Read(uint64(blocks*e+i), b))
							if i := bytes.IndexByte(b, 0); i >= 0 {
								return last + " with a hole", nil
							}
						}
					}
				}
				return last, nil
			},
			Check: labtest.Prefix(states),
		})
	})
}

func TestExploreKeepsToItsStatesWhereRecoveryReadsAllThatWasWritten(t *testing.T) {
	r := summed(t, "")
	var tried int
	for _, e := range r.events {
		if e.Kind == labtest.StatesEvent {
			tried = e.N
		}
	}
	if r.Verdict != labs.Pass || tried < 300 || tried > 420 {
		t.Errorf("%s: %d states tried, of 400", r, tried)
	}
	if last := r.last(); !strings.Contains(last, "at which a crash could leave 2^24 states and more") ||
		!strings.Contains(last, "of recoveries from those were left out") {
		t.Errorf("the story says %s", last)
	}
	if again := summed(t, ""); again.last() != r.last() {
		t.Errorf("one exploration says %s, another %s", r.last(), again.last())
	}
	if r := summed(t, "one block"); r.Verdict != labs.Fail || !strings.Contains(r.Actual, "with a hole") {
		t.Errorf("a checksum over some of the blocks: %s", r)
	}
}

func TestAPlanWithoutACrashIsARunWithoutOne(t *testing.T) {
	if r := explore(t, "no sync of the file", &labrpc.Plan{}); r.Verdict != labs.Pass {
		t.Errorf("the calm disk gives %s", r)
	}
}

// crashing runs a node whose program writes to its volume and is crashed by
// plan, and returns what is left.
func crashing(t *testing.T, seed uint64, plan *labrpc.Plan) (left string, r result) {
	t.Helper()
	r = perform(t, labtest.Request{Seed: seed, Plan: plan}, func(t *labtest.T, _ *solution) {
		n := t.Network(labrpc.Config{Faults: labrpc.Faults{Timed: labrpc.Plan{
			{Kind: labrpc.Crash, From: "kv-1", Begin: time.Second, End: 2 * time.Second}}}})
		node := n.Node("kv-1")
		v := t.Volume(node, disk.Config{})
		f := must(v.Create("log"))
		must(0, v.SyncDir())
		for i := range 4 {
			must(f.WriteAt([]byte{'a' + byte(i)}, int64(i)*disk.SectorSize))
		}
		t.Sleep(3 * time.Second)
		if _, err := v.Open("log"); plan == nil && !errors.Is(err, disk.ErrDead) {
			t.Fail(labtest.Finding{Actual: fmt.Sprint("the dead volume says ", err)})
		}
		f = must(t.Volume(node, disk.Config{}).Open("log"))
		b := make([]byte, must(f.Size()))
		must(f.ReadAt(b, 0))
		left = string(b)
	})
	return left, r
}

func TestTheDiskOfANodeCrashesWithIt(t *testing.T) {
	different := map[string]bool{}
	for seed := range uint64(20) {
		left, r := crashing(t, seed, nil)
		if r.Verdict != labs.Pass {
			t.Fatal(r)
		}
		different[left] = true
		plan := r.crashes()
		if again, _ := crashing(t, 99, &plan); again != left {
			t.Errorf("seed %d left %q, its plan leaves %q:\n%s", seed, left, again, plan)
		}
	}
	if len(different) < 5 {
		t.Errorf("20 seeds left only %d different disks", len(different))
	}
}

func TestAPlanHasFlushesFail(t *testing.T) {
	plan := must(labrpc.ParsePlan("fail kv-1 disk flush 2\nfail kv-2 disk flush 1\nfail kv-1 other flush 1\n"))
	r := perform(t, labtest.Request{Seed: 1, Plan: &plan}, func(t *labtest.T, _ *solution) {
		n := t.Network(labrpc.Config{})
		f := must(t.Volume(n.Node("kv-1"), disk.Config{}).Create("log"))
		for i := 1; i <= 3; i++ {
			must(f.WriteAt([]byte{byte(i)}, 0))
			if err := f.Sync(); errors.Is(err, disk.ErrIO) != (i == 2) {
				t.Fail(labtest.Finding{Actual: fmt.Sprintf("flush %d: %v", i, err)})
			}
		}
	})
	if r.Verdict != labs.Pass {
		t.Fatal(r.Actual)
	}
	if happened := fmt.Sprint(r.crashes()); happened != "fail      kv-1 disk flush 2\n" {
		t.Errorf("what happened is %q", happened)
	}
}

func TestARequestLosesOnlyWhatDisksHave(t *testing.T) {
	_, err := labtest.ParseRequest("case kv/B/crash\nseed 1\nplan\nlose kv-1 disk crash 1: my wallet\n")
	want := `"lose      kv-1 disk crash 1: my wallet": "my wallet" is nothing that a disk loses: ` +
		`expected "sector 12", "sector FILE#1:0", "size FILE#1", "create FILE#1" and the like`
	if err == nil || err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
}
