package messaging

import (
	"encoding/binary"
	"errors"
	"hash/crc32"

	"faultline/labs/messaging/messagingapi"
)

// Marshal returns the bytes of a packet, in the format of messagingapi.Packet.
//
//lab:todo B
func Marshal(p messagingapi.Packet) []byte {
	b := make([]byte, messagingapi.HeaderSize, messagingapi.HeaderSize+len(p.Payload))
	b[0] = p.Kind
	binary.BigEndian.PutUint32(b[2:], p.Session)
	binary.BigEndian.PutUint16(b[6:], p.Seq)
	binary.BigEndian.PutUint16(b[8:], p.Ack)
	binary.BigEndian.PutUint16(b[10:], p.Window)
	binary.BigEndian.PutUint16(b[12:], uint16(len(p.Payload)))
	b = append(b, p.Payload...)
	binary.BigEndian.PutUint32(b[14:], checksum(b))
	return b
}

// Unmarshal returns the packet that b holds, without keeping a reference to b.
// It returns an error unless b is exactly one well-formed packet.
//
//lab:todo B
func Unmarshal(b []byte) (messagingapi.Packet, error) {
	if len(b) < messagingapi.HeaderSize {
		return messagingapi.Packet{}, errors.New("packet: shorter than a header")
	}
	p := messagingapi.Packet{
		Kind:    b[0],
		Session: binary.BigEndian.Uint32(b[2:]),
		Seq:     binary.BigEndian.Uint16(b[6:]),
		Ack:     binary.BigEndian.Uint16(b[8:]),
		Window:  binary.BigEndian.Uint16(b[10:]),
		Payload: append([]byte(nil), b[messagingapi.HeaderSize:]...),
	}
	switch size := len(p.Payload); {
	case size != int(binary.BigEndian.Uint16(b[12:])):
		return messagingapi.Packet{}, errors.New("packet: length of the payload is wrong")
	case binary.BigEndian.Uint32(b[14:]) != checksum(b):
		return messagingapi.Packet{}, errors.New("packet: checksum is wrong")
	case p.Kind != messagingapi.Data && p.Kind != messagingapi.Ack:
		return messagingapi.Packet{}, errors.New("packet: unknown kind")
	case b[1] != 0:
		return messagingapi.Packet{}, errors.New("packet: second byte is not zero")
	case size > messagingapi.MaxPayload:
		return messagingapi.Packet{}, errors.New("packet: payload is too long")
	case p.Kind == messagingapi.Ack && size > 0:
		return messagingapi.Packet{}, errors.New("packet: ack with a payload")
	}
	return p, nil
}

// checksum returns the CRC-32 of a packet, its own four bytes taken as zero.
//
//lab:omit
func checksum(b []byte) uint32 {
	var zero [4]byte
	sum := crc32.ChecksumIEEE(b[:14])
	sum = crc32.Update(sum, crc32.IEEETable, zero[:])
	return crc32.Update(sum, crc32.IEEETable, b[messagingapi.HeaderSize:])
}
