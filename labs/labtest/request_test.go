package labtest_test

import (
	"math"
	"reflect"
	"strings"
	"testing"
	"time"

	"faultline/labrpc"
	"faultline/labs/labtest"
)

func TestARequestComesBackFromItsText(t *testing.T) {
	plan := labrpc.Plan{
		{Kind: labrpc.Drop, From: "sender", To: "receiver", N: 3},
		{Kind: labrpc.Cut, Left: []string{"a"}, Right: []string{"b", "c"}, Begin: time.Second, End: 2 * time.Second},
	}
	tests := []struct {
		title string
		req   labtest.Request
		text  string
	}{
		{"the seed draws the faults", labtest.Request{Case: "messaging/B/storm", Seed: 7},
			"case messaging/B/storm\nseed 7\n"},
		{"the largest seed", labtest.Request{Case: "x", Seed: math.MaxUint64}, "case x\nseed 18446744073709551615\n"},
		{"a small and quiet run", labtest.Request{Case: "x", Seed: 1, Plan: new(labrpc.Plan),
			Sizes: []labtest.Size{{Name: "damaged-messages", N: 3}, {Name: "clients", N: 1}},
			Calm:  []string{labtest.CalmLatency, labtest.CalmLocks}},
			"case x\nseed 1\nsize damaged-messages 3\nsize clients 1\ncalm latency\ncalm locks\nplan\n"},
		{"no fault at all", labtest.Request{Case: "x", Plan: new(labrpc.Plan)}, "case x\nseed 0\nplan\n"},
		{"the first part of a run", labtest.Request{Case: "x", Seed: 2, Derive: true}, "case x\nseed 2\nderive\n"},
		{"a plan", labtest.Request{Case: "x", Seed: 1, Plan: &plan},
			"case x\nseed 1\nplan\ndrop      sender -> receiver #3\ncut       {a} | {b c} 1s..2s\n"},
	}
	for _, test := range tests {
		t.Run(test.title, func(t *testing.T) {
			if got := test.req.String(); got != test.text {
				t.Errorf("text %q, want %q", got, test.text)
			}
			got, err := labtest.ParseRequest(test.text)
			if err != nil || !reflect.DeepEqual(got, test.req) {
				t.Errorf("parses to %+v, %v", got, err)
			}
		})
	}
}

func TestAPlanFileMayBeEditedByHand(t *testing.T) {
	got, err := labtest.ParseRequest("\n# a failed run\r\n  seed   0x10\r\n\tcase messaging/A/fifo  \n\nplan \n\n # calm\n")
	want := labtest.Request{Case: "messaging/A/fifo", Seed: 16, Plan: new(labrpc.Plan)}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, %v, want %+v", got, err, want)
	}
}

func TestABadRequestIsRefusedByItsLine(t *testing.T) {
	const expected = `: expected "case LAB/STAGE/CASE", "seed NUMBER", "size NAME NUMBER", "calm latency", "calm locks" or "plan"`
	const seed = ": expected a number such as 7 or 0x5eed07"
	tests := []struct{ title, text, want string }{
		{"nothing", "", `no line says which case: add "case LAB/STAGE/CASE"`},
		{"no case", "seed 7\n", `no line says which case: add "case LAB/STAGE/CASE"`},
		{"no case before a plan", "seed 7\nplan\n", `no line says which case: add "case LAB/STAGE/CASE"`},
		{"a case without a name", "case\n", `line 1: "case"` + expected},
		{"an unknown word", "case x\n\nsede 7\n", `line 3: "sede 7"` + expected},
		{"a file of something else", strings.Repeat("x", 5000), `line 1: "` + strings.Repeat("x", 40) + `…"` + expected},
		{"a plan on the line of its word", "case x\nplan drop a -> b #1", `line 2: "plan drop a -> b #1"` + expected},
		{"a seed that is a word", "case x\nseed seven\n", `line 2: seed "seven"` + seed},
		{"no seed", "seed\n", `line 1: seed ""` + seed},
		{"a negative seed", "seed -1\n", `line 1: seed "-1"` + seed},
		{"a size without a number", "case x\nsize messages\n", `line 2: "size messages"` + expected},
		{"a size of none", "size messages 0\n", `line 1: size "0": expected a whole number from 1 on`},
		{"a size that is a word", "size messages few\n", `line 1: size "few": expected a whole number from 1 on`},
		{"a calm that there is not", "calm students\n", `line 1: calm "students": expected latency or locks`},
		{"a seed of 65 bits", "seed 18446744073709551616\n", `line 1: seed "18446744073709551616"` + seed},
		{"a bad fault", "case x\nplan\ndrp a -> b #1\n",
			`line 3: unknown fault "drp": expected drop, duplicate, delay, corrupt, cut, pause, crash, lose or fail`},
		{"a bad fault behind comments", "# a\n# b\ncase x\nplan\n\n# c\ndrop a -> b\n",
			`line 7: the line ends too early: expected "drop FROM -> TO #N"`},
	}
	for _, test := range tests {
		t.Run(test.title, func(t *testing.T) {
			_, err := labtest.ParseRequest(test.text)
			if err == nil || err.Error() != test.want {
				t.Errorf("got  %v\nwant %s", err, test.want)
			}
		})
	}
}

func TestSeedsAreDecimalOrHexadecimal(t *testing.T) {
	for text, want := range map[string]uint64{
		"0": 0, "7": 7, "010": 10, "0x5eed07": 0x5eed07, "0xffffffffffffffff": math.MaxUint64,
	} {
		if got, err := labtest.ParseSeed(text); err != nil || got != want {
			t.Errorf("%q is %d, %v, want %d", text, got, err, want)
		}
	}
	for _, text := range []string{"", " 7", "0x", "0b11", "0o7", "1_000", "+7", "5eed", "7.0"} {
		if got, err := labtest.ParseSeed(text); err == nil {
			t.Errorf("%q is taken for %d", text, got)
		}
	}
}

func FuzzParseRequest(f *testing.F) {
	f.Add("case messaging/B/lost-ack\nseed 0x5eed07\nplan\ndrop receiver -> sender #1\n")
	f.Add("case x\nseed 1\nsize messages 3\ncalm locks\ncalm latency\nplan\n")
	f.Add("# comment\ncase a  b\n\nplan\ncut {a} -> {b} 1s..2s\ncrash a at 1s restart 2s\n")
	f.Fuzz(func(t *testing.T, text string) {
		req, err := labtest.ParseRequest(text)
		if err != nil {
			return
		}
		again, err := labtest.ParseRequest(req.String())
		if err != nil || !reflect.DeepEqual(again, req) {
			t.Errorf("%q\nparses to %+v\nand that to %+v, %v", text, req, again, err)
		}
	})
}
