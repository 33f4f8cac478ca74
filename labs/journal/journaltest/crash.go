package journaltest

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"faultline/labs/disk"
	"faultline/labs/journal/journalapi"
	"faultline/labs/labtest"
)

// A trial crashes a file system at every moment of some operations, in every way, and
// has it recover.
type trial struct {
	solution Solution
	t        *labtest.T
	options  journalapi.Options
	blocks   uint64      // of the device; zero stands for smallDisk
	journal  int         // blocks of the journal; zero is so many that there is room for all operations
	prepare  []operation // not crashed
	work     []operation
	most     int // states of the disk to try, more or less; zero stands for mostStates

	states [][]string // the trees after each number of operations; more than one if a crash may divide an operation
	synced []int      // after each number of operations, how many must survive
	used   map[string]bool
}

// mostStates is how many states of the disk a trial tries. A journal that tells by a
// checksum whether a record is whole reads all of it, so that there are too many, and
// some are drawn; others have less than half as many.
const mostStates = 480

// mostOfPairs is the same for a few operations that a seed draws: there are many seeds.
const mostOfPairs = 120

// explore performs a trial.
func (x trial) explore() {
	x.used = map[string]bool{}
	x.work = append(x.work, parse("close"))
	if x.journal == 0 {
		x.journal = roomyJournal
	}
	if x.blocks == 0 {
		x.blocks = uint64(smallDisk + x.journal)
	}
	x.predict()
	labtest.Explore(x.t, labtest.Exploration[*disk.Device]{
		Node:  "machine",
		New:   func(cfg disk.Config) *disk.Device { return disk.NewDevice(x.blocks, cfg) },
		Place: place(x.blocks, journalapi.Geometry{Journal: x.journal, Inodes: smallInodes}),
		Prepare: func(d *disk.Device) {
			x.begin(d)
		},
		Workload: func(d *disk.Device, w *labtest.Work) {
			f, err := x.solution.Mount(d, x.options)
			x.must("Mount", err)
			for _, o := range x.work {
				x.must(o.String(), w.Op(o.String(), func() error { return o.perform(f) }))
			}
		},
		Recover: x.recover,
		Check:   x.check,
		States:  cmp.Or(x.most, mostStates),
	})
}

// place says where on a device a sector is.
func place(blocks uint64, g journalapi.Geometry) func(disk.Cell) string {
	s, err := journalapi.NewSuperblock(blocks, g)
	good(err)
	const sectors, perSector = disk.BlockSize / disk.SectorSize, disk.SectorSize / journalapi.InodeSize
	return func(c disk.Cell) string {
		bn, what := uint32(c.N/sectors), "data"
		switch {
		case bn == 0:
			what = "the superblock"
		case bn < s.InodeStart:
			what = "the journal"
		case bn < s.BitmapStart:
			first := (c.N - int(s.InodeStart)*sectors) * perSector
			what = fmt.Sprintf("inodes %d to %d", first, first+perSector-1)
		case bn < s.DataStart:
			what = "the bitmap"
		}
		return fmt.Sprintf("block %d, %s", bn, what)
	}
}

// begin makes the file system that the crashes come to. The journal is as Mkfs has left
// it: what the operations log covers nothing old, which would multiply the states.
func (x trial) begin(d *disk.Device) {
	g := journalapi.Geometry{Journal: x.journal, Inodes: smallInodes}
	litter(d, g)
	x.must("Mkfs", x.solution.Mkfs(d, g))
	t := newTree()
	for _, o := range x.prepare {
		good(o.apply(t))
	}
	store(x.t, d, t)
}

func (x trial) must(what string, err error) {
	x.t.Check(err == nil, labtest.Finding{Expected: what + " succeeds", Actual: fmt.Sprintf("it gave %q", fmt.Sprint(err))})
}

// predict says what there may be after a crash.
func (x *trial) predict() {
	t := newTree()
	for _, o := range x.prepare {
		good(o.apply(t))
	}
	x.states = [][]string{{t.String()}}
	x.synced = []int{0}
	last := 0
	for i, o := range x.work {
		var after []string
		for _, part := range o.parts() {
			if err := part.apply(t); err != nil {
				panic(fmt.Sprintf("journaltest: the model refuses %s: %v", part, err))
			}
			after = append(after, t.String())
		}
		slices.Reverse(after) // the whole first
		if !x.options.Delayed || o.verb == "sync" || o.verb == "close" {
			last = i + 1
		}
		x.states = append(x.states, after)
		x.synced = append(x.synced, last)
	}
}

// notSound begins the contents of a disk that is not.
const notSound = "not sound: "

