package kv

import (
	"testing"

	"faultline/labs/kv/kvtest"
)

func Test(t *testing.T) {
	kvtest.Run(t, kvtest.Solution{
		NewServer:  NewServer,
		NewClient:  NewClient,
		Replace:    Replace,
		OpenServer: OpenServer,

		NewDirectory: NewDirectory,
		NewNode:      NewNode,
		NewRouter:    NewRouter,
	})
}
