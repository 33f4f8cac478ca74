package rpctest

import (
	"bytes"
	"fmt"
	"math"
	"reflect"
	"strings"

	"faultline/labs/labtest"
)

// A vector is a value and its bytes.
type vector struct {
	value any
	bytes []byte
}

// agree holds Marshal and Unmarshal against vectors.
func (s Solution) agree(t *labtest.T, vectors []vector) {
	for _, v := range vectors {
		what := fmt.Sprintf("%T(%s)", v.value, show(v.value))
		got, err := s.Marshal(v.value)
		t.Check(err == nil && bytes.Equal(got, v.bytes), labtest.Finding{
			Expected: fmt.Sprintf("Marshal(%s): %s", what, dump(v.bytes)), Actual: outcome(dump(got)+differs(got, v.bytes), err),
		})
		back := reflect.New(reflect.TypeOf(v.value))
		err = s.Unmarshal(v.bytes, back.Interface())
		t.Check(err == nil && reflect.DeepEqual(back.Elem().Interface(), v.value), labtest.Finding{
			Expected: fmt.Sprintf("Unmarshal(%s): %s", dump(v.bytes), what), Actual: outcome(show(back.Elem().Interface()), err),
		})
	}
}

// show is a value in Go's words. It says which slices and maps are nil.
func show(v any) string { return cut(strings.ReplaceAll(fmt.Sprintf("%#v", v), "rpctest.", ""), 120) }

// differs says where bytes differ from what they should be, "" if they do not.
func differs(got, want []byte) string {
	i := firstDifference(got, want)
	switch {
	case bytes.Equal(got, want):
		return ""
	case i == len(got):
		return fmt.Sprintf(", %d bytes, must be %d", len(got), len(want))
	case i == len(want):
		return fmt.Sprintf(", with %d bytes too many", len(got)-len(want))
	}
	return fmt.Sprintf(", byte %d is %02x, must be %02x", i, got[i], want[i])
}

// dump is the beginning of bytes: some messages are large.
func dump(b []byte) string {
	if len(b) > 40 {
		return fmt.Sprintf("% x …", b[:40])
	}
	return fmt.Sprintf("% x", b)
}

func cut(s string, n int) string {
	if len(s) > n {
		return s[:n] + "…"
	}
	return s
}

func outcome(result string, err error) string {
	if err != nil {
		return "the error " + cut(err.Error(), 160)
	}
	return result
}

// Defined types are marshaled like their underlying types.
type (
	color  int8
	title  string
	digest []byte
)

func (s Solution) scalars(t *labtest.T) {
	t.Step("Marshal and Unmarshal booleans, numbers and strings")
	s.agree(t, []vector{
		{false, []byte{1, 0}},
		{true, []byte{1, 1}},
		{int8(-2), []byte{2, 0xfe}},
		{int16(0x0102), []byte{3, 1, 2}},
		{int16(-2), []byte{3, 0xff, 0xfe}},
		{int32(0x01020304), []byte{4, 1, 2, 3, 4}},
		{int32(math.MinInt32), []byte{4, 0x80, 0, 0, 0}},
		{int64(0x0102030405060708), []byte{5, 1, 2, 3, 4, 5, 6, 7, 8}},
		{int64(math.MinInt64), []byte{5, 0x80, 0, 0, 0, 0, 0, 0, 0}},
		{int(-3), []byte{5, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfd}},
		{int(1 << 40), []byte{5, 0, 0, 1, 0, 0, 0, 0, 0}},
		{uint8(200), []byte{6, 200}},
		{uint16(0xfffe), []byte{7, 0xff, 0xfe}},
		{uint32(0xfffefdfc), []byte{8, 0xff, 0xfe, 0xfd, 0xfc}},
		{uint64(math.MaxUint64 - 1), []byte{9, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfe}},
		{uint(1 << 63), []byte{9, 0x80, 0, 0, 0, 0, 0, 0, 0}},
		{float32(1.5), []byte{10, 0x3f, 0xc0, 0, 0}},
		{float64(-2), []byte{11, 0xc0, 0, 0, 0, 0, 0, 0, 0}},
		{math.Inf(1), []byte{11, 0x7f, 0xf0, 0, 0, 0, 0, 0, 0}},
		{"", []byte{12, 0, 0, 0, 0}},
		{"héllo", append([]byte{12, 0, 0, 0, 6}, "héllo"...)},
		{"\x00\xff", []byte{12, 0, 0, 0, 2, 0, 0xff}},
		{strings.Repeat("x", 300), append([]byte{12, 0, 0, 1, 44}, strings.Repeat("x", 300)...)},
		{color(-1), []byte{2, 0xff}},
		{title("a"), []byte{12, 0, 0, 0, 1, 'a'}},
	})
	t.Step("a not-a-number keeps its bits")
	got, err := s.Marshal(math.Float64frombits(0x7ff8000000000007))
	t.Check(err == nil && bytes.Equal(got, []byte{11, 0x7f, 0xf8, 0, 0, 0, 0, 0, 7}), labtest.Finding{
		Expected: "0b 7f f8 00 00 00 00 00 07", Actual: outcome(dump(got), err),
	})
}

