package kv

import (
	"testing"

	"faultline/labs/kv/kvtest"
)

func Test(t *testing.T) {
	kvtest.Run(t, kvtest.Solution{
		NewServer: NewServer,
		NewClient: NewClient,

		NewDirectory: NewDirectory,
		NewNode:      NewNode,
		NewRouter:    NewRouter,
	})
}
