package rpctest

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"slices"

	"faultline/labs/rpc/rpcapi"
)

// encode and decode are the suite's own reading of the contract, field by field at
// its place: students see this, and it is written otherwise than a solution is.
func encode(p rpcapi.Packet) []byte {
	b := make([]byte, rpcapi.HeaderSize, rpcapi.HeaderSize+len(p.Method)+len(p.Body))
	b[0], b[1] = p.Kind, p.Status
	put := func(at int, n uint32) { binary.BigEndian.PutUint32(b[at:at+4], n) }
	put(2, p.Client)
	put(6, p.ClientIncarnation)
	put(10, p.ServerIncarnation)
	put(14, p.Number)
	put(18, p.Done)
	put(22, uint32(len(p.Method))<<16|uint32(len(p.Body)))
	return seal(append(append(b, p.Method...), p.Body...))
}

// seal puts the right checksum into a packet.
func seal(b []byte) []byte {
	copy(b[26:30], []byte{0, 0, 0, 0})
	binary.BigEndian.PutUint32(b[26:30], crc32.ChecksumIEEE(b))
	return b
}

func decode(b []byte) (p rpcapi.Packet, ok bool) {
	if flaw(b) != "" {
		return p, false
	}
	method := int(binary.BigEndian.Uint16(b[22:]))
	word := func(at int) uint32 { return binary.BigEndian.Uint32(b[at:]) }
	p = rpcapi.Packet{Kind: b[0], Status: b[1], Client: word(2), ClientIncarnation: word(6), ServerIncarnation: word(10),
		Number: word(14), Done: word(18), Method: string(b[30 : 30+method]), Body: b[30+method:]}
	return p, true
}

// flaw says why bytes are no packet, or nothing.
func flaw(b []byte) string {
	if len(b) < rpcapi.HeaderSize {
		return fmt.Sprintf("a header has %d bytes", rpcapi.HeaderSize)
	}
	lengths := binary.BigEndian.Uint32(b[22:26])
	method, body := int(lengths>>16), int(lengths&0xffff)
	switch {
	case method+body != len(b)-rpcapi.HeaderSize:
		return fmt.Sprintf("its header speaks of a method of %d bytes and a body of %d, and %d follow it",
			method, body, len(b)-rpcapi.HeaderSize)
	case method > rpcapi.MaxMethod:
		return fmt.Sprintf("its method has %d bytes, and MaxMethod is %d", method, rpcapi.MaxMethod)
	case body > rpcapi.MaxBody:
		return fmt.Sprintf("its body has %d bytes, and MaxBody is %d", body, rpcapi.MaxBody)
	case string(seal(slices.Clone(b))) != string(b):
		return "its checksum is wrong"
	}
	return ""
}

func kinds() map[uint8]string {
	return map[uint8]string{rpcapi.Call: "call", rpcapi.Reply: "reply", rpcapi.Ack: "ack", rpcapi.Cancel: "cancel",
		rpcapi.Reject: "reject"}
}

// kind names a kind of packets, also one that there is not.
func kind(k uint8) string {
	if name := kinds()[k]; name != "" {
		return name
	}
	return fmt.Sprintf("of kind %d, number", k)
}

// describe is a packet as the trace shows it.
func describe(b []byte) string {
	p, ok := decode(b)
	if !ok {
		return fmt.Sprintf("%d bytes that are no packet", len(b))
	}
	s := fmt.Sprintf("%s %d", kind(p.Kind), p.Number)
	if p.Kind == rpcapi.Call {
		s += fmt.Sprintf(" %s %q", p.Method, short(string(p.Body)))
	} else if p.Kind == rpcapi.Reply {
		s += fmt.Sprintf(" %q", short(string(p.Body)))
	}
	s += fmt.Sprintf(" (client %d.%d, server %d", p.Client, p.ClientIncarnation, p.ServerIncarnation)
	if p.Done > 0 {
		s += fmt.Sprintf(", done below %d", p.Done)
	}
	return s + ")"
}

// breach says what is wrong with a packet, or nothing.
func breach(p rpcapi.Packet, b []byte, server bool) string {
	if text := flaw(b); text != "" {
		return text
	}
	switch {
	case p.Kind < rpcapi.Call || p.Kind > rpcapi.Reject:
		return "there is no such kind"
	case server && (p.Kind == rpcapi.Call || p.Kind == rpcapi.Cancel), !server && (p.Kind == rpcapi.Reply || p.Kind == rpcapi.Reject):
		return "this kind is not from there"
	case p.Client == 0 || p.ClientIncarnation == 0:
		return "it does not name the client"
	case server && p.ServerIncarnation == 0, server && p.Done != 0:
		return "a server's packet has its own incarnation, and no Done"
	case !server && p.Done == 0:
		return "Done is at least 1"
	case p.Number == 0 && (server || p.Kind != rpcapi.Ack), p.Number != 0 && !server && p.Kind == rpcapi.Ack:
		return "its number is wrong"
	case p.Kind != rpcapi.Call && p.Method != "", p.Kind != rpcapi.Call && p.Kind != rpcapi.Reply && len(p.Body) > 0:
		return "it has a method or a body"
	case p.Kind != rpcapi.Reply && p.Status != 0 || p.Status > rpcapi.Failed:
		return "its status is wrong"
	}
	return ""
}
