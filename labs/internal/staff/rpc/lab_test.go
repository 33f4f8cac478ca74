package rpc

import (
	"testing"

	"faultline/labs/rpc/rpctest"
)

func Test(t *testing.T) {
	rpctest.Run(t, rpctest.Solution{
		Marshal:   Marshal,
		Unmarshal: Unmarshal,
		Generate:  Generate,
		NewServer: NewServer,
		NewClient: NewClient,
	})
}
