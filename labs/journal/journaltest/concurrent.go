package journaltest

import (
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"time"

	"faultline/labs/disk"
	"faultline/labs/journal/journalapi"
	"faultline/labs/labtest"
)

// patience is how long many operations at once may take.
const patience = time.Minute

// Results of operations that change something.
const (
	done    = "done"
	refused = "refused"
)

func outcome(err error) string {
	if err != nil {
		return refused
	}
	return done
}

// answer is what reading or listing a name gives.
func (t tree) answer(verb, name string) string {
	n, err := t.find(name)
	switch {
	case err != nil || n.dir != (verb == "list"):
		return refused
	case verb == "list":
		var names []string
		for name := range n.entries {
			names = append(names, name)
		}
		slices.Sort(names)
		return strings.Join(names, " ")
	}
	return runs(n.data)
}

// ask reads or lists a name.
func ask(f journalapi.FileSystem, verb, name string) string {
	if verb == "list" {
		names, err := f.ReadDir(name)
		if err != nil {
			return refused
		}
		return strings.Join(names, " ")
	}
	p := make([]byte, 2*journalapi.MaxWrite)
	n, err := f.ReadAt(name, p, 0)
	if err != io.EOF {
		return refused
	}
	return runs(p[:n])
}

// slowDisk takes its time to flush, as disks do. Meanwhile others can work.
func slowDisk() disk.Config {
	return disk.Config{Latency: disk.Latency{Flush: 5 * time.Millisecond}}
}

// concurrent has clients do all sorts of things on the same names at once.
func (s Solution) concurrent(t *labtest.T) {
	o := journalapi.Options{Delayed: t.Rand("options").IntN(2) == 1}
	h := s.house(t, 200, slowDisk(), o)
	clients, each, of := t.Size("clients", 4), t.Size("operations", 9), drawMix(t.Rand("mix"))
	t.Step("mounted with %+v; %d clients do %d operations each, at once", o, clients, each)
	for i := range clients {
		client := fmt.Sprintf("client-%d", i+1)
		t.Go(func() {
			for j := range each {
				h.oneOf(client, of, t.Rand(fmt.Sprint(client, " operation ", j)))
			}
		})
	}
	t.Join(patience, "all operations")
	var err error
	found, err := survey(h.fs)
	h.must("everything can be read", err)
	h.tree = found
	h.inspect(o)
	h.close()
	t.Judge("tree", "")
}

// A mix is what the clients of a run do: few things, to few names, so that they get in
// each other's way.
type mix struct{ verbs, names []string }

func drawMix(rng *rand.Rand) mix {
	verbs := []string{"mkdir", "link", "remove", "rename", "write", "truncate", "list", "sync"}
	rng.Shuffle(len(verbs), func(i, k int) { verbs[i], verbs[k] = verbs[k], verbs[i] })
	names := []string{"b", "d", "d/a"}
	return mix{verbs: append(verbs[:3], "create", "read", "write"), names: append(names[:rng.IntN(4)], "a")}
}

// oneOf performs an operation that is drawn for a client.
func (h *house) oneOf(client string, of mix, rng *rand.Rand) {
	pick := func(list []string) string { return list[rng.IntN(len(list))] }
	o := operation{verb: pick(of.verbs), name: pick(of.names), other: pick(of.names), fill: byte('a' + rng.IntN(26)),
		size: []int{10, 5000, 9000}[rng.IntN(3)]}
	switch o.verb {
	case "read", "list":
		if o.verb == "list" {
			o.name = pick([]string{".", "d"})
		}
		h.t.Op(client, o.verb+" "+o.name, func() string { return ask(h.fs, o.verb, o.name) })
	default:
		h.t.Op(client, o.String(), func() string { return outcome(o.perform(h.fs)) })
	}
}

