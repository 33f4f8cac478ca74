package rpctest

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"strings"
	"time"

	"faultline/labrpc"
	"faultline/labs/labtest"
	"faultline/labs/rpc/rpcapi"
)

// strangerNode is a node from which nothing comes that is meant for who gets it.
const strangerNode = "stranger"

// A stranger is a node that the suite plays.
type stranger struct {
	h    *house
	conn net.PacketConn
}

func (h *house) stranger(node string) stranger {
	conn := h.listen(node)
	h.t.Cleanup(func() { conn.Close() })
	return stranger{h, conn}
}

func (s stranger) send(to string, b []byte) { s.conn.WriteTo(b, labrpc.Addr(to)) }

// next returns the next packet that comes within d.
func (s stranger) next(d time.Duration) (p rpcapi.Packet, ok bool) {
	ctx, cancel := context.WithTimeout(context.Background(), d)
	defer cancel()
	deadline, _ := ctx.Deadline()
	s.conn.SetReadDeadline(deadline)
	buf := make([]byte, 1500)
	n, _, err := s.conn.ReadFrom(buf)
	if err != nil {
		return p, false
	}
	return decode(append([]byte(nil), buf[:n]...))
}

// expect fails unless the next packet is the wanted one; a zero Kind is none.
func (s stranger) expect(what string, want rpcapi.Packet) {
	s.h.t.Step("%s: must be answered by %s", what, wanted(want))
	got, ok := s.next(settle)
	if !ok {
		got = rpcapi.Packet{}
	}
	s.h.t.Check(string(encode(got)) == string(encode(want)), labtest.Finding{
		Expected: what + " is answered by " + wanted(want), Actual: "it is answered by " + wanted(got),
	})
}

func wanted(p rpcapi.Packet) string {
	if p.Kind == 0 {
		return "nothing"
	}
	return describe(encode(p))
}

// explicitAck plays a client packet by packet.
func (s Solution) explicitAck(t *labtest.T) {
	h := s.house(t, setup{})
	h.serve()
	me := h.stranger("client-9")
	from := rpcapi.Packet{Client: 9, ClientIncarnation: 3, ServerIncarnation: 1, Number: 1}
	call, ack, reply, reject := from, from, from, from
	call.Kind, call.Done, call.Method, call.Body = rpcapi.Call, 1, "slow", []byte("200ms:x")
	ack.Kind, reply.Kind, reject.Kind = rpcapi.Ack, rpcapi.Reply, rpcapi.Reject
	reply.Body = []byte(answer("200ms:x", 1))
	unbound := call
	unbound.ServerIncarnation = 0
	me.send(serverNode, encode(unbound))
	me.expect("a call that is for no life of the server", reject)
	me.send(serverNode, encode(call))
	t.Step("a call that takes 200 ms")
	begin := t.Since()
	if early, ok := me.next(100 * time.Millisecond); ok { // a server may say so by itself
		t.Check(string(encode(early)) == string(encode(ack)), labtest.Finding{
			Expected: "nothing yet, or " + wanted(ack), Actual: wanted(early)})
	}
	t.Sleep(begin + 100*time.Millisecond - t.Since())
	me.send(serverNode, encode(call))
	me.expect("a copy while the call is being executed", ack)
	t.Sleep(100 * time.Millisecond)
	for p, ok := me.next(timeout); ; p, ok = me.next(timeout) {
		t.Check(ok, labtest.Finding{Expected: "a reply when the handler has returned", Actual: "none came"})
		if p.Kind == rpcapi.Reply {
			break
		}
	}
	me.send(serverNode, encode(call))
	me.expect("a copy of a call that was executed", reply)
	done := rpcapi.Packet{Kind: rpcapi.Ack, Client: 9, ClientIncarnation: 3, ServerIncarnation: 1, Done: 2}
	me.send(serverNode, encode(done))
	me.expect("the client's Ack", rpcapi.Packet{})
	h.remembers(0)
	me.send(serverNode, encode(call))
	me.expect("a copy of a call that is over", rpcapi.Packet{})
	h.times("200ms:x", 1, "")
}

