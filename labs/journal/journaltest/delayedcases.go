package journaltest

import (
	"fmt"

	"faultline/labs/disk"
	"faultline/labs/journal/journalapi"
	"faultline/labs/labtest"
)

// crashDelayed crashes operations that return before they are durable.
func (s Solution) crashDelayed(t *labtest.T) {
	work := parseAll(`
create a
write 5000 n to a at 0
rename bar to b
sync
remove A/foo
create c
write 9000 o to c at 0
sync
mkdir d
remove d
write 700 p to b at 0
truncate big to 30000
write 12000 q to c at 5000
sync
rename b to A/b
`)
	work = work[:t.Size("operations", len(work))]
	t.Step("Mkfs, Mount with Delayed, and: %s", furnished())
	t.Step("after each crash: Mount, read everything, Close, check the disk, and use it")
	trial{solution: s, t: t, prepare: parseAll(furniture), work: work, options: journalapi.Options{Delayed: true}}.explore()
}

func (s Solution) crashDelayedPairs(t *labtest.T) {
	s.pairs(t, journalapi.Options{Delayed: true})
}

// crashReuse has blocks of directories become blocks of files while the log still
// holds what they were.
func (s Solution) crashReuse(t *labtest.T) {
	o := journalapi.Options{Delayed: t.Seed()%2 == 0}
	work := parseAll(`
mkdir d
create d/a
remove d/a
remove d
write 8000 n to bar at 700
remove big
create e
write 16000 o to e at 0
write 16000 p to e at 16000
`)
	work = work[:t.Size("operations", len(work))]
	if o.Delayed {
		for i := 4; i < len(work); i += 3 {
			work = append(work[:i], append([]operation{parse("sync")}, work[i:]...)...)
		}
	}
	t.Step("Mkfs, Mount with %+v, and: %s", o, furnished())
	t.Step("after each crash: Mount, read everything, Close, check the disk, and use it")
	trial{solution: s, t: t, prepare: parseAll(furniture), work: work, options: o}.explore()
}

// crashLongWrite writes more than the log can hold.
func (s Solution) crashLongWrite(t *labtest.T) {
	work := parseAll("write 65536 n to big at 0\ncreate a")
	work = work[:t.Size("operations", len(work))]
	t.Step("Mkfs with a journal of %d blocks, Mount; big is 65536 g", smallJournal)
	t.Step("after each crash: Mount, read everything, Close, check the disk, and use it")
	prepare := parseAll("create big\nwrite 65536 g to big at 0")
	trial{solution: s, t: t, journal: smallJournal, prepare: prepare, work: work}.explore()
}

// synced closes what was delayed, and crashes.
func (s Solution) synced(t *labtest.T) {
	h := s.house(t, smallDisk, slowDisk(), journalapi.Options{Delayed: true})
	for i, how := range []string{"Sync", "Close"} {
		h.do(fmt.Sprintf("create a%d\nwrite 20000 x to a%d at 0\nmkdir d%d\nrename a%d to d%d/b", i, i, i, i, i))
		h.step("%s, then the machine crashes, and the disk loses what was not flushed", how)
		if how == "Sync" {
			h.must("Sync succeeds", h.fs.Sync())
		} else {
			h.close()
		}
		h.crash(disk.Lose)
		h.mount(journalapi.Options{Delayed: true})
		h.compare()
	}
	h.do("create c")
	h.step("8 clients Sync at once")
	for range 8 {
		t.Go(func() { h.must("Sync succeeds", h.fs.Sync()) })
	}
	t.Join(patience, "every Sync")
	h.crash(disk.Lose)
	h.mount(journalapi.Options{})
	h.compare()
	h.inspect(journalapi.Options{})
	h.close()
}
