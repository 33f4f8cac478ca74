package journaltest

import (
	"bytes"
	"fmt"
	"strings"

	"faultline/labs/disk"
	"faultline/labs/journal/journalapi"
	"faultline/labs/labtest"
)

// clean has Fsck look at disks that are sound.
func (s Solution) clean(t *labtest.T) {
	trees := []string{"", building, furniture, "create a\nwrite 3 x to a at 100000\ntruncate a to 200705\nmkdir lost+found\ncreate lost+found/#7"}
	for _, lines := range trees {
		whole := newTree()
		for _, o := range parseAll(lines) {
			good(o.apply(whole))
		}
		t.Step("on a sound disk: %s", whole)
		d := disk.NewDevice(smallDisk, disk.Config{})
		s.mkfs(t, d)
		store(t, d, whole)
		w := ward{s, t, d}
		for _, repair := range []bool{false, true} {
			w.findsNothing(repair, 0)
		}
	}
	h := s.house(t, smallDisk, disk.Config{}, journalapi.Options{})
	h.do("create a\nwrite 5000 x to a at 0\nmkdir d\nrename a to d/b\ncreate c")
	h.step("the machine crashes; Fsck without repair, then with it")
	h.crash(disk.Lose)
	w := ward{s, t, h.d}
	w.findsNothing(false, 0)
	w.findsNothing(true, 10*smallDisk)
	h.examine()
	h.mount(journalapi.Options{})
	h.compare()
	h.close()
	t.Step("on a disk without superblock")
	_, err := s.Fsck(disk.NewDevice(smallDisk, disk.Config{}), true)
	h.isError("Fsck", err, journalapi.ErrCorrupt)
}

// findsNothing wants Fsck to find nothing.
func (w ward) findsNothing(repair bool, most int) {
	problems, writes := w.fsck(repair)
	w.t.Check(len(problems) == 0, labtest.Finding{
		Expected: "Fsck finds nothing wrong with a sound disk", Actual: fmt.Sprintf("it found %q", problems)})
	bound := "nothing"
	if most > 0 { // the log may have to be emptied
		bound = fmt.Sprintf("at most %d blocks", most)
	}
	w.t.Check(writes <= most, labtest.Finding{
		Expected: fmt.Sprintf("Fsck, repair %v, writes %s to a disk on which all is well", repair, bound),
		Actual:   fmt.Sprintf("it wrote %d blocks", writes)})
}

func (s Solution) fsckBitmap(t *labtest.T) {
	s.damages(t, []damage{
		{what: "the bitmap says that a block is in use, which is not", do: func(m *image) { m.flip(m.super.Blocks - 3) }},
		{what: "the bitmap says that a block of big is free", do: func(m *image) { m.flip(m.direct("big", 2)) }},
		{what: "the bitmap says that the indirect block of big is free", do: func(m *image) {
			m.flip(m.getInode(m.numbers["big"]).Indirect)
		}},
		{what: "the bitmap says that the superblock is free", do: func(m *image) { m.flip(0) }},
		{what: "the bitmap says that the blocks behind the end of the disk are free", do: func(m *image) {
			m.flip(m.super.Blocks)
			m.flip(journalapi.MaxBlocks - 1)
		}},
		{what: "the bitmap is all zero", do: func(m *image) { clear(m.block(m.super.BitmapStart)) }},
	})
}

func (s Solution) fsckInodes(t *labtest.T) {
	s.damages(t, []damage{
		{what: "a free inode is not all zero", do: func(m *image) { m.setInode(20, journalapi.Inode{Links: 3}) }},
		{what: "inode 0 is a file", do: func(m *image) { m.setInode(0, journalapi.Inode{Type: journalapi.File, Links: 1}) }},
		{what: "A/b counts 5 links", do: func(m *image) { m.change("A/b", func(n *journalapi.Inode) { n.Links = 5 }) }},
		{what: "a, which is also B/e, counts 1 link", do: func(m *image) { m.change("a", func(n *journalapi.Inode) { n.Links = 1 }) }},
		{what: "the directory A counts 2 links", do: func(m *image) { m.change("A", func(n *journalapi.Inode) { n.Links = 2 }) }},
		{what: "A/b has the type 7", do: func(m *image) { m.change("A/b", func(n *journalapi.Inode) { n.Type = 7 }) }, touched: "A/b"},
		{what: "A/b has something where the layout has zeros", do: func(m *image) { m.raw("A/b")[100] = 1 }},
		{what: "there is something behind the end of A/b, in its last block", do: func(m *image) { m.block(m.direct("A/b", 0))[900] = 1 }},
		{what: "A/C/d has two blocks behind its end", do: func(m *image) {
			m.change("A/C/d", func(n *journalapi.Inode) { n.Size = 100 })
		}, touched: "A/C/d"},
		{what: "A/b is bigger than a file can be", do: func(m *image) {
			m.change("A/b", func(n *journalapi.Inode) { n.Size = 1 << 40 })
		}, touched: "A/b"},
		{what: "the size of the directory B is 100", do: func(m *image) {
			m.change("B", func(n *journalapi.Inode) { n.Size = 100 })
		}, touched: "B a", kept: "5000 e"}, // that is a whole block, or none
		{what: "the directory A has two blocks, and one of them is none", do: func(m *image) {
			m.change("A", func(n *journalapi.Inode) { n.Size = 2 * disk.BlockSize })
		}},
	})
}

