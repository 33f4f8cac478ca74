package similar_test

import (
	"fmt"
	"go/format"
	"math/rand/v2"
	"strings"
)

// A student writes stage A of lab 1 and the packets of stage B by choices, each of
// which somebody makes in real code. What they write compiles, and is meant to work;
// two of them have in common what both happened to choose.
type student struct {
	*rand.Rand
	strings.Builder
}

// homework is what the student with that number hands in.
func homework(seed uint64) files {
	return files{"mailbox.go": studentMailbox(seed), "packet.go": studentPacket(seed)}
}

func (s *student) choose(options ...string) string { return options[s.IntN(len(options))] }

func (s *student) line(text string) { s.WriteString(text + "\n") }

func (s *student) code() []byte {
	src, err := format.Source([]byte(s.String()))
	if err != nil {
		panic(fmt.Sprintf("%v\n%s", err, s.String()))
	}
	return src
}

// studentMailbox draws how messages are stored, how calls wait, and how it is written.
func studentMailbox(seed uint64) []byte {
	s := &student{Rand: rand.New(rand.NewPCG(seed, 5))}
	store, wait := s.IntN(4), s.IntN(4)
	s.line("package messaging\n\nimport (\n\"context\"\n\"sync\"\n\"time\"\n\n\"faultline/labs/messaging/messagingapi\"\n)\n")
	fields := []string{
		[]string{"q [][]byte\nlimit int", "ring [][]byte\nat, used int", "first, last *cell\nsize, limit int", "q chan []byte"}[store],
		[]string{"changed chan struct{}", "cond *sync.Cond", "room, some chan bool", "tries int"}[wait],
		"mu sync.Mutex", "closed bool",
	}
	s.Shuffle(len(fields), func(i, j int) { fields[i], fields[j] = fields[j], fields[i] })
	s.line("type mailbox struct {\n" + strings.Join(fields, "\n") + "\n}\n")
	if store == 2 {
		s.line("type cell struct {\nmsg []byte\nnext *cell\n}\n")
	}
	s.constructor(store, wait)
	s.queue(store)
	s.waiting(wait)
	methods := []func(){func() { s.send(wait) }, func() { s.receive(wait) }, func() { s.closing() }}
	s.Shuffle(len(methods), func(i, j int) { methods[i], methods[j] = methods[j], methods[i] })
	for _, m := range methods {
		m()
	}
	s.line("var _ = time.Now")
	return s.code()
}

func (s *student) constructor(store, wait int) {
	s.line("func NewMailbox(capacity int) messagingapi.Mailbox {")
	switch s.IntN(3) {
	case 0:
		s.line("m := &mailbox{}")
	case 1:
		s.line("var m = new(mailbox)")
	case 2:
		s.line("box := mailbox{}\nm := &box")
	}
	s.line([]string{"m.limit = capacity", "m.ring = make([][]byte, capacity)", "m.limit = capacity", "m.q = make(chan []byte, capacity)"}[store])
	s.line([]string{"m.changed = make(chan struct{})", "m.cond = sync.NewCond(&m.mu)",
		"m.room = make(chan bool, 1)\nm.some = make(chan bool, 1)", "m.tries = 0"}[wait])
	s.line("return m\n}\n")
}

