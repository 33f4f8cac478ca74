package commit

import (
	"faultline/labrpc"
	"faultline/labs"
	"faultline/labs/commit/commitapi"
	"faultline/labs/disk"
)

// participant votes, and does what was decided.
type participant struct {
	// Your code here (A).
}

// A promise is what a participant knows of a transaction.
type promise struct {
	// Your code here (A).
}

// OpenParticipant starts a participant with what its log holds. It serves nobody before
// it has the locks again.
func OpenParticipant(p *labrpc.Process, log *disk.Log, cfg commitapi.ParticipantConfig) (commitapi.Participant, error) {
	panic(labs.TODO("A"))
}

// Balance implements commitapi.Participant.
func (b *participant) Balance(account string) (int64, error) {
	panic(labs.TODO("A"))
}

// Close implements commitapi.Participant. All that runs for it ends with its process.
func (b *participant) Close() {
	panic(labs.TODO("A"))
}
