package quorum

import (
	"testing"

	"faultline/labs/quorum/quorumtest"
)

func Test(t *testing.T) {
	quorumtest.Run(t, quorumtest.Solution{
		Promises:    Promises,
		NewReplica:  NewReplica,
		NewClient:   NewClient,
		NewRegister: NewRegister,
		OpenReplica: OpenReplica,
		NewHedged:   NewHedged,
	})
}
