package rpctest

import (
	"context"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"

	"faultline/labs/rpc/rpcapi"
)

// A Program is what the driver of generated code offers to the suite: the stubs of
// each interface of the package.
type Program []Stubs

// Stubs are the generated code for one interface.
type Stubs struct {
	Interface string
	Methods   []StubMethod

	// NewClient returns what the generated function gives, an implementation of
	// the interface.
	NewClient func(rpcapi.Caller) any

	// NewHandler is the generated function, applied to an implementation whose
	// methods all call the given function. It must return a value for each
	// result but the error, also beside an error.
	NewHandler func(Implementation) rpcapi.Handler
}

// An Implementation executes the calls of every method of an interface. Values
// have exactly the types of the method.
type Implementation func(ctx context.Context, method string, args []any) (results []any, err error)

// A StubMethod is a method of an interface. A variadic parameter is a slice.
type StubMethod struct {
	Name    string
	Args    []reflect.Type // but the context
	Results []reflect.Type // but the error
	Call    func(ctx context.Context, client any, args []any) (results []any, err error)
}

// message is the struct type that the contract demands for values of the types.
func message(types []reflect.Type) reflect.Type {
	var fields []reflect.StructField
	for i, t := range types {
		fields = append(fields, reflect.StructField{Name: fmt.Sprint("Field", i), Type: t})
	}
	return reflect.StructOf(fields)
}

// pack is a message of values.
func pack(types []reflect.Type, values []any) any {
	m := reflect.New(message(types)).Elem()
	for i, v := range values {
		m.Field(i).Set(reflect.ValueOf(v))
	}
	return m.Interface()
}

// zeros are the zero values of types.
func zeros(types []reflect.Type) []any {
	var values []any
	for _, t := range types {
		values = append(values, reflect.Zero(t).Interface())
	}
	return values
}

// A drawer draws values. Pointers that it has drawn come again, so that values
// share what they point to.
type drawer struct {
	rng      *rand.Rand
	pointers []reflect.Value
}

func (d *drawer) values(types []reflect.Type) []any {
	var values []any
	for _, t := range types {
		v := reflect.New(t).Elem()
		d.fill(v, 0)
		values = append(values, v.Interface())
	}
	return values
}

// fill sets v, which is zero, to a value that is not, mostly.
func (d *drawer) fill(v reflect.Value, depth int) {
	n := 1 + d.rng.IntN(3)
	switch kind := v.Kind(); {
	case v.CanInt():
		v.SetInt(int64(d.rng.Uint64()>>d.rng.IntN(63)) * int64(1-2*d.rng.IntN(2)))
	case v.CanUint():
		v.SetUint(d.rng.Uint64() >> d.rng.IntN(63))
	case v.CanFloat():
		v.SetFloat(float64(d.rng.IntN(2000)-1000) / 8)
	case kind == reflect.Bool:
		v.SetBool(d.rng.IntN(2) == 0)
	case kind == reflect.String:
		v.SetString(strings.Repeat(string(rune('a'+d.rng.IntN(26))), d.rng.IntN(6)))
	case depth > 3 || d.rng.IntN(6) == 0 && kind != reflect.Array && kind != reflect.Struct:
		// a nil slice, map or pointer; or the end of a list
	case kind == reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), n-1, n))
		fallthrough
	case kind == reflect.Array:
		for i := range v.Len() {
			d.fill(v.Index(i), depth+1)
		}
	case kind == reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		for range n {
			key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
			d.fill(key, depth+1)
			d.fill(value, depth+1)
			v.SetMapIndex(key, value)
		}
	case kind == reflect.Struct:
		for i := range v.NumField() {
			d.fill(v.Field(i), depth+1)
		}
	case kind == reflect.Pointer:
		d.point(v, depth)
	}
}

// point sets v to a pointer, half of the time to one that was drawn before.
func (d *drawer) point(v reflect.Value, depth int) {
	for _, p := range d.pointers {
		if p.Type() == v.Type() && d.rng.IntN(2) == 0 {
			v.Set(p)
			return
		}
	}
	v.Set(reflect.New(v.Type().Elem()))
	d.pointers = append(d.pointers, reflect.ValueOf(v.Interface()))
	d.fill(v.Elem(), depth+1)
}

// sketch writes values so that equal texts mean equal values: a pointer gets a
// number where it first stands, and is that number from then on.
func sketch(values []any) string {
	s := sketcher{numbers: map[any]int{}}
	for i, v := range values {
		if i > 0 {
			s.b.WriteString(", ")
		}
		s.write(reflect.ValueOf(v))
	}
	return s.b.String()
}

type sketcher struct {
	b       strings.Builder
	numbers map[any]int
}

func (s *sketcher) write(v reflect.Value) {
	switch v.Kind() {
	case reflect.String:
		fmt.Fprintf(&s.b, "%q", v.String())
	case reflect.Slice, reflect.Array:
		if v.Kind() == reflect.Slice && v.IsNil() {
			s.b.WriteString("nil")
			return
		}
		s.list("[]", v.Len(), func(i int) { s.write(v.Index(i)) })
	case reflect.Struct:
		s.list("{}", v.NumField(), func(i int) { s.write(v.Field(i)) })
	case reflect.Map:
		s.table(v)
	case reflect.Pointer:
		s.pointer(v)
	default:
		fmt.Fprint(&s.b, v)
	}
}

func (s *sketcher) list(brackets string, n int, element func(int)) {
	s.b.WriteString(brackets[:1])
	for i := range n {
		if i > 0 {
			s.b.WriteString(" ")
		}
		element(i)
	}
	s.b.WriteString(brackets[1:])
}

func (s *sketcher) table(v reflect.Value) {
	if v.IsNil() {
		s.b.WriteString("nil")
		return
	}
	keys := v.MapKeys()
	slices.SortFunc(keys, func(a, b reflect.Value) int {
		return strings.Compare(sketch([]any{a.Interface()}), sketch([]any{b.Interface()}))
	})
	s.b.WriteString("map")
	s.list("[]", len(keys), func(i int) {
		s.write(keys[i])
		s.b.WriteString(":")
		s.write(v.MapIndex(keys[i]))
	})
}

func (s *sketcher) pointer(v reflect.Value) {
	if v.IsNil() {
		s.b.WriteString("nil")
		return
	}
	if n, known := s.numbers[v.Interface()]; known {
		fmt.Fprintf(&s.b, "&%d", n)
		return
	}
	n := len(s.numbers) + 1
	s.numbers[v.Interface()] = n
	fmt.Fprintf(&s.b, "&%d=", n)
	s.write(v.Elem())
}