func (s Solution) fsckPointers(t *labtest.T) {
	s.damages(t, []damage{
		{what: "A/C/d refers to a block that the disk does not have", do: func(m *image) {
			m.change("A/C/d", func(n *journalapi.Inode) { n.Direct[1] = 1 << 30 })
		}, touched: "A/C/d"},
		{what: "A/b refers to a block of the bitmap", do: func(m *image) {
			m.change("A/b", func(n *journalapi.Inode) { n.Direct[0] = m.super.BitmapStart })
		}, touched: "A/b"},
		{what: "the indirect block of big is a block of the journal", do: func(m *image) {
			m.change("big", func(n *journalapi.Inode) { n.Indirect = m.super.JournalStart })
		}, touched: "big"},
		{what: "the indirect block of big refers to a block that the disk does not have", do: func(m *image) {
			putNumber(m.pointer("big", 1), m.super.Blocks)
		}, touched: "big"},
		{what: "the indirect block of big refers to a block behind the end of big", do: func(m *image) {
			putNumber(m.pointer("big", 500), m.take())
		}},
		{what: "A/b and A/C/d have a block in common", do: func(m *image) {
			m.change("A/b", func(n *journalapi.Inode) { n.Direct[0] = m.direct("A/C/d", 0) })
		}, touched: "A/b A/C/d"},
		{what: "big has one block twice", do: func(m *image) { putNumber(m.pointer("big", 0), m.direct("big", 0)) }, touched: "big"},
		{what: "a file and the directory B have a block in common", do: func(m *image) {
			m.change("big", func(n *journalapi.Inode) { n.Direct[3] = m.direct("B", 0) })
		}, touched: "big B a"},
		{what: "the directory A has lost its block", do: func(m *image) {
			m.change("A", func(n *journalapi.Inode) { n.Direct[0] = 0 })
		}, touched: "A", want: "lost+found/#3/; lost+found/#3/d: 9000 d; lost+found/#5: 700 b"},
		{what: "of the twelve blocks of the directory B one is missing", do: func(m *image) {
			m.change("B", func(n *journalapi.Inode) {
				n.Size, n.Indirect = 12*disk.BlockSize, m.take()
				for i := 1; i < journalapi.Direct; i++ {
					n.Direct[i] = m.take()
				}
				n.Direct[4] = 0
				m.flip(m.next - 6)
			})
			putNumber(m.pointer("B", 0), m.take())
			putNumber(m.pointer("B", 1), m.take())
		}},
	})
}

func (s Solution) fsckEntries(t *labtest.T) {
	s.damages(t, []damage{
		{what: "an entry of A leads to an inode that is free", do: func(m *image) { m.setSlot("A", 9, 25, "ghost") }, touched: "A/ghost"},
		{what: "an entry of A leads to an inode that there is not", do: func(m *image) { m.setSlot("A", 9, 4000, "ghost") }, touched: "A/ghost"},
		{what: "an entry that is not used has a name", do: func(m *image) { m.setSlot("A", 9, 0, "ghost") }},
		{what: "there is something behind the name of A/b", do: func(m *image) { m.slotOf("A", "b")[50] = 'x' }},
		{what: "the name of A/b is \"b/c\"", do: func(m *image) { copy(m.slotOf("A", "b")[4:], "b/c") }, touched: "A/b",
			want: "lost+found/#5: 700 b"},
		{what: "the name of A/b is empty", do: func(m *image) { m.slotOf("A", "b")[4] = 0 }, touched: "A/b", want: "lost+found/#5: 700 b"},
		{what: "the directory A has the name C twice", do: func(m *image) { copy(m.slotOf("A", "b")[4:], "C") }, touched: "A/b A/C",
			kept: "700 b; 9000 d"}, // which of the two it is nobody knows
		{what: "the \".\" of A is inode 1", do: func(m *image) { putNumber(m.slot("A", 0), 1) }},
		{what: "the \".\" of B has another name", do: func(m *image) { m.setSlot("B", 0, m.numbers["B"], "x") }},
		{what: "the \"..\" of A/C is inode 1", do: func(m *image) { putNumber(m.slot("A/C", 1), 1) }},
		{what: "the \"..\" of B is missing", do: func(m *image) { clear(m.slot("B", 1)) }},
		{what: "there is a third \"..\", in A", do: func(m *image) { m.setSlot("A", 12, 1, "..") }},
	})
}

