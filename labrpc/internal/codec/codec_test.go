package codec_test

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
	"time"
	"unsafe"

	"faultline/labrpc/internal/codec"
)

type (
	Key   string
	Point struct{ X, Y int8 }
	Tree  struct {
		Name        string
		Left, Right *Tree
		Children    []Tree
		ByName      map[string]*Tree
	}
	All struct {
		B    bool
		I    int
		I8   int8
		I16  int16
		I32  int32
		I64  int64
		U    uint
		U8   uint8
		U16  uint16
		U32  uint32
		U64  uint64
		F32  float32
		F64  float64
		S    string
		K    Key
		D    time.Duration
		T    time.Time
		Raw  []byte
		Sum  [4]byte
		L    []int
		LL   [][]string
		P    *int
		PP   **string
		M    map[string]int
		MI   map[int16]bool
		MU   map[uint8][]byte
		MP   map[Point]Key
		MA   map[[2]bool]struct{}
		E    struct{}
		None [0]int
		Es   []struct{}
		Tree Tree
		_    int
		Point
	}
	Loop []Loop
)

// types are those that the fuzz targets and the round trip use.
var types = []reflect.Type{
	reflect.TypeFor[All](), reflect.TypeFor[Tree](), reflect.TypeFor[Loop](), reflect.TypeFor[[]All](),
	reflect.TypeFor[map[Key]Tree](), reflect.TypeFor[**Point](), reflect.TypeFor[[3]time.Time](),
	reflect.TypeFor[[]Point](), reflect.TypeFor[map[Point]*All](), reflect.TypeFor[uint16](),
}

func planOf(t testing.TB, rt reflect.Type) *codec.Plan {
	t.Helper()
	p, err := new(codec.Types).Plan(rt)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// fill sets v to something random, less and less deep.
func fill(v reflect.Value, r *rand.Rand, depth int) {
	kind := v.Kind()
	switch {
	case v.Type() == reflect.TypeFor[time.Time]():
		v.Set(reflect.ValueOf(time.Unix(r.Int64N(1<<40)-1<<39, r.Int64N(1e9)).UTC()))
	case v.CanInt():
		v.SetInt(int64(r.Uint64()) >> r.IntN(64))
	case v.CanUint():
		v.SetUint(r.Uint64() >> r.IntN(64))
	case v.CanFloat():
		v.SetFloat([]float64{0, math.Copysign(0, -1), math.Inf(1), 1.5, -1e30}[r.IntN(5)])
	case kind == reflect.Bool:
		v.SetBool(r.IntN(2) == 0)
	case kind == reflect.String:
		v.SetString(strings.Repeat(string([]byte{byte(r.Uint32())}), r.IntN(5)))
	case kind == reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				fill(v.Field(i), r, depth)
			}
		}
	case kind == reflect.Array:
		for i := range v.Len() {
			fill(v.Index(i), r, depth)
		}
	case depth == 0 || r.IntN(4) == 0: // nil
	case kind == reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem(), r, depth-1)
	case kind == reflect.Slice:
		n := r.IntN(4)
		v.Set(reflect.MakeSlice(v.Type(), n, n+r.IntN(2)))
		for i := range n {
			fill(v.Index(i), r, depth-1)
		}
	case kind == reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		for range r.IntN(4) {
			key, elem := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
			fill(key, r, depth-1)
			fill(elem, r, depth-1)
			v.SetMapIndex(key, elem)
		}
	}
}

