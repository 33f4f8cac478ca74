package points

import (
	"testing"
	"testing/synctest"
	"time"
)

func TestAMeterTellsALoopFromWork(t *testing.T) {
	tests := []struct {
		title string
		round func(m *meter)
		spins bool
	}{
		{"rounds alone are a loop that never ends", func(*meter) {}, true},
		{"a clock that moves is progress", func(m *meter) {
			if m.left == stretch {
				time.Sleep(instant)
			}
		}, false},
		{"a clock that hardly moves is none", func(m *meter) {
			if m.left == stretch {
				time.Sleep(time.Nanosecond)
			}
		}, true},
		{"what begins anew has all its rounds", func(m *meter) {
			if m.rounds > RoundLimit/2 {
				m.begin()
			}
		}, false},
	}
	for _, test := range tests {
		t.Run(test.title, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				spun := false
				Configure(Schedule{Spins: func() { spun = true }})
				defer Configure(Schedule{})
				m := meter{left: stretch, since: time.Now()}
				for n := 0; n < 2*RoundLimit && !spun; n += roundsOfALock {
					m.spend(roundsOfALock)
					test.round(&m)
				}
				if spun != test.spins {
					t.Errorf("it is called a loop that never ends: %t, want %t", spun, test.spins)
				}
			})
		})
	}
}