func (s Solution) fsckTree(t *labtest.T) {
	s.damages(t, []damage{
		{what: "the entry of A/b is gone", do: func(m *image) { clear(m.slotOf("A", "b")) }, touched: "A/b", want: "lost+found/#5: 700 b"},
		{what: "both entries of a are gone", do: func(m *image) {
			clear(m.slotOf(".", "a"))
			clear(m.slotOf("B", "e"))
		}, touched: "a B/e", want: "lost+found/#7: 5000 e"},
		{what: "the entry of A is gone", do: func(m *image) { clear(m.slotOf(".", "A")) }, touched: "A",
			want: "lost+found/; lost+found/#2/; lost+found/#2/C/; lost+found/#2/C/d: 9000 d; lost+found/#2/b: 700 b"},
		{what: "A is in A/C, and nowhere else", do: func(m *image) {
			clear(m.slotOf(".", "A"))
			m.setSlot("A/C", 5, m.numbers["A"], "A")
			putNumber(m.slot("A", 1), m.numbers["A/C"])
		}, touched: "A"},
		{what: "A/C is also C", do: func(m *image) { m.setSlot(".", 12, m.numbers["A/C"], "C") }, touched: "A/C C"},
		{what: "A is also A/C/A", do: func(m *image) { m.setSlot("A/C", 5, m.numbers["A"], "A") }, touched: "A/C/A"},
		{what: "an inode in use has no name and no link", do: func(m *image) {
			m.setInode(20, journalapi.Inode{Type: journalapi.File})
		}},
		{what: "the entry of A/b is gone, and a file is called lost+found", do: func(m *image) {
			clear(m.slotOf("A", "b"))
			file := journalapi.Inode{Type: journalapi.File, Links: 1, Size: 300}
			m.fill(&file, bytes.Repeat([]byte("f"), 300))
			m.setInode(20, file)
			m.setSlot(".", 12, 20, "lost+found")
		}, touched: "A/b lost+found", want: "lost+found/#5: 700 b", kept: "300 f"},
		{what: "the entry of A/b is gone, and lost+found has a #5# and a #5 already", do: func(m *image) {
			clear(m.slotOf("A", "b"))
			m.lostAndFound("#5#", "#5")
		}, touched: "A/b lost+found", want: "lost+found/; lost+found/#5 is also B/e; lost+found/#5# is also B/e", kept: "700 b"},
		{what: "the entry of A/b is gone, and the block of lost+found is full", do: func(m *image) {
			clear(m.slotOf("A", "b"))
			var names []string
			for i := range journalapi.EntriesInBlock - 2 {
				names = append(names, fmt.Sprintf("n%02d", i))
			}
			m.lostAndFound(names...)
		}, touched: "A/b lost+found", want: "lost+found/; lost+found/#5: 700 b; lost+found/n00 is also B/e; lost+found/n61 is also B/e"},
		{what: "the root is no directory", do: func(m *image) {
			m.change(".", func(n *journalapi.Inode) { n.Type = journalapi.File })
		}, touched: "A B D a big"},
	})
	s.fsckLogged(t)
}

// fsckLogged damages a disk the log of which is not empty.
func (s Solution) fsckLogged(t *labtest.T) {
	h := s.house(t, smallDisk, disk.Config{}, journalapi.Options{})
	h.do(building)
	h.step("Close, Mount")
	h.close()
	r := h.examine()
	h.mount(journalapi.Options{})
	h.do("create D/f\nrename big to D/big")
	h.step("the machine crashes, and then the entry of A/b is gone")
	h.crash(disk.Lose)
	m := openImage(t, h.d)
	lost := ""
	for n, names := range r.named {
		m.numbers[names[0]] = n
		if names[0] == "A/b" {
			lost = fmt.Sprintf("lost+found/#%d", n)
		}
	}
	clear(m.slotOf("A", "b"))
	m.flush()
	h.step("Fsck with repair; the machine crashes")
	w := ward{s, t, h.d}
	w.fsck(true)
	h.crash(disk.Lose)
	good(parse("mkdir lost+found").apply(h.tree))
	good(h.tree.rename("A/b", lost))
	h.examine()
	h.mount(journalapi.Options{})
	h.compare()
}

