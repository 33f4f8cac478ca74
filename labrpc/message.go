package labrpc

import (
	"encoding/binary"
	"reflect"
	"strconv"
	"unicode/utf8"

	"faultline/labrpc/internal/codec"
)

// MaxMessage is how many bytes the arguments or the reply of a call may take: 1
// MiB. Calls know no MTU. They stand for what runs over streams, which have none;
// but one that took 100 MB in one piece would not work on a real network either.
const MaxMessage = codec.MaxBytes

// Buffers of this size hold most messages and texts.
const (
	usualBytes = 64
	usualText  = 2 * textColumns
)

// A messageKind says what a message of a call is. It is its first byte. A packet
// of a connection has none.
type messageKind byte

const (
	kindPacket   messageKind = iota
	kindRequest              // have this executed
	kindReply                // it was, and returned nil
	kindError                // it was, and returned an error, or its reply cannot cross
	kindNoMethod             // it was not: nothing has this name
	kindMismatch             // it was not: the method has other types
	kindStopped              // no message: the process that called has ended
)

// A head is what a message says before its arguments, its reply or its error.
type head struct {
	kind   messageKind
	number uint64 // of the call: no node uses one twice, so a late answer fits no later call
	method string // of a request
	shape  uint32 // of what a request carries and wants
}

func (h head) append(b []byte) []byte {
	b = binary.AppendUvarint(append(b, byte(h.kind)), h.number)
	if h.kind == kindRequest {
		b = append(binary.AppendUvarint(b, uint64(len(h.method))), h.method...)
		b = binary.LittleEndian.AppendUint32(b, h.shape)
	}
	return b
}

// parse splits a message. Only this package writes them, and damaged ones are
// dropped by their checksums, so there is none that it cannot read.
func parse(b []byte) (h head, body []byte) {
	h.kind = messageKind(b[0])
	number, n := binary.Uvarint(b[1:])
	h.number, b = number, b[1+n:]
	if h.kind == kindRequest {
		length, n := binary.Uvarint(b)
		b = b[n:]
		h.method, b = string(b[:length]), b[length:]
		h.shape, b = binary.LittleEndian.Uint32(b), b[4:]
	}
	return h, b
}

// shapeOf is what both sides must agree on: what a method takes and replies. A
// caller that wants no reply does not care about the second.
func shapeOf(args, reply *codec.Plan) uint32 {
	shape := args.Shape()
	if reply != nil {
		shape = 31*shape + reply.Shape()
	}
	return shape
}

// textColumns is how much the trace says of a message, but for its length.
const textColumns = 110

// text is what the trace says of a message of so many bytes: what it is, as far
// as b has that already, and the begin of the value that it carries.
func text(b []byte, p *codec.Plan, v reflect.Value, size int) string {
	if p != nil {
		b = p.AppendText(append(b, ' '), v, textColumns)
	}
	if len(b) > textColumns {
		cut := textColumns - 1
		for cut > 0 && !utf8.RuneStart(b[cut]) {
			cut--
		}
		b = append(b[:cut], "…"...)
	}
	return string(append(strconv.AppendInt(append(b, ' '), int64(size), 10), " B"...))
}
