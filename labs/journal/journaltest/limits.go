package journaltest

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"faultline/labs/disk"
	"faultline/labs/journal/journalapi"
	"faultline/labs/labtest"
)

func (s Solution) errors(t *labtest.T) {
	h := s.house(t, 200, disk.Config{}, journalapi.Options{})
	h.do("create a\nwrite 9 x to a at 0\nmkdir d\ncreate d/b\nmkdir d/e\nmkdir empty")
	long := strings.Repeat("n", journalapi.MaxName+1)
	for _, c := range []struct {
		line string
		want error
	}{
		{"create a", fs.ErrExist}, {"create d", fs.ErrExist}, {"create d/b", fs.ErrExist}, {"create none/b", fs.ErrNotExist},
		{"create a/b", journalapi.ErrNotDirectory}, {"create " + long, fs.ErrInvalid}, {"create /a", fs.ErrInvalid},
		{"create d/../c", fs.ErrInvalid}, {"create c/", fs.ErrInvalid},
		{"mkdir a", fs.ErrExist}, {"mkdir d", fs.ErrExist}, {"mkdir none/b", fs.ErrNotExist}, {"mkdir a/b", journalapi.ErrNotDirectory},
		{"link none to c", fs.ErrNotExist}, {"link a to d", fs.ErrExist}, {"link a to d/b", fs.ErrExist},
		{"link d to c", journalapi.ErrDirectory}, {"link a to none/b", fs.ErrNotExist}, {"link a to a/b", journalapi.ErrNotDirectory},
		{"remove none", fs.ErrNotExist}, {"remove d", journalapi.ErrNotEmpty}, {"remove a/b", journalapi.ErrNotDirectory},
		{"remove .", fs.ErrInvalid},
		{"rename none to c", fs.ErrNotExist}, {"rename none to a", fs.ErrNotExist}, {"rename a to none/c", fs.ErrNotExist},
		{"rename a to d", journalapi.ErrDirectory}, {"rename a to empty", journalapi.ErrDirectory},
		{"rename d to a", journalapi.ErrNotDirectory}, {"rename empty to d", journalapi.ErrNotEmpty}, {"rename d to d/e/f", fs.ErrInvalid},
		{"rename d to d/f", fs.ErrInvalid}, {"rename . to c", fs.ErrInvalid}, {"rename d to .", fs.ErrInvalid},
		{"write 3 x to d at 0", journalapi.ErrDirectory}, {"write 3 x to none at 0", fs.ErrNotExist}, {"write 3 x to a at -1", fs.ErrInvalid},
		{"truncate d to 0", journalapi.ErrDirectory}, {"truncate none to 0", fs.ErrNotExist}, {"truncate a to -1", fs.ErrInvalid},
	} {
		h.refuse(c.line, c.want)
	}
	h.compare()
	h.step("read what cannot be read")
	p := make([]byte, 3)
	_, err := h.fs.ReadAt("d", p, 0)
	h.isError("ReadAt of a directory", err, journalapi.ErrDirectory)
	_, err = h.fs.ReadAt("none", p, 0)
	h.isError("ReadAt of a name that is not there", err, fs.ErrNotExist)
	_, err = h.fs.ReadAt("a", p, -1)
	h.isError("ReadAt at -1", err, fs.ErrInvalid)
	_, err = h.fs.ReadDir("a")
	h.isError("ReadDir of a file", err, journalapi.ErrNotDirectory)
	_, err = h.fs.Stat("a/b")
	h.isError("Stat of a name below a file", err, journalapi.ErrNotDirectory)
	h.inspect(journalapi.Options{})
	h.close()
	h.closed()
}

// closed uses a file system that is closed.
func (h *house) closed() {
	h.step("use it when it is closed")
	for _, line := range []string{"create z", "write 3 x to a at 0", "truncate a to 3", "mkdir z", "link a to z", "remove a",
		"rename a to z", "sync", "close"} {
		h.refuse(line, journalapi.ErrClosed)
	}
	_, err := h.fs.ReadAt("a", make([]byte, 3), 0)
	h.isError("ReadAt after Close", err, journalapi.ErrClosed)
	_, err = h.fs.ReadDir("d")
	h.isError("ReadDir after Close", err, journalapi.ErrClosed)
	_, err = h.fs.Stat("a")
	h.isError("Stat after Close", err, journalapi.ErrClosed)
}

