package journaltest

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"

	"faultline/labs/disk"
	"faultline/labs/journal/journalapi"
	"faultline/labs/labtest"
)

// A small file system: the log is soon full, unless it is roomy.
const (
	smallDisk    = 96 // blocks
	roomyJournal = 64
	smallJournal = 16
	smallInodes  = 32
)

// A house is a device with a file system on it, and what must be on it.
type house struct {
	t        *labtest.T
	solution Solution
	d        *disk.Device
	fs       journalapi.FileSystem
	tree     tree
}

// litter fills the blocks where data will be with something else. What a file shows of
// that was never written to it.
func litter(d *disk.Device, g journalapi.Geometry) {
	layout, err := journalapi.NewSuperblock(d.NumBlocks(), g)
	good(err)
	junk := make([]byte, disk.BlockSize)
	for i := range junk {
		junk[i] = 0xdb
	}
	for bn := layout.DataStart; bn < layout.Blocks; bn++ {
		good(d.Write(uint64(bn), junk))
	}
	good(d.Flush())
}

// house makes a file system of so many blocks, with a small journal, and mounts it.
func (s Solution) house(t *labtest.T, blocks uint64, cfg disk.Config, o journalapi.Options) *house {
	return s.houseOf(t, blocks, smallJournal, cfg, o)
}

// houseOf is house with a journal of so many blocks.
func (s Solution) houseOf(t *labtest.T, blocks uint64, journal int, cfg disk.Config, o journalapi.Options) *house {
	h := &house{t: t, solution: s, d: disk.NewDevice(blocks, disk.Config{}), tree: newTree()}
	g := journalapi.Geometry{Journal: journal, Inodes: smallInodes}
	litter(h.d, g)
	h.step("Mkfs on %d blocks, %d of them for the journal, and %d inodes", blocks, g.Journal, g.Inodes)
	h.must("Mkfs succeeds", s.Mkfs(h.d, g))
	good(h.d.Flush())
	cfg.Trace = nil
	h.d = h.d.Crash(cfg)
	h.mount(o)
	t.Cleanup(func() { _ = h.fs.Close() })
	return h
}

func (h *house) step(format string, args ...any) { h.t.Step(format, args...) }

// must fails the run unless err is nil.
func (h *house) must(what string, err error) {
	h.t.Check(err == nil, labtest.Finding{Expected: what, Actual: fmt.Sprintf("it gave %q", fmt.Sprint(err))})
}

func (h *house) mount(o journalapi.Options) {
	var err error
	h.fs, err = h.solution.Mount(h.d, o)
	h.must("Mount succeeds", err)
}

// crash ends the life of the machine. Whoever used the disk is told to end, too: it does
// no harm any more.
func (h *house) crash(fate disk.Fate) {
	h.d = h.d.Crash(disk.Config{Fate: fate})
	_ = h.fs.Close()
}

func (h *house) close() { h.must("Close succeeds", h.fs.Close()) }

// do carries out operations that must succeed, on the file system and on the tree.
func (h *house) do(lines string) {
	for _, o := range parseAll(lines) {
		h.step("%s", o)
		if err := o.apply(h.tree); err != nil {
			panic(fmt.Sprintf("journaltest: the model refuses %s: %v", o, err))
		}
		h.must(o.String()+" succeeds", o.perform(h.fs))
	}
}

// refuse carries out an operation that must fail with a given error.
func (h *house) refuse(line string, want error) {
	o := parse(line)
	h.step("%s: must give %q", o, want)
	h.isError(o.String(), o.perform(h.fs), want)
}

func (h *house) isError(what string, got, want error) {
	actual := "it succeeded"
	if got != nil {
		actual = fmt.Sprintf("it gave %q", got.Error())
	}
	h.t.Check(errors.Is(got, want), labtest.Finding{Expected: fmt.Sprintf("%s gives an error that is %q", what, want), Actual: actual})
}

// compare fails the run unless the file system shows what is in the tree.
func (h *house) compare() {
	found, err := survey(h.fs)
	h.must("everything can be read", err)
	h.t.Check(found.String() == h.tree.String(), differing("the file system", h.tree, found.lines()))
	h.links()
}

