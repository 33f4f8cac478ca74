package committest

import (
	"testing"

	"faultline/labs/commit/commitapi"
)

// A client is told of a transaction, not of its name. Two may have one part in common.
func TestATransactionIsKnownByAllItsParts(t *testing.T) {
	both := []string{"p1", "p2"}
	asked := func(bob int64) *story {
		return &story{questions: map[string]commitapi.Prepare{
			"p1": {Participants: both, Changes: transfer(-10)[0].Changes},
			"p2": {Participants: both, Changes: transfer(0, bob)[0].Changes},
		}}
	}
	early := &story{questions: map[string]commitapi.Prepare{"p2": {Participants: both, Changes: transfer(0, 30)[0].Changes}}}
	m := &monitor{txns: map[commitapi.Txn]*story{"1": asked(10), "2": asked(20), "3": early}}
	for _, test := range []struct {
		title string
		parts []commitapi.Part
		want  commitapi.Txn
	}{
		{"one part is that of another one, too", transfer(-10, 20), "2"},
		{"who was asked is enough", transfer(-10, 30), "3"},
		{"nobody was asked", transfer(-10, 40), ""},
		{"it has fewer participants", transfer(-10), ""},
	} {
		if got, ok := m.named(test.parts); got != test.want || ok != (got != "") {
			t.Errorf("%s: got %q %v, want %q", test.title, got, ok, test.want)
		}
	}
}
