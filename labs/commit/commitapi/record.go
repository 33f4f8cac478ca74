package commitapi

import (
	"encoding/binary"
	"errors"
	"hash/crc32"
)

// A Kind says what a record of a log is.
type Kind string

// The kinds of records.
const (
	Begin  Kind = "begin"  // of a coordinator: it is about to ask for votes; nobody need write this
	Ready  Kind = "ready"  // of a participant: it promises its part, which is in the record
	Commit Kind = "commit" // the outcome; that of a coordinator has the participants
	Abort  Kind = "abort"  // the outcome
	End    Kind = "end"    // of a coordinator: everybody has acknowledged the commit
)

// A Record is what an Append to a log writes, by Encode. Beside Kind and Txn, what it
// holds is what whoever reads it after a crash needs.
type Record struct {
	Kind         Kind
	Txn          Txn
	Coordinator  string
	Participants []string
	Changes      []Change
	ReadSet      []Observation // stage D
}

// ErrTorn says that bytes are no whole record. A crash may leave one of those at the end
// of a log: see disk.Log. It was not forced, so nobody has been promised anything.
var ErrTorn = errors.New("the record is torn")

// Encode returns the record as bytes, its checksum first.
func (r Record) Encode() []byte {
	b := make([]byte, 4, 64)
	b = appendText(b, string(r.Kind))
	b = appendText(b, string(r.Txn))
	b = appendText(b, r.Coordinator)
	b = binary.AppendUvarint(b, uint64(len(r.Participants)))
	for _, p := range r.Participants {
		b = appendText(b, p)
	}
	b = binary.AppendUvarint(b, uint64(len(r.Changes)))
	for _, c := range r.Changes {
		b = binary.AppendVarint(appendText(b, c.Account), c.By)
	}
	b = binary.AppendUvarint(b, uint64(len(r.ReadSet)))
	for _, o := range r.ReadSet {
		b = binary.AppendVarint(appendText(b, o.Account), o.Balance)
	}
	sum := crc32.ChecksumIEEE(b[4:])
	binary.BigEndian.PutUint32(b[:4], sum)
	return b
}

func appendText(b []byte, s string) []byte {
	b = binary.AppendUvarint(b, uint64(len(s)))
	return append(b, s...)
}

// Decode reads a record. It fails with ErrTorn when the bytes are not all that Encode
// has returned; then the record has what could be read of it.
func Decode(b []byte) (Record, error) {
	if len(b) < 4 {
		return Record{}, ErrTorn
	}
	d := decoder{rest: b[4:]}
	r := Record{Kind: Kind(d.text()), Txn: Txn(d.text()), Coordinator: d.text()}
	for range d.count() {
		r.Participants = append(r.Participants, d.text())
	}
	for range d.count() {
		r.Changes = append(r.Changes, Change{Account: d.text(), By: d.varint()})
	}
	for range d.count() {
		r.ReadSet = append(r.ReadSet, Observation{Account: d.text(), Balance: d.varint()})
	}
	if crc32.ChecksumIEEE(b[4:]) != binary.BigEndian.Uint32(b) || len(d.rest) > 0 {
		return r, ErrTorn
	}
	return r, nil
}

// A decoder reads what is left; nothing is zero.
type decoder struct{ rest []byte }

func (d *decoder) uvarint() uint64 {
	v, n := binary.Uvarint(d.rest)
	d.rest = d.rest[max(n, 0):]
	return v
}

func (d *decoder) varint() int64 {
	v, n := binary.Varint(d.rest)
	d.rest = d.rest[max(n, 0):]
	return v
}

// count is how many items follow, no more than there are bytes.
func (d *decoder) count() int { return int(min(d.uvarint(), uint64(len(d.rest)))) }

func (d *decoder) text() string {
	n := d.count()
	s := string(d.rest[:n])
	d.rest = d.rest[n:]
	return s
}
