package ring

import (
	"context"

	"faultline/labs"
)

// stabilize makes the list of successors right, if that of the successor is. Whoever
// has joined before the successor is known to it as its predecessor; he must be asked,
// for he may be dead.
func (n *node) stabilize(ctx context.Context) {
	panic(labs.TODO("C"))
}

// checkPredecessor makes room for another predecessor when this one is dead.
func (n *node) checkPredecessor(ctx context.Context) {
	panic(labs.TODO("C"))
}

// probe asks one of the nodes that did not answer. If it does now, it may be part of
// another ring: each of the two became whole by itself while they did not hear each
// other. One link between them is enough, since from it the rounds put one member after
// the other in its place. So this node makes itself known to its successor there. The
// other one is asked again until its ring has this node in it.
func (n *node) probe(ctx context.Context) {
	panic(labs.TODO("C"))
}