// recover mounts what a crash has left, and reads all of it: as the file system shows
// it, and, when that is closed, as the checker does. Then the file system is used.
func (x trial) recover(d *disk.Device) (string, error) {
	f, err := x.solution.Mount(d, journalapi.Options{})
	if err != nil {
		return "", fmt.Errorf("mount: %w", err)
	}
	found, err := survey(f)
	if err != nil {
		return "", err
	}
	if err := f.Close(); err != nil {
		return "", fmt.Errorf("close: %w", err)
	}
	r := examine(d)
	shown, stored := found.String(), r.tree.String()
	switch {
	case r.sound() != "":
		return notSound + r.sound(), nil
	case shown != stored:
		return notSound + "the file system shows another tree than it leaves on the disk when it is closed: " +
			difference(r.tree.lines(), found.lines()), nil
	}
	if !x.used[stored] {
		x.used[stored] = true
		if err := x.use(d.Fork(disk.Config{}), r.tree); err != nil {
			return "", err
		}
	}
	return stored, nil
}

// use makes a file in each directory, writes one until the log has wrapped, and then
// removes everything: what is left takes as much room as an empty file system.
func (x trial) use(d *disk.Device, t tree) error {
	f, err := x.solution.Mount(d, journalapi.Options{})
	if err != nil {
		return fmt.Errorf("mount again: %w", err)
	}
	var lines []string
	last := ""
	t.walk(func(name string, n *node) {
		if n.dir {
			last = strings.TrimPrefix(name+"/used", "./")
			lines = append(lines, "create "+last, "write 100 u to "+last+" at 0")
		}
	})
	for i := range smallJournal / 2 {
		lines = append(lines, fmt.Sprintf("write 50 v to %s at %d", last, i))
	}
	for _, line := range lines {
		o := parse(line)
		if err := o.perform(f); err != nil {
			return fmt.Errorf("%s, when it is used again: %w", o, err)
		}
		good(o.apply(t))
	}
	if err := empty(f, t); err != nil {
		return err
	}
	r := examine(d)
	blocks, inodes := r.inUse()
	switch {
	case r.sound() != "":
		return fmt.Errorf("used again, emptied and closed, the disk is not sound: %s", r.sound())
	case inodes != 1 || blocks != blocksOf(int(r.inodes[journalapi.RootInode].Size)):
		return fmt.Errorf("when everything is removed, %d inodes and %d blocks are in use", inodes, blocks)
	}
	return nil
}

// empty removes everything in a file system, and closes it.
func empty(f journalapi.FileSystem, t tree) error {
	var names []string
	t.walk(func(name string, n *node) { names = append(names, name) })
	slices.Reverse(names)
	for _, name := range names[:len(names)-1] {
		if err := f.Remove(name); err != nil {
			return fmt.Errorf("remove %s, when everything is removed: %w", name, err)
		}
	}
	return f.Close()
}

// check holds what was recovered against what there may be.
func (x trial) check(at labtest.Crash, contents string) labtest.Finding {
	if problems, is := strings.CutPrefix(contents, notSound); is {
		f := unsound(problems)
		f.Property = "after every crash, a recovery leaves a disk that is sound, by the rules of the layout"
		return f
	}
	least := x.synced[at.Acked]
	if x.states[least][0] == contents {
		return labtest.Finding{}
	}
	for p := least; p < at.Invoked; p++ {
		if slices.Contains(x.states[p+1], contents) {
			return labtest.Finding{}
		}
	}
	return x.explain(at, least, contents)
}

// explain says what is wrong with contents that there must not be.
func (x trial) explain(at labtest.Crash, least int, contents string) labtest.Finding {
	var allowed []string
	for p := least; p <= at.Invoked; p++ {
		allowed = append(allowed, fmt.Sprintf("after %s: %s", x.after(p), x.states[p][0]))
	}
	if len(allowed) > 2 {
		allowed = []string{allowed[0], fmt.Sprintf("one of the %d states that follow", len(allowed)-1)}
	}
	f := labtest.Finding{
		Property: "an operation that has returned survives a crash, and another happens wholly or not at all",
		Expected: strings.Join(allowed, "; or "),
		Actual: "half of an operation: " + difference(strings.Split(x.states[at.Invoked][0], "; "), strings.Split(contents, "; ")) +
			" (compared with the state after " + x.after(at.Invoked) + ")",
	}
	for p := range least {
		if slices.Contains(x.states[p], contents) {
			f.Actual = "what there was after " + x.after(p) + ": " + contents
		}
	}
	return f
}

// after names the state after so many operations.
func (x trial) after(p int) string {
	if p == 0 {
		return "no operation"
	}
	return fmt.Sprintf("%q", x.work[p-1])
}