// fsckRandom damages what a seed draws.
func (s Solution) fsckRandom(t *labtest.T) {
	n := t.Size("damages", 1+t.Rand("damages").IntN(8))
	d := s.ruin(t, func(m *image) {
		places := []uint32{m.super.InodeStart, m.super.InodeStart, m.super.BitmapStart, m.direct(".", 0), m.direct("A", 0),
			m.direct("A/C", 0), m.direct("B", 0), m.getInode(m.numbers["big"]).Indirect}
		for i := range n {
			rng := t.Rand(fmt.Sprint("damage ", i))
			bn := places[rng.IntN(len(places))]
			at := rng.IntN(12 * journalapi.EntrySize)
			if bn == m.super.BitmapStart {
				at = rng.IntN(smallDisk / 8)
			}
			value := []byte{0, 1, 2, byte(rng.IntN(16)), m.block(bn)[at] ^ 1<<rng.IntN(8)}[rng.IntN(5)]
			t.Step("byte %d of block %d becomes %#x", at, bn, value)
			m.block(bn)[at] = value
		}
	})
	before := examine(d)
	w := ward{s, t, d}
	if before.sound() == "" {
		t.Step("nothing is wrong with that")
		w.findsNothing(false, 0)
	} else {
		t.Reach("a disk was damaged")
		t.Step("so %s", before.sound())
		w.finds(before.sound())
	}
	w.fsck(true)
	w.mends()
	r := examine(d)
	t.Check(r.sound() == "", labtest.Finding{
		Property: "after a repair the disk is sound, by the rules of the layout",
		Expected: "the checker finds nothing wrong", Actual: r.sound()})
	w.mended(r.tree)
}

// fsckInterrupted crashes a repair, and repairs what that leaves.
func (s Solution) fsckInterrupted(t *labtest.T) {
	x := damage{touched: "A/C/d A/b lost+found"}
	whole := built()
	t.Step("on the disk there is: %s; then a block of A/C/d is none, and the entry of A/b is gone", whole)
	t.Step("after each crash: Fsck with repair, and check the disk")
	labtest.Explore(t, labtest.Exploration[*disk.Device]{
		Node:  "machine",
		New:   func(cfg disk.Config) *disk.Device { return disk.NewDevice(smallDisk, cfg) },
		Place: place(smallDisk, journalapi.Geometry{Journal: smallJournal, Inodes: smallInodes}),
		Prepare: func(d *disk.Device) {
			s.mkfs(t, d)
			m := store(t, d, whole)
			m.change("A/C/d", func(n *journalapi.Inode) { n.Direct[1] = 1 << 30 })
			clear(m.slotOf("A", "b"))
			m.flush()
		},
		Workload: func(d *disk.Device, w *labtest.Work) {
			err := w.Op("Fsck with repair", func() error {
				_, err := s.Fsck(d, true)
				return err
			})
			t.Check(err == nil, labtest.Finding{Expected: "Fsck succeeds", Actual: fmt.Sprint(err)})
		},
		Recover: func(d *disk.Device) (string, error) {
			if _, err := s.Fsck(d, true); err != nil {
				return "", err
			}
			r := examine(d)
			if r.sound() != "" {
				return notSound + r.sound(), nil
			}
			if !strings.Contains(r.tree.String(), ": 700 b") {
				return "A/b is lost: it is neither there nor below lost+found", nil
			}
			return x.spared(whole, r.tree), nil
		},
		Check: func(_ labtest.Crash, contents string) labtest.Finding {
			if problems, is := strings.CutPrefix(contents, notSound); is {
				return labtest.Finding{Property: "after a repair the disk is sound, whatever interrupted the one before",
					Expected: "the checker finds nothing wrong", Actual: problems}
			}
			if contents != "" {
				return labtest.Finding{Expected: x.expected(), Actual: contents}
			}
			return labtest.Finding{}
		},
		Depth:  1, // the next repair is one of which there is nothing new to say
		States: 300,
	})
}
