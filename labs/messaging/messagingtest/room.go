package messagingtest

import (
	"fmt"

	"faultline/labs/labtest"
	"faultline/labs/messaging/messagingapi"
)

// A room holds the acks of a window receiver against the buffer that it has. It is
// about the first session only, and the lock of the wire guards it.
type room struct {
	space, buffer int
	last          uint16       // the highest Ack
	arrived       int          // how many messages have been acknowledged
	answered      map[int]bool // which messages some ack has answered, counted from 0
}

func newRoom(o messagingapi.Options) room {
	return room{space: 1 << o.SeqBits, buffer: o.Buffer, last: o.First, answered: map[int]bool{}}
}

// heed fails if an ack promises more than there can be room for, when so many
// Receives have begun: beside the messages for these, the receiver may hold Buffer.
// It holds for the Ack of the ack itself, which need not be the highest: a receiver may
// write its acks outside its lock, and there one overtakes another.
func (r *room) heed(t *labtest.T, p messagingapi.Packet, asked int) {
	if n := r.ahead(p.Seq); n < r.space/2 {
		r.answered[r.arrived+n] = true
	} else {
		r.answered[r.arrived+n-r.space] = true
	}
	n := r.ahead(p.Ack)
	from := r.arrived + n
	if n <= r.space/2 {
		r.arrived, r.last = from, p.Ack
	} else {
		from -= r.space // a later ack has overtaken it
	}
	if from+int(p.Window) > asked+r.buffer {
		t.Report(r.breach(p, from, asked))
	}
}

// ahead is how far a number is above the highest Ack, round the number space.
func (r *room) ahead(number uint16) int {
	return (int(number) - int(r.last) + r.space) % r.space
}

// breach says which of three things is wrong with an ack that promises too much, from
// the message on that it names: it is about messages that have not come, it takes more
// than there is room for, or it counts as free what is not.
func (r *room) breach(p messagingapi.Packet, from, asked int) labtest.Finding {
	ack := describe(encode(p))
	for i := range from {
		if !r.answered[i] {
			return labtest.Finding{
				Property: "an ack says that all messages before it have arrived",
				Expected: fmt.Sprintf("Ack is the number of the first message that has not arrived: %s has not, "+
					"for no ack has answered it", nth(i+1)),
				Actual: fmt.Sprintf("the receiver sent %s, as if %s had arrived", ack, firstOnes(from)),
			}
		}
	}
	held := from - asked
	switch {
	case held > r.buffer:
		return labtest.Finding{
			Property: "a receiver holds at most Buffer messages",
			Expected: fmt.Sprintf("the receiver takes at most %s: Buffer is %d, and %s", many(asked+r.buffer, "message", "messages"),
				r.buffer, begun(asked)),
			Actual: fmt.Sprintf("it has acknowledged %d: it sent %s", from, ack),
		}
	case int(p.Window) > r.buffer:
		return labtest.Finding{
			Property: "a receiver holds at most Buffer messages",
			Expected: fmt.Sprintf("Window is at most %d, which is the whole Buffer", r.buffer),
			Actual: fmt.Sprintf("the receiver sent %s (as a 16-bit number %d is %d: does it hold more than %d?)",
				ack, p.Window, int16(p.Window), r.buffer),
		}
	}
	return labtest.Finding{
		Property: "Window is what is left of the receiver's buffer",
		Expected: fmt.Sprintf("room for at most %d: Buffer is %d, and of %s that arrived in order it holds %d, for %s",
			r.buffer-held, r.buffer, many(from, "message", "messages"), held, begun(asked)),
		Actual: fmt.Sprintf("the receiver offers room for %d: it sent %s (has it lost what it held, or does it not count it?)",
			p.Window, ack),
	}
}

func begun(receives int) string {
	if receives == 0 {
		return "nobody has called Receive"
	}
	return "Receive has been called " + many(receives, "time", "times")
}

// nth names the n-th message.
func nth(n int) string {
	if n == 1 {
		return "the first message"
	}
	return fmt.Sprintf("message number %d", n)
}

// firstOnes names the first n messages.
func firstOnes(n int) string {
	if n == 1 {
		return "the first message"
	}
	return fmt.Sprintf("the first %d messages", n)
}
