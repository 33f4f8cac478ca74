package labtest_test

import (
	"testing"
	"time"

	"faultline/labrpc"
	"faultline/labs/labtest"
)

func TestRulesAddUpUntilTheyAreCleared(t *testing.T) {
	var rules labtest.Rules
	if a := rules.Intercept(labrpc.Message{}); a.Drop || a.Delay != 0 || a.Copies != nil {
		t.Errorf("with no rules a message meets %+v, want nothing", a)
	}
	left := 2
	rules.Add(func(labrpc.Message) labrpc.Action {
		left--
		return labrpc.Action{Drop: left >= 0}
	})
	rules.Add(func(m labrpc.Message) (a labrpc.Action) {
		if m.Reply {
			a.Delay = time.Second
		}
		return a
	})
	for i, want := range []labrpc.Action{{Drop: true}, {Drop: true, Delay: time.Second}, {}, {Delay: time.Second}} {
		a := rules.Intercept(labrpc.Message{Reply: i%2 == 1})
		if a.Drop != want.Drop || a.Delay != want.Delay {
			t.Errorf("message %d meets %+v, want %+v", i+1, a, want)
		}
	}
	rules.Clear()
	if a := rules.Intercept(labrpc.Message{Reply: true}); a.Drop || a.Delay != 0 {
		t.Errorf("after Clear a message meets %+v, want nothing", a)
	}
}
