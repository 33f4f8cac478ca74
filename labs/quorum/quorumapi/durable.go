package quorumapi

import (
	"time"

	"faultline/labrpc"
	"faultline/labs/disk"
)

// ReplicaOptions describe a replica that has a volume.
type ReplicaOptions struct {
	Replicas []string      // the names of all replicas, this one among them
	Timeout  time.Duration // how long to wait for an answer of another replica

	// New says that the store begins to exist, so no other replica has anything that
	// this one could lack. It does no harm to what is on the volume.
	New bool
}

// An OpenReplica starts a replica in a process, with what is on the volume: what an
// earlier life of the replica has left there, or nothing. The volume is the replica's
// alone. It returns at once. Through any number of crashes, also of OpenReplica itself:
//
//   - A value, and its version, are durable before the replica says that it has stored
//     them, and before it shows them to anybody. What a crash interrupts has happened
//     wholly or not at all.
//   - When writing or syncing fails, nobody knows what is on the disk. The replica
//     answers nothing any more and closes its process, as if it had crashed. It is
//     started again after the machine has been.
//   - A replica that is not New, and does not find on its volume that it had been
//     complete, is a replacement: its disk was lost. It has acknowledged what it does
//     not have, so it must not be counted yet. It answers no client, until it has
//     copied what a majority of all N replicas, other than itself, hold: of each key
//     the newest. That takes at most 10×Timeout where they live and the network has
//     been calm for as long. Otherwise it goes on trying. Where N is 1 or 2 there is no
//     such majority.
//
// A replica is replaced only when no operation is under way that its former life has
// answered, and one at a time.
type OpenReplica func(p *labrpc.Process, v *disk.Volume, o ReplicaOptions) (Replica, error)
