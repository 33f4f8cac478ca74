package disk_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"faultline/labs/disk"
)

// A trial is a log, the transactions that it performs, and what it then must
// hold.
type trial struct {
	wal    wal
	txns   [][]write
	states []string // after each number of transactions
}

func newTrial(w wal, txns ...[]write) trial {
	w.buf = make([]byte, disk.BlockSize)
	tr := trial{wal: w, txns: txns}
	var home [homes]uint64
	tr.states = append(tr.states, fmt.Sprint(home))
	for _, txn := range txns {
		for _, one := range txn {
			home[one.at] = one.value
		}
		tr.states = append(tr.states, fmt.Sprint(home))
	}
	return tr
}

// A moment is a state of the disk at which the machine may crash.
type moment struct {
	dev            *disk.Device
	acked, invoked int
	depth          int
}

// moments performs the transactions and takes down the disk: at each
// acknowledgement, after each write, or before each flush and at the end.
func (tr trial) moments(atAck, atWrite, atFlush bool) (list []moment) {
	w := tr.wal
	now := moment{}
	take := func() {
		m := now
		m.dev = w.dev.Fork(disk.Config{})
		list = append(list, m)
	}
	w.dev = disk.NewDevice(deviceLen, disk.Config{
		BeforeFlush: func(int) {
			if atFlush {
				take()
			}
		},
		Point: func() {
			if atWrite {
				take() // before a write, a read or a flush: after the one before
			}
		},
	})
	w.ack = func() {
		now.acked++
		if atAck {
			take()
		}
	}
	for _, txn := range tr.txns {
		now.invoked++
		w.commit(txn)
	}
	take()
	return list
}

// bad reports whether recovery from a disk finds what must not be.
func (tr trial) bad(dev *disk.Device, m moment) (contents string, bad bool) {
	w := tr.wal
	w.dev = dev
	w.recover()
	contents = w.contents()
	return contents, !slices.Contains(tr.states[m.acked:m.invoked+1], contents)
}

// An outcome is a bad one of a moment, by its number.
type outcome struct {
	moment   int
	contents string
}

// lazily recovers from every fate of every moment, and from crashes of
// recoveries up to the given depth. It stops at the first bad outcome, or
// returns all.
func (tr trial) lazily(moments []moment, depth int, all bool) (runs int, bad map[outcome]bool) {
	bad = map[outcome]bool{}
	for i, root := range moments {
		for queue := []moment{root}; len(queue) > 0; queue = queue[1:] {
			m := queue[0]
			for s := new(disk.Search); ; {
				var dev *disk.Device
				cfg := disk.Config{Fate: s.Fate()}
				if m.depth < depth {
					cfg.BeforeFlush = func(int) {
						queue = append(queue, moment{dev.Fork(disk.Config{}), m.acked, m.invoked, m.depth + 1})
					}
				}
				dev = m.dev.Fork(cfg)
				runs++
				contents, wrong := tr.bad(dev, m)
				if wrong {
					bad[outcome{i, contents}] = true
					if !all {
						return runs, bad
					}
				}
				if !s.Next() {
					break
				}
			}
		}
	}
	return runs, bad
}

// eagerly does the same for every combination of choices, read or not, without
// crashes of recoveries.
func (tr trial) eagerly(moments []moment) (runs int, bad map[outcome]bool) {
	bad = map[outcome]bool{}
	for i, m := range moments {
		open := m.dev.OpenChoices()
		left := make([]int, len(open))
		for more := true; more; more = count(left, open) {
			var losses disk.Losses
			for j, c := range open {
				losses = append(losses, disk.Loss{Cell: c.Cell, Left: left[j]})
			}
			runs++
			if contents, wrong := tr.bad(m.dev.Fork(disk.Config{Fate: losses.Fate()}), m); wrong {
				bad[outcome{i, contents}] = true
			}
		}
	}
	return runs, bad
}

