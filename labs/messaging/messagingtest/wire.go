package messagingtest

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"net"
	"slices"
	"strings"
	"sync"
	"time"

	"faultline/labrpc"
	"faultline/labs/labtest"
	"faultline/labs/messaging/messagingapi"
)

// The nodes of a wire, and its two links by the message numbers of a plan:
// sender -> receiver carries data, receiver -> sender carries acks.
const (
	senderNode   = "sender"
	receiverNode = "receiver"
)

// A setup says what lies between a sender and a receiver. The zero value is a
// calm network and small but ordinary options.
type setup struct {
	Options messagingapi.Options
	Faults  labrpc.Faults
	Window  bool // stage C; else stage B
}

func (s setup) withDefaults() setup {
	o := &s.Options
	if o.SeqBits == 0 {
		o.SeqBits = 8
	}
	if o.Session == 0 {
		o.Session = 1
	}
	if o.Window == 0 {
		o.Window = 4
	}
	if o.Buffer == 0 {
		o.Buffer = 4
	}
	if o.Timeout == 0 {
		o.Timeout = 50 * time.Millisecond
	}
	return s
}

// A wire is a sender and a receiver of the solution with a network between.
type wire struct {
	t        *labtest.T
	solution Solution
	setup    setup
	net      *labrpc.Network
	sender   messagingapi.Sender
	receiver messagingapi.Receiver
	rules    labtest.Rules

	mu   sync.Mutex
	gaps bool     // a message may be missing
	sent []string // messages whose Send began, in order
	got  []string // messages that were received, in order
	data int      // data packets that the sender gave to the network
	acks int      // acks that the receiver gave to the network

	asked int // Receives that began
	room  room
	seen  map[string]*sighting // of messages, by their text
	ack   sighting             // the receiver's last
}

func (s Solution) wire(t *labtest.T, st setup) *wire {
	w := &wire{t: t, solution: s, setup: st.withDefaults(), seen: map[string]*sighting{}}
	o := w.setup.Options
	w.room = newRoom(o)
	t.Step("a sender and a receiver: numbers of %s from %d on, window %d, room %d, timeout %v",
		many(o.SeqBits, "bit", "bits"), o.First, o.Window, o.Buffer, o.Timeout)
	w.net = t.Network(labrpc.Config{Faults: st.Faults, Describe: describe})
	w.net.Tap(w.watch)
	w.net.Intercept(w.rules.Intercept)
	w.sender = w.startSender(w.listen(senderNode))
	conn := w.listen(receiverNode)
	if w.setup.Window {
		w.receiver = s.NewWindowReceiver(conn, w.setup.Options)
	} else {
		w.receiver = s.NewReceiver(conn, w.setup.Options)
	}
	t.Cleanup(func() { w.shut(receiverNode, w.receiver.Close) })
	t.Cleanup(func() { w.shut(senderNode, w.sender.Close) })
	return w
}

// shut closes an end at the end of a case: its connection must be closed too, so
// that the node can open another.
func (w *wire) shut(node string, end func() error) {
	w.within("Close of the "+node, end)
	conn, err := w.net.Node(node).Listen()
	w.t.Check(err == nil, labtest.Finding{
		Property: "Close closes the connection",
		Expected: "the " + node + "'s connection is closed after Close", Actual: "it is still open",
	})
	conn.Close()
}

func (w *wire) listen(node string) net.PacketConn {
	return labtest.Must(w.net.Node(node).Listen())
}

func (w *wire) startSender(conn net.PacketConn) messagingapi.Sender {
	if w.setup.Window {
		return w.solution.NewWindowSender(conn, labrpc.Addr(receiverNode), w.setup.Options)
	}
	return w.solution.NewSender(conn, labrpc.Addr(receiverNode), w.setup.Options)
}

// within runs a call that has nothing to wait for.
func (w *wire) within(what string, call func() error) {
	w.t.Within(10*time.Second, what, func() { call() })
}

