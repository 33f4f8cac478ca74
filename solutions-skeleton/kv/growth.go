package kv

import "faultline/labs"

// rebalance brings every key to as many nodes as it should have, then every node to
// as many keys as it should have.
func (d *directory) rebalance() {
	panic(labs.TODO("D"))
}
