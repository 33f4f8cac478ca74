package journal

import (
	"testing"

	"faultline/labs/journal/journaltest"
)

func Test(t *testing.T) {
	journaltest.Run(t, journaltest.Solution{
		Mkfs:  Mkfs,
		Mount: Mount,
		Fsck:  Fsck,
	})
}
