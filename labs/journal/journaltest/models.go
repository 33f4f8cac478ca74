//go:build !wasip1

package journaltest

import (
	"faultline/labs/labtest"
)

// Models are the sequential specifications that histories are checked against.
func Models() labtest.Models { return labtest.Models{} }
