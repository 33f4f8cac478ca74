package ring

import (
	"context"

	"faultline/labs"
	"faultline/labs/ring/ringapi"
)

// precede makes m the predecessor. What is m's own then is given up at once; what has
// become this node's own must be taken over first. The lock is held.
func (n *node) precede(m ringapi.Member) {
	panic(labs.TODO("D"))
}

// takeOver makes this node ready to own what its predecessor owned, who is dead. Whatever
// that one had acknowledged is with one of those that come next.
func (n *node) takeOver(ctx context.Context) {
	panic(labs.TODO("D"))
}

// bequeath gives everything to those that come next, before the node leaves: of each key
// there shall be as many copies as before. It returns who has it.
func (n *node) bequeath(ctx context.Context, next []ringapi.Member) (heirs []ringapi.Member) {
	panic(labs.TODO("D"))
}
