package rpctest

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"reflect"
	"runtime"

	"faultline/labs/labtest"
	"faultline/labs/rpc/rpcapi"
)

// A forgery is a message that is no value of the type of its target.
type forgery struct {
	what   string
	bytes  []byte
	target any // a pointer
}

// given says in the last line of the story what Unmarshal was given, if it panics.
func (s Solution) given(t *labtest.T, f forgery) error {
	returned := false
	defer func() {
		if !returned {
			t.Step("Unmarshal into a %T of %s: %s", f.target, f.what, dump(f.bytes))
		}
	}()
	err := s.Unmarshal(f.bytes, f.target)
	returned = true
	return err
}

// refuse fails unless Unmarshal gives an error and leaves the target as it was. The two
// are compared as texts: a copy of the target would share what its slices and maps hold.
func (s Solution) refuse(t *labtest.T, f forgery) {
	now := func() any { return reflect.ValueOf(f.target).Elem().Interface() }
	before, shown := fmt.Sprintf("%#v", now()), show(now())
	err := s.given(t, f)
	t.Check(err != nil, labtest.Finding{
		Expected: fmt.Sprintf("Unmarshal into a %T gives an error: %s (%s)", f.target, f.what, dump(f.bytes)),
		Actual:   "it gave none",
	})
	t.Check(fmt.Sprintf("%#v", now()) == before, labtest.Finding{
		Property: "an error changes nothing",
		Expected: fmt.Sprintf("Unmarshal of %s (%s) gives an error and leaves the target as it was: %s", f.what, dump(f.bytes), shown),
		Actual:   "it gives an error, and the target is " + show(now()),
	})
}

func (s Solution) damage(t *labtest.T) {
	t.Step("a message that is cut short at each byte, or goes on after its value")
	whole := record(text("tea"), number(rpcapi.TagUint16, 2, 2), list(number(rpcapi.TagInt8, 1, 1)),
		table(text("hot"), []byte{rpcapi.TagBool, 1}), record(i64(3), i64(4)), raw("abc"))
	target := order{Item: "before", Sizes: []int8{7}}
	for n := range whole {
		s.refuse(t, forgery{fmt.Sprintf("only the first %d of %d bytes", n, len(whole)), whole[:n:n], &target})
	}
	s.refuse(t, forgery{"one byte too many", append(bytes.Clone(whole), 0), &target})
	t.Step("bytes that break the contract")
	for _, f := range forgeries() {
		s.refuse(t, f)
	}
	t.Step("the bytes of one type, read as another")
	s.mixed(t)
	t.Step("random bytes, and a good message with random changes: an error or a value, never a panic")
	rng := t.Rand("damage")
	for range 300 {
		b := bytes.Clone(whole)
		for range 1 + rng.IntN(4) {
			b[rng.IntN(len(b))] = byte(rng.Uint32())
		}
		s.given(t, forgery{"a message with random changes", b, &order{}})
		for i := range b {
			b[i] = byte(rng.IntN(24))
		}
		var n node
		s.given(t, forgery{"random bytes behind the head of a struct", append(head(rpcapi.TagStruct, 8), b...), &n})
	}
}

func forgeries() []forgery {
	one, two := text("a"), text("b")
	return []forgery{
		{"an empty message", nil, new(int64)},
		{"a boolean of 2", []byte{rpcapi.TagBool, 2}, new(bool)},
		{"tag 20", []byte{20, 0, 0, 0, 0}, new(string)},
		{"nil for a number", null(), new(int64)},
		{"nil for a string", null(), new(string)},
		{"nil for an array", null(), new([0]int64)},
		{"nil for a struct", null(), new(struct{})},
		{"three elements for an array of two", array(i64(1), i64(2), i64(3)), &[2]int64{8, 9}},
		{"one element for an array of two", array(i64(1)), &[2]int64{8, 9}},
		{"nil for the last element of an array", array(i64(1), null()), &[2]int64{8, 9}},
		{"one field for a struct of two", record(i64(1)), &point{8, 9}},
		{"three fields for a struct of two", record(i64(1), i64(2), i64(3)), &point{8, 9}},
		{"a struct of two that says it has three", append(head(rpcapi.TagStruct, 3), append(i64(1), i64(2)...)...), &point{8, 9}},
		{"a struct of two that says it has one", append(head(rpcapi.TagStruct, 1), append(i64(1), i64(2)...)...), &point{8, 9}},
		{"a key that comes twice", table(one, i64(1), one, i64(2)), &map[string]int64{}},
		{"keys in the wrong order", table(two, i64(1), one, i64(2)), &map[string]int64{}},
		{"a key that is a pointer", table(to(i64(1)), i64(2)), &map[*int64]int64{}},
		{"bytes as a list of numbers", list(number(rpcapi.TagUint8, 1, 1)), &[]byte{7}},
		{"a reference to a pointer that never came", ref(0), new(*int64)},
		{"a reference to the next pointer", record(ref(0), to(record(i64(1), i64(2)))), &pair{}},
		{"a reference to a pointer of another type",
			record(to(record(i64(1), i64(2))), ref(0)), &struct {
				A *point
				B *int64
			}{}},
		{"a reference of three bytes", record(to(i64(1)), ref(0)[:4]), &struct{ A, B *int64 }{}},
		{"a reference that is too large to be one", append([]byte{rpcapi.TagRef}, 0xff, 0xff, 0xff, 0xff), new(*int64)},
		{"a value without its pointer", record(i64(1), i64(2)), new(*point)},
		{"an unfit value at the end", list(i64(1), text("x")), &[]int64{5}},
	}
}

