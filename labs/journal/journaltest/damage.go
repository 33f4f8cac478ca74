package journaltest

import (
	"encoding/binary"
	"fmt"
	"slices"
	"strings"

	"faultline/labs/disk"
	"faultline/labs/journal/journalapi"
	"faultline/labs/labtest"
)

// A damage is something wrong with a disk.
type damage struct {
	what    string
	do      func(m *image)
	touched string // names whose fate is up to the repair, separated by spaces; with those below them
	want    string // lines that there must be afterwards, separated by "; "
	kept    string // contents that files must have afterwards, under whatever name, separated by "; "
}

// building is what is on the disks that are damaged.
const building = `
mkdir A
mkdir A/C
create A/C/d
write 9000 d to A/C/d at 0
create A/b
write 700 b to A/b at 0
mkdir B
create B/e
write 5000 e to B/e at 0
link B/e to a
create big
write 50000 g to big at 0
mkdir D
`

func built() tree {
	t := newTree()
	for _, o := range parseAll(building) {
		good(o.apply(t))
	}
	return t
}

// damages mends one damage after the other, each on a disk of its own.
func (s Solution) damages(t *labtest.T, list []damage) {
	whole := built()
	t.Step("on each disk there is: %s", whole)
	for _, x := range list {
		t.Step("%s", x.what)
		d := s.ruin(t, x.do)
		if examine(d).sound() == "" {
			panic("journaltest: this does no harm, so the case would prove nothing: " + x.what)
		}
		w := ward{s, t, d}
		w.finds(x.what)
		w.fsck(true)
		w.d = d.Crash(disk.Config{Fate: disk.Lose}) // what it has mended is durable
		w.mends()
		r := examine(w.d)
		t.Check(r.sound() == "", labtest.Finding{
			Property: "after a repair the disk is sound, by the rules of the layout",
			Expected: "the checker finds nothing wrong", Actual: r.sound()})
		t.Check(x.spared(whole, r.tree) == "", labtest.Finding{
			Property: "a repair leaves as it was what the damage does not concern, and loses nothing",
			Expected: x.expected(), Actual: x.spared(whole, r.tree)})
		for kept := range strings.SplitSeq(x.kept, "; ") {
			t.Check(strings.Contains(r.tree.String()+"; ", ": "+kept+"; ") || kept == "", labtest.Finding{
				Property: "a repair throws away no file that has contents",
				Expected: "some file holds " + kept, Actual: r.tree.String()})
		}
		w.mended(r.tree)
	}
}

// ruin makes a disk and damages it.
func (s Solution) ruin(t *labtest.T, do func(m *image)) *disk.Device {
	d := disk.NewDevice(smallDisk, disk.Config{})
	g := journalapi.Geometry{Journal: smallJournal, Inodes: smallInodes}
	litter(d, g)
	s.mkfs(t, d)
	m := store(t, d, built())
	do(m)
	m.flush()
	return d.Crash(disk.Config{})
}

// A ward is a disk that Fsck looks after.
type ward struct {
	solution Solution
	t        *labtest.T
	d        *disk.Device
}

// fsck returns the problems that it finds, and how often it writes.
func (w ward) fsck(repair bool) (problems []string, writes int) {
	before := w.d.Writes()
	problems, err := w.solution.Fsck(w.d, repair)
	w.t.Check(err == nil, labtest.Finding{
		Expected: fmt.Sprintf("Fsck, repair %v, comes to its end", repair), Actual: fmt.Sprintf("it gave %q", fmt.Sprint(err))})
	return problems, w.d.Writes() - before
}

// finds wants Fsck to find the damage, and to leave it as it is.
func (w ward) finds(damage string) {
	problems, writes := w.fsck(false)
	w.t.Check(len(problems) > 0, labtest.Finding{Expected: "Fsck finds a problem: " + damage, Actual: "it found none"})
	w.t.Check(writes == 0, labtest.Finding{
		Expected: "Fsck writes nothing without repair", Actual: fmt.Sprintf("it wrote %d blocks", writes)})
}

// mends wants Fsck to have repaired, so that it finds nothing.
func (w ward) mends() {
	again, writes := w.fsck(true)
	w.t.Check(len(again) == 0 && writes == 0, labtest.Finding{
		Expected: "a second Fsck finds nothing, and writes nothing",
		Actual:   fmt.Sprintf("it found %q, and wrote %d blocks", again[:min(len(again), 3)], writes)})
}

// mended mounts the disk.
func (w ward) mended(want tree) {
	h := house{t: w.t, solution: w.solution, d: w.d, tree: want}
	h.mount(journalapi.Options{})
	h.compare()
	h.close()
}

