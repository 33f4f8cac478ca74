// Package quorum is replication by quorums: a store whose configuration says what it
// is worth (Promises, NewReplica, NewClient), an atomic register (NewRegister), replicas
// with disks (OpenReplica), and Gets that are quick when replicas are slow (NewHedged).
package quorum

import (
	"faultline/labs"
	"faultline/labs/quorum/quorumapi"
)

// Promises implements quorumapi.Promises.
func Promises(n, r, w int) (quorumapi.Promise, error) {
	panic(labs.TODO("A"))
}
