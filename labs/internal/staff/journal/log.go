package journal

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"maps"
	"slices"

	"faultline/labs/disk"
	"faultline/labs/journal/journalapi"
)

// The journal is a redo log. Its first block says which number the first record has;
// records follow on each other from the second block on:
//
//	begin    the numbers of the blocks that follow, and of those that are revoked
//	blocks   their contents
//	commit   the record counts
//
// When there is no room for the next record, everything that is in the log is written
// to its place, and the log begins again. Numbers never do, so what was there before
// counts no more.
//
// Each of the three blocks of its own has the same form, numbers with the high byte
// first:
//
//	offset  size
//	0       4     CRC-32 (IEEE) of all that follows
//	4       4     what it is
//	8       8     the number of the record
//	16      4     how many blocks follow
//	20      4     how many are revoked
//	24            their numbers, four bytes each, those that follow first
//
//lab:omit
type mark struct {
	kind    uint32
	record  uint64
	blocks  []uint32
	revoked []uint32
}

//lab:omit
const (
	headMark   = 0x6a686561
	beginMark  = 0x6a626567
	commitMark = 0x6a636f6d
)

//lab:omit
func (m mark) encode() []byte {
	b := make([]byte, disk.BlockSize)
	binary.BigEndian.PutUint32(b[4:], m.kind)
	binary.BigEndian.PutUint64(b[8:], m.record)
	binary.BigEndian.PutUint32(b[16:], uint32(len(m.blocks)))
	binary.BigEndian.PutUint32(b[20:], uint32(len(m.revoked)))
	for i, bn := range slices.Concat(m.blocks, m.revoked) {
		binary.BigEndian.PutUint32(b[24+4*i:], bn)
	}
	binary.BigEndian.PutUint32(b, crc32.ChecksumIEEE(b[4:]))
	return b
}

// decode reads a mark, if the block is one of that kind.
//
//lab:omit
func decode(b []byte, kind uint32) (m mark, ok bool) {
	if binary.BigEndian.Uint32(b) != crc32.ChecksumIEEE(b[4:]) || binary.BigEndian.Uint32(b[4:]) != kind {
		return mark{}, false
	}
	m = mark{kind: kind, record: binary.BigEndian.Uint64(b[8:])}
	n, revoked := binary.BigEndian.Uint32(b[16:]), binary.BigEndian.Uint32(b[20:])
	for i := range n + revoked {
		bn := binary.BigEndian.Uint32(b[24+4*i:])
		if i < n {
			m.blocks = append(m.blocks, bn)
		} else {
			m.revoked = append(m.revoked, bn)
		}
	}
	return m, true
}

// A log is the journal of a device. Its methods are called by one goroutine at a time.
type log struct {
	//lab:begin B
	device *disk.Device
	start  uint32 // of the region
	end    uint32
	next   uint32 // where the next record goes
	record uint64 // its number
	//lab:end
}

// emptyLog is the journal of a new file system. It covers the records of the one that
// was there before, whose numbers will come again.
//
//lab:omit
func emptyLog(super journalapi.Superblock) blocks {
	b := blocks{super.JournalStart: mark{kind: headMark, record: 1}.encode()}
	for bn := super.JournalStart + 1; bn < super.JournalStart+super.JournalBlocks; bn++ {
		b[bn] = make([]byte, disk.BlockSize)
	}
	return b
}

// capacity is how many blocks the longest record has, without its marks.
//
//lab:omit
func (l *log) capacity() int { return int(l.end-l.start) - 3 }

// fits reports whether there is room for a record of so many blocks.
//
//lab:omit
func (l *log) fits(n int) bool { return int(l.end-l.next) >= n+2 }

// append makes a record durable. The first flush is there so that the record is whole
// when it begins to count, the second so that it counts.
//
//lab:todo B
func (l *log) append(b blocks, revoked []uint32) error {
	begin := mark{kind: beginMark, record: l.record, blocks: slices.Sorted(maps.Keys(b)), revoked: revoked}
	if err := l.device.Write(uint64(l.next), begin.encode()); err != nil {
		return err
	}
	for i, bn := range begin.blocks {
		if err := l.device.Write(uint64(l.next)+1+uint64(i), b[bn]); err != nil {
			return err
		}
	}
	if err := l.device.Flush(); err != nil {
		return err
	}
	commit := l.next + 1 + uint32(len(begin.blocks))
	if err := writeAndFlush(l.device, blocks{commit: mark{kind: commitMark, record: l.record}.encode()}); err != nil {
		return err
	}
	l.next, l.record = commit+1, l.record+1
	return nil
}

// checkpoint writes to their place the blocks that are in the log, and begins the log
// anew. They are durable before it does, and it has begun anew before records are
// written over.
//
//lab:todo B
func (l *log) checkpoint(b blocks) error {
	if l.next == l.start+1 {
		return nil // it is empty
	}
	if err := writeAndFlush(l.device, b); err != nil {
		return err
	}
	l.next = l.start + 1
	return writeAndFlush(l.device, blocks{l.start: mark{kind: headMark, record: l.record}.encode()})
}

// recoverLog opens the log. What has been committed is brought to its place. A crash
// while it does that is no harm: until the log begins anew it can be done again.
//
//lab:todo B
func recoverLog(d *disk.Device, super journalapi.Superblock) (*log, error) {
	l, redo, err := readLog(d, super)
	if err != nil {
		return nil, err
	}
	return l, l.checkpoint(redo)
}

// readLog reads the records that count, up to the first that does not. It returns what
// they make of the blocks that they are about.
//
//lab:omit
func readLog(d *disk.Device, super journalapi.Superblock) (*log, blocks, error) {
	l := &log{device: d, start: super.JournalStart, end: super.JournalStart + super.JournalBlocks}
	head, ok, err := l.mark(l.start, headMark)
	if err != nil {
		return nil, nil, err
	}
	if !ok {
		return nil, nil, fmt.Errorf("%w: the journal has no head", journalapi.ErrCorrupt)
	}
	l.next, l.record = l.start+1, head.record
	redo := blocks{}
	for {
		m, ok, err := l.readRecord(redo)
		if err != nil || !ok {
			return l, redo, err
		}
		l.next, l.record = l.next+2+uint32(len(m.blocks)), l.record+1
	}
}

// readRecord takes in the next record, if there is one that counts.
//
//lab:omit
func (l *log) readRecord(redo blocks) (begin mark, ok bool, err error) {
	begin, ok, err = l.mark(l.next, beginMark)
	if err != nil || !ok || begin.record != l.record {
		return begin, false, err
	}
	commit, ok, err := l.mark(l.next+1+uint32(len(begin.blocks)), commitMark)
	if err != nil || !ok || commit.record != l.record {
		return begin, false, err
	}
	for _, bn := range begin.revoked {
		delete(redo, bn) // what earlier records say of it counts no more
	}
	for i, bn := range begin.blocks {
		b := make([]byte, disk.BlockSize)
		if err := l.device.Read(uint64(l.next)+1+uint64(i), b); err != nil {
			return begin, false, err
		}
		redo[bn] = b
	}
	return begin, true, nil
}

// mark reads a block of the log, if it is a mark of that kind. Behind the end there
// is none.
//
//lab:omit
func (l *log) mark(bn, kind uint32) (m mark, ok bool, err error) {
	if bn >= l.end {
		return mark{}, false, nil
	}
	b := make([]byte, disk.BlockSize)
	if err := l.device.Read(uint64(bn), b); err != nil {
		return mark{}, false, err
	}
	m, ok = decode(b, kind)
	return m, ok, nil
}
