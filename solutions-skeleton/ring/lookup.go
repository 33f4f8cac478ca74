package ring

import (
	"context"

	"faultline/labs"
	"faultline/labs/ring/ringapi"
)

// Lookup implements ringapi.Peer. A lookup that got stuck begins again a little
// later: nodes that seemed dead may only have been unlucky.
func (p *peer) Lookup(ctx context.Context, id ringapi.ID, mode ringapi.Mode) (ringapi.Member, error) {
	panic(labs.TODO("B"))
}

// iterative asks one peer after the other. Who leads to a dead one is asked again.
func (p *peer) iterative(ctx context.Context, id ringapi.ID) (owner ringapi.Member, err error) {
	panic(labs.TODO("B"))
}
