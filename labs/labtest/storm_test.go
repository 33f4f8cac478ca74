package labtest_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"faultline/labrpc"
	"faultline/labs"
	"faultline/labs/labtest"
	"faultline/labs/trace"
)

// insist sends a packet every second through a network that loses all of them,
// until one arrives.
func insist(t *labtest.T) {
	net := t.Network(labrpc.Config{Faults: labrpc.Faults{Loss: 1}})
	from, err := net.Node("a").Listen()
	t.Check(err == nil, labtest.Finding{Actual: "a cannot listen"})
	to, err := net.Node("b").Listen()
	t.Check(err == nil, labtest.Finding{Actual: "b cannot listen"})
	arrived := make(chan struct{})
	t.Go(func() {
		defer close(arrived)
		to.ReadFrom(make([]byte, 8))
	})
	t.Go(func() {
		for !t.Returns(time.Second, func() { <-arrived }) {
			from.WriteTo([]byte("hello"), labrpc.Addr("b"))
		}
	})
}

func TestWhatAStormHoldsUpMustEndInTheCalmBehindIt(t *testing.T) {
	r := perform(t, labtest.Request{}, func(t *labtest.T, s *solution) {
		insist(t)
		t.Outlast(30*time.Second, "a packet", func() { t.Join(30*time.Second, "the delivery") })
	})
	var got []string
	for _, e := range r.events {
		if e.Kind == trace.Step || e.Kind == trace.Reach {
			got = append(got, e.Text)
		}
	}
	want := []string{"after 30s the network does nothing wrong any more", "a packet was lost"}
	if r.Verdict != labs.Pass || !slices.Equal(got, want) {
		t.Errorf("%s\ngot  %q\nwant %q", r, got, want)
	}
	r = perform(t, labtest.Request{}, func(t *labtest.T, s *solution) {
		insist(t)
		t.Go(s.hang)
		t.Outlast(30*time.Second, "a packet", func() { t.Join(30*time.Second, "the delivery") })
	})
	if want := "the delivery returns within 30s of virtual time"; r.Expected != want {
		t.Errorf("got %q, want %q", r.Expected, want)
	}
}

func TestAPatientCallWaitsForAsLongAsItSays(t *testing.T) {
	perform(t, labtest.Request{}, func(lt *labtest.T, _ *solution) {
		short, cancel := lt.Patient(time.Second)
		long, giveUp := lt.Patient(0)
		time.Sleep(2 * time.Second)
		if !errors.Is(short.Err(), context.DeadlineExceeded) || long.Err() != nil {
			t.Errorf("after two seconds, one second has %v and for ever has %v", short.Err(), long.Err())
		}
		cancel()
		giveUp()
		if !errors.Is(long.Err(), context.Canceled) {
			t.Errorf("a call that gave up has %v", long.Err())
		}
		time.Sleep(time.Minute) // it is over, and no longer late
	})
}

func TestACallThatIgnoresItsContextEndsTheRun(t *testing.T) {
	r := perform(t, labtest.Request{}, func(lt *labtest.T, _ *solution) {
		_, cancel := lt.Patient(time.Second)
		defer cancel()
		time.Sleep(8 * time.Second)
	})
	if want := "a call whose context has ended returns within 5s of virtual time"; r.Expected != want {
		t.Errorf("got %q, want %q", r.Expected, want)
	}
}
