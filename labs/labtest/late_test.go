package labtest_test

import (
	"strings"
	"testing"
	"time"

	"faultline/labs/labtest"
	"faultline/labs/trace"
)

func TestACaseMaySayItselfWhatIsLate(t *testing.T) {
	late := labtest.Finding{Expected: "m2 within 1s", Actual: "it was sent twice"}
	tests := []struct {
		title    string
		scenario func(*labtest.T, *solution)
		want     string
	}{
		{"in its own words", func(t *labtest.T, s *solution) {
			t.Go(s.hang)
			t.Late(late)
		}, "fail | what must hold | m2 within 1s | it was sent twice | "},
		{"but a lock that nobody releases says more", func(t *labtest.T, s *solution) {
			t.Go(s.hold)
			t.Sleep(time.Millisecond)
			t.Go(s.use)
			t.Sleep(time.Millisecond)
			t.Late(late)
		}, "deadlock | what must hold | m2 within 1s | " +
			"a goroutine of yours waits for a lock that nobody releases | labtest_test.go"},
	}
	for _, test := range tests {
		t.Run(test.title, func(t *testing.T) {
			got := perform(t, labtest.Request{}, test.scenario)
			if got.String() != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
			last := got.events[len(got.events)-1]
			if last.Kind != trace.Note || !strings.HasPrefix(last.Text, labtest.DumpNote) {
				t.Errorf("the trace does not end with the solution's goroutines but with %v", last)
			}
		})
	}
}