// mixed reads the bytes of each type as every other.
func (s Solution) mixed(t *labtest.T) {
	types := []struct {
		bytes  []byte
		target func() any
	}{
		{[]byte{rpcapi.TagBool, 1}, func() any { return new(bool) }},
		{number(rpcapi.TagInt8, 1, 1), func() any { return new(int8) }},
		{number(rpcapi.TagInt16, 2, 1), func() any { return new(int16) }},
		{number(rpcapi.TagInt32, 4, 1), func() any { return new(int32) }},
		{i64(1), func() any { return new(int64) }},
		{number(rpcapi.TagUint8, 1, 1), func() any { return new(uint8) }},
		{number(rpcapi.TagUint16, 2, 1), func() any { return new(uint16) }},
		{number(rpcapi.TagUint32, 4, 1), func() any { return new(uint32) }},
		{number(rpcapi.TagUint64, 8, 1), func() any { return new(uint64) }},
		{number(rpcapi.TagFloat32, 4, 1), func() any { return new(float32) }},
		{f64(1), func() any { return new(float64) }},
		{text(""), func() any { return new(string) }},
		{raw(""), func() any { return new([]byte) }},
		{list(), func() any { return new([]string) }},
		{array(), func() any { return new([0]string) }},
		{table(), func() any { return new(map[string]string) }},
		{record(), func() any { return new(struct{}) }},
		{to(i64(1)), func() any { return new(*int64) }},
	}
	for i, from := range types {
		for j, into := range types {
			if i == j {
				continue
			}
			s.refuse(t, forgery{fmt.Sprintf("tag %d is not of this type", from.bytes[0]), bytes.Clone(from.bytes), into.target()})
		}
	}
}

// hostile messages are small and claim much.
func (s Solution) hostile(t *labtest.T) {
	type heavy struct{ Block [512]int64 }
	const huge = 0xffffffff
	claim := func(tag byte, n uint32, rest int) []byte {
		return append(binary.BigEndian.AppendUint32([]byte{tag}, n), make([]byte, rest)...)
	}
	t.Step("counts and lengths of 4 billion, and counts as large as the message with large elements")
	for _, f := range []forgery{
		{"a string of 4 billion bytes", claim(rpcapi.TagString, huge, 8), new(string)},
		{"4 billion bytes", claim(rpcapi.TagBytes, huge, 8), new([]byte)},
		{"4 billion numbers", claim(rpcapi.TagSlice, huge, 8), new([]int64)},
		{"2 billion numbers", claim(rpcapi.TagSlice, 1<<31, 8), new([]int64)},
		{"a map of 4 billion entries", claim(rpcapi.TagMap, huge, 8), new(map[string]int64)},
		{"100,000 elements of 4 KB each", claim(rpcapi.TagSlice, 100_000, 100_000), new([]heavy)},
		{"a map of 100,000 entries of 4 KB each", claim(rpcapi.TagMap, 100_000, 100_000), new(map[int64]heavy)},
		{"a map of 300,000 entries of 160 bytes each", claim(rpcapi.TagMap, 300_000, 300_000), new(map[[4]int64][16]int64)},
	} {
		s.frugal(t, f)
	}
	t.Step("a million levels")
	s.frugal(t, forgery{"a million slices in each other", bytes.Repeat(head(rpcapi.TagSlice, 1), 1_000_000), new(loop)})
	s.frugal(t, forgery{"a million pointers in each other", bytes.Repeat(to(head(rpcapi.TagStruct, 1)), 1_000_000), new(*ring)})
}

// frugal fails unless a forgery is refused and little was allocated on the way.
func (s Solution) frugal(t *labtest.T, f forgery) {
	t.Step("Unmarshal into a %T of %s: a message of %d bytes, %s", f.target, f.what, len(f.bytes), cut(dump(f.bytes), 26))
	limit := uint64(64*len(f.bytes) + 8<<20)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	err := s.Unmarshal(f.bytes, f.target)
	runtime.ReadMemStats(&after)
	t.Check(err != nil, labtest.Finding{
		Expected: "Unmarshal gives an error for " + f.what, Actual: "it gave none",
	})
	spent := after.TotalAlloc - before.TotalAlloc
	t.Check(spent <= limit, labtest.Finding{
		Expected: fmt.Sprintf("%s: at most %d KB are allocated for a message of %d KB", f.what, limit>>10, len(f.bytes)>>10),
		Actual:   fmt.Sprintf("%d KB", spent>>10),
	})
}
