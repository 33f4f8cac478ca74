package kv

import "encoding/binary"

// appendString appends a string, after its length. The log and the snapshot are
// strings and numbers, one after the other; a number takes as few bytes as it needs.
//
//lab:omit
func appendString[T ~string | ~[]byte](b []byte, s T) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

// A decoder takes numbers and strings off bytes. Once something was missing, bad is
// true and everything else is zero.
//
//lab:omit
type decoder struct {
	rest []byte
	bad  bool
}

//lab:omit
func (d *decoder) number() uint64 {
	n, size := binary.Uvarint(d.rest)
	if size <= 0 {
		d.rest, d.bad = nil, true
		return 0
	}
	d.rest = d.rest[size:]
	return n
}

// bytes are part of what the decoder was made of: who keeps them must copy them.
//
//lab:omit
func (d *decoder) bytes() []byte {
	n := d.number()
	if n > uint64(len(d.rest)) {
		d.rest, d.bad = nil, true
		return nil
	}
	s := d.rest[:n]
	d.rest = d.rest[n:]
	return s
}

//lab:omit
func (r Request) append(b []byte) []byte {
	b = appendString(b, r.Client)
	b = binary.AppendUvarint(b, uint64(r.Incarnation))
	b = binary.AppendUvarint(b, r.Seq)
	b = appendString(b, r.Op)
	b = appendString(b, r.Key)
	b = appendString(b, r.Value)
	return binary.AppendUvarint(b, r.Old)
}

//lab:omit
func (d *decoder) request() Request {
	return Request{
		Client: string(d.bytes()), Incarnation: uint32(d.number()), Seq: d.number(),
		Op: Op(d.bytes()), Key: string(d.bytes()), Value: d.bytes(), Old: d.number(),
	}
}

//lab:omit
func (e entry) append(b []byte) []byte {
	b = appendString(b, e.value)
	b = binary.AppendUvarint(b, e.version)
	if e.deleted {
		return append(b, 1)
	}
	return append(b, 0)
}

//lab:omit
func (d *decoder) entry() entry {
	return entry{value: d.bytes(), version: d.number(), deleted: d.number() == 1}
}

//lab:omit
func (s session) append(b []byte) []byte {
	b = binary.AppendUvarint(b, uint64(s.incarnation))
	b = binary.AppendUvarint(b, s.seq)
	b = binary.AppendUvarint(b, s.result.Version)
	return binary.AppendUvarint(b, uint64(s.result.Failure))
}

//lab:omit
func (d *decoder) session() session {
	return session{incarnation: uint32(d.number()), seq: d.number(),
		result: Result{Version: d.number(), Failure: Failure(d.number())}}
}
