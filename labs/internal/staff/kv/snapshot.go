package kv

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io/fs"
	"maps"
	"slices"

	"faultline/labs/disk"
	"faultline/labs/kv/kvapi"
)

//lab:omit
const snapshotFile = "snapshot"

// saveSnapshot makes a table durable, as it was after the record of that number. A
// checksum of all of it comes first.
//
//lab:omit
func saveSnapshot(v *disk.Volume, t *table, last uint64) error {
	b := make([]byte, crc32.Size)
	b = binary.AppendUvarint(b, last)
	b = binary.AppendUvarint(b, uint64(len(t.entries)))
	for _, key := range slices.Sorted(maps.Keys(t.entries)) {
		b = t.entries[key].append(appendString(b, key))
	}
	b = binary.AppendUvarint(b, uint64(len(t.sessions)))
	for _, client := range slices.Sorted(maps.Keys(t.sessions)) {
		b = t.sessions[client].append(appendString(b, client))
	}
	binary.BigEndian.PutUint32(b, crc32.ChecksumIEEE(b[crc32.Size:]))
	return Replace(v, snapshotFile, b)
}

// loadSnapshot reads the snapshot, and the number of the last record in it. Where
// there is none yet, that is an empty table and 0.
//
//lab:omit
func loadSnapshot(v *disk.Volume) (t *table, last uint64, err error) {
	t = newTable()
	b, err := read(v, snapshotFile)
	if errors.Is(err, fs.ErrNotExist) {
		return t, 0, nil
	}
	if err != nil {
		return nil, 0, err
	}
	if len(b) < crc32.Size || crc32.ChecksumIEEE(b[crc32.Size:]) != binary.BigEndian.Uint32(b) {
		return nil, 0, fmt.Errorf("%w: the checksum of the %s does not fit", kvapi.ErrCorrupt, snapshotFile)
	}
	d := decoder{rest: b[crc32.Size:]}
	last = d.number()
	for range d.number() {
		key, e := string(d.bytes()), d.entry()
		e.value = bytes.Clone(e.value)
		t.entries[key] = e
	}
	for range d.number() {
		client := string(d.bytes())
		t.sessions[client] = d.session()
	}
	if d.bad || len(d.rest) > 0 {
		return nil, 0, fmt.Errorf("%w: the %s is not one", kvapi.ErrCorrupt, snapshotFile)
	}
	return t, last, nil
}
