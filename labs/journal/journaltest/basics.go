package journaltest

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"strings"

	"faultline/labs/disk"
	"faultline/labs/journal/journalapi"
	"faultline/labs/labtest"
)

func (s Solution) empty(t *labtest.T) {
	h := s.house(t, 200, disk.Config{}, journalapi.Options{})
	h.compare()
	h.inspect(journalapi.Options{})
	h.do("create a\nwrite 9000 x to a at 0\nmkdir d")
	h.step("Close, Mkfs on the same device, Mount")
	h.close()
	h.must("Mkfs succeeds over another file system", s.Mkfs(h.d, journalapi.Geometry{Journal: 20, Inodes: 64}))
	h.tree = newTree()
	h.mount(journalapi.Options{})
	h.compare()
	h.inspect(journalapi.Options{})
	h.close()
	for _, blocks := range []uint64{20, journalapi.MaxBlocks} {
		h.step("Mkfs on %d blocks", blocks)
		h.d, h.tree = disk.NewDevice(blocks, disk.Config{}), newTree()
		h.must("Mkfs succeeds", s.Mkfs(h.d, journalapi.Geometry{Journal: 16, Inodes: 32}))
		h.mount(journalapi.Options{})
		h.inspect(journalapi.Options{})
		h.close()
	}
	h.step("Mkfs of geometries that make no sense, and Mount of a disk without file system")
	for _, g := range []journalapi.Geometry{{}, {Journal: 16, Inodes: 33}, {Journal: 15, Inodes: 32}, {Journal: 200, Inodes: 32}} {
		err := s.Mkfs(disk.NewDevice(200, disk.Config{}), g)
		t.Check(err != nil, labtest.Finding{Expected: fmt.Sprintf("Mkfs refuses %+v on 200 blocks", g), Actual: "it succeeded"})
	}
	_, err := s.Mount(disk.NewDevice(200, disk.Config{}), journalapi.Options{})
	h.isError("Mount of a disk without file system", err, journalapi.ErrCorrupt)
}

func (s Solution) files(t *labtest.T) {
	h := s.house(t, 200, disk.Config{}, journalapi.Options{})
	h.do("create a")
	h.compare()
	for _, lines := range []string{
		"write 5 x to a at 0", "write 3 y to a at 1", "write 1 z to a at 5", "write 0 z to a at 9000",
		"write 4096 p to a at 0", "write 4097 q to a at 4095", "write 10 r to a at 12280", "write 16384 s to a at 1",
		"truncate a to 5000", "truncate a to 4096", "truncate a to 4097", "write 1 t to a at 20000",
		"truncate a to 1", "truncate a to 30000", "write 2 u to a at 29999", "truncate a to 0", "truncate a to 7",
		"create b\nwrite 40000 v to b at 3", "write 41000 w to b at 1000", "truncate a to 9000", "write 5 x to a at 4090",
	} {
		h.do(lines)
		h.compare()
	}
	h.inspect(journalapi.Options{})
	h.pieces("a")
	h.pieces("b")
	h.buffers()
}

// pieces reads a file piece by piece.
func (h *house) pieces(name string) {
	n, err := h.tree.find(name)
	good(err)
	size := len(n.data)
	for _, r := range []struct{ off, length int }{{0, 1}, {0, 4096}, {4095, 2}, {1, size - 1}, {0, size}, {1, size}, {size - 1, 1},
		{size - 1, 2}, {size, 1}, {size + 5000, 3}, {0, 0}, {size, 0}} {
		h.step("read %d bytes of %s from %d on", r.length, name, r.off)
		want := n.data[min(r.off, size):min(r.off+r.length, size)]
		p := bytes.Repeat([]byte{'?'}, r.length)
		got, err := h.fs.ReadAt(name, p, int64(r.off))
		if len(want) < r.length {
			h.t.Check(err == io.EOF, labtest.Finding{Expected: "io.EOF, since the file ends before that", Actual: fmt.Sprint(err)})
		} else {
			h.must("ReadAt succeeds", err)
		}
		h.t.Check(got == len(want) && bytes.Equal(p[:got], want), labtest.Finding{
			Expected: fmt.Sprintf("%d bytes: %s", len(want), runs(want)), Actual: fmt.Sprintf("%d bytes: %s", got, runs(p[:got])),
		})
	}
}

// buffers uses its buffers again.
func (h *house) buffers() {
	h.do("create c")
	h.step("write 300 k to c, and fill the buffer with something else afterwards")
	p := bytes.Repeat([]byte{'k'}, 300)
	h.must("WriteAt succeeds", h.fs.WriteAt("c", p, 0))
	good(parse("write 300 k to c at 0").apply(h.tree))
	for i := range p {
		p[i] = '?'
	}
	h.compare()
	h.step("read c, and fill the buffer with something else afterwards")
	_, err := h.fs.ReadAt("c", p, 0)
	h.must("ReadAt succeeds", err)
	for i := range p {
		p[i] = '!'
	}
	h.compare()
}

