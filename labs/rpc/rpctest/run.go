//go:build !wasip1

package rpctest

import (
	"testing"

	"faultline/labs/labtest"
)

// Run runs the suite under go test; a solution's lab_test.go calls it.
func Run(t *testing.T, s Solution) {
	suite := Suite(s)
	suite.Driver = Driver
	labtest.Run(t, suite, Models())
}

// Models are the sequential specifications that histories are checked against.
// This lab has none: what a call may do is checked by its executions.
func Models() labtest.Models { return labtest.Models{} }
