package kvapi

import (
	"faultline/labrpc"
	"faultline/labs/disk"
)

// DurableOptions say how a server keeps its keys on a volume.
type DurableOptions struct {
	// MaxLog is how many bytes of changes may stand on the volume beside what they
	// have made of the keys. The files of the server never take more than twice
	// MaxLog and four times what the keys, their values and the remembered results
	// need, however many changes there were. At least 1024.
	MaxLog int64
}

// A Replace makes content the content of the file name, whether there was one or
// not. A crash at any moment leaves the old content or the new one, whole, and once
// Replace has returned nil it is the new one. When it returns an error the file has
// one of the two. The file exists throughout. Beside it, only files whose names
// begin with name and a dot may come and go, and it does not matter which of them
// a crash has left. One Replace of a file runs at a time.
type Replace func(v *disk.Volume, name string, content []byte) error

// An OpenServer starts a server in a process, with what is on the volume: nothing, or
// what an earlier life of the server has left there. Other programs may have files on
// the volume, too: they take room, and are left alone. What the contract of Client and
// Server promises holds through any number of crashes:
//
//   - A change, and the memory of its result, be it a success or a failure, are
//     durable before the client is answered; and nobody is shown a change that is
//     not durable. What a crash interrupts has happened wholly or not at all. While
//     the log is not full, a change costs one sync.
//   - A crash while OpenServer runs does no harm.
//   - A change for which there is no room is ErrFull, and has changed nothing. The
//     server goes on: it serves what it has, and changes succeed again when there is
//     room again. A copy of the request that is still on its way may find room later.
//   - When writing or syncing fails otherwise, nobody knows what is on the disk. The
//     server answers nothing any more and closes its process, as if it had crashed.
//     It is started again after the machine has been.
//   - Only what a crash has interrupted may be missing or damaged. Anything else of the
//     server's files that is not as it was written is found by OpenServer, which then returns ErrCorrupt:
//     it neither serves wrong values nor leaves any out.
type OpenServer func(p *labrpc.Process, v *disk.Volume, o DurableOptions) (Server, error)