// groupCommit has one client do something, and then many at once. What a commit costs is
// a matter of the journal; that it is paid once for many is not.
func (s Solution) groupCommit(t *labtest.T) {
	h := s.house(t, 200, slowDisk(), journalapi.Options{})
	const clients, each, alone = 8, 3, 6
	before := h.d.Flushes()
	for _, verb := range []string{"create", "remove"} {
		for i := range alone {
			h.do(fmt.Sprintf("%s s%d", verb, i))
		}
	}
	most := h.d.Flushes() - before
	h.step("these took %d flushes; now %d clients make %d files each, at once", most, clients, each)
	before = h.d.Flushes()
	for i := range clients {
		t.Go(func() {
			for j := range each {
				o := parse(fmt.Sprintf("create c%d-%d", i, j))
				h.must(o.String()+" succeeds", o.perform(h.fs))
			}
		})
	}
	t.Join(patience, "all operations")
	for i := range clients * each {
		good(parse(fmt.Sprintf("create c%d-%d", i/each, i%each)).apply(h.tree))
	}
	got := h.d.Flushes() - before
	h.compare()
	t.Check(got <= most, labtest.Finding{
		Expected: fmt.Sprintf("at most %d flushes for %d operations of %d clients, as many as %d of one client took, one after the other: "+
			"those that come while the disk is at it are committed together", most, clients*each, clients, 2*alone),
		Actual: fmt.Sprintf("%d flushes", got),
	})
	h.step("the machine crashes, and the disk loses what was not flushed")
	h.crash(disk.Lose)
	h.mount(journalapi.Options{})
	h.compare()
	h.close()
}

// delayed counts the flushes of operations that need none.
func (s Solution) delayed(t *labtest.T) {
	h := s.house(t, smallDisk, disk.Config{}, journalapi.Options{Delayed: true})
	h.step("Mount with Delayed; make, write, rename and remove 20 files, then Sync")
	before := h.d.Flushes()
	for i := range 20 {
		for _, line := range []string{"create a%d", "write 100 x to a%d at 0", "rename a%d to b%d", "remove b%d"} {
			o := parse(strings.ReplaceAll(line, "%d", fmt.Sprint(i%3)))
			h.must(o.String()+" succeeds", o.perform(h.fs))
		}
	}
	h.must("Sync succeeds", h.fs.Sync())
	h.compare()
	const most = 12
	got := h.d.Flushes() - before
	t.Check(got <= most, labtest.Finding{
		Expected: fmt.Sprintf("at most %d flushes for 80 operations that need not be durable at once, and a Sync", most),
		Actual:   fmt.Sprintf("%d flushes", got),
	})
	h.inspect(journalapi.Options{})
	h.close()
}

// writtenOnce counts the blocks that a new file costs.
func (s Solution) writtenOnce(t *labtest.T) {
	h := s.house(t, smallDisk, disk.Config{}, journalapi.Options{Delayed: true})
	const length = 30
	before := h.d.Writes()
	h.do(fmt.Sprintf("create a\nwrite %d x to a at 0\nsync", length*disk.BlockSize))
	got, most := h.d.Writes()-before, 2*length-1
	t.Check(got <= most, labtest.Finding{
		Expected: fmt.Sprintf("a new file of %d blocks takes at most %d writes, with all that belongs to it: nobody sees its blocks "+
			"before the commit, so they need not go through the log", length, most),
		Actual: fmt.Sprintf("%d writes", got),
	})
	h.inspect(journalapi.Options{})
	h.close()
}

// room fills the disk again and again, and nothing is synced.
func (s Solution) room(t *labtest.T) {
	// Nobody has to commit because the journal is full.
	h := s.houseOf(t, smallDisk+roomyJournal-smallJournal, roomyJournal, slowDisk(), journalapi.Options{Delayed: true})
	for i := range 4 {
		h.do(fmt.Sprintf("create a%d\nwrite 200000 %c to a%d at 0\ncreate b", i, 'w'+i, i))
		h.compare()
		h.do(fmt.Sprintf("truncate a%d to 150000\nwrite 40000 y to b at 0\nremove a%d\nremove b", i, i))
	}
	h.compare()
	h.do("create last\ncreate small\nwrite 10 s to small at 0\nsync")
	h.fillUp("blocks", func(i int) string { return fmt.Sprintf("write 4000 x to big at %d", i*disk.BlockSize) }, "create big")
	h.do("remove small")
	h.step("Sync, and meanwhile:")
	t.Go(func() { h.must("Sync succeeds", h.fs.Sync()) })
	t.Sleep(time.Millisecond)
	h.do("write 10 l to last at 0")
	t.Join(patience, "the Sync")
	h.compare()
	h.inspect(journalapi.Options{})
	h.close()
}

