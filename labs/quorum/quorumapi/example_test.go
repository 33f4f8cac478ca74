package quorumapi_test

import (
	"fmt"

	"faultline/labs/quorum/quorumapi"
)

// One copy of everything, without replication: nothing may fail.
func ExamplePromise() {
	fmt.Println(quorumapi.Promise{Ordered: true, Fresh: true})
	// Output: Gets are fresh with 0 replicas silent, Puts are ordered with 0
}
