package messagingtest

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"reflect"

	"faultline/labs/labtest"
	"faultline/labs/messaging/messagingapi"
)

// draw makes a packet of the given kind with random fields.
func draw(rng *rand.Rand, kind uint8) messagingapi.Packet {
	p := messagingapi.Packet{Kind: kind, Session: rng.Uint32(), Seq: uint16(rng.Uint32())}
	if kind == messagingapi.Ack {
		p.Ack, p.Window = uint16(rng.Uint32()), uint16(rng.Uint32())
		return p
	}
	p.Payload = make([]byte, rng.IntN(40))
	for i := range p.Payload {
		p.Payload[i] = byte(rng.Uint32())
	}
	return p
}

// samples are packets of both kinds, among them the shortest and the longest.
func samples(rng *rand.Rand) []messagingapi.Packet {
	list := []messagingapi.Packet{
		{Kind: messagingapi.Data, Session: 1},
		{Kind: messagingapi.Data, Session: 0x01020304, Seq: 0x0506, Payload: []byte("hello")},
		{Kind: messagingapi.Ack, Session: 0xfffefdfc, Seq: 0xfbfa, Ack: 0xf9f8, Window: 0xf7f6},
		{Kind: messagingapi.Data, Session: 2, Seq: 65535, Payload: make([]byte, messagingapi.MaxPayload)},
	}
	for range 20 {
		list = append(list, draw(rng, messagingapi.Data), draw(rng, messagingapi.Ack))
	}
	return list
}

func (s Solution) packetFormat(t *labtest.T) {
	t.Step("Marshal and Unmarshal packets of both kinds")
	for _, p := range samples(t.Rand("packets")) {
		want := encode(p)
		got := s.Marshal(p)
		t.Check(bytes.Equal(got, want), labtest.Finding{
			Expected: fmt.Sprintf("Marshal(%s) gives % x", show(p), head(want)), Actual: fmt.Sprintf("% x: %s", head(got), differs(got, want)),
		})
		back, err := s.Unmarshal(want)
		if len(back.Payload) == 0 {
			back.Payload = p.Payload // nil and empty are the same message
		}
		t.Check(err == nil && reflect.DeepEqual(back, p), labtest.Finding{
			Expected: fmt.Sprintf("Unmarshal(% x) = %s", head(want), show(p)), Actual: fmt.Sprintf("%s, error %v", show(back), err),
		})
	}
}

// differs says where the bytes of a packet are wrong.
func differs(got, want []byte) string {
	for i := range min(len(got), len(want)) {
		if got[i] != want[i] {
			return fmt.Sprintf("byte %d (%s) is %02x, must be %02x", i, fieldAt(i), got[i], want[i])
		}
	}
	return fmt.Sprintf("%d bytes, must be %d", len(got), len(want))
}

// fieldAt names the field of a packet that has a byte at offset i.
func fieldAt(i int) string {
	fields := []struct {
		end  int
		name string
	}{{1, "Kind"}, {2, "zero"}, {6, "Session"}, {8, "Seq"}, {10, "Ack"}, {12, "Window"}, {14, "length"}, {18, "checksum"}}
	for _, f := range fields {
		if i < f.end {
			return f.name
		}
	}
	return "payload"
}

func show(p messagingapi.Packet) string {
	return fmt.Sprintf("{Kind:%d Session:%#x Seq:%#x Ack:%#x Window:%#x Payload:%d bytes}",
		p.Kind, p.Session, p.Seq, p.Ack, p.Window, len(p.Payload))
}

func head(b []byte) []byte { return b[:min(len(b), 32)] }

func (s Solution) packetDamage(t *labtest.T) {
	rng := t.Rand("packets")
	t.Step("Unmarshal packets with one bit flipped, cut short, or longer than they say")
	for _, p := range samples(rng)[:12] {
		whole := encode(p)
		for bit := range min(8*len(whole), 400) {
			b := bytes.Clone(whole)
			b[bit/8] ^= 1 << (bit % 8)
			s.refuse(t, b, fmt.Sprintf("bit %d of byte %d is flipped", bit%8, bit/8))
		}
		for n := range min(len(whole), 60) {
			s.refuse(t, bytes.Clone(whole[:n]), fmt.Sprintf("only the first %d bytes are there", n))
		}
		s.refuse(t, append(bytes.Clone(whole), 0), "one byte too many")
	}
	t.Step("Unmarshal bytes whose checksum is right and that are no packet all the same")
	for _, f := range forged() {
		s.refuse(t, f.bytes, f.what)
	}
	for range 200 {
		b := make([]byte, rng.IntN(64))
		for i := range b {
			b[i] = byte(rng.Uint32())
		}
		s.refuse(t, b, "random bytes")
	}
}

// A forgery has a right checksum and breaks the contract all the same.
type forgery struct {
	what  string
	bytes []byte
}

func forged() []forgery {
	data := func() []byte {
		return encode(messagingapi.Packet{Kind: messagingapi.Data, Session: 1, Payload: []byte("x")})
	}
	change := func(at int, value byte) []byte { b := data(); b[at] = value; return seal(b) }
	beyond := data()
	binary.BigEndian.PutUint16(beyond[12:], 2)
	return []forgery{
		{"kind 0", change(0, 0)},
		{"kind 3", change(0, 3)},
		{"byte 1 is not zero", change(1, 1)},
		{"an ack with a payload", change(0, messagingapi.Ack)},
		{"a length beyond the last byte", seal(beyond)},
		{"a payload over MaxPayload", encode(messagingapi.Packet{
			Kind: messagingapi.Data, Session: 1, Payload: make([]byte, messagingapi.MaxPayload+1)})},
	}
}

// refuse fails if bytes that are no packet are taken for one. When Unmarshal panics,
// the last line of the story says what it was given.
func (s Solution) refuse(t *labtest.T, b []byte, what string) {
	returned := false
	defer func() {
		if !returned {
			t.Step("Unmarshal of %s [% x]: %s", many(len(b), "byte", "bytes"), head(b), what)
		}
	}()
	p, err := s.Unmarshal(b)
	returned = true
	t.Check(err != nil, labtest.Finding{
		Expected: fmt.Sprintf("Unmarshal gives an error: %s (% x)", what, head(b)), Actual: "it returned " + show(p),
	})
}
