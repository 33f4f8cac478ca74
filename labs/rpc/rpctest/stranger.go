package rpctest

import (
	"context"
	"fmt"
	"net"
	"strings"
	"time"

	"faultline/labrpc"
	"faultline/labs/labtest"
	"faultline/labs/rpc/rpcapi"
)

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
	h.times("200ms:x", 1)
}

func (s Solution) damagedPackets(t *labtest.T) {
	h := s.house(t, setup{})
	h.serve()
	c := h.client(1, 1)
	h.echo(c, 1, "a1")
	me := h.stranger("stranger")
	t.Step("bytes that are no call come to the server")
	for _, b := range forgedCalls() {
		me.send(serverNode, b)
	}
	t.Sleep(settle)
	h.mu.Lock()
	kinds := len(h.executed)
	h.mu.Unlock()
	t.Check(kinds == 1, labtest.Finding{
		Expected: "only the call a1 is executed", Actual: fmt.Sprintf("%d different calls are", kinds)})
	t.Step("bytes that are no reply to its call come to the client, which waits")
	t.Go(func() { h.want(c, 1, "slow", "200ms:x", answer("200ms:x", 1), patience) })
	t.Sleep(100 * time.Millisecond)
	for _, b := range forgedReplies() {
		me.send(clientNode(1), b)
	}
	t.Join(patience, "the call")
	h.echo(c, 1, "a3")
}

// forgedCalls are no packets of a client, or damaged.
func forgedCalls() [][]byte {
	call := rpcapi.Packet{Kind: rpcapi.Call, Client: 7, ClientIncarnation: 1, ServerIncarnation: 1, Number: 1, Done: 1,
		Method: "echo", Body: []byte("forged")}
	whole := encode(call)
	list := [][]byte{nil, {1}, whole[:29], []byte(strings.Repeat("x", 200))}
	for bit := 0; bit < 8*len(whole); bit += 3 {
		b := encode(call)
		b[bit/8] ^= 1 << (bit % 8)
		list = append(list, b)
	}
	for _, kind := range []uint8{0, rpcapi.Reply, rpcapi.Reject, 6, 255} {
		p := call
		p.Kind = kind
		list = append(list, encode(p))
	}
	long := encode(call)
	long[25]++ // the length of the body
	return append(list, seal(long), seal(append(encode(call), 0)))
}

// forgedReplies are replies to other calls, or damaged.
func forgedReplies() [][]byte {
	reply := rpcapi.Packet{Kind: rpcapi.Reply, Client: 1, ClientIncarnation: 1, ServerIncarnation: 1, Number: 2, Body: []byte("forged")}
	number, client, life, kind := reply, reply, reply, reply
	number.Number, client.Client, life.ClientIncarnation, kind.Kind = 3, 2, 2, rpcapi.Call
	kind.Done = 1
	damaged := encode(reply)
	damaged[32] ^= 1
	late := reply
	late.Number = 1
	return [][]byte{nil, damaged, encode(number), encode(client), encode(life), encode(kind), encode(late), encode(reply)[:31]}
}
