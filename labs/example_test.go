package labs_test

import (
	"fmt"

	"faultline/labs"
)

// A lab goes by its number and by its name.
func ExampleFind() {
	lab, ok := labs.Find("1")
	fmt.Println(lab.Name, ok)
	lab, ok = labs.Find("messaging")
	fmt.Println(lab.Number, ok)
	_, ok = labs.Find("alchemy")
	fmt.Println(ok)
	// Output:
	// messaging true
	// 1 true
	// false
}

func ExampleCase_ID() {
	fmt.Println(labs.Case{Lab: "messaging", Stage: "B", Name: "lost-ack"}.ID())
	// Output: messaging/B/lost-ack
}

// A panic of the starter code says of itself that it is no bug.
func ExampleTODO() {
	defer func() {
		message := fmt.Sprint("panic: ", recover())
		fmt.Println(message)
		fmt.Println(labs.FindTODO(message))
	}()
	panic(labs.TODO("A"))
	// Output:
	// panic: faultline: not implemented yet: stage A
	// A true
}
