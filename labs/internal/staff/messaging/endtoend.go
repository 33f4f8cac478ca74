package messaging

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"time"

	"faultline/labs/messaging/messagingapi"
)

// What the two ends say to each other.
//
//lab:omit
const (
	kindOffer = iota + 1 // to the receiver: here is a file; what of it is missing?
	kindWant             // to the sender: these blocks are
	kindDone             // to the sender: nothing is, and the whole file was checked
	kindBlock            // to the receiver: a block
)

// The sizes of messages and of their parts, in bytes.
//
//lab:omit
const (
	fileHead  = 1 + 4 + 4                                          // kind, file, round
	fileSum   = 8                                                  // at the end of each message
	blockSize = messagingapi.MaxMessage - fileHead - fileSum - 4   // 4 for the number of the block
	mostWants = (messagingapi.MaxMessage - fileHead - fileSum) / 4 // in one answer; the rest in the next
	offerSize = 4 + sha256.Size                                    // the file's size and hash
)

// answerTime is how long the sender waits for an answer before it asks again.
//
//lab:omit
const answerTime = 100 * time.Millisecond

// A fileMessage is what travels between the ends.
//
//lab:omit
type fileMessage struct {
	kind  byte
	file  uint32 // the number of the file, counted from 1
	round uint32 // of the offer, and repeated in the answer: how often blocks were sent before it
	body  []byte
}

// seal returns the bytes of a message, its own hash at the end. The whole-file
// check alone would do for correctness. This one tells which part is damaged.
//
//lab:omit
func (m fileMessage) seal() []byte {
	b := []byte{m.kind}
	b = binary.BigEndian.AppendUint32(b, m.file)
	b = binary.BigEndian.AppendUint32(b, m.round)
	b = append(b, m.body...)
	sum := sha256.Sum256(b)
	return append(b, sum[:fileSum]...)
}

// unseal reads a message back, unless it is damaged.
//
//lab:omit
func unseal(b []byte) (m fileMessage, ok bool) {
	if len(b) < fileHead+fileSum {
		return fileMessage{}, false
	}
	text, sum := b[:len(b)-fileSum], b[len(b)-fileSum:]
	if whole := sha256.Sum256(text); !bytes.Equal(whole[:fileSum], sum) {
		return fileMessage{}, false
	}
	return fileMessage{
		kind:  text[0],
		file:  binary.BigEndian.Uint32(text[1:]),
		round: binary.BigEndian.Uint32(text[5:]),
		body:  text[fileHead:],
	}, true
}

// fileSender offers a file, sends the blocks that the receiver says are missing,
// and offers it again, until the receiver says that it has the file. It needs no
// goroutine of its own: who sends a file also reads the answers.
type fileSender struct {
	//lab:begin D
	path  messagingapi.Path
	life  context.Context // ended by close
	close context.CancelFunc

	turn   chan struct{} // holds a token while a call uses what follows
	number uint32        // of the present file
	round  uint32        // how often blocks of it were sent
	//lab:end
}

// NewFileSender returns a sender at one end of a path.
//
//lab:todo D
func NewFileSender(path messagingapi.Path) messagingapi.FileSender {
	s := &fileSender{path: path, turn: make(chan struct{}, 1)}
	s.life, s.close = context.WithCancel(context.Background())
	return s
}

