package rpc

import (
	"testing"

	"faultline/labs/rpc/rpctest"
)

func Test(t *testing.T) {
	rpctest.Run(t, rpctest.Solution{
		Marshal:   Marshal,
		Unmarshal: Unmarshal,
		NewServer: NewServer,
		NewClient: NewClient,
	})
}
