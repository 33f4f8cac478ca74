package kv

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"

	"faultline/labs/disk"
	"faultline/labs/kv/kvapi"
)

// A record of the log, numbers with the high byte first:
//
//	offset  size
//	0       4     CRC-32 (IEEE) of all that follows
//	4       4     length of the request
//	8       8     number of the record, from 1 on
//	16            the request
//
//lab:omit
const recordHead = 16

//lab:omit
type record struct {
	number  uint64
	request Request
}

//lab:omit
func (r record) append(b []byte) []byte {
	start := len(b)
	b = append(b, make([]byte, recordHead)...)
	b = r.request.append(b)
	head := b[start:]
	binary.BigEndian.PutUint32(head[4:], uint32(len(head)-recordHead))
	binary.BigEndian.PutUint64(head[8:], r.number)
	binary.BigEndian.PutUint32(head, crc32.ChecksumIEEE(head[4:]))
	return b
}

// parseRecord reads the record at the begin of b and says how long it is; zero if
// there is none that is whole.
//
//lab:omit
func parseRecord(b []byte) (r record, size int) {
	if len(b) < recordHead {
		return record{}, 0
	}
	length := int64(binary.BigEndian.Uint32(b[4:]))
	if length > int64(len(b)-recordHead) {
		return record{}, 0
	}
	size = recordHead + int(length)
	if crc32.ChecksumIEEE(b[4:size]) != binary.BigEndian.Uint32(b) {
		return record{}, 0
	}
	d := decoder{rest: b[recordHead:size]}
	r = record{number: binary.BigEndian.Uint64(b[8:]), request: d.request()}
	if d.bad || len(d.rest) > 0 {
		return record{}, 0
	}
	return r, size
}

// A log is a file of records, each of which is durable before the next is written.
// So a crash can damage the last record only.
//
//lab:omit
type log struct {
	file *disk.File
	size int64  // where the next record goes
	last uint64 // the number of the latest record, in this file or the snapshot
}

//lab:omit
const logFile = "log"

// openLog opens the log behind a snapshot and gives its records to apply, in order.
// Those that the snapshot knows already are left out: a crash has come between the
// snapshot and the new log.
//
//lab:omit
func openLog(v *disk.Volume, snapshot uint64, apply func(Request)) (*log, error) {
	content, err := read(v, logFile)
	if err != nil {
		return nil, err
	}
	l := &log{last: snapshot}
	for {
		r, size := parseRecord(content[l.size:])
		if size == 0 {
			break
		}
		l.size += int64(size)
		switch {
		case r.number == l.last+1:
			apply(r.request)
			l.last++
		case r.number > l.last:
			return nil, fmt.Errorf("%w: %s: record %d is missing", kvapi.ErrCorrupt, logFile, l.last+1)
		}
	}
	if err := l.checkTail(content); err != nil {
		return nil, err
	}
	if l.file, err = v.Open(logFile); err != nil {
		return nil, err
	}
	return l, l.file.Truncate(l.size)
}

// checkTail looks at what comes behind the last good record. The crash has left a
// part of the record that was being written: nobody was told of that one. But if
// there is a younger record behind it, then it had been durable and is damaged: to
// take it for the end would leave out what was acknowledged.
//
//lab:omit
func (l *log) checkTail(content []byte) error {
	for at := int(l.size) + 1; at < len(content); at++ {
		if r, size := parseRecord(content[at:]); size > 0 && r.number > l.last {
			return fmt.Errorf("%w: %s: what is at byte %d is no record, and record %d follows",
				kvapi.ErrCorrupt, logFile, l.size, r.number)
		}
	}
	return nil
}

// append makes a request durable. With disk.ErrFull nothing has happened; with any
// other error nobody knows.
//
//lab:omit
func (l *log) append(r Request) error {
	b := record{number: l.last + 1, request: r}.append(nil)
	if _, err := l.file.WriteAt(b, l.size); err != nil {
		return err
	}
	if err := l.file.Sync(); err != nil {
		return err
	}
	l.size += int64(len(b))
	l.last++
	return nil
}
