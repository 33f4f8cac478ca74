//go:build !wasip1

package points

// Outside the machine goroutines are parallel, and nobody counts rounds: whoever
// hangs there is found by time.

func begin()    {}
func spend(int) {}
