package ringapi_test

import (
	"fmt"

	"faultline/labs/ring/ringapi"
)

// On the lecture's ring of 64 ids, this is what node 4 holds, and what node 50
// takes over when it joins.
func ExampleRange() {
	fmt.Println(ringapi.Range{First: 59, Last: 4})
	m := ringapi.Move{Range: ringapi.Range{First: 45, Last: 50}, From: "n58", To: "n50"}
	fmt.Println(m.Range, m.From, m.To)
	// Output:
	// [59,4]
	// [45,50] n58 n50
}
