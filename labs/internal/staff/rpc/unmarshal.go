package rpc

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"reflect"

	"faultline/labs/rpc/rpcapi"
)

// Unmarshal reads the value that data holds into what v points to.
//
//lab:todo A
func Unmarshal(data []byte, v any) error {
	target := reflect.ValueOf(v)
	if target.Kind() != reflect.Pointer || target.IsNil() {
		return errors.New("unmarshal: needs a pointer to where the value goes")
	}
	value := reflect.New(target.Type().Elem()).Elem() // so that an error leaves v as it was
	d := decoder{data: data}
	if err := d.value(value); err != nil {
		return fmt.Errorf("unmarshal: byte %d: %w", d.at, err)
	}
	if d.at < len(data) {
		return fmt.Errorf("unmarshal: %d bytes after the value", len(data)-d.at)
	}
	target.Elem().Set(value)
	return nil
}

// A decoder reads one message.
//
//lab:omit
type decoder struct {
	data     []byte
	at       int // the next byte
	depth    int
	pointers []reflect.Value // those that the message had so far
}

// value reads a value into v, which is zero.
//
//lab:omit
func (d *decoder) value(v reflect.Value) error {
	d.depth++
	defer func() { d.depth-- }()
	if d.depth > rpcapi.MaxDepth {
		return errTooDeep
	}
	b, err := d.take(1)
	if err != nil {
		return err
	}
	tag := b[0]
	switch kind := v.Kind(); {
	case tag == rpcapi.TagNil && (kind == reflect.Slice || kind == reflect.Map || kind == reflect.Pointer):
		return nil
	case kind == reflect.String && tag == rpcapi.TagString:
		text, err := d.bytes()
		v.SetString(string(text))
		return err
	case kind == reflect.Slice:
		return d.slice(tag, v)
	case kind == reflect.Array && tag == rpcapi.TagArray:
		return d.array(v)
	case kind == reflect.Map && tag == rpcapi.TagMap:
		return d.table(v)
	case kind == reflect.Struct && tag == rpcapi.TagStruct:
		return d.record(v)
	case kind == reflect.Pointer && tag == rpcapi.TagPointer:
		p := reflect.New(v.Type().Elem())
		d.pointers = append(d.pointers, p) // before what it points to, which may refer to it
		v.Set(p.Convert(v.Type()))
		return d.value(p.Elem())
	case kind == reflect.Pointer && tag == rpcapi.TagRef:
		return d.ref(v)
	}
	return d.scalar(tag, v)
}

// take returns the next n bytes.
//
//lab:omit
func (d *decoder) take(n int) ([]byte, error) {
	if n > len(d.data)-d.at {
		return nil, errors.New("the message ends too early")
	}
	d.at += n
	return d.data[d.at-n : d.at], nil
}

//lab:omit
func (d *decoder) uint32() (uint32, error) {
	b, err := d.take(4)
	if err != nil {
		return 0, err
	}
	return binary.BigEndian.Uint32(b), nil
}

// count reads how many things follow. Each takes a byte at least, so there
// cannot be more of them than bytes.
//
//lab:omit
func (d *decoder) count() (int, error) {
	n, err := d.uint32()
	if err == nil && uint64(n) > uint64(len(d.data)-d.at) {
		err = errors.New("a count is larger than the rest of the message")
	}
	return int(n), err
}

// bytes reads a length and so many bytes, which are still those of the message.
//
//lab:omit
func (d *decoder) bytes() ([]byte, error) {
	n, err := d.count()
	if err != nil {
		return nil, err
	}
	return d.take(n)
}

//lab:omit
func (d *decoder) scalar(tag byte, v reflect.Value) error {
	want, size, ok := scalarTag(v.Kind())
	if !ok || tag != want {
		return fmt.Errorf("tag %d for a value of type %v", tag, v.Type())
	}
	b, err := d.take(size)
	if err != nil {
		return err
	}
	var bits uint64
	for _, digit := range b {
		bits = bits<<8 | uint64(digit)
	}
	switch {
	case v.Kind() == reflect.Float32:
		v.SetFloat(float64(math.Float32frombits(uint32(bits))))
	case v.CanFloat():
		v.SetFloat(math.Float64frombits(bits))
	case v.CanInt():
		v.SetInt(int64(bits)) // takes the low bytes, and the sign from them
	case v.CanUint():
		v.SetUint(bits)
	case bits > 1:
		return fmt.Errorf("a boolean is %d", bits)
	default:
		v.SetBool(bits == 1)
	}
	return nil
}

// slice reads a slice. It grows with the elements that really come, as a count
// is only a claim: a million elements of a kilobyte each may be claimed by a
// message of a million bytes.
//
//lab:omit
func (d *decoder) slice(tag byte, v reflect.Value) error {
	isBytes := v.Type().Elem().Kind() == reflect.Uint8
	switch {
	case isBytes && tag == rpcapi.TagBytes:
		b, err := d.bytes()
		v.SetBytes(append([]byte{}, b...))
		return err
	case isBytes || tag != rpcapi.TagSlice:
		return fmt.Errorf("tag %d for a value of type %v", tag, v.Type())
	}
	n, err := d.count()
	if err != nil {
		return err
	}
	list := reflect.MakeSlice(v.Type(), 0, 0)
	for range n {
		element := reflect.New(v.Type().Elem()).Elem()
		if err := d.value(element); err != nil {
			return err
		}
		list = reflect.Append(list, element)
	}
	v.Set(list)
	return nil
}

//lab:omit
func (d *decoder) array(v reflect.Value) error {
	if n, err := d.count(); err != nil || n != v.Len() {
		return errors.Join(err, fmt.Errorf("%d elements for a value of type %v", n, v.Type()))
	}
	for i := range v.Len() {
		if err := d.value(v.Index(i)); err != nil {
			return err
		}
	}
	return nil
}

//lab:omit
func (d *decoder) table(v reflect.Value) error {
	t := v.Type()
	n, err := d.count()
	if err != nil {
		return err
	}
	if !canBeKey(t.Key()) {
		return fmt.Errorf("a key of type %v cannot be unmarshaled", t.Key())
	}
	v.Set(reflect.MakeMap(t))
	var last []byte // the key before; none, at first, is less than any
	for range n {
		key, value := reflect.New(t.Key()).Elem(), reflect.New(t.Elem()).Elem()
		start := d.at
		if err := d.value(key); err != nil {
			return err
		}
		raw := d.data[start:d.at]
		if bytes.Compare(last, raw) >= 0 {
			return errors.New("the keys of a map are not in ascending order")
		}
		last = raw
		if err := d.value(value); err != nil {
			return err
		}
		v.SetMapIndex(key, value)
	}
	return nil
}

//lab:omit
func (d *decoder) record(v reflect.Value) error {
	t := v.Type()
	if n, err := d.count(); err != nil || n != t.NumField() {
		return errors.Join(err, fmt.Errorf("%d fields for a value of type %v", n, t))
	}
	return fields(v, d.value)
}

// ref makes v the pointer that a number stands for.
//
//lab:omit
func (d *decoder) ref(v reflect.Value) error {
	n, err := d.uint32()
	if err != nil {
		return err
	}
	if uint64(n) >= uint64(len(d.pointers)) {
		return fmt.Errorf("a reference to pointer %d, and the message had %d so far", n, len(d.pointers))
	}
	p := d.pointers[n]
	if p.Type().Elem() != v.Type().Elem() {
		return fmt.Errorf("a reference to a %v for a value of type %v", p.Type(), v.Type())
	}
	v.Set(p.Convert(v.Type()))
	return nil
}
