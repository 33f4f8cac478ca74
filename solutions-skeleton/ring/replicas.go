package ring

import (
	"context"

	"faultline/labs"
)

// syncReplicas compares what the node owns with what those hold who have to. Versions go
// over the network, and values only where somebody lacks one.
func (n *node) syncReplicas(ctx context.Context) {
	panic(labs.TODO("D"))
}

// returnStrays brings what no owner has asked for to those who own it, and drops it when
// they have it safe. Nobody knows better than the owner who has to hold a key.
func (n *node) returnStrays(ctx context.Context) {
	panic(labs.TODO("D"))
}
