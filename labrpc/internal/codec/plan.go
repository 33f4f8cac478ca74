package codec

import (
	"fmt"
	"hash/fnv"
	"reflect"
	"strconv"
	"sync"
	"time"
)

// Types knows the plans of the types it was asked for. The zero value is ready,
// and may be used by any number of goroutines at once.
type Types struct {
	plans sync.Map // from reflect.Type to *Plan
}

// A Plan is how values of one type are written, read and shown. It is never
// changed once it has been returned.
type Plan struct {
	kind   reflect.Kind // Invalid stands for time.Time
	elem   *Plan        // of a slice, array, map or pointer
	key    *Plan        // of a map
	fields []field      // of a struct
	typ    reflect.Type
	shape  uint32
}

type field struct {
	index int
	name  string
	plan  *Plan
}

const kindTime = reflect.Invalid

// Plan returns the plan of a type. The error says which part of it cannot
// cross, why, and what to do about it.
func (t *Types) Plan(rt reflect.Type) (*Plan, error) {
	if p, ok := t.plans.Load(rt); ok {
		return p.(*Plan), nil
	}
	c := compiler{plans: make(map[reflect.Type]*Plan)}
	p, err := c.plan(rt, rt.String())
	if err != nil {
		return nil, err
	}
	h := fnv.New32a()
	h.Write(appendShape(nil, p, nil))
	p.shape = h.Sum32()
	stored, _ := t.plans.LoadOrStore(rt, p)
	return stored.(*Plan), nil
}

// Type is what the plan is for.
func (p *Plan) Type() reflect.Type { return p.typ }

// Shape is a hash of all that matters for the encoding: kinds, and the names and
// the order of fields. Values of types with the same shape can be read as each
// other.
func (p *Plan) Shape() uint32 { return p.shape }

// A compiler makes the plan of one type and of all that it holds.
type compiler struct {
	plans map[reflect.Type]*Plan // also those that are not finished, for types that hold themselves
}

// plan makes the plan of a type that was found at a place such as
// "kv.PutArgs.Value".
func (c *compiler) plan(rt reflect.Type, where string) (*Plan, error) {
	if p := c.plans[rt]; p != nil {
		return p, nil
	}
	p := &Plan{kind: rt.Kind(), typ: rt}
	c.plans[rt] = p
	var err error
	switch kind := rt.Kind(); {
	case rt == reflect.TypeFor[time.Time]():
		p.kind = kindTime
	case kind >= reflect.Bool && kind <= reflect.Uint64, kind == reflect.String,
		kind == reflect.Float32, kind == reflect.Float64:
	case kind == reflect.Pointer, kind == reflect.Slice, kind == reflect.Array:
		p.elem, err = c.plan(rt.Elem(), where)
	case kind == reflect.Map:
		if p.key, err = c.key(rt.Key(), where); err == nil {
			p.elem, err = c.plan(rt.Elem(), where)
		}
	case kind == reflect.Struct:
		p.fields, err = c.fields(rt)
	default:
		err = fmt.Errorf("%s cannot cross: %s", where, reason(rt))
	}
	return p, err
}

// reason says why no value of the type can cross.
func reason(rt reflect.Type) string {
	switch rt.Kind() {
	case reflect.Interface:
		return "the receiver could not know what is in an interface; use a concrete type"
	case reflect.Chan:
		return "a channel means nothing on another machine; send what would go through it"
	case reflect.Func:
		return "a function means nothing on another machine; send what it would be called with"
	default:
		return "a " + rt.Kind().String() + " has no encoding; use an integer, a float or a string"
	}
}

func (c *compiler) fields(rt reflect.Type) ([]field, error) {
	var list []field
	for i := range rt.NumField() {
		f := rt.Field(i)
		if f.Name == "_" {
			continue
		}
		if !f.IsExported() {
			return nil, fmt.Errorf("%s has the unexported field %s, which would be lost: export it", rt, f.Name)
		}
		p, err := c.plan(f.Type, rt.String()+"."+f.Name)
		if err != nil {
			return nil, err
		}
		list = append(list, field{index: i, name: f.Name, plan: p})
	}
	return list, nil
}

// key makes the plan of a map's key. Keys must have an order, so that a map has
// one encoding, and must be equal on both sides if they are on one: a NaN is not
// even equal to itself, and a pointer would point elsewhere.
func (c *compiler) key(rt reflect.Type, where string) (*Plan, error) {
	if !ordered(rt) {
		return nil, fmt.Errorf("%s cannot cross: it has a map with keys of type %s; "+
			"use strings, integers, or structs of them", where, rt)
	}
	return c.plan(rt, where)
}

func ordered(rt reflect.Type) bool {
	switch kind := rt.Kind(); kind {
	case reflect.Array:
		return ordered(rt.Elem())
	case reflect.Struct:
		for i := range rt.NumField() {
			if !ordered(rt.Field(i).Type) {
				return false
			}
		}
		return rt != reflect.TypeFor[time.Time]()
	default:
		return kind >= reflect.Bool && kind <= reflect.Uint64 || kind == reflect.String
	}
}

// appendShape writes what Shape hashes. A type inside itself is written as how
// many levels further out it is.
func appendShape(b []byte, p *Plan, outer []*Plan) []byte {
	for i := range outer {
		if outer[i] == p {
			return strconv.AppendInt(append(b, '^'), int64(len(outer)-i), 10)
		}
	}
	outer = append(outer, p)
	switch p.kind {
	case kindTime:
		return append(b, "time"...)
	case reflect.Pointer:
		return appendShape(append(b, '*'), p.elem, outer)
	case reflect.Slice:
		return appendShape(append(b, "[]"...), p.elem, outer)
	case reflect.Array:
		b = strconv.AppendInt(append(b, '['), int64(p.typ.Len()), 10)
		return appendShape(append(b, ']'), p.elem, outer)
	case reflect.Map:
		b = appendShape(append(b, "map["...), p.key, outer)
		return appendShape(append(b, ']'), p.elem, outer)
	case reflect.Struct:
		b = append(b, '{')
		for _, f := range p.fields {
			b = append(append(b, f.name...), ' ')
			b = append(appendShape(b, f.plan, outer), ';')
		}
		return append(b, '}')
	default:
		return append(b, p.kind.String()...)
	}
}