// A crowd is clients that work beside each other, each in a directory of its own.
type crowd struct {
	trial
	clients int
	each    int

	mu    sync.Mutex
	order []int // whose operation each is, in the order of their calls
}

// does is the operation that a client does.
func (x *crowd) does(client, i int) operation {
	lines := []string{"create c/a", "write 700 m to c/a at 0", "rename c/a to c/b", "mkdir c/d", "rename c/b to c/d/a"}
	return parse(strings.ReplaceAll(lines[i], "c/", fmt.Sprintf("c%d/", client)))
}

// crashCrowd crashes a few clients at once.
func (s Solution) crashCrowd(t *labtest.T) {
	x := &crowd{clients: t.Size("clients", 3), each: t.Size("operations", 5)}
	x.trial = trial{solution: s, t: t, used: map[string]bool{}, journal: roomyJournal, blocks: smallDisk + roomyJournal}
	for i := range x.clients {
		x.prepare = append(x.prepare, parse(fmt.Sprintf("mkdir c%d", i)))
	}
	t.Step("%d clients do the same at once, each in a directory of its own", x.clients)
	labtest.Explore(t, labtest.Exploration[*disk.Device]{
		Node: "machine",
		New: func(cfg disk.Config) *disk.Device {
			cfg.Latency = slowDisk().Latency
			return disk.NewDevice(x.blocks, cfg)
		},
		Place:    place(x.blocks, journalapi.Geometry{Journal: x.journal, Inodes: smallInodes}),
		Prepare:  x.begin,
		Workload: x.workload,
		Recover:  x.recover,
		Check:    x.checkCrowd,
		States:   mostStates,
	})
}

func (x *crowd) workload(d *disk.Device, w *labtest.Work) {
	f, err := x.solution.Mount(d, x.options)
	x.must("Mount", err)
	for client := range x.clients {
		x.t.Go(func() {
			for i := range x.each {
				o := x.does(client, i)
				x.mu.Lock() // until the call is in the record
				x.order = append(x.order, client)
				x.must(o.String(), w.Op(o.String(), func() error {
					x.mu.Unlock()
					return o.perform(f)
				}))
			}
		})
	}
	x.t.Join(patience, "all operations")
	x.must("Close", f.Close())
}

// checkCrowd wants each directory to be as its client left it after some number of
// operations, at least those that had returned.
func (x *crowd) checkCrowd(at labtest.Crash, contents string) labtest.Finding {
	if strings.HasPrefix(contents, notSound) {
		return x.check(at, contents)
	}
	for client := range x.clients {
		var acked, invoked int
		for n, finished := range at.Done {
			if x.order[n] == client {
				invoked++
				if finished {
					acked++
				}
			}
		}
		t := newTree()
		good(parse(fmt.Sprintf("mkdir c%d", client)).apply(t))
		var allowed []string
		for i := range invoked + 1 {
			if i >= acked {
				allowed = append(allowed, t.String())
			}
			if i < invoked {
				good(x.does(client, i).apply(t))
			}
		}
		mine := own(contents, client)
		if !slices.Contains(allowed, mine) {
			return labtest.Finding{
				Property: "an operation that has returned survives a crash, and another happens wholly or not at all",
				Expected: fmt.Sprintf("client %d has called %s, of which %d returned, so in its directory there is: %s", client,
					labtest.Count(invoked, "operation"), acked, strings.Join(allowed, "; or ")),
				Actual: "there is: " + mine,
			}
		}
	}
	return labtest.Finding{}
}

// own is the part of the contents that is in a client's directory.
func own(contents string, client int) string {
	var lines []string
	for line := range strings.SplitSeq(contents, "; ") {
		if strings.HasPrefix(line, fmt.Sprintf("c%d/", client)) {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "; ")
}
