//go:build !wasip1 && !faultline_bubble

package labtest

import "testing"

// bubbled says whether cases run in a bubble of testing/synctest.
const bubbled = false

func bubble(_ *testing.T, f func()) { f() }

func seeds(yield func(uint64) bool) { yield(1) }