// queue writes how a message gets in and out, with the lock held.
func (s *student) queue(store int) {
	full := []string{"len(m.q) >= m.limit", "m.used == len(m.ring)", "m.size == m.limit", "len(m.q) == cap(m.q)"}[store]
	empty := []string{"len(m.q) == 0", "m.used == 0", "m.first == nil", "len(m.q) == 0"}[store]
	s.line(s.choose("func (m *mailbox) full() bool { return "+full+" }\n",
		"func (m *mailbox) full() bool {\nif "+full+" {\nreturn true\n}\nreturn false\n}\n",
		"func (m *mailbox) full() (yes bool) {\nyes = "+full+"\nreturn\n}\n"))
	s.line(s.choose("func (m *mailbox) empty() bool { return "+empty+" }\n", "func (m *mailbox) empty() bool { return !(!("+empty+")) }\n"))
	put := []string{"m.q = append(m.q, msg)", "m.ring[(m.at+m.used)%len(m.ring)] = msg\nm.used++",
		"c := &cell{msg: msg}\nif m.first == nil {\nm.first = c\n} else {\nm.last.next = c\n}\nm.last = c\nm.size++", "m.q <- msg"}[store]
	take := []string{"msg := m.q[0]\nm.q = m.q[1:]\nreturn msg", "i := m.at\nm.at = (m.at + 1) % len(m.ring)\nm.used--\nreturn m.ring[i]",
		"c := m.first\nm.first = c.next\nm.size--\nreturn c.msg", "return <-m.q"}[store]
	if store == 0 && s.IntN(2) == 0 {
		take = "head := m.q[0]\ncopy(m.q, m.q[1:])\nm.q = m.q[:len(m.q)-1]\nreturn head"
	}
	s.line("func (m *mailbox) put(msg []byte) {\n" + put + "\n}\n")
	s.line("func (m *mailbox) take() []byte {\n" + take + "\n}\n")
}

// waiting writes how a call waits for a change: it gives up the lock meanwhile.
func (s *student) waiting(wait int) {
	switch wait {
	case 0:
		s.line("func (m *mailbox) wait(ctx context.Context) {\nch := m.changed\nm.mu.Unlock()")
		s.line(s.choose("defer m.mu.Lock()\nselect {\ncase <-ch:\ncase <-ctx.Done():\n}", "select {\ncase <-ctx.Done():\ncase <-ch:\n}\nm.mu.Lock()"))
		s.line("}\n\nfunc (m *mailbox) tell() {\nclose(m.changed)\nm.changed = make(chan struct{})\n}\n")
	case 1:
		s.line("func (m *mailbox) wait(ctx context.Context) {")
		s.line(s.choose("stop := context.AfterFunc(ctx, func() {\nm.mu.Lock()\nm.cond.Broadcast()\nm.mu.Unlock()\n})\nm.cond.Wait()\nstop()",
			"gone := make(chan struct{})\ngo func() {\nselect {\ncase <-gone:\ncase <-ctx.Done():\nm.mu.Lock()\ndefer m.mu.Unlock()\nm.cond.Broadcast()\n}\n}()\nm.cond.Wait()\nclose(gone)"))
		s.line("}\n\nfunc (m *mailbox) tell() { m.cond.Broadcast() }\n")
	case 2:
		s.line("func (m *mailbox) wait(ctx context.Context) {\nm.mu.Unlock()\nselect {\ncase <-m.room:\ncase <-m.some:\ncase <-ctx.Done():\n}\nm.mu.Lock()\nm.tell()\n}\n")
		s.line(s.choose("func (m *mailbox) tell() {\nfor _, c := range []chan bool{m.room, m.some} {\nselect {\ncase c <- true:\ndefault:\n}\n}\n}\n",
			"func (m *mailbox) tell() {\nselect {\ncase m.room <- true:\ndefault:\n}\nselect {\ncase m.some <- true:\ndefault:\n}\n}\n"))
	case 3:
		s.line("func (m *mailbox) wait(ctx context.Context) {\nm.mu.Unlock()")
		s.line(s.choose("time.Sleep(50 * time.Microsecond)", "select {\ncase <-time.After(100 * time.Microsecond):\ncase <-ctx.Done():\n}",
			"t := time.NewTimer(time.Millisecond / 10)\ndefer t.Stop()\nselect {\ncase <-t.C:\ncase <-ctx.Done():\n}"))
		s.line("m.mu.Lock()\nm.tries++\n}\n\nfunc (m *mailbox) tell() {}\n")
	}
}

func (s *student) given() string {
	return s.choose("if err := ctx.Err(); err != nil {\nreturn RESULT err\n}\n", "if ctx.Err() != nil {\nreturn RESULT ctx.Err()\n}\n",
		"select {\ncase <-ctx.Done():\nreturn RESULT ctx.Err()\ndefault:\n}\n")
}

