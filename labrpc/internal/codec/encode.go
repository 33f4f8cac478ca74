package codec

import (
	"cmp"
	"encoding/binary"
	"errors"
	"math"
	"reflect"
	"slices"
	"strings"
	"time"
)

// Bounds of an encoding.
const (
	MaxBytes = 1 << 20 // the longest
	maxDepth = 1000    // the most pointers, slices and maps inside each other
)

// The quiet NaNs of IEEE 754 without a payload.
const (
	nan32 = 0x7fc00000
	nan64 = 0x7ff8000000000000
)

// Errors of Append.
var (
	ErrTooLong = errors.New("it is longer than 1 MiB: send it in parts")
	ErrTooDeep = errors.New("it holds more than 1000 pointers, slices or maps inside each other: " +
		"send a list instead of a chain, and no value that holds itself")
)

// Append encodes v, which must be of the plan's type, at the end of b.
func (p *Plan) Append(b []byte, v reflect.Value) ([]byte, error) {
	e := encoder{b: b, most: len(b) + MaxBytes}
	e.value(p, v)
	if e.err == nil && len(e.b) > e.most {
		e.err = ErrTooLong
	}
	return e.b, e.err
}

// An encoder writes one value. After the first error it writes nothing more.
type encoder struct {
	b     []byte
	most  int // how long b may become
	depth int
	err   error
}

func (e *encoder) value(p *Plan, v reflect.Value) {
	if len(e.b) > e.most {
		e.err = ErrTooLong
	}
	if e.err != nil {
		return
	}
	switch p.kind {
	case reflect.Bool:
		e.bool(v.Bool())
	case reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64, reflect.Int:
		e.b = binary.AppendVarint(e.b, v.Int())
	case reflect.Uint8:
		e.b = append(e.b, byte(v.Uint()))
	case reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uint:
		e.b = binary.AppendUvarint(e.b, v.Uint())
	case reflect.Float32, reflect.Float64:
		e.float(p, v.Float())
	case reflect.String:
		s := v.String()
		e.b = append(binary.AppendUvarint(e.b, uint64(len(s))), s...)
	case kindTime:
		t := v.Interface().(time.Time)
		e.b = binary.AppendVarint(e.b, t.Unix())
		e.b = binary.AppendUvarint(e.b, uint64(t.Nanosecond()))
	case reflect.Struct:
		e.fields(p, v)
	case reflect.Array:
		e.elements(p, v)
	default:
		e.deeper(p, v)
	}
}

func (e *encoder) bool(b bool) {
	if b {
		e.b = append(e.b, 1)
	} else {
		e.b = append(e.b, 0)
	}
}

// float writes one NaN for all: which of them a processor makes is its own
// choice, and bytes must not depend on it.
func (e *encoder) float(p *Plan, x float64) {
	if p.kind == reflect.Float32 {
		bits := math.Float32bits(float32(x))
		if x != x {
			bits = nan32
		}
		e.b = binary.LittleEndian.AppendUint32(e.b, bits)
		return
	}
	bits := math.Float64bits(x)
	if x != x {
		bits = nan64
	}
	e.b = binary.LittleEndian.AppendUint64(e.b, bits)
}

func (e *encoder) fields(p *Plan, v reflect.Value) {
	if len(p.fields) == 0 {
		e.b = append(e.b, 0)
	}
	for i := range p.fields {
		e.value(p.fields[i].plan, v.Field(p.fields[i].index))
	}
}

// elements writes the elements of an array or a slice. An empty array takes a
// byte, as an empty struct does: every value takes one, so that a length that
// does not fit into the rest of a message is wrong whatever its elements are.
func (e *encoder) elements(p *Plan, v reflect.Value) {
	if v.Len() == 0 && p.kind == reflect.Array {
		e.b = append(e.b, 0)
	}
	for i := range v.Len() {
		e.value(p.elem, v.Index(i))
	}
}

// deeper writes what may be nil and may hold itself.
func (e *encoder) deeper(p *Plan, v reflect.Value) {
	if v.IsNil() {
		e.b = append(e.b, 0)
		return
	}
	if e.depth++; e.depth > maxDepth {
		e.err = ErrTooDeep
		return
	}
	switch {
	case p.kind == reflect.Pointer:
		e.b = append(e.b, 1)
		e.value(p.elem, v.Elem())
	case p.kind == reflect.Map:
		e.length(v.Len())
		for _, k := range sortedKeys(v) {
			e.value(p.key, k)
			e.value(p.elem, v.MapIndex(k))
		}
	case p.elem.kind == reflect.Uint8:
		e.length(v.Len())
		e.b = append(e.b, v.Bytes()...)
	default:
		e.length(v.Len())
		e.elements(p, v)
	}
	e.depth--
}

// length writes how many elements follow, plus one: zero stands for nil.
func (e *encoder) length(n int) { e.b = binary.AppendUvarint(e.b, uint64(n)+1) }

// sortedKeys are the keys of a map in order: a map has one encoding and one
// text, whatever order it iterates in.
func sortedKeys(m reflect.Value) []reflect.Value {
	keys := m.MapKeys()
	slices.SortFunc(keys, compare)
	return keys
}

// compare orders two keys of the same type.
func compare(a, b reflect.Value) int {
	switch {
	case a.Kind() == reflect.String:
		return strings.Compare(a.String(), b.String())
	case a.CanInt():
		return cmp.Compare(a.Int(), b.Int())
	case a.CanUint():
		return cmp.Compare(a.Uint(), b.Uint())
	case a.Kind() == reflect.Array:
		return compareParts(a.Len(), a.Index, b.Index)
	case a.Kind() == reflect.Struct:
		return compareParts(a.NumField(), a.Field, b.Field)
	case a.Bool() == b.Bool():
		return 0
	case a.Bool():
		return 1
	default:
		return -1
	}
}

func compareParts(n int, a, b func(i int) reflect.Value) int {
	for i := range n {
		if c := compare(a(i), b(i)); c != 0 {
			return c
		}
	}
	return 0
}
