// Package suites is where the grader meets the suites of the labs: their tables
// of cases, their models, and what each expects a solution to export. It never
// meets a solution; those run in the machine.
package suites

import (
	"reflect"

	"faultline/labs"
	"faultline/labs/commit/committest"
	"faultline/labs/journal/journaltest"
	"faultline/labs/kv/kvtest"
	"faultline/labs/labtest"
	"faultline/labs/messaging/messagingtest"
	"faultline/labs/quorum/quorumtest"
	"faultline/labs/ring/ringtest"
	"faultline/labs/rpc/rpctest"
)

// A Suite is what the grader knows of a lab's suite.
type Suite struct {
	Lab      labs.Lab
	Cases    []labtest.Case
	Models   labtest.Models
	Driver   func(c labs.Case, seed uint64) labtest.Driver // of programs that solutions write; nil if they write none
	Package  string                                        // import path of the suite
	Solution []reflect.StructField                         // the functions that a solution exports, by name

	Recoveries int // from crashes, that a run over the reference performs at least
}

// All lists the suites in the order of their labs.
func All() []Suite {
	byLab := map[string]Suite{
		"messaging": of(messagingtest.Suite(messagingtest.Solution{}), messagingtest.Models(), messagingtest.Solution{}),
		"rpc":       of(rpctest.Suite(rpctest.Solution{}), rpctest.Models(), rpctest.Solution{}).with(rpctest.Driver),
		"kv":        of(kvtest.Suite(kvtest.Solution{}), kvtest.Models(), kvtest.Solution{}),
		"ring":      of(ringtest.Suite(ringtest.Solution{}), ringtest.Models(), ringtest.Solution{}),
		"quorum":    of(quorumtest.Suite(quorumtest.Solution{}), quorumtest.Models(), quorumtest.Solution{}),
		"commit":    of(committest.Suite(committest.Solution{}), committest.Models(), committest.Solution{}),
		"journal":   of(journaltest.Suite(journaltest.Solution{}), journaltest.Models(), journaltest.Solution{}),
	}
	var all []Suite
	for _, lab := range labs.All() {
		s := byLab[lab.Name]
		s.Lab = lab
		all = append(all, s)
	}
	return all
}

func of(s labtest.Suite, models labtest.Models, solution any) Suite {
	t := reflect.TypeOf(solution)
	return Suite{Cases: s.Cases, Models: models, Package: t.PkgPath(), Solution: reflect.VisibleFields(t), Recoveries: s.Recoveries}
}

func (s Suite) with(driver func(labs.Case, uint64) labtest.Driver) Suite {
	s.Driver = driver
	return s
}

// Find returns the suite of the lab with the given number or name.
func Find(lab string) (Suite, bool) {
	l, ok := labs.Find(lab)
	for _, s := range All() {
		if ok && s.Lab.Name == l.Name {
			return s, true
		}
	}
	return Suite{}, false
}

// Case returns the case with the given ID.
func (s Suite) Case(id string) (labtest.Case, bool) {
	return labtest.Suite{Cases: s.Cases}.Find(id)
}
