package ring

import (
	"context"

	"faultline/labs"
	"faultline/labs/ring/ringapi"
)

// Lookup implements ringapi.Node. A lookup that got stuck begins again a little later,
// when somebody may have found out more.
func (n *node) Lookup(ctx context.Context, id ringapi.ID) (ringapi.Member, error) {
	panic(labs.TODO("C"))
}

// find asks one node after the other for the owner of an id, beginning with from. It
// goes round those to avoid. Who leads to a dead one is asked again.
func (n *node) find(
	ctx context.Context, from ringapi.Member, id ringapi.ID, avoid ...string,
) (owner ringapi.Member, err error) {
	panic(labs.TODO("C"))
}

// fixFinger looks up one finger in each round. All fingers up to the member that it
// finds are that member.
func (n *node) fixFinger(ctx context.Context) {
	panic(labs.TODO("C"))
}