// concerns reports whether a line is about a name whose fate is up to the repair.
func (x damage) concerns(line string) bool {
	for kept := range strings.SplitSeq(x.kept, "; ") {
		if kept != "" && strings.HasSuffix(line, ": "+kept) {
			return true
		}
	}
	return slices.ContainsFunc(strings.Fields(x.touched), func(name string) bool {
		rest, is := strings.CutPrefix(line, name)
		return is && (rest == "" || strings.ContainsRune("/: ", rune(rest[0]))) || strings.HasSuffix(line, "is also "+name)
	})
}

func (x damage) expected() string {
	s := "everything is as it was"
	if x.touched != "" {
		s += fmt.Sprintf(", but for %s and lost+found", strings.Join(strings.Fields(x.touched), ", "))
	}
	if x.want != "" {
		s += "; and there is " + x.want
	}
	return s
}

// spared says what a repair has changed that it should not have.
func (x damage) spared(before, after tree) string {
	var want, found []string
	for _, line := range before.lines() {
		if !x.concerns(line) {
			want = append(want, line)
		}
	}
	for _, line := range after.lines() {
		if !x.concerns(line) && !strings.HasPrefix(line, "lost+found/") {
			found = append(found, line)
		}
	}
	for line := range strings.SplitSeq(x.want, "; ") {
		if x.want != "" {
			want = append(want, line)
			if slices.Contains(after.lines(), line) {
				found = append(found, line)
			}
		}
	}
	slices.Sort(want)
	slices.Sort(found)
	if want, found = slices.Compact(want), slices.Compact(found); slices.Equal(want, found) {
		return ""
	}
	return difference(want, found)
}

// Ways to damage an image.

// raw is the bytes of the inode of a name.
func (m *image) raw(name string) []byte {
	bn, at := m.super.Place(m.numbers[name])
	return m.block(bn)[at : at+journalapi.InodeSize]
}

// change changes the inode of a name.
func (m *image) change(name string, f func(*journalapi.Inode)) {
	inode := m.getInode(m.numbers[name])
	f(&inode)
	m.setInode(m.numbers[name], inode)
}

// slot is the bytes of an entry of a directory.
func (m *image) slot(directory string, i int) []byte {
	bn := m.direct(directory, i/journalapi.EntriesInBlock)
	return m.block(bn)[i%journalapi.EntriesInBlock*journalapi.EntrySize:][:journalapi.EntrySize]
}

// slotOf is where the entry of a name is. A file system may have made a directory
// larger than it needs to be.
func (m *image) slotOf(directory, base string) []byte {
	for i := range m.getInode(m.numbers[directory]).Size / journalapi.EntrySize {
		if s := m.slot(directory, int(i)); journalapi.DecodeEntry(s).Name == base {
			return s
		}
	}
	panic("journaltest: no entry " + base)
}

// setSlot writes an entry.
func (m *image) setSlot(directory string, i int, n uint32, name string) {
	journalapi.Entry{Inode: n, Name: name}.Encode(m.slot(directory, i))
}

// lostAndFound makes the directory lost+found, with these names of the file a.
func (m *image) lostAndFound(names ...string) {
	const free = 20
	inode := journalapi.Inode{Links: 2, Size: disk.BlockSize, Type: journalapi.Directory}
	inode.Direct[0] = m.take()
	m.setInode(free, inode)
	m.setSlot(".", 12, free, "lost+found")
	m.change(".", func(n *journalapi.Inode) { n.Links++ })
	m.numbers["lost+found"] = free
	m.setSlot("lost+found", 0, free, ".")
	m.setSlot("lost+found", 1, journalapi.RootInode, "..")
	for i, name := range names {
		m.setSlot("lost+found", 2+i, m.numbers["a"], name)
	}
	m.change("a", func(n *journalapi.Inode) { n.Links += uint16(len(names)) })
}

// flip changes the bit of a block.
func (m *image) flip(bn uint32) { m.block(m.super.BitmapStart)[bn/8] ^= 1 << (bn % 8) }

// direct is a block of a file.
func (m *image) direct(name string, i int) uint32 { return m.getInode(m.numbers[name]).Direct[i] }

// pointer is the i-th number in the indirect block of a file.
func (m *image) pointer(name string, i int) []byte {
	return m.block(m.getInode(m.numbers[name]).Indirect)[4*i:][:4]
}

func putNumber(b []byte, n uint32) { binary.BigEndian.PutUint32(b, n) }
