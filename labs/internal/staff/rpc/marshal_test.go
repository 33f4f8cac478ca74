package rpc_test

import (
	"bytes"
	"testing"

	"faultline/labs/internal/staff/rpc"
)

// A part has every kind of field, and can hold itself.
type part struct {
	Flag   bool
	Small  int8
	Count  uint32
	Weight float64
	Name   string
	Raw    []byte
	Sizes  [2]int16
	Parts  []*part
	Named  map[string]*part
	Next   *part
	Value  *int64
}

func FuzzUnmarshal(f *testing.F) {
	seven := int64(7)
	p := &part{Name: "a", Raw: []byte{1}, Value: &seven}
	p.Next = &part{Parts: []*part{p, nil}, Named: map[string]*part{"p": p, "": nil}, Value: &seven}
	for _, v := range []*part{nil, {}, p} {
		b, err := rpc.Marshal(v)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var v *part
		if err := rpc.Unmarshal(data, &v); err != nil {
			if v != nil {
				t.Fatal("an error has changed the value")
			}
			return
		}
		again, err := rpc.Marshal(v)
		if err != nil {
			t.Fatalf("what was read cannot be written: %v", err)
		}
		if !bytes.Equal(again, data) {
			t.Fatalf("read % x\nwrote % x", data, again)
		}
	})
}