func (s *student) send(int) {
	s.line("func (m *mailbox) Send(ctx context.Context, msg []byte) error {")
	s.line(strings.ReplaceAll(s.given(), "RESULT ", ""))
	s.line(s.choose("own := append([]byte(nil), msg...)", "own := make([]byte, len(msg))\ncopy(own, msg)", "own := []byte(string(msg))",
		"own := append(make([]byte, 0, len(msg)), msg...)"))
	check := s.given()
	check = strings.ReplaceAll(check, "RESULT ", "")
	switch s.IntN(4) {
	case 0:
		s.line("m.mu.Lock()\ndefer m.mu.Unlock()\nfor m.full() && !m.closed {\nm.wait(ctx)\n" + check + "}\nif m.closed {\nreturn messagingapi.ErrClosed\n}\nm.put(own)\nm.tell()\nreturn nil\n}\n")
	case 1:
		s.line("m.mu.Lock()\ndefer m.mu.Unlock()\nfor {\nif m.closed {\nreturn messagingapi.ErrClosed\n}\nif !m.full() {\nbreak\n}\nm.wait(ctx)\n" + check + "}\nm.put(own)\nm.tell()\nreturn nil\n}\n")
	case 2:
		s.line("m.mu.Lock()\ndefer m.mu.Unlock()\nfor ; ; m.wait(ctx) {\n" + check + "switch {\ncase m.closed:\nreturn messagingapi.ErrClosed\ncase !m.full():\nm.put(own)\nm.tell()\nreturn nil\n}\n}\n}\n")
	case 3:
		s.line("m.mu.Lock()\nfor !m.closed && m.full() && ctx.Err() == nil {\nm.wait(ctx)\n}\nvar err error\nif m.closed {\nerr = messagingapi.ErrClosed\n} else if m.full() {\nerr = ctx.Err()\n} else {\nm.put(own)\nm.tell()\n}\nm.mu.Unlock()\nreturn err\n}\n")
	}
}

func (s *student) receive(int) {
	s.line("func (m *mailbox) Receive(ctx context.Context) ([]byte, error) {")
	s.line(strings.ReplaceAll(s.given(), "RESULT", "nil,"))
	check := strings.ReplaceAll(s.given(), "RESULT", "nil,")
	switch s.IntN(4) {
	case 0:
		s.line("m.mu.Lock()\ndefer m.mu.Unlock()\nfor m.empty() {\nif m.closed {\nreturn nil, messagingapi.ErrClosed\n}\nm.wait(ctx)\n" + check + "}\ndefer m.tell()\nreturn m.take(), nil\n}\n")
	case 1:
		s.line("m.mu.Lock()\ndefer m.mu.Unlock()\nfor {\nif !m.empty() {\nmsg := m.take()\nm.tell()\nreturn msg, nil\n}\nif m.closed {\nbreak\n}\nm.wait(ctx)\n" + check + "}\nreturn nil, messagingapi.ErrClosed\n}\n")
	case 2:
		s.line("m.mu.Lock()\ndefer m.mu.Unlock()\nfor m.empty() && !m.closed {\nm.wait(ctx)\n" + check + "}\nif m.empty() {\nreturn nil, messagingapi.ErrClosed\n}\nmsg := m.take()\nm.tell()\nreturn msg, nil\n}\n")
	case 3:
		s.line("m.mu.Lock()\nvar msg []byte\nvar err error\nfor done := false; !done; {\nswitch {\ncase ctx.Err() != nil:\nerr, done = ctx.Err(), true\ncase !m.empty():\nmsg, done = m.take(), true\nm.tell()\ncase m.closed:\nerr, done = messagingapi.ErrClosed, true\ndefault:\nm.wait(ctx)\n}\n}\nm.mu.Unlock()\nreturn msg, err\n}\n")
	}
}

func (s *student) closing() {
	s.line(s.choose("func (m *mailbox) Close() {\nm.mu.Lock()\ndefer m.mu.Unlock()\nm.closed = true\nm.tell()\n}\n",
		"func (m *mailbox) Close() {\nm.mu.Lock()\nif !m.closed {\nm.closed = true\nm.tell()\n}\nm.mu.Unlock()\n}\n",
		"func (m *mailbox) Close() {\nm.mu.Lock()\ndefer m.mu.Unlock()\nif m.closed {\nreturn\n}\nm.closed = true\nm.tell()\n}\n"))
}