func FuzzValuesComeBackAsTheyWere(f *testing.F) {
	for i := range types {
		f.Add(uint8(i), uint64(i))
	}
	f.Fuzz(func(t *testing.T, which uint8, seed uint64) {
		rt := types[int(which)%len(types)]
		p := planOf(t, rt)
		r := rand.New(rand.NewPCG(seed, 0))
		want, got := reflect.New(rt).Elem(), reflect.New(rt).Elem()
		fill(want, r, 4)
		fill(got, r, 4) // and is forgotten
		b, err := p.Append([]byte("head"), want)
		if errors.Is(err, codec.ErrTooLong) {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		if err := p.Decode(b[4:], got); err != nil {
			t.Fatalf("%v\n%x", err, b)
		}
		if !reflect.DeepEqual(got.Interface(), want.Interface()) {
			t.Fatalf("got\n%+v\nwant\n%+v", got, want)
		}
		if again, err := p.Append([]byte("head"), got); err != nil || !bytes.Equal(again, b) {
			t.Fatalf("%v, and other bytes:\n%x\n%x", err, again, b)
		}
		for n := 4; n < min(len(b), 200); n++ {
			if err := p.Decode(b[4:n], got); err == nil {
				t.Fatalf("the first %d of %d bytes are a value as well", n-4, len(b)-4)
			}
		}
		if text, whole := p.AppendText(nil, want, 60), p.AppendText(nil, want, 1<<20); !bytes.HasPrefix(whole, text[:min(60, len(text))]) {
			t.Fatalf("the short text is no begin of the long one:\n%s\n%s", text, whole)
		}
	})
}

func FuzzDecodeNeverPanics(f *testing.F) {
	r := rand.New(rand.NewPCG(1, 2))
	for i, rt := range types {
		v := reflect.New(rt).Elem()
		fill(v, r, 3)
		b, err := planOf(f, rt).Append(nil, v)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(uint8(i), b)
	}
	f.Add(uint8(2), bytes.Repeat([]byte{2}, 2000))
	f.Add(uint8(7), []byte("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"))
	f.Fuzz(func(t *testing.T, which uint8, b []byte) {
		p := planOf(t, types[int(which)%len(types)])
		v := reflect.New(p.Type()).Elem()
		if err := p.Decode(b, v); err != nil {
			if err != codec.ErrForm {
				t.Fatal(err)
			}
			return
		}
		again, err := p.Append(nil, v)
		if err != nil {
			t.Fatal(err)
		}
		if err := p.Decode(again, v); err != nil {
			t.Fatal(err)
		}
	})
}

func TestBytes(t *testing.T) {
	one := 1
	tests := []struct {
		title string
		value any
		want  string
	}{
		{"low integers take a byte", []int{0, -1, 63}, "04 00 01 7e"},
		{"an integer's sign does not make it long", int64(-65), "81 01"},
		{"a byte is a byte", uint8(200), "c8"},
		{"a string has its length", "ab", "02 61 62"},
		{"nil is not empty, of slices", [][]int{nil, {}}, "03 00 01"},
		{"nil is not empty, of bytes", [][]byte{nil, {}, {7}}, "04 00 01 02 07"},
		{"nil is not empty, of maps", []map[int]int{nil, {}}, "03 00 01"},
		{"nil is not zero, of pointers", []*int{nil, new(int), &one}, "04 00 01 00 01 02"},
		{"keys are in order, strings", map[string]uint8{"b": 2, "a": 1, "": 0}, "04 00 00 01 61 01 01 62 02"},
		{"keys are in order, integers", map[int]bool{-1: true, 1: false, 0: true}, "04 01 01 00 01 02 00"},
		{"keys are in order, structs", map[Point]bool{{1, 0}: true, {0, 2}: false, {0, 1}: true},
			"04 00 02 01 00 04 00 02 00 01"},
		{"keys are in order, bools in arrays", map[[1]bool]uint8{{true}: 1, {false}: 0}, "03 00 00 01 01"},
		{"a struct is its fields", Point{1, -1}, "02 01"},
		{"what is empty takes a byte", []struct{}{{}, {}}, "03 00 00"},
		{"so does an empty array", [0]int{}, "00"},
		{"each NaN is the same", []float64{math.NaN(), math.Float64frombits(0xfff8000000000123)},
			"03 00 00 00 00 00 00 f8 7f 00 00 00 00 00 00 f8 7f"},
		{"each NaN is the same, of the shorter ones", float32(math.NaN()), "00 00 c0 7f"},
		{"a time is its instant", time.Unix(1, 2).In(time.FixedZone("somewhere", 3600)), "02 02"},
	}
	for _, tt := range tests {
		t.Run(tt.title, func(t *testing.T) {
			v := reflect.ValueOf(tt.value)
			b, err := planOf(t, v.Type()).Append(nil, v)
			if got := fmt.Sprintf("% x", b); got != tt.want || err != nil {
				t.Errorf("got %s, %v, want %s", got, err, tt.want)
			}
		})
	}
}

func TestBytesThatAreNoEncoding(t *testing.T) {
	tests := []struct {
		title string
		value any
		bytes string
	}{
		{"nothing", 0, ""},
		{"a byte too many", 0, "\x00\x00"},
		{"a bool of two", false, "\x02"},
		{"an integer that the type cannot hold", int8(0), "\x80\x02"},
		{"a natural number that the type cannot hold", uint16(0), "\xff\xff\x7f"},
		{"a number without an end", uint64(0), "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"},
		{"a string longer than the rest", "", "\x05abc"},
		{"a slice longer than the rest", []struct{}{}, "\xff\xff\xff\xff\x7f\x00"},
		{"a pointer that is neither nil nor not", new(int), "\x02\x00"},
		{"a map with one key twice", map[uint8]uint8{}, "\x03\x01\x01\x01\x02"},
		{"an empty struct with something in it", struct{}{}, "\x01"},
		{"a time with more than a second of nanoseconds", time.Time{}, "\x00\x80\x94\xeb\xdc\x03"},
		{"deeper than what is written", Loop{}, strings.Repeat("\x02", 1500) + "\x00"},
	}
	for _, tt := range tests {
		t.Run(tt.title, func(t *testing.T) {
			v := reflect.New(reflect.TypeOf(tt.value)).Elem()
			if err := planOf(t, v.Type()).Decode([]byte(tt.bytes), v); err != codec.ErrForm {
				t.Errorf("got %v, %v", v, err)
			}
		})
	}
}

func TestWhatHasNoEnd(t *testing.T) {
	ring := new(Tree)
	ring.Left = ring
	wide := new(Tree)
	for range 100 {
		wide = &Tree{Left: wide, Right: wide} // 2^100 trees, if each is written
	}
	list := Loop{nil}
	list[0] = list
	tests := []struct {
		title string
		value any
		want  error
	}{
		{"a pointer to itself", ring, codec.ErrTooDeep},
		{"a slice in itself", list, codec.ErrTooDeep},
		{"a few pointers to the same", wide, codec.ErrTooLong},
		{"a long string", strings.Repeat("x", codec.MaxBytes), codec.ErrTooLong},
		{"a long slice", make([]uint16, 1<<24), codec.ErrTooLong},
	}
	for _, tt := range tests {
		t.Run(tt.title, func(t *testing.T) {
			v := reflect.ValueOf(tt.value)
			p := planOf(t, v.Type())
			if _, err := p.Append(nil, v); err != tt.want {
				t.Errorf("got %v, want %v", err, tt.want)
			}
			if text := p.AppendText(nil, v, 60); len(text) > 500 {
				t.Errorf("the text has %d bytes", len(text))
			}
		})
	}
}

func TestTypesThatCannotCross(t *testing.T) {
	type Inner struct{ C chan int }
	type hidden struct{ A int }
	tests := []struct {
		value any
		want  string
	}{
		{struct{ A, b int }{}, "struct { A int; b int } has the unexported field b, which would be lost: export it"},
		{struct{ hidden }{}, "struct { codec_test.hidden } has the unexported field hidden, which would be lost: export it"},
		{[]map[string]*Inner{}, "codec_test.Inner.C cannot cross: " +
			"a channel means nothing on another machine; send what would go through it"},
		{struct{ F func() }{}, "struct { F func() }.F cannot cross: " +
			"a function means nothing on another machine; send what it would be called with"},
		{[]any{}, "[]interface {} cannot cross: the receiver could not know what is in an interface; use a concrete type"},
		{1i, "complex128 cannot cross: a complex128 has no encoding; use an integer, a float or a string"},
		{uintptr(1), "uintptr cannot cross: a uintptr has no encoding; use an integer, a float or a string"},
		{unsafe.Pointer(nil), "unsafe.Pointer cannot cross: a unsafe.Pointer has no encoding; " +
			"use an integer, a float or a string"},
		{map[float64]int{}, "map[float64]int cannot cross: it has a map with keys of type float64; " +
			"use strings, integers, or structs of them"},
		{struct{ M map[*int]int }{}, "struct { M map[*int]int }.M cannot cross: it has a map with keys of type *int; " +
			"use strings, integers, or structs of them"},
		{map[time.Time]int{}, "map[time.Time]int cannot cross: it has a map with keys of type time.Time; " +
			"use strings, integers, or structs of them"},
	}
	for _, tt := range tests {
		if _, err := new(codec.Types).Plan(reflect.TypeOf(tt.value)); err == nil || err.Error() != tt.want {
			t.Errorf("%T: %v\nwant %s", tt.value, err, tt.want)
		}
	}
}

func TestShapesAreEqualIfValuesCanBeReadAsEachOther(t *testing.T) {
	type (
		Same  struct{ X, Y int8 }
		Other struct{ Y, X int8 }
		List  struct{ Next *List }
		Chain struct{ Next *Chain }
	)
	shape := func(v any) uint32 { return planOf(t, reflect.TypeOf(v)).Shape() }
	for _, pair := range [][2]any{{Point{}, Same{}}, {Key(""), ""}, {time.Duration(0), int64(0)}, {List{}, Chain{}}} {
		if shape(pair[0]) != shape(pair[1]) {
			t.Errorf("%T and %T have different shapes", pair[0], pair[1])
		}
	}
	different := []any{Point{}, Other{}, List{}, []List{}, 0, int8(0), uint(0), "", []byte{}, [1]byte{}, [2]byte{},
		map[string]int{}, map[int]string{}, new(int), new(*int), struct{}{}, time.Time{}, float32(0), 0.0, Loop{}, [][]Loop{}}
	seen := map[uint32]any{}
	for _, v := range different {
		if other, ok := seen[shape(v)]; ok && reflect.TypeOf(v) != reflect.TypeOf(other) {
			t.Errorf("%T and %T have the same shape", v, other)
		}
		seen[shape(v)] = v
	}
}

func TestText(t *testing.T) {
	tests := []struct {
		value any
		limit int
		want  string
	}{
		{Point{1, -2}, 60, "{X:1 Y:-2}"},
		{&Point{}, 60, "&{X:0 Y:0}"},
		{(*Point)(nil), 60, "nil"},
		{[]Key{"a", "\"\n"}, 60, `["a" "\"\n"]`},
		{[]byte("abc"), 60, `"abc"`},
		{[]string{strings.Repeat("x", 25), "y"}, 60, `["xxxxxxxxxxxxxxxxxxxxxxxx…" "y"]`},
		{bytes.Repeat([]byte("x"), 25), 60, `"xxxxxxxxxxxxxxxxxxxxxxxx…"`},
		{[2]byte{1, 2}, 60, "[1 2]"},
		{map[string]int{"b": 2, "a": 1}, 60, `["a":1 "b":2]`},
		{1500 * time.Millisecond, 60, "1.5s"},
		{time.Unix(0, 0).UTC(), 60, "1970-01-01T00:00:00Z"},
		{float32(0.1), 60, "0.1"},
		{[]bool{true, false}, 60, "[true false]"},
		{struct{}{}, 60, "{}"},
		{[]uint16{1, 2, 3, 4}, 3, "[1 2"},
	}
	for _, tt := range tests {
		v := reflect.ValueOf(tt.value)
		if got := planOf(t, v.Type()).AppendText([]byte("text "), v, tt.limit); string(got) != "text "+tt.want {
			t.Errorf("%#v: %s, want %s", tt.value, got, tt.want)
		}
	}
}

func TestTheZeroTimeStaysZero(t *testing.T) {
	p := planOf(t, reflect.TypeFor[time.Time]())
	b, err := p.Append(nil, reflect.ValueOf(time.Time{}))
	got := time.Now()
	if decodeErr := p.Decode(b, reflect.ValueOf(&got).Elem()); err != nil || decodeErr != nil || got != (time.Time{}) {
		t.Errorf("got %v, %v, %v", got, err, decodeErr)
	}
}
