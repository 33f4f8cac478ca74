package journaltest

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"

	"faultline/labs/disk"
	"faultline/labs/journal/journalapi"
	"faultline/labs/labtest"
)

// view holds the view to the rules of io/fs. They are those that testing/fstest checks,
// which cannot come into the machine.
func (s Solution) view(t *labtest.T) {
	h := s.house(t, 200, disk.Config{}, journalapi.Options{})
	h.do("create a\nwrite 5000 x to a at 10\ncreate empty\nmkdir d\nmkdir d/e\ncreate d/e/b\nwrite 7 y to d/e/b at 0\nlink a to d/c\nmkdir f")
	v := h.fs.View()
	h.tree.walk(func(name string, n *node) {
		h.step("open %s in the view", name)
		if n.dir {
			h.viewDirectory(v, name, n)
		} else {
			h.viewFile(v, name, n)
		}
	})
	h.viewErrors(v)
	h.step("walk through the view")
	var names, want []string
	h.must("fs.WalkDir succeeds", fs.WalkDir(v, ".", func(name string, d fs.DirEntry, err error) error {
		names = append(names, name)
		return err
	}))
	h.tree.walk(func(name string, _ *node) { want = append(want, name) })
	h.same("fs.WalkDir visits", fmt.Sprint(want), fmt.Sprint(names))
	h.step("open a in the view, then write to it")
	f, err := v.Open("a")
	h.must("Open succeeds", err)
	old, _ := h.tree.find("a")
	before := old.data
	h.do("write 5000 z to a at 0\ntruncate a to 100")
	content, err := io.ReadAll(f)
	h.must("reading what was opened succeeds", err)
	h.same("a file that was opened before reads", runs(before), runs(content))
	h.must("Close succeeds", f.Close())
}

func (h *house) same(what, want, got string) {
	h.t.Check(want == got, labtest.Finding{Expected: what + " " + want, Actual: got})
}

// about is what a view must tell about a name.
func about(name string, n *node) string {
	if n.dir {
		return fmt.Sprintf("%s, a directory, 0 bytes, %v", path.Base(name), fs.ModeDir|0o755)
	}
	return fmt.Sprintf("%s, a file, %d bytes, %v", path.Base(name), len(n.data), fs.FileMode(0o644))
}

// told is what it tells.
func told(i fs.FileInfo) string {
	kind := "a file"
	if i.IsDir() {
		kind = "a directory"
	}
	return fmt.Sprintf("%s, %s, %d bytes, %v", i.Name(), kind, i.Size(), i.Mode())
}

func (h *house) viewOpen(v fs.FS, name string, n *node) fs.File {
	f, err := v.Open(name)
	h.must("Open "+name+" succeeds", err)
	info, err := f.Stat()
	h.must("Stat succeeds", err)
	h.same("Stat of the open "+name+" says", about(name, n), told(info))
	h.t.Check(info.ModTime().IsZero(), labtest.Finding{Expected: "ModTime is zero", Actual: info.ModTime().String()})
	info, err = fs.Stat(v, name)
	h.must("fs.Stat succeeds", err)
	h.same("fs.Stat "+name+" says", about(name, n), told(info))
	return f
}

func (h *house) viewFile(v fs.FS, name string, n *node) {
	f := h.viewOpen(v, name, n)
	var content []byte
	for p := make([]byte, 700); ; {
		m, err := f.Read(p)
		content = append(content, p[:m]...)
		if err == io.EOF {
			break
		}
		h.must("Read succeeds", err)
		h.t.Check(len(content) <= len(n.data), labtest.Finding{Expected: fmt.Sprintf("io.EOF after %d bytes", len(n.data)), Actual: "more"})
	}
	h.same("reading "+name+" by 700 bytes gives", runs(n.data), runs(content))
	m, err := f.Read(make([]byte, 5))
	h.t.Check(m == 0 && err == io.EOF, labtest.Finding{Expected: "Read at the end gives 0 and io.EOF", Actual: fmt.Sprint(m, " and ", err)})
	h.must("Close succeeds", f.Close())
	all, err := fs.ReadFile(v, name)
	h.must("fs.ReadFile succeeds", err)
	h.t.Check(bytes.Equal(all, n.data), labtest.Finding{Expected: "fs.ReadFile gives " + runs(n.data), Actual: runs(all)})
}