type point struct{ X, Y int64 }

type order struct {
	Item  string
	Count uint16
	Sizes []int8
	Notes map[string]bool
	At    point
	Raw   []byte
}

func (s Solution) composites(t *labtest.T) {
	t.Step("Marshal and Unmarshal slices, arrays, maps and structs")
	s.agree(t, []vector{
		{[]int64{1, -1}, list(i64(1), i64(-1))},
		{[]int64{}, list()},
		{[]int64(nil), null()},
		{[]byte("abc"), raw("abc")},
		{[]byte{}, raw("")},
		{[]byte(nil), null()},
		{digest("d"), raw("d")},
		{[2]byte{7, 8}, array(number(6, 1, 7), number(6, 1, 8))},
		{[0]int64{}, array()},
		{[]string{"", "b"}, list(text(""), text("b"))},
		{[][]int64{nil, {}, {5}}, list(null(), list(), list(i64(5)))},
		{map[string]int64{"b": 2, "a": 1, "ab": 3}, table(text("a"), i64(1), text("b"), i64(2), text("ab"), i64(3))},
		{map[int64]bool{-1: true, 1: false}, table(i64(1), []byte{1, 0}, i64(-1), []byte{1, 1})},
		{map[point]float64{{1, 2}: 0.5}, table(record(i64(1), i64(2)), f64(0.5))},
		{map[string]bool{}, table()},
		{map[string]bool(nil), null()},
		{struct{}{}, record()},
		{point{1, -1}, record(i64(1), i64(-1))},
		{order{Item: "tea", Count: 2, Sizes: []int8{-1}, Notes: map[string]bool{"hot": true}, At: point{3, 4}, Raw: []byte{9}},
			record(text("tea"), number(7, 2, 2), list(number(2, 1, 0xff)), table(text("hot"), []byte{1, 1}),
				record(i64(3), i64(4)), raw("\x09"))},
	})
	s.replaces(t)
}

// replaces reads into values that hold something already, and changes the
// message afterwards.
func (s Solution) replaces(t *labtest.T) {
	t.Step("Unmarshal into a value that is in use: nothing of it may stay")
	notes := map[string]int64{"old": 1}
	got := struct {
		List []int64
		Map  map[string]int64
		Raw  []byte
	}{[]int64{7, 8, 9}, notes, []byte("old")}
	data := record(list(i64(1)), table(text("new"), i64(2)), raw("fresh"))
	err := s.Unmarshal(data, &got)
	t.Check(err == nil && len(got.List) == 1 && got.List[0] == 1 && len(got.Map) == 1 && got.Map["new"] == 2, labtest.Finding{
		Expected: `List: 1, Map: "new" 2`, Actual: outcome(fmt.Sprintf("List: %v, Map: %v", got.List, got.Map), err),
	})
	t.Check(len(notes) == 1 && notes["old"] == 1, labtest.Finding{
		Expected: "a new map: the one that was there belongs to somebody else", Actual: fmt.Sprintf("it was changed to %v", notes),
	})
	t.Step("the bytes of the message are used for something else")
	for i := range data {
		data[i] = 'x'
	}
	t.Check(string(got.Raw) == "fresh", labtest.Finding{
		Property: "Unmarshal keeps no reference to data",
		Expected: `Raw is "fresh"`, Actual: fmt.Sprintf("it is %q", got.Raw),
	})
}

