//go:build !wasip1

package kvtest_test

import (
	"testing"

	"faultline/labs"
	"faultline/labs/kv/kvtest"
	"faultline/labs/labtest"
)

func TestTheModelAcceptsWhatTheContractAllowsAndNothingElse(t *testing.T) {
	for _, test := range []struct {
		title, history string
		want           labs.Verdict
	}{
		{"a read sees what was written before", `
			c1 Put x a
			c1 = version 1
			c2 Get x
			c2 = a, version 1`, labs.Pass},
		{"a read is not stale", `
			c1 Put x a
			c1 = version 1
			c1 Put x b
			c1 = version 2
			c2 Get x
			c2 = a, version 1`, labs.Fail},
		{"a value has its own version", `
			c1 Put x a
			c1 = version 1
			c1 Put x b
			c1 = version 2
			c2 Get x
			c2 = a, version 2`, labs.Fail},
		{"of two who set at once, one wins", `
			c1 CompareAndSet x a 0
			c2 CompareAndSet x b 0
			c1 = version 1
			c2 = version 1`, labs.Fail},
		{"a version does not come back after a delete", `
			c1 Put x a
			c1 = version 1
			c1 Delete x
			c1 = version 2
			c1 Put x a
			c1 = version 1`, labs.Fail},
		{"keys have nothing to do with each other", `
			c1 Put x a
			c1 = version 1
			c1 Put y a
			c1 = version 1`, labs.Pass},
		{"what may have happened may have happened", `
			c1 Put x a
			c1 = maybe
			c2 Get x
			c2 = a, version 1`, labs.Pass},
		{"what may have happened may never happen", `
			c1 Put x a
			c1 = maybe
			c2 Get x
			c2 = no key
			c2 Put x b
			c2 = version 1`, labs.Pass},
		{"what may have happened may happen later", `
			c1 Put x a
			c1 = maybe
			c2 Get x
			c2 = no key
			c2 Get x
			c2 = a, version 1`, labs.Pass},
		{"what may have happened is not undone", `
			c1 Put x a
			c1 = maybe
			c2 Get x
			c2 = a, version 1
			c2 Get x
			c2 = no key`, labs.Fail},
		{"it happens once", `
			c1 Put x a
			c1 = maybe
			c2 Get x
			c2 = a, version 2`, labs.Fail},
		{"what was never sent has not happened", `
			c1 Put x a
			c1 = gave up
			c2 Get x
			c2 = a, version 1`, labs.Fail},
		{"a call that never returned may have happened", `
			c1 Put x a
			c2 Get x
			c2 = a, version 1`, labs.Pass},
		{"a full disk has changed nothing yet", `
			c1 Put x a
			c1 = full
			c2 Get x
			c2 = no key`, labs.Pass},
		{"a refusal says that the version was another", `
			c1 Put x a
			c1 = version 1
			c2 CompareAndSet x b 1
			c2 = another version`, labs.Fail},
	} {
		t.Run(test.title, func(t *testing.T) {
			if got := kvtest.Models().Judge(labtest.ParseHistory("kv", test.history)); got.Verdict != test.want {
				t.Errorf("got %q (%s), want %q", got.Verdict, got.Actual, test.want)
			}
		})
	}
}