// SendFile implements messagingapi.FileSender.
//
//lab:todo D
func (s *fileSender) SendFile(ctx context.Context, file []byte) error {
	if s.life.Err() != nil {
		return messagingapi.ErrClosed
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	defer context.AfterFunc(s.life, func() { cancel(messagingapi.ErrClosed) })()
	select {
	case s.turn <- struct{}{}:
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	defer func() { <-s.turn }()
	if err := s.transfer(ctx, file); err != nil {
		return context.Cause(ctx) // a path has no other reason
	}
	return nil
}

// Close implements messagingapi.FileSender.
//
//lab:todo D
func (s *fileSender) Close() error {
	s.close()
	return nil
}

// transfer sends what is missing of a file until nothing is.
//
//lab:omit
func (s *fileSender) transfer(ctx context.Context, file []byte) error {
	// A new number even if the call before gave up: its file may have arrived.
	s.number++
	s.round = 0
	for {
		answer, err := s.ask(ctx, file)
		if err != nil || answer.kind == kindDone {
			return err
		}
		for wants := answer.body; len(wants) >= 4; wants = wants[4:] {
			if err := s.sendBlock(ctx, file, wants[:4]); err != nil {
				return err
			}
		}
		s.round++
	}
}

// ask offers a file until the receiver answers, or until ctx ends and the path
// takes no offer any more.
//
//lab:omit
func (s *fileSender) ask(ctx context.Context, file []byte) (fileMessage, error) {
	hash := sha256.Sum256(file)
	offer := fileMessage{kind: kindOffer, file: s.number, round: s.round}
	offer.body = binary.BigEndian.AppendUint32(nil, uint32(len(file)))
	offer.body = append(offer.body, hash[:]...)
	for {
		if err := s.path.Send(ctx, offer.seal()); err != nil {
			return fileMessage{}, err
		}
		if answer, err := s.answer(ctx); err == nil {
			return answer, nil
		}
	}
}

// answer waits a while for an answer about the present file. An answer from
// before blocks were sent names blocks that have arrived since.
//
//lab:omit
func (s *fileSender) answer(ctx context.Context) (fileMessage, error) {
	ctx, cancel := context.WithTimeout(ctx, answerTime)
	defer cancel()
	for {
		b, err := s.path.Receive(ctx)
		if err != nil {
			return fileMessage{}, err
		}
		m, ok := unseal(b)
		if !ok || m.file != s.number {
			continue // damaged, or late
		}
		if m.kind == kindDone || m.kind == kindWant && m.round == s.round {
			return m, nil
		}
	}
}

// sendBlock sends the block with a given number.
//
//lab:omit
func (s *fileSender) sendBlock(ctx context.Context, file []byte, number []byte) error {
	from := int(binary.BigEndian.Uint32(number)) * blockSize
	data := file[from:min(from+blockSize, len(file))]
	m := fileMessage{kind: kindBlock, file: s.number, round: s.round, body: append(bytes.Clone(number), data...)}
	return s.path.Send(ctx, m.seal())
}

// fileReceiver has a goroutine that answers the sender and puts files together
// from their blocks. ReceiveFile takes them.
type fileReceiver struct {
	//lab:begin D
	path  messagingapi.Path
	life  context.Context // ended by close
	close context.CancelFunc
	done  chan struct{} // closed when serve has ended

	// Only serve uses these.
	number uint32            // of the present file, 0 before the first
	whole  bool              // it has been checked and handed out
	size   int               // its length
	hash   []byte            // of all of it
	blocks map[uint32][]byte // what has arrived. A map: nothing is allocated because a message says a size

	monitor // guards the fields below
	closed  bool
	files   [][]byte // checked, not taken yet
	//lab:end
}

// NewFileReceiver returns a receiver at one end of a path.
//
//lab:todo D
func NewFileReceiver(path messagingapi.Path) messagingapi.FileReceiver {
	r := &fileReceiver{path: path, done: make(chan struct{}), blocks: make(map[uint32][]byte)}
	r.life, r.close = context.WithCancel(context.Background())
	go r.serve()
	return r
}

// ReceiveFile implements messagingapi.FileReceiver.
//
//lab:todo D
func (r *fileReceiver) ReceiveFile(ctx context.Context) ([]byte, error) {
	r.Lock()
	defer r.Unlock()
	for {
		switch {
		case r.closed:
			return nil, messagingapi.ErrClosed
		case ctx.Err() != nil:
			return nil, ctx.Err()
		case len(r.files) > 0:
			file := r.files[0]
			r.files = r.files[1:]
			return file, nil
		}
		r.wait(ctx)
	}
}

// Close implements messagingapi.FileReceiver.
//
//lab:todo D
func (r *fileReceiver) Close() error {
	r.close()
	<-r.done
	return nil
}

// serve takes in messages until the receiver is closed.
//
//lab:omit
func (r *fileReceiver) serve() {
	defer close(r.done)
	for {
		b, err := r.path.Receive(r.life)
		if err != nil {
			break
		}
		m, ok := unseal(b)
		switch {
		case !ok || m.file < r.number: // damaged, or of a file that was given up
		case m.kind == kindOffer && len(m.body) == offerSize:
			r.take(m)
			r.path.Send(r.life, r.answer(m).seal())
		case m.kind == kindBlock && m.file == r.number && !r.whole && len(m.body) >= 4:
			r.blocks[binary.BigEndian.Uint32(m.body)] = m.body[4:]
		}
	}
	r.Lock()
	defer r.Unlock()
	r.closed = true
	r.broadcast()
}

// take takes in an offer. Of a file with a new number nothing has arrived, even
// if it is equal to the one before.
//
//lab:omit
func (r *fileReceiver) take(m fileMessage) {
	if m.file == r.number {
		return
	}
	r.number, r.whole = m.file, false
	r.size = int(binary.BigEndian.Uint32(m.body))
	r.hash = bytes.Clone(m.body[4:])
	r.blocks = make(map[uint32][]byte)
}

// answer says what is missing of the file that was offered. It does so as often
// as it is asked, for its last answer may have been lost.
//
//lab:omit
func (r *fileReceiver) answer(offer fileMessage) fileMessage {
	missing := r.missing()
	if !r.whole && len(missing) == 0 {
		r.check()
		missing = r.missing() // all of it, if it was wrong
	}
	if r.whole {
		return fileMessage{kind: kindDone, file: offer.file, round: offer.round}
	}
	return fileMessage{kind: kindWant, file: offer.file, round: offer.round, body: missing}
}

// missing lists the numbers of the blocks that are missing, as many as an answer
// has room for.
//
//lab:omit
func (r *fileReceiver) missing() (list []byte) {
	for i := range uint32((r.size + blockSize - 1) / blockSize) {
		if _, ok := r.blocks[i]; !ok && len(list) < 4*mostWants {
			list = binary.BigEndian.AppendUint32(list, i)
		}
	}
	return list
}

// check puts the blocks together. Only the hash of the whole file says that it is
// the file: each block may be right, and the whole still be wrong.
//
//lab:omit
func (r *fileReceiver) check() {
	file := make([]byte, 0, r.size)
	for i := range uint32(len(r.blocks)) {
		file = append(file, r.blocks[i]...)
	}
	hash := sha256.Sum256(file)
	if !bytes.Equal(hash[:], r.hash) {
		clear(r.blocks)
		return
	}
	r.whole, r.blocks = true, make(map[uint32][]byte)
	r.Lock()
	defer r.Unlock()
	r.files = append(r.files, file)
	r.broadcast()
}
