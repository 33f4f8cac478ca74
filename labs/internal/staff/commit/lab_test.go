package commit

import (
	"testing"

	"faultline/labs/commit/committest"
)

func Test(t *testing.T) {
	committest.Run(t, committest.Solution{
		OpenCoordinator: OpenCoordinator,
		OpenParticipant: OpenParticipant,
	})
}
