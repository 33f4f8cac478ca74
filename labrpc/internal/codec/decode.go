package codec

import (
	"encoding/binary"
	"errors"
	"math"
	"reflect"
	"time"
)

// ErrForm is the error of bytes that are no encoding of the plan's type.
var ErrForm = errors.New("the bytes are no encoding of this type")

// Decode sets v, which must be settable and of the plan's type, to the value
// that b encodes, all of it. Whatever v was before is forgotten, and nothing
// that it pointed to is written to or kept. Nor is b. After an error v holds a
// part of the value.
func (p *Plan) Decode(b []byte, v reflect.Value) error {
	v.SetZero()
	d := decoder{b: b}
	d.value(p, v)
	if d.err == nil && len(d.b) > 0 {
		d.err = ErrForm
	}
	return d.err
}

// A decoder reads one value. After the first error it reads only zeros.
type decoder struct {
	b     []byte // what is left
	depth int
	err   error
}

func (d *decoder) fail() { d.b, d.err = nil, ErrForm }

// value sets v, which is zero, to what comes next.
func (d *decoder) value(p *Plan, v reflect.Value) {
	if d.err != nil {
		return
	}
	switch p.kind {
	case reflect.Bool:
		v.SetBool(d.below(2) == 1)
	case reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64, reflect.Int:
		x := d.varint()
		if v.OverflowInt(x) {
			d.fail()
			return
		}
		v.SetInt(x)
	case reflect.Uint8:
		v.SetUint(uint64(d.below(256)))
	case reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uint:
		x := d.uvarint()
		if v.OverflowUint(x) {
			d.fail()
			return
		}
		v.SetUint(x)
	case reflect.Float32:
		v.SetFloat(float64(math.Float32frombits(uint32(d.fixed(4)))))
	case reflect.Float64:
		v.SetFloat(math.Float64frombits(d.fixed(8)))
	case reflect.String:
		v.SetString(string(d.take(d.uvarint())))
	case kindTime:
		d.time(v)
	case reflect.Struct:
		d.fields(p, v)
	case reflect.Array:
		d.elements(p, v)
	default:
		d.deeper(p, v)
	}
}

func (d *decoder) time(v reflect.Value) {
	seconds, nano := d.varint(), d.uvarint()
	if nano >= uint64(time.Second) {
		d.fail()
	}
	if d.err == nil {
		v.Set(reflect.ValueOf(time.Unix(seconds, int64(nano)).UTC()))
	}
}

func (d *decoder) fields(p *Plan, v reflect.Value) {
	if len(p.fields) == 0 {
		d.below(1)
	}
	for i := range p.fields {
		d.value(p.fields[i].plan, v.Field(p.fields[i].index))
	}
}

func (d *decoder) elements(p *Plan, v reflect.Value) {
	if v.Len() == 0 && p.kind == reflect.Array {
		d.below(1)
	}
	for i := range v.Len() {
		d.value(p.elem, v.Index(i))
	}
}

// deeper reads what may be nil; v is, and stays so.
func (d *decoder) deeper(p *Plan, v reflect.Value) {
	n := d.uvarint()
	if n == 0 {
		return
	}
	n--
	d.depth++
	if d.depth > maxDepth || n > uint64(len(d.b)) || p.kind == reflect.Pointer && n > 0 {
		d.fail()
		return
	}
	switch {
	case p.kind == reflect.Pointer:
		v.Set(reflect.New(p.elem.typ))
		d.value(p.elem, v.Elem())
	case p.kind == reflect.Map:
		d.entries(p, v, int(n))
	case p.elem.kind == reflect.Uint8:
		v.SetBytes(append(make([]byte, 0, n), d.take(n)...))
	default:
		v.Set(reflect.MakeSlice(p.typ, int(n), int(n)))
		d.elements(p, v)
	}
	d.depth--
}

func (d *decoder) entries(p *Plan, v reflect.Value, n int) {
	v.Set(reflect.MakeMapWithSize(p.typ, n))
	key, elem := reflect.New(p.key.typ).Elem(), reflect.New(p.elem.typ).Elem()
	for range n {
		key.SetZero()
		elem.SetZero()
		d.value(p.key, key)
		d.value(p.elem, elem)
		if d.err != nil {
			return
		}
		v.SetMapIndex(key, elem)
	}
	if v.Len() != n {
		d.fail()
	}
}

func (d *decoder) uvarint() uint64 {
	x, n := binary.Uvarint(d.b)
	if n <= 0 {
		d.fail()
		return 0
	}
	d.b = d.b[n:]
	return x
}

func (d *decoder) varint() int64 {
	x, n := binary.Varint(d.b)
	if n <= 0 {
		d.fail()
		return 0
	}
	d.b = d.b[n:]
	return x
}

// take returns the next n bytes.
func (d *decoder) take(n uint64) []byte {
	if n > uint64(len(d.b)) {
		d.fail()
		return nil
	}
	b := d.b[:n]
	d.b = d.b[n:]
	return b
}

// fixed returns the next n bytes as a number, its low byte first.
func (d *decoder) fixed(n uint64) (x uint64) {
	for i, c := range d.take(n) {
		x |= uint64(c) << (8 * i)
	}
	return x
}

// below returns the next byte, which must be less than n.
func (d *decoder) below(n int) int {
	b := d.take(1)
	if len(b) == 0 || int(b[0]) >= n {
		d.fail()
		return 0
	}
	return int(b[0])
}
