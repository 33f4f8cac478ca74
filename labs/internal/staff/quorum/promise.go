// Package quorum is replication by quorums: a store whose configuration says what it
// is worth (Promises, NewReplica, NewClient), an atomic register (NewRegister), replicas
// with disks (OpenReplica), and Gets that are quick when replicas are slow (NewHedged).
package quorum

import "faultline/labs/quorum/quorumapi"

// Promises implements quorumapi.Promises.
//
//lab:todo A
func Promises(n, r, w int) (quorumapi.Promise, error) {
	if r < 1 || r > n || w < 1 || w > n {
		return quorumapi.Promise{}, quorumapi.ErrConfig
	}
	// Two sets of replicas share one, whichever they are, if together they have more
	// than there are. What a Put left is found by those whose set shares one with its.
	ordered := w+w > n
	return quorumapi.Promise{
		Ordered: ordered, Fresh: ordered && r+w > n,
		GetFailures: n - r, PutFailures: n - w,
	}, nil
}