func (s Solution) bigFile(t *labtest.T) {
	h := s.house(t, 200, disk.Config{}, journalapi.Options{})
	const direct = journalapi.Direct * disk.BlockSize
	h.do(fmt.Sprintf("create a\nwrite 10 x to a at %d", direct-5))
	h.do(fmt.Sprintf("write 5000 y to a at %d\nwrite 100 z to a at %d", direct+8192, journalapi.MaxFile-100))
	h.compare()
	h.refuse(fmt.Sprintf("write 100 z to a at %d", journalapi.MaxFile-99), journalapi.ErrTooBig)
	h.refuse(fmt.Sprintf("write 40000 z to a at %d", journalapi.MaxFile-39999), journalapi.ErrTooBig)
	h.refuse(fmt.Sprintf("write 3 z to a at %d", math.MaxInt64-1), journalapi.ErrTooBig)
	h.refuse(fmt.Sprintf("truncate a to %d", journalapi.MaxFile+1), journalapi.ErrTooBig)
	h.compare()
	h.inspect(journalapi.Options{})
	for _, size := range []int{direct + 8192 + 10, direct + 1, direct, direct - 1, 300000, 0} {
		h.do(fmt.Sprintf("truncate a to %d", size))
		h.compare()
	}
	h.inspect(journalapi.Options{})
	h.do(fmt.Sprintf("create b\nwrite 20000 v to b at %d\nwrite 50000 w to b at %d", journalapi.MaxFile-20000, journalapi.MaxFile-60000))
	h.inspect(journalapi.Options{})
	h.do("remove a\nremove b")
	h.inspect(journalapi.Options{})
}

func (s Solution) directories(t *labtest.T) {
	h := s.house(t, 200, disk.Config{}, journalapi.Options{})
	h.do("mkdir d\nmkdir d/e\nmkdir d/e/f\ncreate d/e/f/g\nwrite 3 x to d/e/f/g at 0\ncreate d/a\nmkdir d/b\nmkdir c")
	h.compare()
	long := strings.Repeat("n", journalapi.MaxName)
	h.do("create " + long + "\ncreate ...\ncreate .a\ncreate a..b\nmkdir é\ncreate d/" + long)
	h.compare()
	h.step("link d/a to 70 names in c")
	for i := range 70 {
		o := parse(fmt.Sprintf("link d/a to c/%03d", (i*37)%70))
		good(o.apply(h.tree))
		h.must(o.String()+" succeeds", o.perform(h.fs))
	}
	h.compare()
	h.inspect(journalapi.Options{})
	h.step("remove 40 of them, and link 20 others")
	for i := range 60 {
		o := parse(fmt.Sprintf("remove c/%03d", (i*9)%70))
		if i >= 40 {
			o = parse(fmt.Sprintf("link d/a to c/new%d", i))
		}
		good(o.apply(h.tree))
		h.must(o.String()+" succeeds", o.perform(h.fs))
	}
	h.compare()
	h.inspect(journalapi.Options{})
	h.do("remove d/e/f/g\nremove d/e/f\nremove d/e\nmkdir d/e\ncreate d/e/new")
	h.compare()
	h.inspect(journalapi.Options{})
}

func (s Solution) links(t *labtest.T) {
	h := s.house(t, 200, disk.Config{}, journalapi.Options{})
	h.do("create a\nwrite 5000 x to a at 0\nmkdir d\nlink a to d/b\nlink d/b to c")
	h.compare()
	h.do("write 10 y to d/b at 4990\ntruncate c to 4995")
	h.compare()
	h.do("remove a")
	h.compare()
	h.inspect(journalapi.Options{})
	h.do("create a\nrename d/b to a\nremove c")
	h.compare()
	h.do("remove a\ncreate z\nwrite 20 z to z at 0")
	h.compare()
	h.inspect(journalapi.Options{})
}

func (s Solution) rename(t *labtest.T) {
	h := s.house(t, 200, disk.Config{}, journalapi.Options{})
	h.do("create a\nwrite 700 x to a at 0\nmkdir d\nmkdir e\ncreate e/f\nwrite 10 y to e/f at 0")
	for _, line := range []string{
		"rename a to b", "rename b to d/b", "rename d/b to e/f", "rename e/f to e/f", "rename e/f to e/g", // files
		"rename d to c", "rename e to c", "rename c to c", "mkdir d\nmkdir d/i\nrename c to d/i", "rename d/i to j", // directories
		"mkdir d/k\ncreate d/k/l\nrename d/k to j/k", "mkdir m\nmkdir n\nrename m to n", "mkdir j/o\nmkdir p\nrename p to j/o",
		"link j/g to q\nrename j/g to q", "rename q to j/k/l", "rename j/k to d/k", // names of one file
	} {
		h.do(line)
		h.compare()
	}
	h.inspect(journalapi.Options{})
	for _, line := range []string{"rename d/k/l to top", "remove d/k", "remove d", "remove n", "remove j/o", "remove j/g"} {
		h.do(line)
	}
	h.inspect(journalapi.Options{})
}
