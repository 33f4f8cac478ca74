package quicken

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// The instructions that are looked at, by their numbers in WebAssembly.
const (
	opUnreachable   = 0x00
	opNop           = 0x01
	opBlock         = 0x02
	opLoop          = 0x03
	opIf            = 0x04
	opElse          = 0x05
	opEnd           = 0x0b
	opBr            = 0x0c
	opBrIf          = 0x0d
	opBrTable       = 0x0e
	opReturn        = 0x0f
	opCall          = 0x10
	opCallIndirect  = 0x11
	opDrop          = 0x1a
	opSelect        = 0x1b
	opLocalGet      = 0x20
	opLocalSet      = 0x21
	opLocalTee      = 0x22
	opGlobalGet     = 0x23
	opGlobalSet     = 0x24
	opFirstLoad     = 0x28
	opI32Load8U     = 0x2d
	opFirstStore    = 0x36
	opI64Store      = 0x37
	opLastStore     = 0x3e
	opMemorySize    = 0x3f
	opMemoryGrow    = 0x40
	opI32Const      = 0x41
	opI64Const      = 0x42
	opF32Const      = 0x43
	opF64Const      = 0x44
	opFirstNumeric  = 0x45
	opI32Eqz        = 0x45
	opI32LtU        = 0x49
	opI64Eqz        = 0x50
	opI32Add        = 0x6a
	opI32Sub        = 0x6b
	opI64Add        = 0x7c
	opI64ShrU       = 0x88
	opI32WrapI64    = 0xa7
	opI64ExtendI32U = 0xad
	opLastNumeric   = 0xc4
	opMore          = 0xfc // its number follows
)

// Those of opMore.
const (
	lastConversion = 7
	memoryCopy     = 10
	memoryFill     = 11
)

// An instr is an instruction.
type instr struct {
	op     byte
	n      int64    // what it names: a local, a global, a label, a function, a number of opMore; or a constant
	offset uint64   // of a load or store
	labels []uint64 // of br_table; the last is for all other numbers
	text   []byte   // what stands for it in the code; changed when it is rewritten
}

// decode splits code into instructions.
func decode(code []byte) ([]instr, error) {
	list := make([]instr, 0, len(code)/2) // as long as most are
	r := reader{b: code}
	for len(r.b) > 0 {
		before := r.b
		in := instr{op: r.byte()}
		r.immediates(&in)
		if r.err != nil {
			return nil, r.err
		}
		n := len(before) - len(r.b)
		in.text = before[:n:n]
		list = append(list, in)
	}
	return list, nil
}

// immediates reads what follows the number of an instruction.
func (r *reader) immediates(in *instr) {
	switch op := in.op; {
	case op == opBlock, op == opLoop, op == opIf, op == opI32Const, op == opI64Const:
		in.n = r.signed()
	case op == opBr, op == opBrIf, op == opCall, opLocalGet <= op && op <= opGlobalSet:
		in.n = int64(r.unsigned())
	case op == opBrTable:
		for n := r.unsigned() + 1; n > 0 && r.err == nil; n-- {
			in.labels = append(in.labels, r.unsigned())
		}
	case op == opCallIndirect:
		r.unsigned()
		r.unsigned()
	case opFirstLoad <= op && op <= opLastStore:
		r.unsigned()
		in.offset = r.unsigned()
	case op == opMemorySize, op == opMemoryGrow:
		r.byte()
	case op == opF32Const:
		r.bytes(4)
	case op == opF64Const:
		r.bytes(8)
	case op == opMore:
		in.n = int64(r.unsigned())
		r.more(in.n)
	case op <= opNop, op == opElse, op == opEnd, op == opReturn, op == opDrop, op == opSelect, opFirstNumeric <= op && op <= opLastNumeric:
	default:
		r.fail(fmt.Errorf("unknown instruction %#x", op))
	}
}

func (r *reader) more(n int64) {
	switch {
	case n == memoryCopy:
		r.bytes(2)
	case n == memoryFill:
		r.byte()
	case n < 0 || n > lastConversion:
		r.fail(fmt.Errorf("unknown instruction %#x %d", opMore, n))
	}
}

// uses is how many values an instruction takes off the stack, and puts there. It is not
// known of those that concern the flow of control.
func (in *instr) uses() (takes, gives int, known bool) {
	switch op := in.op; {
	case op == opDrop, op == opLocalSet, op == opGlobalSet:
		return 1, 0, true
	case op == opLocalGet, op == opGlobalGet, op == opMemorySize, opI32Const <= op && op <= opF64Const:
		return 0, 1, true
	case op == opLocalTee, op == opMemoryGrow, opFirstLoad <= op && op < opFirstStore, in.unary():
		return 1, 1, true
	case opFirstStore <= op && op <= opLastStore:
		return 2, 0, true
	case op == opSelect:
		return 3, 1, true
	case opFirstNumeric <= op && op <= opLastNumeric:
		return 2, 1, true
	case op == opMore: // memory.copy, memory.fill
		return 3, 0, true
	}
	return 0, 0, false
}

// unary reports whether an instruction makes one number of another.
func (in *instr) unary() bool {
	switch op := in.op; {
	case op == opI32Eqz, op == opI64Eqz, op == opMore:
		return op != opMore || in.n <= lastConversion
	case 0x67 <= op && op <= 0x69, 0x79 <= op && op <= 0x7b: // clz, ctz, popcnt
		return true
	case 0x8b <= op && op <= 0x91, 0x99 <= op && op <= 0x9f: // of floating-point numbers, from abs to sqrt
		return true
	}
	return opI32WrapI64 <= in.op && in.op <= opLastNumeric // conversions
}

var errShort = errors.New("the module ends too early")

// A reader takes a module apart. After an error nothing is left of it.
type reader struct {
	b   []byte
	err error
}

func (r *reader) fail(err error) {
	if r.err == nil {
		r.err = err
	}
	r.b = nil
}

func (r *reader) bytes(n uint64) []byte {
	if n > uint64(len(r.b)) {
		r.fail(errShort)
		return nil
	}
	b := r.b[:n]
	r.b = r.b[n:]
	return b
}

func (r *reader) byte() byte {
	if b := r.bytes(1); len(b) == 1 {
		return b[0]
	}
	return 0
}

func (r *reader) unsigned() uint64 {
	n, size := binary.Uvarint(r.b)
	if size <= 0 {
		r.fail(errShort)
		return 0
	}
	r.b = r.b[size:]
	return n
}

// signed reads a number whose sign is the highest bit of its last seven.
func (r *reader) signed() (n int64) {
	for shift := 0; shift < 64; shift += 7 {
		b := r.byte()
		n |= int64(b&0x7f) << shift
		if b&0x80 == 0 {
			if b&0x40 != 0 && shift < 57 {
				n |= -1 << (shift + 7)
			}
			return n
		}
	}
	r.fail(errShort)
	return 0
}

// with is an instruction that has numbers.
func with(op byte, numbers ...uint64) []byte {
	b := []byte{op}
	for _, n := range numbers {
		b = binary.AppendUvarint(b, n)
	}
	return b
}

// constant is an i32.const.
func constant(n int64) []byte {
	b := []byte{opI32Const}
	for {
		low := byte(n & 0x7f)
		n >>= 7
		if n == 0 && low&0x40 == 0 || n == -1 && low&0x40 != 0 {
			return append(b, low)
		}
		b = append(b, low|0x80)
	}
}
