package ring

import (
	"context"

	"faultline/labs"
	"faultline/labs/ring/ringapi"
)

// recursive sends a lookup on its way and waits for its answer.
func (p *peer) recursive(ctx context.Context, id ringapi.ID) (owner ringapi.Member, err error) {
	panic(labs.TODO("B"))
}