// count goes to the next combination, and reports whether there was one.
func count(left []int, open []disk.Choice) bool {
	for i := range left {
		if left[i]++; left[i] < open[i].Options {
			return true
		}
		left[i] = 0
	}
	return false
}

var bugs = []string{
	"no flush log, header", "no flush header, install", "no flush install, clear", "no flush after clear",
	"ack before header written", "ack before header flushed", "header before log", "home before commit",
	"last block not installed", "no recovery", "recovery replays n-1", "recovery clears first",
	"recovery: no flush", "header never cleared",
}

// threeTxns are three transactions of two or three blocks.
var threeTxns = [][]write{
	{{0, 11}, {1, 12}},
	{{1, 21}, {2, 22}, {3, 23}},
	{{0, 31}, {2, 32}},
}

// tenBlocks is two transactions of ten blocks each.
func tenBlocks() [][]write {
	txns := make([][]write, 2)
	for i := range uint64(homes) {
		txns[0] = append(txns[0], write{i, 100 + i})
		txns[1] = append(txns[1], write{homes - 1 - i, 200 + i})
	}
	return txns
}

// killed says by which models of a crash a log is seen to be wrong.
func killed(bug string, header int, txns [][]write) (row []bool) {
	try := func(sectors, header, depth int, atAck, atWrite, atFlush bool) {
		tr := newTrial(wal{bug: bug, sectors: sectors, header: header}, txns...)
		moments := tr.moments(atAck, atWrite, atFlush)
		if atAck || atWrite { // everything that was written is on the disk
			for i := range moments {
				moments[i].dev = moments[i].dev.Fork(disk.Config{Fate: disk.Keep})
				moments[i].dev = settled(moments[i].dev)
			}
		}
		_, bad := tr.lazily(moments, depth, false)
		row = append(row, len(bad) > 0)
	}
	try(1, 1, 0, true, false, false)
	try(1, 1, 0, false, true, false)
	try(1, 1, 0, false, false, true)
	try(1, 1, 1, false, false, true)
	try(2, header, 0, false, false, true)
	try(2, header, 1, false, false, true)
	return row
}

// settled reads the whole device, so that nothing is left open.
func settled(dev *disk.Device) *disk.Device {
	b := make([]byte, disk.BlockSize)
	for bn := range dev.NumBlocks() {
		ok(dev.Read(bn, b))
	}
	return dev
}

const killTable = `
                            L0 L1 L2 L2+ L3 L3+
correct                     -  -  -  -  -  -
header of two sectors       -  -  -  -  K  K
no flush log, header        -  -  K  K  K  K
no flush header, install    -  -  K  K  K  K
no flush install, clear     -  -  K  K  K  K
no flush after clear        -  -  K  K  K  K
ack before header written   K  K  K  K  K  K
ack before header flushed   -  -  K  K  K  K
header before log           -  K  K  K  K  K
home before commit          -  K  K  K  K  K
last block not installed    K  K  K  K  K  K
no recovery                 K  K  K  K  K  K
recovery replays n-1        K  K  K  K  K  K
recovery clears first       -  -  -  K  -  K
recovery: no flush          -  -  -  K  -  K
header never cleared        -  K  K  K  K  K
of the 14 bugs              4  7  12 14 12 14
`

