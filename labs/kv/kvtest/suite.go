package kvtest

import (
	"faultline/labrpc"
	"faultline/labs/kv/kvapi"
	"faultline/labs/labtest"
)

// A Solution is what a solution of the lab exports: functions of these names
// and types.
type Solution struct {
	NewServer  func(*labrpc.Process) kvapi.Server
	NewClient  func(p *labrpc.Process, server string) kvapi.Client
	Replace    kvapi.Replace
	OpenServer kvapi.OpenServer
}

// Suite is the table of cases, bound to a solution.
func Suite(s Solution) labtest.Suite {
	suite := labtest.Suite{Lab: "kv", Package: labtest.PackageOf(s.NewServer)}
	for _, stage := range [][]labtest.Case{s.casesA(), s.casesB(), s.casesC(), s.casesD()} {
		for _, c := range stage {
			c.Lab = suite.Lab
			suite.Cases = append(suite.Cases, c)
		}
	}
	return suite
}
