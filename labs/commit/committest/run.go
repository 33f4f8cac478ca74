//go:build !wasip1

package committest

import (
	"testing"

	"faultline/labs/labtest"
)

// Run runs the suite under go test; a solution's lab_test.go calls it.
func Run(t *testing.T, s Solution) { labtest.Run(t, Suite(s), Models()) }
