//go:build !wasip1 && faultline_bubble

package labtest

import (
	"testing"
	"testing/synctest"
)

// bubbled says whether cases run in a bubble of testing/synctest.
const bubbled = true

func bubble(t *testing.T, f func()) {
	synctest.Test(t, func(*testing.T) { f() })
}
