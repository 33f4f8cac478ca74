package messagingapi

// The kinds of packets.
const (
	Data = 1 // from sender to receiver: one message
	Ack  = 2 // from receiver to sender: what has arrived
)

// HeaderSize is the length of a packet without its payload, in bytes.
const HeaderSize = 18

// MaxPayload is the length of the longest message, in bytes.
const MaxPayload = 1024

// A Packet is what Sender and Receiver exchange. Its bytes, every number with
// its high byte first:
//
//	offset  size
//	0       1     Kind
//	1       1     zero
//	2       4     Session
//	6       2     Seq
//	8       2     Ack
//	10      2     Window
//	12      2     length of the payload
//	14      4     CRC-32 (IEEE) of the whole packet, these four bytes taken as zero
//	18            the payload
//
// Numbers of messages count modulo 2^SeqBits (see Options).
type Packet struct {
	Kind    uint8  // Data or Ack
	Session uint32 // of the sender; an Ack repeats it
	Seq     uint16 // Data: the number of this message. Ack: the number of the packet that it answers
	Ack     uint16 // Ack: the number of the first message that has not arrived; Data: zero
	Window  uint16 // Ack: how many messages, from Ack on, the receiver has room for; Data: zero
	Payload []byte // Data: the message; Ack: empty
}
