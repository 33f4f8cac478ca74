package labrpc

import (
	"encoding/binary"
	"reflect"
	"strconv"
	"unicode/utf8"

	"faultline/labrpc/internal/codec"
)

// MaxMessage is how many bytes the arguments or the reply of a call may take.
// Messages of calls know no MTU: they stand for streams, which have none. But an
// encoding must end somewhere, or a chain that holds itself would fill the memory.
const MaxMessage = codec.MaxBytes

// What a message of the RPC layer is. It is its first byte.
type messageKind byte

const (
	request messageKind = iota + 1
	reply               // the method returned nil
	failure             // the method returned an error, or its reply could not cross
	refusal             // there is no such method, or it takes something else: nothing was executed
	stopped             // no message: the process that called has ended
)

// A head is what a message says before its arguments or its reply.
type head struct {
	kind   messageKind
	number uint64 // of the call; a node never uses one twice, so a late reply fits no later call
	method string // of a request
	shape  uint32 // of the arguments and the reply of a request
}

func (h head) append(b []byte) []byte {
	b = binary.AppendUvarint(append(b, byte(h.kind)), h.number)
	if h.kind == request {
		b = append(binary.AppendUvarint(b, uint64(len(h.method))), h.method...)
		b = binary.LittleEndian.AppendUint32(b, h.shape)
	}
	return b
}

// parse splits a message. Only this package writes messages, and damaged ones
// are dropped by their checksums, so there is none that it cannot read.
func parse(b []byte) (h head, body []byte) {
	h.kind = messageKind(b[0])
	number, n := binary.Uvarint(b[1:])
	h.number, b = number, b[1+n:]
	if h.kind == request {
		length, n := binary.Uvarint(b)
		h.method, b = string(b[n:n+int(length)]), b[n+int(length):]
		h.shape, b = binary.LittleEndian.Uint32(b), b[4:]
	}
	return h, b
}

// shapeOf is the shape of a method. The reply may be nil: then none is wanted.
func shapeOf(args, reply *codec.Plan) uint32 {
	if reply == nil {
		return args.Shape()
	}
	return args.Shape() + 31*reply.Shape()
}

// textColumns is about how long the text of a message may be in the trace.
const textColumns = 60

// text is what the trace says of a message: what it is, and the beginning of the
// value it carries.
func (n *Network) text(what string, p *codec.Plan, v reflect.Value, size int) string {
	if n.cfg.Trace == nil {
		return ""
	}
	b := append(make([]byte, 0, 2*textColumns), what...)
	if p != nil {
		b = p.AppendText(append(b, ' '), v, textColumns)
	}
	return string(sized(b, size))
}

// sized cuts a text that is too long, and says how many bytes it stands for.
func sized(b []byte, size int) []byte {
	if len(b) > textColumns {
		cut := textColumns
		for !utf8.RuneStart(b[cut]) {
			cut--
		}
		b = append(b[:cut], "…"...)
	}
	return append(strconv.AppendInt(append(b, ' '), int64(size), 10), " B"...)
}
