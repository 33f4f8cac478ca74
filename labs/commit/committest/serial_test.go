package committest

import "testing"

func TestAnEffectIsReadAsItIsWritten(t *testing.T) {
	for _, text := range []string{"saw nothing, did nothing", "saw a=1 b=-2, did nothing", "saw nothing, did a-3 b+4",
		"saw a=1, did a+1"} {
		if got := parseEffect(text).String(); got != text {
			t.Errorf("%q reads as %q", text, got)
		}
	}
	if got := parseMoney("b=2 a=-1").String(); got != "a=-1 b=2" {
		t.Errorf("got %q", got)
	}
}

// The scenarios that are tried by the hundred look for an order themselves; the model
// does so for random ones. Both must say the same.
func TestSerialFindsAnOrder(t *testing.T) {
	over := func(began, ended int, outcome, text string) *deal {
		d := &deal{what: text, effect: parseEffect(text), began: began, ended: ended}
		d.outcome = committed
		if outcome == "unknown" {
			d.outcome = ""
		} else if outcome == "aborted" {
			d.outcome = aborted
		}
		return d
	}
	for _, test := range []struct {
		title string
		deals []*deal
		ok    bool
	}{
		{"one behind the other", []*deal{over(1, 2, "", "saw a=100, did a-30"), over(3, 4, "", "saw a=70, did nothing")}, true},
		{"not before one that had ended", []*deal{over(1, 2, "", "saw a=100, did a-30"), over(3, 4, "", "saw a=100, did nothing")}, false},
		{"in any order if they overlap", []*deal{over(1, 4, "", "saw a=100, did a-30"), over(2, 3, "", "saw a=100, did nothing")}, true},
		{"a lost update", []*deal{over(1, 4, "", "saw a=100, did a-30"), over(2, 3, "", "saw a=100, did a-45")}, false},
		{"unknown, and happened", []*deal{over(1, 0, "unknown", "saw a=100, did a-30"), over(2, 3, "", "saw a=70, did nothing")}, true},
		{"unknown, and did not", []*deal{over(1, 0, "unknown", "saw a=100, did a-30"), over(2, 3, "", "saw a=100, did nothing")}, true},
		{"aborted", []*deal{over(1, 2, "aborted", "saw a=100, did a-30"), over(3, 4, "", "saw a=70, did nothing")}, false},
	} {
		if why, ok := serial(test.deals, money{"a": 100}); ok != test.ok {
			t.Errorf("%s: got %v %v, want %v", test.title, ok, why, test.ok)
		}
	}
}
