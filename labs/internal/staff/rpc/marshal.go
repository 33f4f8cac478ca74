// Package rpc calls procedures of another process: values become bytes and are
// values again on the other side (Marshal and Unmarshal), and calls become
// packets that are executed at most once (Client and Server).
package rpc

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"reflect"
	"slices"

	"faultline/labs/rpc/rpcapi"
)

// Marshal returns the bytes of v, in the format of rpcapi.
//
//lab:todo A
func Marshal(v any) ([]byte, error) {
	if v == nil {
		return nil, errors.New("marshal: nil has no type")
	}
	e := encoder{numbers: make(map[pointer]uint32)}
	if err := e.value(reflect.ValueOf(v)); err != nil {
		return nil, fmt.Errorf("marshal: %w", err)
	}
	return e.out, nil
}

// An encoder writes one message.
//
//lab:omit
type encoder struct {
	out     []byte
	depth   int                // of the value that is being written
	numbers map[pointer]uint32 // of the pointers that the message has
}

// A pointer is known by its type too: a struct and its first field have the same
// address.
//
//lab:omit
type pointer struct {
	address uintptr
	to      reflect.Type
}

// value writes a value with its tag.
//
//lab:omit
func (e *encoder) value(v reflect.Value) error {
	e.depth++
	defer func() { e.depth-- }()
	if e.depth > rpcapi.MaxDepth {
		return errTooDeep
	}
	switch v.Kind() {
	case reflect.String:
		e.head(rpcapi.TagString, v.Len())
		e.out = append(e.out, v.String()...)
		return nil
	case reflect.Slice:
		return e.slice(v)
	case reflect.Array:
		return e.list(rpcapi.TagArray, v)
	case reflect.Map:
		return e.table(v)
	case reflect.Struct:
		return e.record(v)
	case reflect.Pointer:
		return e.pointer(v)
	}
	return e.scalar(v)
}

//lab:omit
func (e *encoder) scalar(v reflect.Value) error {
	tag, size, ok := scalarTag(v.Kind())
	if !ok {
		return fmt.Errorf("a value of type %v cannot be marshaled", v.Type())
	}
	var bits uint64
	switch {
	case v.Kind() == reflect.Float32:
		bits = uint64(math.Float32bits(float32(v.Float())))
	case v.CanFloat():
		bits = math.Float64bits(v.Float())
	case v.CanInt():
		bits = uint64(v.Int())
	case v.CanUint():
		bits = v.Uint()
	case v.Bool():
		bits = 1
	}
	e.out = append(e.out, tag)
	for shift := 8 * (size - 1); shift >= 0; shift -= 8 {
		e.out = append(e.out, byte(bits>>shift))
	}
	return nil
}

// head writes a tag and a count.
//
//lab:omit
func (e *encoder) head(tag byte, n int) {
	e.out = binary.BigEndian.AppendUint32(append(e.out, tag), uint32(n))
}

//lab:omit
func (e *encoder) slice(v reflect.Value) error {
	switch {
	case v.IsNil():
		e.out = append(e.out, rpcapi.TagNil)
	case v.Type().Elem().Kind() == reflect.Uint8:
		e.head(rpcapi.TagBytes, v.Len())
		e.out = append(e.out, v.Bytes()...)
	default:
		return e.list(rpcapi.TagSlice, v)
	}
	return nil
}

//lab:omit
func (e *encoder) list(tag byte, v reflect.Value) error {
	e.head(tag, v.Len())
	for i := range v.Len() {
		if err := e.value(v.Index(i)); err != nil {
			return err
		}
	}
	return nil
}

// table writes a map. Its keys have no pointers, so their bytes do not depend on
// what was written before, and they can be sorted first.
//
//lab:omit
func (e *encoder) table(v reflect.Value) error {
	if v.IsNil() {
		e.out = append(e.out, rpcapi.TagNil)
		return nil
	}
	if t := v.Type().Key(); !canBeKey(t) {
		return fmt.Errorf("a key of type %v cannot be marshaled", t)
	}
	type entry struct {
		key   []byte
		value reflect.Value
	}
	entries := make([]entry, 0, v.Len())
	for iter := v.MapRange(); iter.Next(); {
		key := encoder{depth: e.depth}
		if err := key.value(iter.Key()); err != nil {
			return err
		}
		entries = append(entries, entry{key.out, iter.Value()})
	}
	slices.SortFunc(entries, func(a, b entry) int { return bytes.Compare(a.key, b.key) })
	e.head(rpcapi.TagMap, len(entries))
	for _, entry := range entries {
		e.out = append(e.out, entry.key...)
		if err := e.value(entry.value); err != nil {
			return err
		}
	}
	return nil
}

//lab:omit
func (e *encoder) record(v reflect.Value) error {
	e.head(rpcapi.TagStruct, v.NumField())
	return fields(v, e.value)
}

// fields calls f for each field of a struct, in the order of the declaration. All of
// them must be exported: a struct without one would be another struct.
//
//lab:omit
func fields(v reflect.Value, f func(reflect.Value) error) error {
	t := v.Type()
	for i := range t.NumField() {
		if !t.Field(i).IsExported() {
			return unexported(t, i)
		}
		if err := f(v.Field(i)); err != nil {
			return err
		}
	}
	return nil
}

// pointer gives a pointer its number before it writes what it points to: that
// may hold the same pointer again.
//
//lab:omit
func (e *encoder) pointer(v reflect.Value) error {
	if v.IsNil() {
		e.out = append(e.out, rpcapi.TagNil)
		return nil
	}
	p := pointer{v.Pointer(), v.Type().Elem()}
	if number, ok := e.numbers[p]; ok {
		e.head(rpcapi.TagRef, int(number))
		return nil
	}
	e.numbers[p] = uint32(len(e.numbers))
	e.out = append(e.out, rpcapi.TagPointer)
	return e.value(v.Elem())
}

//lab:omit
var errTooDeep = errors.New("the value is nested too deeply")

//lab:omit
func unexported(t reflect.Type, i int) error {
	return fmt.Errorf("field %s of %v is not exported", t.Field(i).Name, t)
}

// scalarTag returns the tag and the size of what has a fixed size.
//
//lab:omit
func scalarTag(k reflect.Kind) (tag byte, size int, ok bool) {
	switch k {
	case reflect.Bool:
		return rpcapi.TagBool, 1, true
	case reflect.Int8:
		return rpcapi.TagInt8, 1, true
	case reflect.Int16:
		return rpcapi.TagInt16, 2, true
	case reflect.Int32:
		return rpcapi.TagInt32, 4, true
	case reflect.Int64, reflect.Int:
		return rpcapi.TagInt64, 8, true
	case reflect.Uint8:
		return rpcapi.TagUint8, 1, true
	case reflect.Uint16:
		return rpcapi.TagUint16, 2, true
	case reflect.Uint32:
		return rpcapi.TagUint32, 4, true
	case reflect.Uint64, reflect.Uint:
		return rpcapi.TagUint64, 8, true
	case reflect.Float32:
		return rpcapi.TagFloat32, 4, true
	case reflect.Float64:
		return rpcapi.TagFloat64, 8, true
	}
	return 0, 0, false
}

// canBeKey says whether a type holds booleans, numbers and strings only.
//
//lab:omit
func canBeKey(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.String:
		return true
	case reflect.Array:
		return canBeKey(t.Elem())
	case reflect.Struct:
		for i := range t.NumField() {
			if !canBeKey(t.Field(i).Type) {
				return false
			}
		}
		return true
	}
	_, _, ok := scalarTag(t.Kind())
	return ok
}
