package rpcapi

// The kinds of packets.
const (
	Call   = 1 // from a client: execute this
	Reply  = 2 // from the server: what came of it
	Ack    = 3 // from the server: the call or the cancel is here. From a client: it needs no reply below Done
	Cancel = 4 // from a client: nobody waits for this call any more
	Reject = 5 // from the server: the call was for another life of the server, and was not executed in this one
)

// The values of Packet.Status in a Reply. It is zero in all other packets.
const (
	OK     = 0 // Body is what the handler returned
	Failed = 1 // Body is the text of the handler's error
)

// Sizes, in bytes.
const (
	HeaderSize = 30
	MaxMethod  = 64   // the longest name of a method
	MaxBody    = 1024 // the longest arguments, result or text of an error
)

// A Packet is what a client and a server exchange. Its bytes, every number with
// its high byte first:
//
//	offset  size
//	0       1     Kind
//	1       1     Status
//	2       4     Client
//	6       4     ClientIncarnation
//	10      4     ServerIncarnation
//	14      4     Number
//	18      4     Done
//	22      2     length of Method
//	24      2     length of Body
//	26      4     CRC-32 (IEEE) of the whole packet, these four bytes taken as zero
//	30            Method, then Body
//
// Who gets anything else ignores it.
type Packet struct {
	Kind   uint8
	Status uint8

	// Client and ClientIncarnation say which client, in which of its lives. The
	// server's packets repeat them.
	Client            uint32
	ClientIncarnation uint32

	// ServerIncarnation is the sender's own in packets of the server. In a
	// client's it is the life of the server that the packet is for. A call keeps
	// it however often it is sent, and zero says that the client does not know
	// it yet. A server executes no call that is for another life than its own,
	// nor one with zero: it answers Reject.
	ServerIncarnation uint32

	// Number is that of the call, from 1 on in each life of the client. It is
	// zero in an Ack from a client.
	Number uint32

	// Done, in packets of a client: every call with a lower number is over, and
	// neither its reply nor its execution is needed any more. At least 1. In
	// packets of the server it is zero.
	Done uint32

	Method string // Call: what to execute; else empty
	Body   []byte // Call: the arguments. Reply: see Status. Else empty
}