// The levels are: L0, only when a transaction was acknowledged, with all writes
// on the disk; L1, after each write, with those before it on the disk; L2, any
// of the blocks that were not flushed; L3, any of their sectors; +, and once
// more while recovering.
func TestWhatAModelOfCrashesSees(t *testing.T) {
	var b strings.Builder
	totals := make([]int, 6)
	line := func(name string, row []bool) {
		fmt.Fprintf(&b, "%-28s", name)
		for i, k := range row {
			if k && slices.Contains(bugs, name) {
				totals[i]++
			}
			fmt.Fprintf(&b, "%-3s", map[bool]string{true: "K", false: "-"}[k])
		}
		b.WriteByte('\n')
	}
	line("correct", killed("", 1, threeTxns))
	line("header of two sectors", killed("", 2, tenBlocks()))
	for _, bug := range bugs {
		line(bug, killed(bug, 1, threeTxns))
	}
	fmt.Fprintf(&b, "%-28s", "of the 14 bugs")
	for _, n := range totals {
		fmt.Fprintf(&b, "%-3d", n)
	}
	got := trimmed(b.String())
	want := strings.TrimPrefix(killTable, "\n")
	_, want, _ = strings.Cut(want, "\n")
	if got != trimmed(want) {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// trimmed takes the spaces from the ends of lines.
func trimmed(s string) string {
	lines := strings.Split(strings.TrimSpace(s), "\n")
	for i, l := range lines {
		lines[i] = strings.TrimRight(l, " ")
	}
	return strings.Join(lines, "\n")
}

// one is a transaction of k blocks.
func one(k int) []write {
	var txn []write
	for i := range k {
		txn = append(txn, write{uint64(i), uint64(1 + i)})
	}
	return txn
}

func TestALazySearchCountsWhatRecoveryCanTellApart(t *testing.T) {
	flushes := func(w wal, k int) (trial, []moment) {
		tr := newTrial(w, one(k))
		return tr, tr.moments(false, false, true)
	}
	for _, k := range []int{3, 5, 8, 10} {
		tests := []struct {
			title string
			wal   wal
			depth int
			want  int
		}{
			{"blocks", wal{sectors: 1, header: 1}, 0, 7},
			{"blocks, nested", wal{sectors: 1, header: 1}, 1, 16},
			{"sectors", wal{sectors: 2, header: 1}, 0, 7},
			{"sectors, nested", wal{sectors: 2, header: 1}, 1, 16},
			{"sectors, header with a checksum, nested", wal{sectors: 2, header: 2, check: headerCheck}, 1, 26},
			{"blocks, log with a checksum", wal{sectors: 1, header: 1, check: logCheck}, 0, 1<<k + 5},
			{"sectors, log with a checksum", wal{sectors: 2, header: 2, check: logCheck}, 0, 1<<(2*k+1) + 8},
		}
		for _, tt := range tests {
			if tt.want > 1e6 || tt.want > 1e4 && testing.Short() {
				continue
			}
			t.Run(fmt.Sprintf("%d blocks by %s", k, tt.title), func(t *testing.T) {
				tr, moments := flushes(tt.wal, k)
				runs, bad := tr.lazily(moments, tt.depth, true)
				if runs != tt.want || len(bad) > 0 {
					t.Errorf("%d runs, want %d; bad: %v", runs, tt.want, bad)
				}
			})
		}
	}
	for _, k := range []int{3, 5} {
		t.Run(fmt.Sprintf("%d blocks, eagerly", k), func(t *testing.T) {
			tr, moments := flushes(wal{sectors: 1, header: 1}, k)
			if runs, _ := tr.eagerly(moments); runs != 2<<k+5 {
				t.Errorf("%d runs by blocks, want %d", runs, 2<<k+5)
			}
			tr, moments = flushes(wal{sectors: 2, header: 1}, k)
			if runs, _ := tr.eagerly(moments); runs != 2<<(2*k)+5 {
				t.Errorf("%d runs by sectors, want %d", runs, 2<<(2*k)+5)
			}
		})
	}
}

func TestALazySearchFindsEveryBadOutcomeThatThereIs(t *testing.T) {
	for _, bug := range append([]string{""}, bugs...) {
		tr := newTrial(wal{bug: bug, sectors: 2, header: 2}, threeTxns[:2]...)
		moments := tr.moments(false, false, true)
		_, lazy := tr.lazily(moments, 0, true)
		_, eager := tr.eagerly(moments)
		if !maps.Equal(lazy, eager) {
			t.Errorf("%s: lazily %d bad outcomes, eagerly %d", bug, len(lazy), len(eager))
		}
	}
}