func (s Solution) damagedPackets(t *labtest.T) {
	h := s.house(t, setup{})
	h.serve()
	c := h.client(1, 1)
	h.echo(c, 1, "a1")
	me := h.stranger(strangerNode)
	t.Step("bytes that are no call come to the server")
	for _, f := range forgedCalls() {
		me.forge(serverNode, f)
		h.mu.Lock()
		kinds := len(h.executed)
		h.mu.Unlock()
		t.Check(kinds == 1, labtest.Finding{
			Expected: "the server executes nothing but the call a1: it ignores " + f.what,
			Actual:   fmt.Sprintf("it executed the call in it (% x)", f.bytes[:min(len(f.bytes), 60)])})
	}
	t.Step("bytes that are no reply to its call come to the client, which waits")
	t.Go(func() { h.want(c, 1, "slow", "200ms:x", answer("200ms:x", 1), patience) })
	t.Sleep(100 * time.Millisecond)
	for _, f := range forgedReplies() {
		me.forge(clientNode(1), f)
	}
	t.Join(patience, "the call")
	h.echo(c, 1, "a3")
}

// forge sends bytes that are no packet for who gets them, and waits until they are
// there.
func (s stranger) forge(to string, f forgery) {
	s.h.mu.Lock()
	s.h.forgery = f.what
	s.h.mu.Unlock()
	if strings.Contains(f.what, "flipped") { // there are many of these
		s.h.t.Note("next comes %s", f.what)
	} else {
		s.h.t.Step("%s gets %s", to, f.what)
	}
	s.send(to, f.bytes)
	s.h.t.Sleep(3 * time.Millisecond)
}

// forgedCalls are no packets of a client, or damaged.
func forgedCalls() []forgery {
	call := rpcapi.Packet{Kind: rpcapi.Call, Client: 7, ClientIncarnation: 1, ServerIncarnation: 1, Number: 1, Done: 1,
		Method: "echo", Body: []byte("forged")}
	whole := encode(call)
	list := []forgery{{"an empty packet", nil, nil}, {"a packet of one byte", []byte{1}, nil},
		{"a packet with a byte less than a header", whole[:29], nil},
		{"200 letters x", []byte(strings.Repeat("x", 200)), nil}}
	for bit := 0; bit < 8*len(whole); bit += 3 {
		b := encode(call)
		b[bit/8] ^= 1 << (bit % 8)
		list = append(list, forgery{fmt.Sprintf("a call in which bit %d of byte %d is flipped", bit%8, bit/8), b, nil})
	}
	for _, kind := range []uint8{0, rpcapi.Reply, rpcapi.Reject, 6, 255} {
		p := call
		p.Kind = kind
		list = append(list, forgery{fmt.Sprintf("a packet of kind %d, which is no call", kind), encode(p), nil})
	}
	long := encode(call)
	long[25]++ // the length of the body
	list = append(list, forgery{"a call whose body is a byte shorter than it says", seal(long), nil},
		forgery{"a call with a byte behind its body", seal(append(encode(call), 0)), nil})
	call.Method, call.Body = strings.Repeat("m", rpcapi.MaxMethod), bytes.Repeat([]byte("x"), rpcapi.MaxBody)
	return append(list, forgery{"the longest call that there is, with a byte behind it: ReadFrom drops what the buffer has no room for",
		append(encode(call), 0), nil})
}

// forgedReplies are replies to other calls, or damaged. Each says in its body what it
// is.
func forgedReplies() []forgery {
	forged := func(what string, change func(*rpcapi.Packet)) forgery {
		p := rpcapi.Packet{Kind: rpcapi.Reply, Client: 1, ClientIncarnation: 1, ServerIncarnation: 1, Number: 2,
			Body: []byte("forged: " + what)}
		change(&p)
		return forgery{what, encode(p), nil}
	}
	damaged := forged("a damaged reply", func(*rpcapi.Packet) {})
	damaged.bytes[32] ^= 1
	cut := forged("a reply that is cut short", func(*rpcapi.Packet) {})
	cut.bytes = cut.bytes[:31]
	return []forgery{{"an empty packet", nil, nil}, damaged,
		forged("a reply to call 3", func(p *rpcapi.Packet) { p.Number = 3 }),
		forged("a reply to client 2", func(p *rpcapi.Packet) { p.Client = 2 }),
		forged("a reply to life 2 of the client", func(p *rpcapi.Packet) { p.ClientIncarnation = 2 }),
		forged("a call", func(p *rpcapi.Packet) { p.Kind, p.Done = rpcapi.Call, 1 }),
		forged("a reply to call 1", func(p *rpcapi.Packet) { p.Number = 1 }),
		cut,
	}
}