// equalBytes makes one map in many ways.
func (s Solution) equalBytes(t *labtest.T) {
	rng := t.Rand("keys")
	n := 8 + rng.IntN(20)
	keys := rng.Perm(n)
	t.Step("a map of %d entries is filled in different orders and marshaled", n)
	var first []byte
	for range 6 {
		m := map[string]map[int32]string{}
		for i := range 10 {
			m[fmt.Sprintf("gone-%d", i)] = nil
		}
		rng.Shuffle(n, func(i, j int) { keys[i], keys[j] = keys[j], keys[i] })
		for _, k := range keys {
			m[fmt.Sprint("key", k)] = map[int32]string{int32(k): "a", int32(-k - 1): "b", 1000: "c"}
		}
		for i := range 10 {
			delete(m, fmt.Sprintf("gone-%d", i))
		}
		got, err := s.Marshal(m)
		if first == nil {
			first = got
		}
		t.Check(err == nil && len(got) > 0 && bytes.Equal(got, first), labtest.Finding{
			Expected: fmt.Sprintf("the same %d bytes each time: the entries of a map are in ascending order of the bytes of their keys", len(first)),
			Actual:   outcome(fmt.Sprintf("they differ from byte %d on", firstDifference(got, first)), err),
		})
	}
	var back map[string]map[int32]string
	err := s.Unmarshal(first, &back)
	t.Check(err == nil && len(back) == n, labtest.Finding{
		Expected: fmt.Sprintf("Unmarshal gives a map of %d entries", n), Actual: outcome(fmt.Sprint(len(back)), err),
	})
}

func firstDifference(a, b []byte) int {
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return i
		}
	}
	return min(len(a), len(b))
}

// pages is for nobody to see.
type closedBook struct {
	Title string
	pages int
}

func names(t *labtest.T, err error, who string) {
	t.Check(err != nil && strings.Contains(err.Error(), "pages"), labtest.Finding{
		Expected: who + " of struct{Title string; pages int} gives an error that names the field pages",
		Actual:   outcome("it gave none", err),
	})
}

func (s Solution) refused(t *labtest.T) {
	t.Step("Marshal what cannot be marshaled")
	x := 1
	var none any
	for _, v := range []any{
		nil, make(chan int), (chan int)(nil), func() {}, complex(1, 2), uintptr(1),
		[]any{1}, struct{ Any any }{1}, map[string]error{"a": nil}, map[*int]bool{&x: true}, &none,
		map[any]bool{1: true}, [1]func(){nil}, map[struct{ P *int }]bool{{&x}: true},
	} {
		b, err := s.Marshal(v)
		t.Check(err != nil, labtest.Finding{
			Expected: fmt.Sprintf("Marshal of a %T gives an error", v), Actual: fmt.Sprintf("it gave %d bytes and no error", len(b)),
		})
	}
	t.Step("a field that is not exported is named, by Marshal and by Unmarshal")
	_, err := s.Marshal([]closedBook{{"a", 1}})
	names(t, err, "Marshal")
	var book closedBook
	names(t, s.Unmarshal(record(text("a"), i64(1)), &book), "Unmarshal")
	t.Step("Unmarshal into what is no pointer")
	for _, v := range []any{nil, 1, point{}, (*int64)(nil), []int64{1}, map[string]int64{}} {
		t.Check(s.Unmarshal(i64(1), v) != nil, labtest.Finding{
			Expected: fmt.Sprintf("Unmarshal into a %T gives an error", v), Actual: "it gave none",
		})
	}
}
