package messaging

import (
	"context"

	"faultline/labs"
	"faultline/labs/messaging/messagingapi"
)

// fileSender offers a file, sends the blocks that the receiver says are missing,
// and offers it again, until the receiver says that it has the file. It needs no
// goroutine of its own: who sends a file also reads the answers.
type fileSender struct {
	// Your code here (D).
}

// NewFileSender returns a sender at one end of a path.
func NewFileSender(path messagingapi.Path) messagingapi.FileSender {
	panic(labs.TODO("D"))
}

// SendFile implements messagingapi.FileSender.
func (s *fileSender) SendFile(ctx context.Context, file []byte) error {
	panic(labs.TODO("D"))
}

// Close implements messagingapi.FileSender.
func (s *fileSender) Close() error {
	panic(labs.TODO("D"))
}

// fileReceiver has a goroutine that answers the sender and puts files together
// from their blocks. ReceiveFile takes them.
type fileReceiver struct {
	// Your code here (D).
}

// NewFileReceiver returns a receiver at one end of a path.
func NewFileReceiver(path messagingapi.Path) messagingapi.FileReceiver {
	panic(labs.TODO("D"))
}

// ReceiveFile implements messagingapi.FileReceiver.
func (r *fileReceiver) ReceiveFile(ctx context.Context) ([]byte, error) {
	panic(labs.TODO("D"))
}

// Close implements messagingapi.FileReceiver.
func (r *fileReceiver) Close() error {
	panic(labs.TODO("D"))
}
