package labtest_test

import (
	"fmt"
	"time"

	"faultline/labs/labtest"
)

func ExampleCount() {
	fmt.Println(labtest.Count(1, "peer"), labtest.Count(3, "peer"), labtest.Count(0, "peer"))
	// Output: 1 peer 3 peers 0 peers
}

func ExampleTimes() {
	fmt.Println(labtest.Times(1), labtest.Times(5))
	// Output: once 5 times
}

func ExampleList() {
	fmt.Println(labtest.List([]time.Duration{time.Millisecond, 2 * time.Second, time.Minute}))
	fmt.Println(labtest.List([]string{"a", "b"}), labtest.List([]int{7}))
	// Output:
	// 1ms, 2s and 1m0s
	// a and b 7
}
