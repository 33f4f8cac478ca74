package journaltest

import (
	"fmt"

	"faultline/labs/disk"
	"faultline/labs/journal/journalapi"
	"faultline/labs/labtest"
)

// furniture is what there is before the crashes begin.
const furniture = `
mkdir A
create A/foo
write 5000 f to A/foo at 0
mkdir A/C
mkdir B
create bar
write 700 b to bar at 0
link bar to A/bar
create big
write 50000 g to big at 0
`

// crashed performs operations on a furnished file system, the log of which is soon
// full, and crashes all of them.
func (s Solution) crashed(t *labtest.T, lines string) {
	work := parseAll(lines)
	work = work[:t.Size("operations", len(work))]
	t.Step("Mkfs, Mount, and: %s", furnished())
	t.Step("after each crash: Mount, read everything, Close, check the disk, and use it")
	trial{solution: s, t: t, prepare: parseAll(furniture), work: work}.explore()
}

func furnished() string {
	t := newTree()
	for _, o := range parseAll(furniture) {
		good(o.apply(t))
	}
	return t.String()
}

func (s Solution) crashCreate(t *labtest.T) {
	s.crashed(t, `
create a
mkdir d
create A/a
mkdir A/C/d
link bar to d/bar
link a to A/C/d/a
mkdir d/e
create d/e/b
`)
}

func (s Solution) crashWrite(t *labtest.T) {
	s.crashed(t, `
write 700 n to bar at 0
write 4000 p to A/foo at 5000
write 8192 q to A/foo at 100
create a
write 9000 r to a at 100
write 9 t to a at 44000
write 5000 u to big at 38000
write 10 v to a at 30000
`)
}

func (s Solution) crashTruncate(t *labtest.T) {
	s.crashed(t, `
truncate bar to 300
truncate A/foo to 9000
truncate A/foo to 4096
truncate big to 49000
truncate big to 40960
write 10 n to big at 45000
truncate big to 12000
truncate big to 0
`)
}

func (s Solution) crashRemove(t *labtest.T) {
	s.crashed(t, `
remove bar
remove B
remove A/bar
create a
write 700 n to a at 0
remove big
remove A/C
write 9000 o to a at 0
`)
}

func (s Solution) crashRename(t *labtest.T) {
	s.crashed(t, `
rename bar to a
rename a to A/C/a
rename A/foo to A/bar
rename A/C to D
rename D to B
rename B to A/B
rename big to A/B/a
rename A/B to A/C
`)
}

// crashWrap has a log that is full after a few operations, and begins again.
func (s Solution) crashWrap(t *labtest.T) {
	work := parseAll(`
create A/x
create b
link bar to l
create c
remove l
rename b to B/b
create A/d
remove c
mkdir e
create f
rename f to e/f
link bar to g
`)
	work = work[:t.Size("operations", len(work))]
	t.Step("Mkfs with a journal of %d blocks, Mount, and: %s", smallJournal, furnished())
	t.Step("after each crash: Mount, read everything, Close, check the disk, and use it")
	trial{solution: s, t: t, journal: smallJournal, prepare: parseAll(furniture), work: work}.explore()
}

// crashPairs draws a few operations.
func (s Solution) crashPairs(t *labtest.T) {
	s.pairs(t, journalapi.Options{})
}

func (s Solution) pairs(t *labtest.T, o journalapi.Options) {
	tree := newTree()
	prepare := parseAll("create a\nwrite 5000 a to a at 0\nmkdir d\ncreate d/b\nwrite 700 b to d/b at 0\nlink d/b to b\nmkdir f\nmkdir f/g")
	for _, o := range prepare {
		good(o.apply(tree))
	}
	var work []operation
	for i := range t.Size("operations", 4) {
		rng := t.Rand(fmt.Sprint("operation ", i))
		next := draw(rng)
		for next.apply(tree.clone()) != nil {
			next = draw(rng)
		}
		good(next.apply(tree))
		work = append(work, next)
		if o.Delayed && rng.IntN(3) == 0 {
			work = append(work, parse("sync"))
		}
	}
	t.Step("Mkfs, Mount, and a few files: a, b, d/b, f/g")
	t.Step("after each crash: Mount, read everything, Close, check the disk, and use it")
	trial{solution: s, t: t, prepare: prepare, work: work, options: o, most: mostOfPairs}.explore()
}

