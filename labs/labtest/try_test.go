package labtest_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"faultline/labrpc"
	"faultline/labs"
	"faultline/labs/disk"
	"faultline/labs/labtest"
)

func TestOfManyScenariosTheOneThatFailsIsTold(t *testing.T) {
	r := perform(t, labtest.Request{Seed: 7}, func(t *labtest.T, _ *solution) {
		for i := range 10 {
			t.Try(func(t *labtest.T) {
				t.Step("scenario %d", i)
				log := t.Log(t.Network(labrpc.Config{}).Node("n"), disk.Config{})
				log.Append([]byte("x"))
				t.Sleep(time.Second)
				t.Check(i < 4, labtest.Finding{Actual: fmt.Sprintf("%d is too many, after %v", i, t.Since())})
			})
		}
	})
	if r.Verdict != labs.Fail || !strings.HasPrefix(r.Actual, "4 is too many, after 1s") {
		t.Errorf("got %+v", r.Outcome)
	}
	var story []string
	for _, e := range r.events {
		story = append(story, strings.TrimSpace(e.String()))
	}
	if all := strings.Join(story, "\n"); strings.Count(all, "scenario") != 1 || !strings.Contains(all, "scenario 4") ||
		!strings.Contains(all, "record 1") {
		t.Errorf("the trace is\n%s", all)
	}
}

func TestAScenarioThatFailsOnceOnlySaysSo(t *testing.T) {
	times := 0
	r := perform(t, labtest.Request{}, func(t *labtest.T, _ *solution) {
		t.Try(func(t *labtest.T) {
			times++
			t.Check(times > 1, labtest.Finding{Actual: "it was the first time"})
		})
	})
	if r.Verdict != labs.Fail || !strings.Contains(r.Expected, "it was the first time") {
		t.Errorf("got %+v", r.Outcome)
	}
}

func TestAScenarioOfManyHasALimitAndLeavesNothing(t *testing.T) {
	// The run has more time than the scenario, or both would end at the same moment.
	r := performWithin(t, time.Hour, labtest.Request{}, func(t *labtest.T, s *solution) {
		t.Try(func(*labtest.T) { s.hang() })
	})
	if r.Verdict != labs.Fail || !strings.Contains(r.Expected, "2m0s") {
		t.Errorf("a scenario that hangs: %+v", r.Outcome)
	}
	r = perform(t, labtest.Request{}, func(t *labtest.T, s *solution) {
		t.Try(func(*labtest.T) { s.leak() })
	})
	if r.Verdict != labs.Fail || r.Property != "Close ends every goroutine" {
		t.Errorf("a scenario that leaves a goroutine: %+v", r.Outcome)
	}
}
