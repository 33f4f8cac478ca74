package rpc

import (
	"encoding/binary"
	"hash/crc32"

	"faultline/labs/rpc/rpcapi"
)

// maxDatagram is one byte more than the longest packet, so that a longer
// datagram, which ReadFrom cuts off, does not pass for a packet.
//
//lab:omit
const maxDatagram = rpcapi.HeaderSize + rpcapi.MaxMethod + rpcapi.MaxBody + 1

// encode returns the bytes of a packet, in the format of rpcapi.Packet.
//
//lab:todo C
func encode(p rpcapi.Packet) []byte {
	b := make([]byte, 2, rpcapi.HeaderSize+len(p.Method)+len(p.Body))
	b[0], b[1] = p.Kind, p.Status
	for _, n := range []uint32{p.Client, p.ClientIncarnation, p.ServerIncarnation, p.Number, p.Done} {
		b = binary.BigEndian.AppendUint32(b, n)
	}
	b = binary.BigEndian.AppendUint16(b, uint16(len(p.Method)))
	b = binary.BigEndian.AppendUint16(b, uint16(len(p.Body)))
	b = append(b, 0, 0, 0, 0)
	b = append(append(b, p.Method...), p.Body...)
	binary.BigEndian.PutUint32(b[26:], checksum(b))
	return b
}

// decode returns the packet that b holds, without keeping a reference to b, and
// whether it is one.
//
//lab:todo C
func decode(b []byte) (p rpcapi.Packet, ok bool) {
	if len(b) < rpcapi.HeaderSize || binary.BigEndian.Uint32(b[26:]) != checksum(b) {
		return p, false
	}
	method, body := int(binary.BigEndian.Uint16(b[22:])), int(binary.BigEndian.Uint16(b[24:]))
	rest := b[rpcapi.HeaderSize:]
	if method+body != len(rest) || method > rpcapi.MaxMethod || body > rpcapi.MaxBody {
		return p, false
	}
	p = rpcapi.Packet{
		Kind:              b[0],
		Status:            b[1],
		Client:            binary.BigEndian.Uint32(b[2:]),
		ClientIncarnation: binary.BigEndian.Uint32(b[6:]),
		ServerIncarnation: binary.BigEndian.Uint32(b[10:]),
		Number:            binary.BigEndian.Uint32(b[14:]),
		Done:              binary.BigEndian.Uint32(b[18:]),
		Method:            string(rest[:method]),
		Body:              append([]byte(nil), rest[method:]...),
	}
	return p, true
}

// checksum returns the CRC-32 of a packet, its own four bytes taken as zero.
//
//lab:omit
func checksum(b []byte) uint32 {
	var zero [4]byte
	sum := crc32.ChecksumIEEE(b[:26])
	sum = crc32.Update(sum, crc32.IEEETable, zero[:])
	return crc32.Update(sum, crc32.IEEETable, b[rpcapi.HeaderSize:])
}
