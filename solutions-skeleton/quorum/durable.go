package quorum

import (
	"faultline/labrpc"
	"faultline/labs"
	"faultline/labs/disk"
	"faultline/labs/quorum/quorumapi"
)

// OpenReplica starts a replica with what is on the volume: see quorumapi.OpenReplica.
func OpenReplica(p *labrpc.Process, v *disk.Volume, o quorumapi.ReplicaOptions) (quorumapi.Replica, error) {
	panic(labs.TODO("C"))
}

// catchUp copies what a majority of all replicas have, and lets clients in when that is
// durable. The disk that was lost may have been one of a majority which stored
// something. The others of that majority are one too few for one: so any majority
// without this replica has one of them.
func (r *replica) catchUp(o quorumapi.ReplicaOptions) {
	panic(labs.TODO("C"))
}