// studentPacket draws how numbers are written and read, how the checksum is made, and
// in which order what is checked.
func studentPacket(seed uint64) []byte {
	s := &student{Rand: rand.New(rand.NewPCG(seed, 6))}
	s.line("package messaging\n\nimport (\n\"encoding/binary\"\n\"errors\"\n\"fmt\"\n\"hash/crc32\"\n\n\"faultline/labs/messaging/messagingapi\"\n)\n")
	parts := []func(){s.marshal, s.unmarshal, s.checksum}
	s.Shuffle(len(parts), func(i, j int) { parts[i], parts[j] = parts[j], parts[i] })
	for _, p := range parts {
		p()
	}
	s.line("var _ = fmt.Sprint\nvar _ = errors.New")
	return s.code()
}

func (s *student) marshal() {
	s.line("func Marshal(p messagingapi.Packet) []byte {")
	switch s.IntN(4) {
	case 0:
		end := s.choose(":]", ":]", "LEN]")
		at := func(from, n int) string {
			return fmt.Sprintf("b[%d%s", from, strings.Replace(strings.Replace(end, "LEN]", fmt.Sprintf(":%d]", from+n), 1), "::", ":", 1))
		}
		s.line("b := make([]byte, messagingapi.HeaderSize+len(p.Payload))\nb[0] = p.Kind")
		fields := []string{"binary.BigEndian.PutUint32(" + at(2, 4) + ", p.Session)", "binary.BigEndian.PutUint16(" + at(6, 2) + ", p.Seq)",
			"binary.BigEndian.PutUint16(" + at(8, 2) + ", p.Ack)", "binary.BigEndian.PutUint16(" + at(10, 2) + ", p.Window)",
			"binary.BigEndian.PutUint16(" + at(12, 2) + ", uint16(len(p.Payload)))", "copy(b[messagingapi.HeaderSize:], p.Payload)"}
		if s.IntN(3) == 0 {
			s.Shuffle(len(fields), func(i, j int) { fields[i], fields[j] = fields[j], fields[i] })
		}
		s.line(strings.Join(fields, "\n"))
	case 1:
		s.line("b := []byte{p.Kind, 0}\nb = binary.BigEndian.AppendUint32(b, p.Session)\nb = binary.BigEndian.AppendUint16(b, p.Seq)\nb = binary.BigEndian.AppendUint16(b, p.Ack)")
		s.line("b = binary.BigEndian.AppendUint16(b, p.Window)\nb = binary.BigEndian.AppendUint16(b, uint16(len(p.Payload)))\nb = append(b, 0, 0, 0, 0)\nb = append(b, p.Payload...)")
	case 2:
		s.line("b := make([]byte, 18, 18+len(p.Payload))\nb[0] = p.Kind\nfor i, v := range []uint16{p.Seq, p.Ack, p.Window, uint16(len(p.Payload))} {\nb[6+2*i] = byte(v >> 8)\nb[7+2*i] = byte(v)\n}")
		s.line("for i := 0; i < 4; i++ {\nb[2+i] = byte(p.Session >> (24 - 8*i))\n}\nb = append(b, p.Payload...)")
	case 3:
		s.line("n := len(p.Payload)\nb := append([]byte{p.Kind, 0, byte(p.Session >> 24), byte(p.Session >> 16), byte(p.Session >> 8), byte(p.Session), byte(p.Seq >> 8), byte(p.Seq),")
		s.line("byte(p.Ack >> 8), byte(p.Ack), byte(p.Window >> 8), byte(p.Window), byte(n >> 8), byte(n), 0, 0, 0, 0}, p.Payload...)")
	}
	s.line(s.choose("binary.BigEndian.PutUint32(b[14:], sum(b))\nreturn b\n}\n", "c := sum(b)\nbinary.BigEndian.PutUint32(b[14:18], c)\nreturn b\n}\n",
		"c := sum(b)\nb[14], b[15], b[16], b[17] = byte(c>>24), byte(c>>16), byte(c>>8), byte(c)\nreturn b\n}\n"))
}

