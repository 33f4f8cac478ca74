package labtest_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"

	"faultline/labs"
	"faultline/labs/labtest"
	"faultline/labs/trace"
)

// models holds a register that begins as the parameters say: "Put 3" sets it,
// "Get" returns it. With keys, "Put a 3" and "Get a" are of register a.
func models() labtest.Models {
	register := func(parameters string) porcupine.Model {
		return porcupine.Model{
			Init: func() any { return parameters },
			Step: func(state, input, output any) (bool, any) {
				op := input.(labtest.Op)
				words := strings.Fields(op.Arg)
				if op.Name == "Put" {
					return true, words[len(words)-1]
				}
				return !op.Done || op.Result == state, state
			},
			DescribeState: func(state any) string { return fmt.Sprintf("%q in the register", state) },
		}
	}
	keys := func(parameters string) porcupine.Model {
		m := register(parameters)
		m.Partition = func(history []porcupine.Operation) (parts [][]porcupine.Operation) {
			for _, key := range []string{"a", "b"} {
				parts = append(parts, slices.DeleteFunc(slices.Clone(history), func(o porcupine.Operation) bool {
					return !strings.HasPrefix(o.Input.(labtest.Op).Arg, key)
				}))
			}
			return parts
		}
		return m
	}
	return labtest.Models{"register": register, "keys": keys}
}

// story makes the events of a history that is written as "c1 Put 3" for a call
// and "c1 = ok" for the return of the client's last call.
func story(model string, lines ...string) []trace.Event {
	last := map[string]int{}
	var events []trace.Event
	for i, line := range lines {
		client, text, _ := strings.Cut(line, " ")
		e := trace.Event{At: time.Duration(i) * time.Millisecond, Kind: trace.Call, Node: client, N: i + 1, Text: text}
		if result, returns := strings.CutPrefix(text, "= "); returns {
			e.Kind, e.N, e.Text = trace.Return, last[client], result
		}
		last[client] = e.N
		events = append(events, e)
	}
	return append(events, trace.Event{Kind: trace.Model, Node: model, Text: "0"})
}

func TestTheModelJudgesTheHistory(t *testing.T) {
	const order = "some order of the operations explains every result, each operation between its call and its return"
	tests := []struct {
		title string
		model string
		lines []string
		want  labtest.Outcome
	}{
		{"an empty history is in order", "register", nil, labtest.Outcome{Verdict: labs.Pass}},
		{"a read sees the write before it", "register",
			[]string{"c1 Put 3", "c1 = ok", "c2 Get", "c2 = 3"}, labtest.Outcome{Verdict: labs.Pass}},
		{"a read beside a write sees either", "register",
			[]string{"c1 Put 3", "c2 Get", "c2 = 0", "c3 Get", "c3 = 3", "c1 = ok"}, labtest.Outcome{Verdict: labs.Pass}},
		{"a write that never returned may have happened", "register",
			[]string{"c1 Put 3", "c2 Get", "c2 = 3"}, labtest.Outcome{Verdict: labs.Pass}},
		{"a write that never returned may not have happened yet", "register",
			[]string{"c1 Put 3", "c2 Get", "c2 = 0"}, labtest.Outcome{Verdict: labs.Pass}},
		{"a read that never returned proves nothing", "register",
			[]string{"c1 Get", "c2 Put 3", "c2 = ok"}, labtest.Outcome{Verdict: labs.Pass}},
		{"a stale read is named", "register", []string{"c1 Put 3", "c1 = ok", "c2 Get", "c2 = 0"},
			labtest.Outcome{Verdict: labs.Fail, Finding: labtest.Finding{Expected: order,
				Actual: `no order does: 1 of 2 operations fit, then there is "3" in the register, ` +
					`and next cannot be c2 Get = 0 (#3, 2ms to 3ms); the order ends with c1 Put 3 = ok (#1, 0s to 1ms)`}}},
		{"a read of what nobody wrote is named", "register", []string{"c2 Get", "c2 = 7"},
			labtest.Outcome{Verdict: labs.Fail, Finding: labtest.Finding{Expected: order,
				Actual: `no order does: 0 of 1 operations fit, then there is "0" in the register, ` +
					`and next cannot be c2 Get = 7 (#1, 0s to 1ms)`}}},
		{"an operation that touches another at one instant comes after it", "register",
			[]string{"c1 Put 3", "c1 = ok", "c1 Put 4", "c1 = ok", "c2 Get", "c2 = 3"},
			labtest.Outcome{Verdict: labs.Fail, Finding: labtest.Finding{Expected: order,
				Actual: `no order does: 2 of 3 operations fit, then there is "4" in the register, ` +
					`and next cannot be c2 Get = 3 (#5, 4ms to 5ms); ` +
					`the order ends with c1 Put 3 = ok (#1, 0s to 1ms), c1 Put 4 = ok (#3, 2ms to 3ms)`}}},
		{"parts are checked each by itself", "keys",
			[]string{"c1 Put a 1", "c1 = ok", "c1 Put b 2", "c1 = ok", "c2 Get a", "c2 = 1", "c2 Get b", "c2 = 2"},
			labtest.Outcome{Verdict: labs.Pass}},
		{"a part that is out of order is named alone", "keys",
			[]string{"c1 Put a 1", "c1 = ok", "c1 Put b 2", "c1 = ok", "c2 Get b", "c2 = 1", "c2 Get a", "c2 = 1"},
			labtest.Outcome{Verdict: labs.Fail, Finding: labtest.Finding{Expected: order, About: "b",
				Actual: `no order does: 1 of 2 operations fit, then there is "2" in the register, ` +
					`and next cannot be c2 Get b = 1 (#5, 4ms to 5ms); ` +
					`the order ends with c1 Put b 2 = ok (#3, 2ms to 3ms)`}}},
		{"a model that the lab does not have is our fault", "stack", nil,
			labtest.Outcome{Verdict: labs.GraderError, Finding: labtest.Finding{Actual: "no model stack"}}},
	}
	for _, test := range tests {
		t.Run(test.title, func(t *testing.T) {
			if got := models().Judge(story(test.model, test.lines...)); got != test.want {
				t.Errorf("got  %+v\nwant %+v", got, test.want)
			}
		})
	}
}

