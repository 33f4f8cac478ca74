//go:build !wasip1

package quorumtest_test

import (
	"testing"

	"faultline/labs"
	"faultline/labs/labtest"
	"faultline/labs/quorum/quorumtest"
)

func TestTheModelIsAnAtomicRegister(t *testing.T) {
	for _, test := range []struct {
		title, history string
		want           labs.Verdict
	}{
		{"a read sees what was written before", `
			c1 Put x a
			c1 = ok
			c2 Get x
			c2 = a`, labs.Pass},
		{"a read is not stale", `
			c1 Put x a
			c1 = ok
			c1 Put x b
			c1 = ok
			c2 Get x
			c2 = a`, labs.Fail},
		{"a read beside a write sees the old value or the new", `
			c1 Put x a
			c1 = ok
			c1 Put x b
			c2 Get x
			c2 = a
			c2 Get x
			c2 = b
			c1 = ok`, labs.Pass},
		{"of two reads the second is not older", `
			c1 Put x a
			c1 = ok
			c1 Put x b
			c2 Get x
			c2 = b
			c3 Get x
			c3 = a
			c1 = ok`, labs.Fail},
		{"keys have nothing to do with each other", `
			c1 Put x a
			c1 = ok
			c2 Get y
			c2 = no key`, labs.Pass},
		{"what may have happened may happen later", `
			c1 Put x a
			c1 = maybe
			c2 Get x
			c2 = no key
			c2 Get x
			c2 = a`, labs.Pass},
		{"what may have happened is not undone", `
			c1 Put x a
			c1 = maybe
			c2 Get x
			c2 = a
			c2 Get x
			c2 = no key`, labs.Fail},
		{"a client that was closed may have put its value", `
			c1 Put x a
			c1 = closed
			c2 Get x
			c2 = a`, labs.Pass},
		{"what was never sent has not happened", `
			c1 Put x a
			c1 = gave up
			c2 Get x
			c2 = a`, labs.Fail},
		{"a read that came to nothing says nothing", `
			c1 Put x a
			c1 = ok
			c2 Get x
			c2 = gave up`, labs.Pass},
	} {
		t.Run(test.title, func(t *testing.T) {
			if got := quorumtest.Models().Judge(labtest.ParseHistory("register", test.history)); got.Verdict != test.want {
				t.Errorf("got %q (%s), want %q", got.Verdict, got.Actual, test.want)
			}
		})
	}
}
