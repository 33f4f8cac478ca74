package machine

import (
	"strings"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"

	"faultline/labs/labtest"
	"faultline/labs/trace"
)

func TestALongRunIsNotStuckWhileItPauses(t *testing.T) {
	tests := []struct {
		loading, running, silent time.Duration // of CPU time, one after the other
		want                     string        // in what is said; empty for nothing
	}{
		{59 * time.Second, 0, 0, ""},
		{61 * time.Second, 0, 0, "computed for 1m0s"},
		{59 * time.Second, 2 * time.Second, 4 * time.Second, ""},
		{2 * time.Second, 58 * time.Second, time.Second, ""},
		{0, time.Second, 6 * time.Second, "without a pause"},
		{0, 60 * time.Second, time.Second, "computed for 1m0s"},
	}
	for _, test := range tests {
		const used = time.Hour // by the tasks before
		w := watch{patience: patience{pause: 5 * time.Second, total: time.Minute}, began: used}
		now := used + test.loading
		if test.running > 0 {
			w.alive(now)
			now += test.running
			w.alive(now)
		}
		run, over := w.over(now + test.silent)
		if over != (test.want != "") || !strings.Contains(run.Actual, test.want) {
			t.Errorf("%v loading, %v running, %v without a pause: %v, %q", test.loading, test.running, test.silent, over, run.Actual)
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

// TestARunThatIsJudgedIsAlive has the checker wait until somebody was told.
func TestARunThatIsJudgedIsAlive(t *testing.T) {
	told := make(chan struct{}, 1)
	w := worker{
		judges: map[string]labtest.Models{"toy": {"queue": func(string) porcupine.Model {
			<-told
			return porcupine.Model{Init: func() any { return 0 }}
		}}},
		alive: func() {
			select {
			case told <- struct{}{}:
			default:
			}
		},
	}
	w.judge("toy", []trace.Event{{Kind: trace.Model, Node: "queue"}})
}
