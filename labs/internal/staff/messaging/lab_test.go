package messaging

import (
	"testing"

	"faultline/labs/messaging/messagingtest"
)

func Test(t *testing.T) {
	messagingtest.Run(t, messagingtest.Solution{
		NewMailbox:        NewMailbox,
		Marshal:           Marshal,
		Unmarshal:         Unmarshal,
		NewSender:         NewSender,
		NewReceiver:       NewReceiver,
		NewWindowSender:   NewWindowSender,
		NewWindowReceiver: NewWindowReceiver,
		NewFileSender:     NewFileSender,
		NewFileReceiver:   NewFileReceiver,
		NewMembership:     NewMembership,
		General:           General,
	})
}