// full fills the disk in several ways. Whatever it was filled with, when that is
// removed there is as much room as before.
func (s Solution) full(t *labtest.T) {
	h := s.house(t, smallDisk, disk.Config{}, journalapi.Options{})
	h.do("create keep\nwrite 5000 k to keep at 0")
	h.fill("blocks", func(i int) string { return fmt.Sprintf("write 4000 x to big at %d", i*4096) }, "create big", "remove big")
	h.fill("long writes", func(i int) string { return fmt.Sprintf("write 40000 y to big at %d", i*40000) },
		"create big", "truncate big to 0\nremove big")
	h.fill("directories", func(i int) string { return fmt.Sprintf("mkdir d/%d", i) }, "mkdir d", "")
	h.fill("files", func(i int) string { return fmt.Sprintf("create e/%d", i) }, "mkdir e", "")
	h.fillUp("names", func(i int) string { return fmt.Sprintf("link keep to f/%d", i) },
		"create big\nwrite 282000 z to big at 0\nmkdir f")
	h.refuse("rename keep to f/keep", journalapi.ErrNoSpace)
	h.refuse("mkdir g", journalapi.ErrNoSpace)
	h.inspect(journalapi.Options{})
	h.emptyAgain("remove big")
	h.fillUp("a file", func(i int) string { return fmt.Sprintf("write 4000 v to rest at %d", i*disk.BlockSize) },
		"create ten\nwrite 40960 t to ten at 0\ncreate rest")
	rest, err := h.tree.find("rest")
	good(err)
	last := (blocksOf(len(rest.data)) - 1) * disk.BlockSize
	h.do(fmt.Sprintf("truncate rest to %d", last)) // now there is one block, and the next of ten takes an indirect block, too
	h.refuse(fmt.Sprintf("write 10 t to ten at %d", journalapi.Direct*disk.BlockSize), journalapi.ErrNoSpace)
	h.compare()
	h.do(fmt.Sprintf("write 10 w to rest at %d", last))
	h.inspect(journalapi.Options{})
	h.emptyAgain("remove ten\nremove rest")
	h.do("create last\nwrite 200000 w to last at 0")
	h.compare()
	h.inspect(journalapi.Options{})
}

// fill makes more and more of something until there is no room. Then nothing may have
// changed but for what a long write has written.
func (h *house) fill(what string, make func(i int) string, before, after string) {
	h.fillUp(what, make, before)
	h.inspect(journalapi.Options{})
	h.emptyAgain(after)
}

// fillUp makes more and more of something.
func (h *house) fillUp(what string, make func(i int) string, before string) {
	h.do(before)
	h.step("fill the disk with %s", what)
	for i := 0; ; i++ {
		o := parse(make(i))
		next := h.tree.clone()
		good(o.apply(next))
		err := o.perform(h.fs)
		if err == nil {
			h.tree = next
			h.t.Check(i < 8*smallDisk, labtest.Finding{Expected: "ErrNoSpace at last", Actual: fmt.Sprintf("%s succeeded", o)})
			continue
		}
		h.t.Check(errors.Is(err, journalapi.ErrNoSpace), labtest.Finding{
			Expected: fmt.Sprintf("%s gives ErrNoSpace", o), Actual: fmt.Sprintf("it gave %q", err)})
		h.adopt(o)
		break
	}
	h.compare()
}

// emptyAgain removes what filled the disk.
func (h *house) emptyAgain(after string) {
	h.do(after)
	h.tree.walk(func(name string, n *node) {
		if strings.Contains(name, "/") {
			h.must("remove "+name+" succeeds", h.fs.Remove(name))
		}
	})
	for _, d := range h.tree.root.entries {
		if d.dir {
			d.entries = map[string]*node{}
		}
	}
	h.compare()
}

// adopt takes into the tree those parts of a long write that are there although the
// whole failed.
func (h *house) adopt(o operation) {
	if len(o.parts()) == 1 {
		return
	}
	found, err := survey(h.fs)
	h.must("everything can be read", err)
	t := h.tree
	for _, part := range o.parts() {
		if t.String() == found.String() {
			h.tree = t
			return
		}
		t = t.clone()
		good(part.apply(t))
	}
}

// random performs operations that a seed draws.
func (s Solution) random(t *labtest.T) {
	h := s.house(t, 500, disk.Config{}, journalapi.Options{})
	n := t.Size("operations", 60)
	for i := range n {
		o := draw(t.Rand(fmt.Sprint("operation ", i)))
		next := h.tree.clone()
		want := o.apply(next)
		if want == nil {
			h.step("%s", o)
			h.must(o.String()+" succeeds", o.perform(h.fs))
			h.tree = next
		} else {
			h.step("%s: must fail (%v)", o, want)
			got := o.perform(h.fs)
			t.Check(got != nil, labtest.Finding{Expected: fmt.Sprintf("%s fails: %v", o, want), Actual: "it succeeded"})
		}
		h.compare()
		if i%20 == 19 || i == n-1 {
			h.inspect(journalapi.Options{})
		}
	}
}
