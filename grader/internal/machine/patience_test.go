package machine

import (
	"strings"
	"testing"
	"time"

	"faultline/labs/labtest"
)

func TestALongRunIsNotStuckWhileItPauses(t *testing.T) {
	p := patience{pause: 5 * time.Second, total: time.Minute}
	tests := []struct {
		total, pause time.Duration
		want         string // in what is said; empty for nothing
	}{
		{4 * time.Second, 4 * time.Second, ""},
		{59 * time.Second, time.Second, ""},
		{6 * time.Second, 6 * time.Second, "without a pause"},
		{61 * time.Second, time.Second, "computed for 1m0s"},
	}
	for _, test := range tests {
		run, over := p.over(test.total, test.pause)
		if over != (test.want != "") || !strings.Contains(run.Actual, test.want) {
			t.Errorf("%v, %v without a pause: %v, %q", test.total, test.pause, over, run.Actual)
		}
	}
}

func TestARunThatGoesOnSaysSo(t *testing.T) {
	heard := 0
	h := &host{alive: func() { heard++ }}
	h.begin(labtest.Request{})
	h.beat = time.Time{} // long ago
	h.sleep(0)
	if heard != 0 {
		t.Error("a goroutine that yields is no pause")
	}
	h.sleep(1)
	h.sleep(1)
	if heard != 1 {
		t.Errorf("heard %d times at once, want 1", heard)
	}
}
