package commitapi_test

import (
	"errors"
	"fmt"
	"reflect"
	"testing"

	"faultline/labs/commit/commitapi"
)

func ExampleRecord() {
	b := commitapi.Record{
		Kind: commitapi.Ready, Txn: "c1.1.1", Coordinator: "c1", Participants: []string{"p1", "p2"},
		Changes: []commitapi.Change{{Account: "alice", By: -100}},
	}.Encode()
	r, err := commitapi.Decode(b)
	fmt.Println(r.Kind, r.Txn, r.Participants, r.Changes, err)
	_, err = commitapi.Decode(b[:len(b)/2])
	fmt.Println(err)
	// Output:
	// ready c1.1.1 [p1 p2] [{alice -100}] <nil>
	// the record is torn
}

func TestEveryPartOfARecordIsTorn(t *testing.T) {
	want := commitapi.Record{Kind: commitapi.Commit, Txn: "x", Coordinator: "c", Participants: []string{"p", ""},
		Changes: []commitapi.Change{{Account: "a", By: 1 << 40}}, ReadSet: []commitapi.Observation{{Account: "b", Balance: -1}}}
	b := want.Encode()
	for n := range b {
		if _, err := commitapi.Decode(b[:n]); !errors.Is(err, commitapi.ErrTorn) {
			t.Errorf("%d of %d bytes are taken for a record", n, len(b))
		}
	}
	if got, err := commitapi.Decode(b); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, %v", got, err)
	}
}

// FuzzDecode checks that no bytes make Decode panic, and that what it accepts is what
// Encode writes.
func FuzzDecode(f *testing.F) {
	f.Add(commitapi.Record{Kind: commitapi.End, Txn: "x"}.Encode())
	f.Add(commitapi.Record{Participants: []string{"p"}, Changes: []commitapi.Change{{Account: "a", By: -1}}}.Encode())
	f.Fuzz(func(t *testing.T, b []byte) {
		r, err := commitapi.Decode(b)
		if err != nil {
			return
		}
		if again, err := commitapi.Decode(r.Encode()); err != nil || !reflect.DeepEqual(again, r) {
			t.Errorf("%q reads as %+v, and what that writes reads as %+v, %v", b, r, again, err)
		}
	})
}