// watch counts packets and holds each to the contract.
func (w *wire) watch(m labrpc.Message) {
	p, ok := decode(m.Packet)
	if !ok {
		w.t.Report(labtest.Finding{
			Property: "a packet is exactly the bytes of the contract",
			Expected: "the network is given packets only",
			Actual:   fmt.Sprintf("%s sent %d bytes that are none: % x", m.From, len(m.Packet), m.Packet[:min(len(m.Packet), 24)]),
		})
		return
	}
	space := 1 << w.setup.Options.SeqBits
	if int(p.Seq) >= space || int(p.Ack) >= space {
		w.t.Report(labtest.Finding{
			Property: "numbers count modulo 2^SeqBits",
			Expected: fmt.Sprintf("numbers below %d", space), Actual: m.From + " sent " + describe(m.Packet),
		})
	}
	if wrong := breach(p, m.From == senderNode); wrong != "" {
		w.t.Report(labtest.Finding{
			Property: "a packet is exactly the bytes of the contract",
			Expected: wrong,
			Actual:   fmt.Sprintf("%s sent %s: % x", m.From, describe(m.Packet), m.Packet[:min(len(m.Packet), 24)]),
		})
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if m.From == senderNode {
		w.data++
		w.sighting(string(p.Payload)).note(m)
		w.begins(p)
		return
	}
	w.acks++
	w.ack.note(m)
	if w.setup.Window && p.Session == 1 {
		w.room.heed(w.t, p, w.asked)
	}
}

// breach says what a packet must be and is not, "" if it is right.
func breach(p messagingapi.Packet, sender bool) string {
	switch {
	case sender != (p.Kind == messagingapi.Data):
		return "a sender sends data, and a receiver acks"
	case sender && (p.Ack != 0 || p.Window != 0):
		return "Ack and Window of a data packet are zero"
	case !sender && len(p.Payload) > 0:
		return "an ack has no payload"
	case len(p.Payload) > messagingapi.MaxPayload:
		return fmt.Sprintf("a payload has at most %d bytes", messagingapi.MaxPayload)
	}
	return ""
}

// begins fails if a packet has the first message of the first session, and another
// number than that must have. The lock is held.
func (w *wire) begins(p messagingapi.Packet) {
	first := w.setup.Options.First
	if len(w.sent) > 0 && string(p.Payload) == w.sent[0] && p.Session == 1 && p.Seq != first {
		w.t.Report(labtest.Finding{
			Property: "First is the number of the first message of a session",
			Expected: fmt.Sprintf("%s is the first message, and has the number %d", short(w.sent[0]), first),
			Actual:   senderNode + " sent " + describe(encode(p)),
		})
	}
}

// counts returns how many data packets and acks were sent so far.
func (w *wire) counts() (data, acks int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.data, w.acks
}

// reused is what a caller writes over a message when its Send has returned: the buffer
// is the caller's again.
const reused = "##"

// kept says what to look for where such a message was received.
func kept(got string) string {
	if !strings.Contains(got, reused) {
		return ""
	}
	return fmt.Sprintf(" (%s was written over a message when its Send had returned: does Send keep the caller's buffer?)", reused)
}

// send sends a message, gives up after patience (zero is never), and says how it
// ended.
func (w *wire) send(msg string, patience time.Duration) (result string) {
	w.mu.Lock()
	w.sent = append(w.sent, msg)
	w.mu.Unlock()
	ctx, cancel := w.t.Patient(patience)
	defer cancel()
	w.t.Op(senderNode, "Send "+short(msg), func() string {
		b := []byte(msg)
		result = say(sent, w.sender.Send(ctx, b))
		copy(b, reused)
		return result
	})
	w.mu.Lock()
	defer w.mu.Unlock()
	w.sighting(msg).result = result
	return result
}

// receive takes the next message, gives up after patience, and says how it ended.
func (w *wire) receive(patience time.Duration) (result string) {
	ctx, cancel := w.t.Patient(patience)
	defer cancel()
	w.mu.Lock()
	w.asked++
	w.mu.Unlock()
	var err error
	w.t.Op(receiverNode, "Receive", func() string {
		var msg []byte
		msg, err = w.receiver.Receive(ctx)
		result = say(received(msg), err)
		return short(result)
	})
	if err == nil {
		w.take(result)
	} else if result == canceled { // it takes nothing any more
		w.mu.Lock()
		w.asked--
		w.mu.Unlock()
	}
	return result
}

// take notes a message that was received, and fails at once if it is not the next
// of those that were sent: what comes after the first wrong step explains nothing.
func (w *wire) take(msg string) {
	w.mu.Lock()
	w.got = append(w.got, msg)
	sent, n := slices.Clone(w.sent), len(w.got)
	w.mu.Unlock()
	if !w.gaps {
		w.same(sent[:min(n, len(sent))])
	}
}

// reader receives beside the scenario until the receiver is closed or n messages
// have come, with a pause before each.
func (w *wire) reader(n int, pause time.Duration) {
	w.t.Go(func() {
		for range n {
			w.t.Sleep(pause)
			if got := w.receive(0); got == closed {
				return
			}
		}
	})
}

// short is a message as the story shows it.
func short(msg string) string {
	if msg == "" {
		return "(empty)"
	}
	head, _, long := strings.Cut(msg, " ")
	if long {
		return fmt.Sprintf("%s(%d bytes)", head, len(msg))
	}
	return msg
}

// encode and decode are the suite's own reading of the contract.
func encode(p messagingapi.Packet) []byte {
	b := []byte{p.Kind, 0}
	b = binary.BigEndian.AppendUint32(b, p.Session)
	for _, n := range []uint16{p.Seq, p.Ack, p.Window, uint16(len(p.Payload))} {
		b = binary.BigEndian.AppendUint16(b, n)
	}
	return seal(append(append(b, 0, 0, 0, 0), p.Payload...))
}

// seal puts the right checksum into a packet.
func seal(b []byte) []byte {
	copy(b[14:18], []byte{0, 0, 0, 0})
	binary.BigEndian.PutUint32(b[14:18], crc32.ChecksumIEEE(b))
	return b
}

func decode(b []byte) (messagingapi.Packet, bool) {
	if len(b) < messagingapi.HeaderSize || int(binary.BigEndian.Uint16(b[12:])) != len(b)-messagingapi.HeaderSize {
		return messagingapi.Packet{}, false
	}
	p := messagingapi.Packet{
		Kind: b[0], Session: binary.BigEndian.Uint32(b[2:]), Seq: binary.BigEndian.Uint16(b[6:]),
		Ack: binary.BigEndian.Uint16(b[8:]), Window: binary.BigEndian.Uint16(b[10:]), Payload: b[18:],
	}
	whole := string(seal(slices.Clone(b))) == string(b)
	return p, whole && b[1] == 0 && (p.Kind == messagingapi.Data || p.Kind == messagingapi.Ack)
}

// describe is a packet as the trace shows it.
func describe(b []byte) string {
	p, ok := decode(b)
	switch {
	case !ok:
		return fmt.Sprintf("%d bytes that are no packet", len(b))
	case p.Kind == messagingapi.Ack:
		return fmt.Sprintf("ack %d (answers %d, room %d, session %d)", p.Ack, p.Seq, p.Window, p.Session)
	}
	return fmt.Sprintf("data %d %q (session %d)", p.Seq, short(string(p.Payload)), p.Session)
}