func (s *student) checksum() {
	s.line("func sum(b []byte) uint32 {")
	s.line(s.choose("c := make([]byte, len(b))\ncopy(c, b)\nfor i := 14; i < 18; i++ {\nc[i] = 0\n}\nreturn crc32.ChecksumIEEE(c)\n}\n",
		"h := crc32.NewIEEE()\nh.Write(b[:14])\nh.Write(make([]byte, 4))\nh.Write(b[18:])\nreturn h.Sum32()\n}\n",
		"c := append([]byte{}, b...)\ncopy(c[14:18], []byte{0, 0, 0, 0})\nreturn crc32.ChecksumIEEE(c)\n}\n",
		"var zero [4]byte\nc := crc32.Update(0, crc32.IEEETable, b[:14])\nc = crc32.Update(c, crc32.IEEETable, zero[:])\nreturn crc32.Update(c, crc32.IEEETable, b[18:])\n}\n"))
}

func (s *student) unmarshal() {
	s.line("func Unmarshal(b []byte) (messagingapi.Packet, error) {\nvar p messagingapi.Packet")
	bad := s.choose(`errors.New("bad packet")`, `fmt.Errorf("bad packet")`, `fmt.Errorf("a packet of %d bytes is wrong", len(b))`)
	refuse := s.choose("return p, "+bad, "return messagingapi.Packet{}, "+bad)
	s.line("if len(b) < " + s.choose("18", "messagingapi.HeaderSize") + " {\n" + refuse + "\n}")
	length := s.choose("int(binary.BigEndian.Uint16(b[12:]))", "int(b[12])<<8 + int(b[13])", "int(binary.BigEndian.Uint16(b[12:14]))")
	s.line("n := " + length)
	checks := []string{"n != len(b)-18", "n > messagingapi.MaxPayload", "b[1] != 0", "binary.BigEndian.Uint32(b[14:]) != sum(b)",
		s.choose("b[0] != messagingapi.Data && b[0] != messagingapi.Ack", "b[0] < 1 || b[0] > 2"), "b[0] == messagingapi.Ack && n > 0"}
	s.Shuffle(len(checks), func(i, j int) { checks[i], checks[j] = checks[j], checks[i] })
	switch s.IntN(3) {
	case 0:
		for _, c := range checks {
			s.line("if " + c + " {\n" + refuse + "\n}")
		}
	case 1:
		s.line("switch {\ncase " + strings.Join(checks, ":\n"+refuse+"\ncase ") + ":\n" + refuse + "\n}")
	case 2:
		at := 1 + s.IntN(4)
		for _, some := range [][]string{checks[:at], checks[at:]} {
			s.line("if (" + strings.Join(some, ") || (") + ") {\n" + refuse + "\n}")
		}
	}
	switch s.IntN(3) {
	case 0:
		s.line("p.Kind = b[0]\np.Session = binary.BigEndian.Uint32(b[2:])\np.Seq = binary.BigEndian.Uint16(b[6:])\np.Ack = binary.BigEndian.Uint16(b[8:])\np.Window = binary.BigEndian.Uint16(b[10:])")
		s.line(s.choose("p.Payload = append([]byte{}, b[18:]...)", "p.Payload = make([]byte, n)\ncopy(p.Payload, b[18:])") + "\nreturn p, nil\n}\n")
	case 1:
		s.line("return messagingapi.Packet{Kind: b[0], Session: binary.BigEndian.Uint32(b[2:6]), Seq: binary.BigEndian.Uint16(b[6:8]), Ack: binary.BigEndian.Uint16(b[8:10]),")
		s.line("Window: binary.BigEndian.Uint16(b[10:12]), Payload: append([]byte(nil), b[18:]...)}, nil\n}\n")
	case 2:
		s.line("two := func(i int) uint16 { return uint16(b[i])<<8 | uint16(b[i+1]) }\np.Kind, p.Seq, p.Ack, p.Window = b[0], two(6), two(8), two(10)\np.Session = uint32(two(2))<<16 | uint32(two(4))")
		s.line("p.Payload = append(p.Payload, b[18:]...)\nreturn p, nil\n}\n")
	}
}
