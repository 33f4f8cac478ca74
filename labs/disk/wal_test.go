package disk_test

import (
	"encoding/binary"
	"fmt"
	"slices"

	"faultline/labs/disk"
)

// A wal is a redo log over a device, as small as one can be that has every bug
// there is: block 0 is the header, which says how many blocks of the log are
// committed and where they belong; then the log; then the home blocks.
type wal struct {
	dev     *disk.Device
	bug     string
	sectors int // that the contents of a block fill: they tear if there are two
	header  int // sectors that the header fills
	check   check
	buf     []byte
	ack     func() // a transaction is acknowledged
}

// A check is a checksum in the header: of what it guards.
type check int

const (
	noCheck     check = iota
	headerCheck       // of the header
	logCheck          // of the log: all is written together
)

const (
	logBlocks = 10
	homes     = 10
	homeAt    = 1 + logBlocks
	deviceLen = homeAt + homes
)

// A write is one of a transaction: home block at gets value.
type write struct{ at, value uint64 }

// place is the address of the i-th number of a block that fills some sectors.
func place(i, sectors, numbers int) int {
	per := (numbers + sectors - 1) / sectors
	return i/per*disk.SectorSize + i%per*8
}

func (w *wal) put(bn uint64, numbers []uint64, sectors int) {
	b := make([]byte, disk.BlockSize)
	for i, n := range numbers {
		binary.LittleEndian.PutUint64(b[place(i, sectors, len(numbers)):], n)
	}
	ok(w.dev.Write(bn, b))
	clear(b) // the device has a copy
}

func (w *wal) get(bn uint64, numbers, sectors int) []uint64 {
	b := w.buf
	ok(w.dev.Read(bn, b))
	list := make([]uint64, numbers)
	for i := range list {
		list[i] = binary.LittleEndian.Uint64(b[place(i, sectors, numbers):])
	}
	return list
}

// putValue fills a block of the log or a home block.
func (w *wal) putValue(bn, value uint64) { w.put(bn, []uint64{value, value}[:w.sectors], w.sectors) }

// value returns what a block holds: a torn one holds a value that nobody wrote.
func (w *wal) value(bn uint64) uint64 {
	v := w.get(bn, w.sectors, w.sectors)
	if v[0] != v[len(v)-1] {
		return 1e6*v[0] + v[1]
	}
	return v[0]
}

func (w *wal) flush(not ...string) {
	if !slices.Contains(not, w.bug) {
		ok(w.dev.Flush())
	}
}

// headerNumbers are the count, the addresses and the checksum.
const headerNumbers = 2 + logBlocks

func (w *wal) putHeader(txn []write) {
	numbers := make([]uint64, headerNumbers)
	numbers[0] = uint64(len(txn))
	for i, one := range txn {
		numbers[1+i] = one.at
		numbers[headerNumbers-1] += one.value
	}
	if w.check == headerCheck {
		numbers[headerNumbers-1] = sumOf(numbers)
	}
	w.put(0, numbers, w.header)
}

func sumOf(numbers []uint64) (h uint64) {
	for _, n := range numbers[:headerNumbers-1] {
		h = (h + n) * 31
	}
	return h
}

func (w *wal) clearHeader() { w.putHeader(nil) }

func (w *wal) putLog(txn []write) {
	for i, one := range txn {
		w.putValue(1+uint64(i), one.value)
	}
}

func (w *wal) install(txn []write) {
	for _, one := range txn {
		w.putValue(homeAt+one.at, one.value)
	}
}

// commit performs a transaction.
func (w *wal) commit(txn []write) {
	switch w.bug {
	case "header before log":
		w.putHeader(txn)
		w.putLog(txn)
		w.flush()
	case "home before commit":
		w.putLog(txn)
		w.install(txn)
		w.flush()
		w.putHeader(txn)
	case "ack before header written":
		w.putLog(txn)
		w.flush()
		w.ack()
		w.putHeader(txn)
	case "ack before header flushed":
		w.putLog(txn)
		w.flush()
		w.putHeader(txn)
		w.ack()
	default:
		w.putLog(txn)
		if w.check != logCheck {
			w.flush("no flush log, header")
		}
		w.putHeader(txn)
	}
	early := w.bug == "ack before header written" || w.bug == "ack before header flushed"
	w.flush("no flush header, install")
	if w.bug != "no flush header, install" && !early {
		w.ack()
	}
	w.checkpoint(txn)
}

func (w *wal) checkpoint(txn []write) {
	if w.bug == "last block not installed" {
		txn = txn[:len(txn)-1]
	}
	w.install(txn)
	w.flush("no flush install, clear")
	if w.bug == "no flush header, install" {
		w.ack()
	}
	if w.bug != "header never cleared" {
		w.clearHeader()
		w.flush("no flush after clear")
	}
}

// recover is what the log does after a crash.
func (w *wal) recover() {
	if w.bug == "no recovery" {
		return
	}
	txn := w.committed()
	if len(txn) == 0 {
		return
	}
	if w.bug == "recovery replays n-1" {
		txn = txn[:len(txn)-1]
	}
	if w.bug == "recovery clears first" {
		w.clearHeader()
		w.flush()
		w.install(txn)
		w.flush()
		return
	}
	w.install(txn)
	w.flush("recovery: no flush")
	w.clearHeader()
	w.flush()
}

// committed reads the transaction in the log, if there is one.
func (w *wal) committed() (txn []write) {
	header := w.get(0, headerNumbers, w.header)
	if w.check == headerCheck && header[headerNumbers-1] != sumOf(header) {
		return nil
	}
	var sum uint64
	for i := range min(header[0], logBlocks) {
		one := write{header[1+i], w.value(1 + i)}
		txn = append(txn, one)
		sum += one.value
	}
	if w.check == logCheck && sum != header[headerNumbers-1] {
		return nil
	}
	return txn
}

// contents reads all home blocks.
func (w *wal) contents() string {
	list := make([]uint64, homes)
	for i := range list {
		list[i] = w.value(homeAt + uint64(i))
	}
	return fmt.Sprint(list)
}