// crashMkfs makes a file system where there is one already.
func (s Solution) crashMkfs(t *labtest.T) {
	const old, fresh, none = "the old tree", "an empty tree", "no file system"
	x := trial{solution: s, t: t, blocks: 64, journal: smallJournal,
		prepare: parseAll("create a\nwrite 5000 x to a at 0\nmkdir d\nmkdir d/e\nwrite 700 y to a at 0"),
		used:    map[string]bool{}}
	x.predict()
	t.Step("after each crash: Mount, read everything, Close, check the disk")
	labtest.Explore(t, labtest.Exploration[*disk.Device]{
		Node:    "machine",
		New:     func(cfg disk.Config) *disk.Device { return disk.NewDevice(x.blocks, cfg) },
		Place:   place(x.blocks, journalapi.Geometry{Journal: smallJournal, Inodes: smallInodes}),
		Prepare: x.begin,
		Workload: func(d *disk.Device, w *labtest.Work) {
			x.must("Mkfs", w.Op("Mkfs", func() error {
				return s.Mkfs(d, journalapi.Geometry{Journal: smallJournal, Inodes: smallInodes})
			}))
		},
		Recover: func(d *disk.Device) (string, error) {
			f, err := s.Mount(d, journalapi.Options{})
			if err != nil {
				return none, nil
			}
			if err := f.Close(); err != nil {
				return "", fmt.Errorf("close: %w", err)
			}
			contents, err := x.recover(d)
			switch contents {
			case x.states[0][0]:
				contents = old
			case newTree().String():
				contents = fresh
			}
			return contents, err
		},
		Check: func(at labtest.Crash, contents string) labtest.Finding {
			want := labtest.Finding{Expected: "the old file system, none, or the new one", Actual: contents}
			switch {
			case at.Acked == 1 && contents != fresh:
				want.Expected = "the new file system: Mkfs has returned"
			case contents == old || contents == fresh || contents == none:
				return labtest.Finding{}
			}
			return want
		},
	})
}

// restart crashes a few times in a row, and each time all that was not flushed is lost,
// or kept, or some of it.
func (s Solution) restart(t *labtest.T) {
	lost := disk.Lose
	h := s.house(t, smallDisk, disk.Config{}, journalapi.Options{})
	for i, what := range []string{"loses", "keeps", "loses some of", "loses", "loses some of"} {
		h.do(fmt.Sprintf("create a%d\nwrite 3000 x to a%d at 10\nmkdir d%d\nrename a%d to d%d/b\nwrite 5000 y to d%d/b at 0", i, i, i, i, i, i))
		h.step("the machine crashes, and the disk %s what was not flushed", what)
		fate := map[string]disk.Fate{"loses": lost, "keeps": disk.Keep, "loses some of": disk.Draw(t.Seed()<<8 + uint64(i))}[what]
		h.crash(fate)
		h.mount(journalapi.Options{})
		h.compare()
		h.do(fmt.Sprintf("create c%d\nremove c%d", i, i))
	}
	h.inspect(journalapi.Options{})
	h.step("Close, Mount, and Close once more")
	h.close()
	before := h.d.Writes()
	h.mount(journalapi.Options{})
	h.compare()
	h.close()
	t.Check(h.d.Writes() == before, labtest.Finding{
		Expected: "Mount and Close write nothing when there is nothing to do",
		Actual:   fmt.Sprintf("%d writes", h.d.Writes()-before),
	})
}

// failedFlush lets a flush of each of some operations fail.
func (s Solution) failedFlush(t *labtest.T) {
	for n := range 4 {
		h := s.house(t, smallDisk, disk.Config{}, journalapi.Options{})
		h.do("create a\nwrite 3000 x to a at 0\nmkdir d")
		for range n {
			h.do("create b\nrename b to d/b\nremove d/b\nwrite 6000 y to a at 2000")
		}
		before := h.tree.clone()
		h.step("the next flush fails")
		h.d.FailFlush()
		o := parse("rename a to d/c")
		good(o.apply(h.tree))
		h.step("%s: must fail", o)
		err := o.perform(h.fs)
		t.Check(err != nil, labtest.Finding{Expected: o.String() + " fails: the disk did not write it", Actual: "it succeeded"})
		for _, line := range []string{"create e", "rename a to d/c", "sync"} {
			h.step("%s: must fail, too", line)
			err := parse(line).perform(h.fs)
			t.Check(err != nil, labtest.Finding{Expected: line + " fails: nobody knows what is on the disk", Actual: "it succeeded"})
		}
		h.step("the machine crashes")
		h.crash([]disk.Fate{disk.Lose, disk.Keep}[n%2])
		h.step("Mount, where the next flush fails; the machine crashes again, and the disk loses what was not flushed")
		h.d.FailFlush()
		if f, err := s.Mount(h.d, journalapi.Options{}); err == nil {
			h.fs = f // there was nothing to flush, or it is left for later
		}
		h.crash(disk.Lose)
		h.mount(journalapi.Options{})
		found, err := survey(h.fs)
		h.must("everything can be read", err)
		if found.String() == before.String() {
			h.tree = before
		}
		h.compare()
		h.inspect(journalapi.Options{})
	}
	t.Step("Mkfs, where a flush fails: must fail")
	d := disk.NewDevice(smallDisk, disk.Config{})
	d.FailFlush()
	err := s.Mkfs(d, journalapi.Geometry{Journal: smallJournal, Inodes: smallInodes})
	t.Check(err != nil, labtest.Finding{Expected: "Mkfs fails: when it returns, it is durable, and the disk did not write it",
		Actual: "it succeeded"})
}
