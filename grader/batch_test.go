package main

import (
	"strings"
	"testing"

	"faultline/grader/internal/class"
	"faultline/grader/internal/suites"
	"faultline/labs"
)

func TestWhatCouldNotBeGradedHasNoPointsInTheTable(t *testing.T) {
	var b strings.Builder
	table := table{b: &batch{}, width: 4, out: &b}
	rec := &class.Record{Name: "carl"}
	for name, l := range map[string]class.Lab{
		"zero":  {HandedIn: true, MaxPoints: 40, Gist: "all wrong", Key: "k"},
		"fault": {HandedIn: true, MaxPoints: 40, Gist: "1 grader-error"},
		"none":  {Gist: "not handed in"},
	} {
		l.Name = name
		rec.Labs = append(rec.Labs, l)
	}
	for _, name := range []string{"zero", "fault", "none"} {
		table.b.labs = append(table.b.labs, suites.Suite{Lab: labs.Lab{Name: name}})
	}
	table.show(rec)
	want := "carl  zero         0/40   all wrong\n" +
		"carl  fault        ?/40   1 grader-error\n" +
		"carl  none             -  not handed in\n"
	if b.String() != want {
		t.Errorf("got\n%swant\n%s", &b, want)
	}
}
