//go:build !wasip1 && faultline_bubble

package labtest

import (
	"fmt"
	"os"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// bubbled says whether cases run in a bubble of testing/synctest.
const bubbled = true

// bubble runs f in a bubble. Time stops there when f returns, and a goroutine that
// still sleeps would never end: a relay of the suite may be just about to notice
// that its connection is closed. So f is followed by a while of virtual time.
//
// A solution may leave goroutines that never end. Package synctest panics over
// them, which would keep the cases behind this one from running. They are no data
// race, and whether the case has failed f knows already.
func bubble(t *testing.T, f func()) {
	defer func() {
		if p := recover(); p != nil && !leftover(p) {
			panic(p)
		}
	}()
	synctest.Test(t, func(*testing.T) {
		f()
		time.Sleep(closing)
	})
}

// seeds are those to run: the first, unless FAULTLINE_SEEDS asks for others. These are
// named before their runs, of which each may be the last that the process survives.
func seeds(yield func(uint64) bool) {
	text := os.Getenv("FAULTLINE_SEEDS")
	if text == "" {
		yield(1)
		return
	}
	var first, n uint64
	if _, err := fmt.Sscan(text, &first, &n); err != nil {
		panic(fmt.Sprintf("FAULTLINE_SEEDS is %q; it must be the first seed and how many, as in \"17 1000\"", text))
	}
	runtime.MemProfileRate = 0 // a tenth of the time of what allocates much; nobody reads that profile
	for seed := first; seed < first+n; seed++ {
		fmt.Printf("\nseed %d\n", seed)
		if !yield(seed) {
			return
		}
	}
}

// leftover reports whether a panic says that goroutines are left in a bubble.
func leftover(p any) bool {
	err, ok := p.(error)
	return ok && strings.HasPrefix(err.Error(), "deadlock: main bubble goroutine has exited")
}
