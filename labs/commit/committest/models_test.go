package committest_test

import (
	"testing"

	"faultline/labs"
	"faultline/labs/commit/committest"
	"faultline/labs/labtest"
)

func TestTheModelIsTransactionsOneAfterTheOther(t *testing.T) {
	for _, test := range []struct {
		title, history string
		want           labs.Verdict
	}{
		{"a transaction sees what those before it have left", `
			c1 Transact pay
			c1 = committed, saw a=100 b=100, did a-30 b+30
			c2 Transact audit
			c2 = committed, saw a=70 b=130, did nothing`, labs.Pass},
		{"it does not see what was there before them", `
			c1 Transact pay
			c1 = committed, saw a=100 b=100, did a-30 b+30
			c2 Transact audit
			c2 = committed, saw a=100 b=100, did nothing`, labs.Fail},
		{"nobody sees a half", `
			c1 Transact pay
			c2 Transact audit
			c2 = committed, saw a=70 b=100, did nothing
			c1 = committed, saw a=100 b=100, did a-30 b+30`, labs.Fail},
		{"of two that read the same, and change it, one has not seen the other", `
			c1 Transact pay
			c2 Transact pay
			c1 = committed, saw a=100 b=100, did a-30 b+30
			c2 = committed, saw a=100 b=100, did a-45 b+45`, labs.Fail},
		{"write skew is no order", `
			c1 Transact draw
			c2 Transact draw
			c1 = committed, saw a=100 b=100, did b-60
			c2 = committed, saw b=100 a=100, did a-70`, labs.Fail},
		{"what was aborted has not happened", `
			c1 Transact pay
			c1 = aborted, changed my mind
			c2 Transact audit
			c2 = committed, saw a=100 b=100, did nothing`, labs.Pass},
		{"what is unknown may happen later", `
			c1 Transact pay
			c1 = unknown, saw a=100 b=100, did a-30 b+30
			c2 Transact audit
			c2 = committed, saw a=100 b=100, did nothing
			c2 Transact audit
			c2 = committed, saw a=70 b=130, did nothing`, labs.Pass},
		{"what is unknown is not undone", `
			c1 Transact pay
			c1 = unknown, saw a=100 b=100, did a-30 b+30
			c2 Transact audit
			c2 = committed, saw a=70 b=130, did nothing
			c2 Transact audit
			c2 = committed, saw a=100 b=100, did nothing`, labs.Fail},
		{"what is unknown has not happened where it would have seen something else", `
			c1 Transact pay
			c2 Transact pay
			c2 = committed, saw a=100 b=100, did a-45 b+45
			c1 = unknown, saw a=100 b=100, did a-30 b+30
			c2 Transact audit
			c2 = committed, saw a=25 b=175, did nothing`, labs.Fail},
		{"what never returned may have happened", `
			c1 Transact pay
			c2 Transact audit
			c2 = committed, saw a=100 b=100, did nothing`, labs.Pass},
	} {
		t.Run(test.title, func(t *testing.T) {
			events := labtest.ParseHistory("accounts", test.history)
			events[0].Text = "a=100 b=100"
			if got := committest.Models().Judge(events); got.Verdict != test.want {
				t.Errorf("got %q (%s), want %q", got.Verdict, got.Actual, test.want)
			}
		})
	}
}