func (h *house) viewDirectory(v fs.FS, name string, n *node) {
	var want []string
	h.tree.walk(func(child string, m *node) {
		if child != "." && path.Dir(child) == name {
			want = append(want, about(child, m))
		}
	})
	for _, by := range []int{-1, 0, 1, 2, 100} {
		f := h.viewOpen(v, name, n)
		_, err := f.Read(make([]byte, 5))
		h.t.Check(err != nil, labtest.Finding{Expected: "Read of a directory fails", Actual: "it succeeded"})
		d, ok := f.(fs.ReadDirFile)
		h.t.Check(ok, labtest.Finding{Expected: "an open directory is an fs.ReadDirFile", Actual: fmt.Sprintf("%s is none", name)})
		var got []string
		for {
			list, err := d.ReadDir(by)
			h.t.Check(by <= 0 || len(list) <= by, labtest.Finding{
				Expected: fmt.Sprintf("ReadDir(%d) gives so many at most", by), Actual: fmt.Sprint(len(list))})
			got = append(got, h.entries(list)...)
			if by > 0 && err == io.EOF && len(list) == 0 {
				break
			}
			h.must(fmt.Sprintf("ReadDir(%d) succeeds", by), err)
			h.t.Check(by <= 0 || len(list) > 0, labtest.Finding{
				Expected: fmt.Sprintf("ReadDir(%d) gives entries or, when there are no more, io.EOF", by), Actual: "it gave neither an entry nor an error"})
			if by <= 0 {
				break
			}
		}
		slices.Sort(got)
		slices.Sort(want)
		h.same(fmt.Sprintf("ReadDir(%d) of %s gives", by, name), fmt.Sprint(want), fmt.Sprint(got))
		list, err := d.ReadDir(-1)
		h.t.Check(len(list) == 0 && err == nil, labtest.Finding{
			Expected: "ReadDir(-1) gives nothing after that, and no error", Actual: fmt.Sprint(len(list), " entries, ", err)})
		h.must("Close succeeds", f.Close())
	}
	list, err := fs.ReadDir(v, name)
	h.must("fs.ReadDir succeeds", err)
	h.same("fs.ReadDir of "+name+" gives", fmt.Sprint(want), fmt.Sprint(h.entries(list)))
}

func (h *house) entries(list []fs.DirEntry) (all []string) {
	for _, e := range list {
		info, err := e.Info()
		h.must("Info succeeds", err)
		h.t.Check(e.Name() == info.Name() && e.IsDir() == info.IsDir() && e.Type() == info.Mode().Type(), labtest.Finding{
			Expected: "an entry tells the same as its Info: " + told(info),
			Actual:   fmt.Sprintf("%s, directory %v, %v", e.Name(), e.IsDir(), e.Type()),
		})
		all = append(all, told(info))
	}
	return all
}

func (h *house) viewErrors(v fs.FS) {
	for _, c := range []struct {
		name string
		want error
	}{{"none", fs.ErrNotExist}, {"d/none", fs.ErrNotExist}, {"none/a", fs.ErrNotExist},
		{"/a", fs.ErrInvalid}, {"a/", fs.ErrInvalid}, {"", fs.ErrInvalid}, {"./a", fs.ErrInvalid}, {"d//c", fs.ErrInvalid},
		{"..", fs.ErrInvalid}, {"d/../a", fs.ErrInvalid}} {
		h.step("open %q in the view: must give %q", c.name, c.want)
		_, err := v.Open(c.name)
		h.isError(fmt.Sprintf("Open %q", c.name), err, c.want)
		var of *fs.PathError
		h.t.Check(errors.As(err, &of) && of.Path == c.name && of.Op == "open", labtest.Finding{
			Expected: fmt.Sprintf("a *fs.PathError of %q that says \"open\"", c.name), Actual: fmt.Sprintf("%#v", err)})
	}
}
