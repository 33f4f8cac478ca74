package ring

import (
	"context"

	"faultline/labs"
)

// Join implements ringapi.Node.
func (n *node) Join(ctx context.Context, via string) error {
	panic(labs.TODO("C"))
}

// Leave implements ringapi.Node.
func (n *node) Leave(ctx context.Context) error {
	panic(labs.TODO("C"))
}
