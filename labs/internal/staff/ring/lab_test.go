package ring

import (
	"testing"

	"faultline/labs/ring/ringtest"
)

func Test(t *testing.T) {
	ringtest.Run(t, ringtest.Solution{
		KeyID:   KeyID,
		Places:  Places,
		NewRing: NewRing,
		NewPeer: NewPeer,
		NewNode: NewNode,
	})
}