func TestAHistoryIsJudgedWithTheCrashesInIt(t *testing.T) {
	events := story("register", "c1 Put 3", "c1 = ok", "c2 Get", "c2 = 0")
	crash := trace.Event{At: time.Millisecond, Kind: trace.Crash, Node: "kv-1"}
	got := models().Judge(slices.Insert(events, 2, crash))
	if want := "(#1, 0s to 1ms); meanwhile kv-1 crashed at 1ms"; !strings.HasSuffix(got.Actual, want) {
		t.Errorf("got  %s\nwant … %s", got.Actual, want)
	}
}

func TestAHistoryThatNobodyJudgesPasses(t *testing.T) {
	events := story("register", "c2 Get", "c2 = 7")
	if got := models().Judge(events[:len(events)-1]); got.Verdict != labs.Pass {
		t.Errorf("got %+v", got)
	}
}

func TestEveryModelThatACaseNamesMustHold(t *testing.T) {
	events := story("register", "c1 Put 3", "c1 = ok", "c2 Get", "c2 = 0")
	events = append(events, trace.Event{Kind: trace.Model, Node: "stack"})
	if got := models().Judge(events); got.Verdict != labs.Fail {
		t.Errorf("got %+v", got)
	}
}

func TestACheckerOutOfItsBudgetDoesNotDecide(t *testing.T) {
	illegal := story("register", "c1 Put 3", "c2 Put 4", "c3 Put 5", "c1 = ok", "c2 = ok", "c3 = ok", "c4 Get", "c4 = 0")
	whole := models().Judge(illegal)
	want := labtest.Outcome{Verdict: labs.Inconclusive, Finding: labtest.Finding{
		Actual: "the checker gave up after 5 steps on 4 operations"}}
	if got := models().JudgeWithin(5, illegal); got != want {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	exact := 6
	for ; models().JudgeWithin(exact, illegal).Verdict == labs.Inconclusive; exact++ {
	}
	if got := models().JudgeWithin(exact, illegal); got != whole || got.Verdict != labs.Fail {
		t.Errorf("a budget that is just enough gives %+v\nand more than enough %+v", got, whole)
	}
}

func TestEachPartHasItsOwnBudget(t *testing.T) {
	var lines []string
	for _, key := range []string{"a", "b"} {
		for range 4 {
			lines = append(lines, "c1 Put "+key+" 1", "c1 = ok")
		}
	}
	if got := models().JudgeWithin(4, story("keys", lines...)); got.Verdict != labs.Pass {
		t.Errorf("4 steps for each of two parts of 4 operations: %+v", got)
	}
	if got := models().JudgeWithin(3, story("keys", lines...)); got.Verdict != labs.Inconclusive {
		t.Errorf("3 steps for each: %+v", got)
	}
}

func TestTheHistoryIsMadeOfCallsAndReturns(t *testing.T) {
	events := story("register", "c1 Put 3", "c2 Get", "c1 = ok", "c3 Close", "c3 = ")
	events = slices.Insert(events, 2, trace.Event{Kind: trace.Deliver, N: 1}, trace.Event{Kind: trace.Return, N: 99})
	ms := time.Millisecond
	want := []labtest.Op{
		{Client: "c1", Name: "Put", Arg: "3", Result: "ok", Call: 0, Return: 4, Done: true, Ended: 2 * ms},
		{Client: "c2", Name: "Get", Call: 1, Return: len(events), Began: ms},
		{Client: "c3", Name: "Close", Call: 5, Return: 6, Done: true, Began: 3 * ms, Ended: 4 * ms},
	}
	if got := labtest.History(events); !slices.Equal(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	var lines []string
	for _, op := range want {
		lines = append(lines, op.String())
	}
	if got := strings.Join(lines, ", "); got != "c1 Put 3 = ok, c2 Get (never returned), c3 Close" {
		t.Errorf("as one reads it: %s", got)
	}
}
