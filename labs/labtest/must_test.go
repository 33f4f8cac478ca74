package labtest_test

import (
	"errors"
	"fmt"
	"strconv"

	"faultline/labs/labtest"
)

func ExampleMust() {
	fmt.Println(labtest.Must(strconv.Atoi("7")))
	defer func() { fmt.Println(errors.Is(recover().(error), strconv.ErrSyntax)) }()
	labtest.Must(strconv.Atoi("seven"))
	// Output:
	// 7
	// true
}

func ExampleClosed() {
	c := make(chan struct{})
	fmt.Println(labtest.Closed(c))
	close(c)
	fmt.Println(labtest.Closed(c))
	// Output:
	// false
	// true
}
