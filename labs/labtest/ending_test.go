package labtest_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"faultline/labs"
	"faultline/labs/labtest"
)

func TestAnOperationEndsWithAnErrorOfTheContract(t *testing.T) {
	var errMaybe, errNoKey = errors.New("maybe"), errors.New("no key")
	endings := []labtest.Ending{
		{Err: errMaybe, Result: "maybe", Of: "Put Delete", GivenUp: true},
		{Err: errNoKey, Result: "none"},
	}
	tests := []struct {
		operation string
		err       error
		over      bool
		result    string // "" is a failure
	}{
		{"Get", errNoKey, false, "none"},
		{"Get", fmt.Errorf("x: %w", errNoKey), true, "none"},
		{"Put", errMaybe, true, "maybe"},
		{"Put", errMaybe, false, ""},
		{"Get", errMaybe, true, ""},
		{"Get", fmt.Errorf("%w: %w", errMaybe, context.DeadlineExceeded), true, labtest.GaveUp},
		{"Get", context.Canceled, true, labtest.GaveUp},
		{"Get", context.DeadlineExceeded, false, ""},
		{"Put", errors.New("else"), true, ""},
	}
	for _, test := range tests {
		got := ""
		r := perform(t, labtest.Request{}, func(t *labtest.T, _ *solution) {
			got = t.Ending(test.operation, test.err, test.over, endings)
		})
		if got != test.result || (r.Verdict == labs.Pass) != (test.result != "") {
			t.Errorf("%s with %q, over %v: got %q, want %q; %s", test.operation, test.err, test.over, got, test.result, r)
		}
	}
}

func TestACallIsOverWhenItsContextHasEnded(t *testing.T) {
	perform(t, labtest.Request{}, func(lt *labtest.T, _ *solution) {
		timed, cancelTimed := context.WithTimeout(context.Background(), time.Second)
		defer cancelTimed()
		ever, cancel := context.WithCancel(context.Background())
		time.Sleep(time.Second - time.Nanosecond)
		if labtest.Over(timed) || labtest.Over(ever) {
			t.Error("a call is over before its context is")
		}
		time.Sleep(time.Nanosecond)
		cancel()
		if !labtest.Over(timed) || !labtest.Over(ever) {
			t.Error("a call is not over when its context is")
		}
	})
}