// links compares what Stat says with the tree.
func (h *house) links() {
	h.tree.walk(func(name string, n *node) {
		info, err := h.fs.Stat(name)
		h.must("Stat "+name+" succeeds", err)
		h.t.Check(info.Links == h.tree.links(n) && info.Dir == n.dir && (n.dir || info.Size == int64(len(n.data))), labtest.Finding{
			Expected: fmt.Sprintf("Stat %s: directory %v, %d bytes, %d links", name, n.dir, len(n.data), h.tree.links(n)),
			Actual:   fmt.Sprintf("directory %v, %d bytes, %d links", info.Dir, info.Size, info.Links),
		})
	})
}

// inspect closes the file system and has the checker read the disk. Then it mounts it
// again.
func (h *house) inspect(o journalapi.Options) {
	h.step("Close, check the disk, Mount")
	h.close()
	h.examine()
	h.mount(o)
	h.compare()
}

// examine has the checker read the disk, and returns what it has read.
func (h *house) examine() *reading {
	r := examine(h.d)
	h.t.Check(r.sound() == "", unsound(r.sound()))
	h.t.Check(r.tree.String() == h.tree.String(), differing("the disk, as the layout has it,", h.tree, r.tree.lines()))
	return r
}

func unsound(problems string) labtest.Finding {
	return labtest.Finding{
		Property: "a disk whose file system was closed is sound, by the rules of the layout",
		Expected: "the checker finds nothing wrong",
		Actual:   problems,
	}
}

// differing says where what was found is not the tree.
func differing(what string, want tree, found []string) labtest.Finding {
	return labtest.Finding{
		Expected: fmt.Sprintf("%s holds: %s", what, want),
		Actual:   difference(want.lines(), found),
	}
}

// difference says in which lines a text is not as it should be.
func difference(want, found []string) string {
	var parts []string
	for _, line := range found {
		if !slices.Contains(want, line) {
			parts = append(parts, "there is "+line)
		}
	}
	for _, line := range want {
		if !slices.Contains(found, line) {
			parts = append(parts, "missing is "+line)
		}
	}
	if len(parts) > 6 {
		parts = append(parts[:6], fmt.Sprintf("and %d more", len(parts)-6))
	}
	if parts == nil {
		return "the same"
	}
	return strings.Join(parts, "; ")
}

// survey reads everything that a file system holds, by its own methods.
func survey(f journalapi.FileSystem) (tree, error) {
	t, files := newTree(), map[uint32]*node{}
	var visit func(name string, d *node) error
	visit = func(name string, d *node) error {
		names, err := f.ReadDir(name)
		switch {
		case err != nil:
			return err
		case !slices.IsSorted(names):
			return fmt.Errorf("ReadDir %s gives %q, which is not sorted", name, names[:min(len(names), 10)])
		case len(name) > 1000:
			return fmt.Errorf("a directory is in itself: %s…", name[:20])
		}
		for _, base := range names {
			if !fs.ValidPath(base) {
				return fmt.Errorf("ReadDir %s gives a name of %d bytes that begins %.10q", name, len(base), base)
			}
			full := path.Join(name, base)
			info, err := f.Stat(full)
			if err != nil {
				return err
			}
			switch {
			case info.Dir:
				child := &node{dir: true, entries: map[string]*node{}}
				d.entries[base] = child
				if err := visit(full, child); err != nil {
					return err
				}
			case files[info.Inode] != nil:
				d.entries[base] = files[info.Inode]
			default:
				n := &node{data: make([]byte, info.Size)}
				if m, err := f.ReadAt(full, n.data, 0); err != nil && err != io.EOF {
					return err
				} else if m < len(n.data) {
					return fmt.Errorf("ReadAt gave %d of the %d bytes of %s", m, len(n.data), full)
				}
				files[info.Inode], d.entries[base] = n, n
			}
		}
		return nil
	}
	return t, visit(".", t.root)
}
