package simsync_test

import (
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"faultline/labs/simsync"
	"faultline/labs/simsync/points"
)

// checkThenAct is the bug that no scheduler without points can see: it reads
// under the lock, lets go, and writes what it read plus one under the lock.
func checkThenAct(rate int, seed uint64) (lost int) {
	points.Configure(points.Schedule{Seed: seed, Rate: rate})
	defer points.Configure(points.Schedule{})
	var mu simsync.Mutex
	var wg sync.WaitGroup
	n := 0
	for range 4 {
		wg.Go(func() {
			mu.Lock()
			seen := n
			mu.Unlock()
			mu.Lock()
			n = seen + 1
			mu.Unlock()
		})
	}
	wg.Wait()
	return 4 - n
}

func TestPointsMakeCheckThenActVisible(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		found := 0
		for seed := range uint64(50) {
			if checkThenAct(500, seed) > 0 {
				found++
			}
		}
		if found < 10 {
			t.Errorf("50 seeds showed the lost update %d times, want at least 10", found)
		}
	})
}

func TestALockHeldAcrossASleepDoesNotStopTheClockOfABubble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu simsync.Mutex
		mu.Lock()
		go func() {
			time.Sleep(time.Hour)
			mu.Unlock()
		}()
		mu.Lock()
	})
}

func TestMutexExcludes(t *testing.T) {
	points.Configure(points.Schedule{Seed: 1, Rate: 300})
	defer points.Configure(points.Schedule{})
	var mu simsync.Mutex
	var wg sync.WaitGroup
	n := 0
	for range 8 {
		wg.Go(func() {
			for range 100 {
				mu.Lock()
				n++
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	if n != 800 {
		t.Errorf("800 increments under the lock made %d", n)
	}
}

func TestReadersShareAndWritersDoNot(t *testing.T) {
	var mu simsync.RWMutex
	mu.RLock()
	if !mu.TryRLock() {
		t.Error("a second reader was kept out")
	}
	if mu.TryLock() {
		t.Error("a writer got in beside readers")
	}
	mu.RUnlock()
	mu.RUnlock()
	mu.Lock()
	if mu.TryRLock() || mu.TryLock() {
		t.Error("somebody got in beside a writer")
	}
	mu.Unlock()
}

func TestAWaitingWriterIsNotStarvedByReaders(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu simsync.RWMutex
		mu.RLock()
		wrote := false
		go func() {
			mu.Lock()
			wrote = true
			mu.Unlock()
		}()
		synctest.Wait()
		go func() {
			mu.RLock()
			defer mu.RUnlock()
			if !wrote {
				t.Error("a reader that came later overtook the writer")
			}
		}()
		synctest.Wait()
		mu.RUnlock()
		synctest.Wait()
	})
}

func TestMisusePanicsAsInPackageSync(t *testing.T) {
	misuses := map[string]func(){
		"unlock of a free mutex":   func() { new(simsync.Mutex).Unlock() },
		"unlock of a free RWMutex": func() { new(simsync.RWMutex).Unlock() },
		"RUnlock of a free one":    func() { new(simsync.RWMutex).RUnlock() },
	}
	for name, misuse := range misuses {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("no panic")
				}
			}()
			misuse()
		})
	}
}

func TestCondWorksWithAMutexOfThisPackage(t *testing.T) {
	var mu simsync.Mutex
	c := simsync.NewCond(&mu)
	ready := false
	go func() {
		mu.Lock()
		ready = true
		mu.Unlock()
		c.Broadcast()
	}()
	mu.Lock()
	for !ready {
		c.Wait()
	}
	mu.Unlock()
}
